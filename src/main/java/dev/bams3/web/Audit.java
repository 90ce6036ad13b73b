package dev.bams3.web;

import dev.bams3.genome.Region;
import dev.bams3.query.ReadTotals;
import dev.bams3.sam.ReadSelection;
import jakarta.servlet.http.HttpServletRequest;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * Who was given which reads, or figures about them: one line of JSON for every ticket, every answer with reads, every count,
 * depth, plan and description, and every link, under a logger of its own, `dev.bams3.audit`. A slice of a ticket is fetched without credentials; its line has the id of the ticket, whose
 * line has the name. No line has a token.
 */
final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("dev.bams3.audit");
    private static final JsonFactory JSON = new JsonFactory();
    private static final String RELEASE = Release.class.getName();
    private static final int MAX_REGIONS = 20;

    private Audit() {}

    /**
     * What is released.
     *
     * @param dataset id
     * @param generation of the dataset
     * @param selection which reads
     * @param form `ticket`, `slice`, `file` or a format; of figures `count`, `coverage`, `plan`, `description`, `bai` or `csi`
     * @param ticket id of the ticket that it is, or belongs to
     */
    record Release(String dataset, String generation, ReadSelection selection, String form, Optional<String> ticket) {}

    enum Outcome {
        /** All of it was handed to the connection. */
        COMPLETE,
        /** The client left before. */
        INTERRUPTED,
        /** The service failed before; the connection was broken off. */
        FAILED
    }

    /** Sets what the answer to a request will release, before its first byte. */
    static void announce(HttpServletRequest request, Release release) {
        announce(request, () -> release);
    }

    /** Sets what gives that when the answer ends, where it depends on how far the answer came. */
    static void announce(HttpServletRequest request, Supplier<Release> release) {
        request.setAttribute(RELEASE, release);
    }

    static void ticket(HttpServletRequest request, Release release) {
        if (LOG.isInfoEnabled()) {
            LOG.info("{}", line("reads", request, release, json -> {}));
        }
    }

    /**
     * An answer that tells of reads without having any. One by HEAD tells nothing.
     *
     * @param records how many there are, where that is the answer
     */
    static void figures(HttpServletRequest request, Release release, OptionalLong records) {
        if (LOG.isInfoEnabled() && !request.getMethod().equals("HEAD")) {
            LOG.info(
                    "{}",
                    line(
                            "figures",
                            request,
                            release,
                            json -> records.ifPresent(all -> json.writeNumberProperty("records", all))));
        }
    }

    /** @param totals absent for what was not written to its end: then only the bytes are known */
    static void reads(HttpServletRequest request, Outcome outcome, Optional<ReadTotals> totals, long bytes) {
        if (LOG.isInfoEnabled()
                && request.getAttribute(RELEASE) instanceof Supplier<?> announced
                && announced.get() instanceof Release release) {
            LOG.info("{}", line("reads", request, release, json -> {
                totals.ifPresent(all -> json.writeNumberProperty("records", all.records()));
                json.writeNumberProperty("bytes", bytes);
                json.writeStringProperty("outcome", outcome.name().toLowerCase(Locale.ROOT));
            }));
        }
    }

    /** @param link id of a capability link that was made */
    static void link(HttpServletRequest request, String by, String link, String dataset, String expiry) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringProperty("event", "link");
            json.writeStringProperty("who", by);
            json.writeStringProperty("from", request.getRemoteAddr());
            json.writeStringProperty("dataset", dataset);
            json.writeStringProperty("link", link);
            json.writeStringProperty("expiry", expiry);
            json.writeStringProperty("request", RequestId.of(request));
            json.writeEndObject();
        }
        LOG.info("{}", text);
    }

    private interface More {
        void writeTo(JsonGenerator json);
    }

    private static String line(String event, HttpServletRequest request, Release release, More more) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringProperty("event", event);
            json.writeStringProperty("who", Access.caller(request).name());
            json.writeStringProperty("from", request.getRemoteAddr());
            json.writeStringProperty("dataset", release.dataset());
            json.writeStringProperty("generation", release.generation());
            json.writeStringProperty("regions", regions(release.selection()));
            json.writeStringProperty("form", release.form());
            release.ticket().ifPresent(id -> json.writeStringProperty("ticket", id));
            more.writeTo(json);
            json.writeStringProperty("request", RequestId.of(request));
            json.writeEndObject();
        }
        return text.toString();
    }

    /** 0-based, half-open, as htsget has them. */
    private static String regions(ReadSelection selection) {
        return switch (selection) {
            case ReadSelection.Everything _ -> "all";
            case ReadSelection.Regions(List<Region> regions, boolean unplaced) -> {
                StringBuilder text = new StringBuilder();
                regions.stream()
                        .limit(MAX_REGIONS)
                        .forEach(region -> text.append(text.isEmpty() ? "" : " ")
                                .append(region.referenceName())
                                .append(":[")
                                .append(region.start())
                                .append(',')
                                .append(region.end().isPresent() ? region.end().getAsLong() : "")
                                .append(')'));
                if (regions.size() > MAX_REGIONS) {
                    text.append(" and ").append(regions.size() - MAX_REGIONS).append(" more");
                }
                yield text.append(unplaced ? " *" : "").toString().strip();
            }
        };
    }
}
