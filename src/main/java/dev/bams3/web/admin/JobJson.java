package dev.bams3.web.admin;

import dev.bams3.jobs.Job;
import dev.bams3.jobs.JobError;
import dev.bams3.jobs.JobOptions;
import dev.bams3.jobs.JobProgress;
import dev.bams3.jobs.JobResult;
import dev.bams3.jobs.JobState;
import dev.bams3.jobs.Jobs;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Jobs as callers see them. What is not known is left out. */
final class JobJson {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private JobJson() {}

    static byte[] of(Job job) {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node(job));
    }

    /** On one line, as an event needs it. */
    static String line(Job job) {
        return JSON.writeValueAsString(node(job));
    }

    static byte[] of(Jobs.Page page) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode jobs = root.putArray("conversions");
        page.jobs().forEach(job -> jobs.add(node(job)));
        page.next().ifPresent(next -> root.put("next", next));
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    }

    private static ObjectNode node(Job job) {
        ObjectNode node = JSON.createObjectNode();
        node.put("id", job.id().value());
        node.put("state", job.state().name());
        node.put("source", job.request().sourceWithoutSecrets());
        node.put("dataset", job.request().dataset());
        options(node.putObject("options"), job.request().options());
        node.put("format", job.source().format());
        node.put("sourceSize", job.source().size());
        node.put("created", job.created().toString());
        node.put("updated", job.updated().toString());
        node.put("attempt", job.attempt());
        put(node, "worker", job.worker());
        put(node, "started", job.started());
        put(node, "finished", job.finished());
        put(node, "notBefore", job.notBefore());
        job.progress().ifPresent(progress -> progress(node.putObject("progress"), job, progress));
        job.result().ifPresent(result -> result(node.putObject("result"), job, result));
        job.error().ifPresent(error -> error(node.putObject("error"), error));
        return node;
    }

    private static void options(ObjectNode node, JobOptions options) {
        options.chunkBytes().ifPresent(value -> node.put("chunkBytes", value));
        options.blockRecords().ifPresent(value -> node.put("blockRecords", value));
        options.level().ifPresent(value -> node.put("level", value));
        node.put("sort", options.sort());
        node.put("replace", options.replace());
        put(node, "reference", options.referenceWithoutSecrets());
        node.put("verify", options.verify());
        node.put("allowUnknownReferences", options.allowUnknownReferences());
        node.put("sha256", options.sha256());
    }

    private static void progress(ObjectNode node, Job job, JobProgress progress) {
        node.put("phase", progress.phase());
        node.put("percent", Math.floor(progress.fraction() * 1000) / 10);
        node.put("records", progress.records());
        node.put("recordBytes", progress.recordBytes());
        node.put("sourceBytes", progress.sourceBytes());
        node.put("sourceSize", job.source().size());
        node.put("storedBytes", progress.storedBytes());
        if (job.state() == JobState.RUNNING) {
            progress.recordsPerSecond().ifPresent(rate -> node.put("recordsPerSecond", Math.round(rate)));
            put(node, "estimatedEnd", progress.estimatedEnd());
        }
    }

    private static void result(ObjectNode node, Job job, JobResult result) {
        node.put("uuid", result.uuid());
        node.put("generation", result.generation());
        node.put("records", result.records());
        node.put("recordBytes", result.recordBytes());
        node.put("digest", result.digest());
        node.put("chunks", result.chunks());
        node.put("chunkBytes", result.chunkBytes());
        node.put("indexBytes", result.indexBytes());
        node.put("sorted", result.sorted());
        ArrayNode warnings = node.putArray("warnings");
        result.warnings()
                .forEach(warning -> warnings.addObject()
                        .put("kind", warning.kind())
                        .put("count", warning.count())
                        .put("example", warning.example()));
        node.put("sourceEtag", job.source().etag());
    }

    private static void error(ObjectNode node, JobError error) {
        node.put("kind", error.kind().name());
        node.put("message", error.message());
        put(node, "resource", error.resource());
        put(node, "field", error.field());
        error.offset().ifPresent(offset -> node.put("offset", offset));
    }

    private static void put(ObjectNode node, String name, Optional<?> value) {
        value.ifPresent(present -> node.put(name, present.toString()));
    }
}
