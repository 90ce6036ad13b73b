package dev.bams3.web;

import dev.bams3.genome.Region;
import dev.bams3.query.ReadTotals;
import dev.bams3.sam.ReadSelection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs who was given which reads, or figures about them: one line of JSON for every ticket, every answer with reads, every
 * count, depth, plan and description, and every link, under a logger of its own, `dev.bams3.audit`. A slice of a ticket is
 * fetched without credentials; its line has the id of the ticket, whose line has the name. No line has a token.
 */
final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("dev.bams3.audit");
    private static final int MAX_REGIONS = 20;

    private Audit() {}

    /**
     * The reads that an answer releases.
     *
     * @param dataset id of a dataset, or name of a cohort
     * @param members ids of a cohort's members whose reads are released
     * @param generation of the dataset, or of the cohort
     * @param selection which reads
     * @param form `ticket`, `slice`, `file` or a format; of figures `count`, `coverage`, `plan`, `description`, `bai` or `csi`
     * @param ticket id of the ticket that it is, or belongs to
     */
    record Release(
            String dataset,
            List<String> members,
            String generation,
            ReadSelection selection,
            String form,
            Optional<String> ticket) {
        /** The reads of one dataset. */
        Release(String dataset, String generation, ReadSelection selection, String form, Optional<String> ticket) {
            this(dataset, List.of(), generation, selection, form, ticket);
        }
    }

    enum Outcome {
        /** All of it was handed to the connection. */
        COMPLETE,
        /** The client left before. */
        INTERRUPTED,
        /** The service failed before; the connection was broken off. */
        FAILED
    }

    static void ticket(RequestContext context, Release release) {
        if (LOG.isInfoEnabled()) {
            line("reads", context, release).with("request", context.requestId()).logObject(LOG);
        }
    }

    /**
     * Logs an answer about reads that contains none. An answer to HEAD is not logged.
     *
     * @param records how many there are, where that is the answer
     */
    static void figures(RequestContext context, Release release, OptionalLong records) {
        if (LOG.isInfoEnabled() && !context.isHead()) {
            LogLine line = line("figures", context, release);
            records.ifPresent(all -> line.with("records", all));
            line.with("request", context.requestId()).logObject(LOG);
        }
    }

    /** @param totals absent for what was not written to its end: then only the bytes are known */
    static void reads(RequestContext context, Outcome outcome, Optional<ReadTotals> totals, long bytes) {
        Optional<Release> release = LOG.isInfoEnabled() ? context.released() : Optional.empty();
        if (release.isPresent()) {
            LogLine line = line("reads", context, release.get());
            totals.ifPresent(all -> line.with("records", all.records()));
            line.with("bytes", bytes)
                    .with("outcome", outcome.name().toLowerCase(Locale.ROOT))
                    .with("request", context.requestId())
                    .logObject(LOG);
        }
    }

    /** @param link id of a capability link that was made */
    static void link(RequestContext context, String by, String link, String dataset, String expiry) {
        new LogLine()
                .with("event", "link")
                .with("who", by)
                .with("from", context.client())
                .with("dataset", dataset)
                .with("link", link)
                .with("expiry", expiry)
                .with("request", context.requestId())
                .logObject(LOG);
    }

    private static LogLine line(String event, RequestContext context, Release release) {
        LogLine line = new LogLine()
                .with("event", event)
                .with("who", context.caller().name())
                .with("from", context.client())
                .with("dataset", release.dataset())
                .with("generation", release.generation())
                .with("regions", regions(release.selection()))
                .with("form", release.form());
        if (!release.members().isEmpty()) {
            line.with("members", String.join(" ", release.members()));
        }
        release.ticket().ifPresent(id -> line.with("ticket", id));
        return line;
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
