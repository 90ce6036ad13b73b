package dev.bams3.cohort;

import dev.bams3.dataset.DatasetId;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The document of a kept list, as it stands in the store.
 *
 * @param members in order, each once
 */
public record CohortDocument(List<CohortMember> members) {
    private static final int VERSION = 1;

    public CohortDocument {
        members = List.copyOf(members);
        Set<DatasetId> seen = new HashSet<>();
        for (CohortMember member : members) {
            if (!seen.add(member.id())) {
                throw ReadsException.invalidInput("members", "'" + member.id() + "' stands twice");
            }
        }
    }

    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.put("version", VERSION);
        var list = root.putArray("members");
        for (CohortMember member : members) {
            ObjectNode one = list.addObject().put("id", member.id().value());
            member.label().ifPresent(label -> one.put("sample", label));
        }
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** @throws ReadsException CORRUPT or UNSUPPORTED_VERSION naming the object */
    static CohortDocument parse(String object, byte[] json) {
        try {
            JsonNode root = JsonMapper.shared().readTree(json);
            if (root.path("version").asInt(0) != VERSION) {
                throw ReadsException.unsupported(object, "version", "the document is of another release");
            }
            List<CohortMember> members = new ArrayList<>();
            for (JsonNode member : root.path("members")) {
                members.add(new CohortMember(
                        new DatasetId(member.path("id").asString("")),
                        Optional.of(member.path("sample").asString("")).filter(label -> !label.isEmpty())));
            }
            return new CohortDocument(members);
        } catch (JacksonException e) {
            throw ReadsException.about(ErrorKind.CORRUPT, object, "is not JSON: " + e.getOriginalMessage(), e);
        }
    }
}
