package dev.bams3.web;

import dev.bams3.genome.Region;
import dev.bams3.query.ReadTotals;
import dev.bams3.sam.ReadSelection;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs who was given which reads, or figures about them: one line of JSON for every ticket, every answer with reads, every
 * count, depth, plan and description, and every link, under a logger of its own, `dev.bams3.audit`. A slice of a ticket is
 * fetched without credentials; its line has the id of the ticket, whose line has the name. No line has a token.
 */
final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger("dev.bams3.audit");
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
            line("reads", request, release)
                    .with("request", RequestId.of(request))
                    .logObject(LOG);
        }
    }

    /**
     * An answer that tells of reads without having any. One by HEAD tells nothing.
     *
     * @param records how many there are, where that is the answer
     */
    static void figures(HttpServletRequest request, Release release, OptionalLong records) {
        if (LOG.isInfoEnabled() && !request.getMethod().equals("HEAD")) {
            LogLine line = line("figures", request, release);
            records.ifPresent(all -> line.with("records", all));
            line.with("request", RequestId.of(request)).logObject(LOG);
        }
    }

    /** @param totals absent for what was not written to its end: then only the bytes are known */
    static void reads(HttpServletRequest request, Outcome outcome, Optional<ReadTotals> totals, long bytes) {
        if (LOG.isInfoEnabled()
                && request.getAttribute(RELEASE) instanceof Supplier<?> announced
                && announced.get() instanceof Release release) {
            LogLine line = line("reads", request, release);
            totals.ifPresent(all -> line.with("records", all.records()));
            line.with("bytes", bytes)
                    .with("outcome", outcome.name().toLowerCase(Locale.ROOT))
                    .with("request", RequestId.of(request))
                    .logObject(LOG);
        }
    }

    /** @param link id of a capability link that was made */
    static void link(HttpServletRequest request, String by, String link, String dataset, String expiry) {
        new LogLine()
                .with("event", "link")
                .with("who", by)
                .with("from", request.getRemoteAddr())
                .with("dataset", dataset)
                .with("link", link)
                .with("expiry", expiry)
                .with("request", RequestId.of(request))
                .logObject(LOG);
    }

    private static LogLine line(String event, HttpServletRequest request, Release release) {
        LogLine line = new LogLine()
                .with("event", event)
                .with("who", Access.caller(request).name())
                .with("from", request.getRemoteAddr())
                .with("dataset", release.dataset())
                .with("generation", release.generation())
                .with("regions", regions(release.selection()))
                .with("form", release.form());
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
