package dev.bams3.web.admin;

import dev.bams3.cohort.CohortDocument;
import dev.bams3.cohort.CohortMember;
import dev.bams3.cohort.CohortName;
import dev.bams3.cohort.Cohorts;
import dev.bams3.dataset.DatasetId;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.JsonBody;
import dev.bams3.web.Requests;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import tools.jackson.databind.JsonNode;

/** Keeps lists of datasets under names. */
@Controller
public final class KeptCohortsController {
    private static final String PATH = "/admin/cohorts/{name}";
    private static final int MAX_BYTES = 8 << 20;
    private static final int MAX_LABEL = 200;

    private final Cohorts cohorts;

    public KeptCohortsController(Cohorts cohorts) {
        this.cohorts = cohorts;
    }

    /** Keeps a list whose members are all there and have the same references. */
    @PutMapping(PATH)
    ResponseEntity<byte[]> put(@PathVariable String name, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        CohortName.Kept kept = new CohortName.Kept(name);
        Requests.requireJson(request, response);
        CohortDocument document =
                new CohortDocument(members(request.getInputStream().readNBytes(MAX_BYTES + 1)));
        cohorts.check(kept, document);
        cohorts.kept().write(kept, document);
        return AdminAnswers.json(200).body(document.toJson());
    }

    @GetMapping(PATH)
    ResponseEntity<byte[]> get(@PathVariable String name) {
        return AdminAnswers.json(200)
                .body(cohorts.kept().read(new CohortName.Kept(name)).toJson());
    }

    @DeleteMapping(PATH)
    ResponseEntity<byte[]> remove(@PathVariable String name) {
        CohortName.Kept kept = new CohortName.Kept(name);
        byte[] last = cohorts.kept().read(kept).toJson();
        cohorts.kept().remove(kept);
        return AdminAnswers.json(200).body(last);
    }

    private static List<CohortMember> members(byte[] body) {
        JsonBody root = JsonBody.read(body, MAX_BYTES, "");
        root.refuseUnknown(Set.of("members"));
        JsonNode list = root.member("members").orElseThrow(() -> root.wrong("members", "is missing"));
        if (!list.isArray() || list.isEmpty()) {
            throw root.wrong("members", "is not an array of one or more datasets");
        }
        List<CohortMember> members = new ArrayList<>();
        for (JsonNode member : list) {
            members.add(member(member, "members/" + members.size()));
        }
        return members;
    }

    /** An id, or an object of an id and the name of its sample. */
    private static CohortMember member(JsonNode member, String place) {
        if (member.isString()) {
            return new CohortMember(new DatasetId(member.stringValue()));
        }
        if (!member.isObject()) {
            throw ReadsException.invalidInput(place, "is neither an id nor {\"id\": ..., \"sample\": ...}");
        }
        JsonBody object = new JsonBody(member, place + "/");
        object.refuseUnknown(Set.of("id", "sample"));
        Optional<String> label = object.text("sample");
        if (label.filter(text -> text.isEmpty()
                        || text.length() > MAX_LABEL
                        || text.chars().anyMatch(c -> c < ' '))
                .isPresent()) {
            throw object.wrong(
                    "sample", "must have 1 to " + MAX_LABEL + " characters, none of them a control character");
        }
        return new CohortMember(new DatasetId(object.requiredText("id")), label);
    }
}
