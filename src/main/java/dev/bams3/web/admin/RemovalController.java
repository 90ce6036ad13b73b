package dev.bams3.web.admin;

import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.jobs.Sweeper;
import dev.bams3.lifecycle.Retention;
import dev.bams3.lifecycle.Retention.Finding;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Removes datasets, and objects that no reader can reach any more. */
@Controller
public final class RemovalController {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Datasets datasets;
    private final Retention retention;
    private final Sweeper sweeper;

    public RemovalController(Datasets datasets, Retention retention, Sweeper sweeper) {
        this.datasets = datasets;
        this.retention = retention;
        this.sweeper = sweeper;
    }

    @DeleteMapping("/admin/datasets/{*path}")
    ResponseEntity<byte[]> remove(@PathVariable String path) {
        String id = path.startsWith("/") ? path.substring(1) : path;
        if (!DatasetId.isValid(id)) {
            throw ReadsException.notFound("id", "'" + id + "' is no dataset id");
        }
        DatasetId dataset = new DatasetId(id);
        int removed;
        try {
            removed = retention.remove(dataset);
        } catch (ReadsException e) {
            throw e.kind() == ErrorKind.NOT_FOUND
                    ? ReadsException.notFound("id", "there is no dataset '" + id + "'")
                    : e;
        }
        datasets.forget(dataset);
        ObjectNode node = JSON.createObjectNode();
        node.put("dataset", id);
        node.put("removedObjects", removed);
        return answer(node);
    }

    /** Lists what a sweep would remove. */
    @GetMapping("/admin/sweep")
    ResponseEntity<byte[]> look() {
        return answer(findings(sweeper.look(), true));
    }

    @PostMapping("/admin/sweep")
    ResponseEntity<byte[]> sweep() {
        return answer(findings(sweeper.sweep(), false));
    }

    private ObjectNode findings(List<Finding> findings, boolean dryRun) {
        ObjectNode root = JSON.createObjectNode();
        root.put("dryRun", dryRun);
        root.put("grace", sweeper.grace().toString());
        root.put("bytes", findings.stream().mapToLong(Finding::bytes).sum());
        ArrayNode array = root.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode node = array.addObject();
            node.put("kind", finding.kind().name());
            node.put("place", finding.place());
            node.put("objects", finding.objects());
            node.put("bytes", finding.bytes());
            node.put("lastChange", finding.lastChange().toString());
            node.put("removed", finding.removed());
        }
        return root;
    }

    private static ResponseEntity<byte[]> answer(ObjectNode node) {
        return AdminAnswers.json(200).body(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node));
    }
}
