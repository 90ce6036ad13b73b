package dev.bams3.web;

import dev.bams3.dataset.DatasetId;
import dev.bams3.genome.Region;
import dev.bams3.query.ReadTotals;
import dev.bams3.sam.ReadSelection;
import jakarta.servlet.ServletRequest;
import java.time.Duration;
import java.util.Optional;

/**
 * What one request was and came to, for the access log and metrics. It lies beside the request and is filled by whoever
 * learns something; holds no credentials and nothing of records. Used by the request's thread.
 */
public final class Exchange {
    private static final String ATTRIBUTE = Exchange.class.getName();
    private static final int LONGEST_REGION = 100;

    /** What was asked for. */
    public enum Kind {
        TICKET,
        /** Records of a selection. */
        STREAM,
        /** An address of a ticket. */
        SLICE,
        /** A virtual file, or its index. */
        FILE,
        HEADER,
        /** What a stream would read. */
        PLAN,
        /** A list or description of datasets, a count or depth. */
        DATASETS,
        ADMIN,
        OTHER
    }

    /** How it ended. */
    public enum Outcome {
        OK,
        /** Status 4xx. */
        REFUSED,
        /** Status 503: no place, or a store that does not answer. */
        UNAVAILABLE,
        /** Status 5xx. */
        FAILED,
        /** Failed after the first byte. */
        BROKEN_OFF,
        /** The client did not wait for the end. */
        LEFT
    }

    private final String requestId;
    private final long began = System.nanoTime();
    private long firstByte;
    private long ended;
    private Kind kind = Kind.OTHER;
    private String format = "";
    private String dataset = "";
    private String region = "";
    private ReadTotals totals = new ReadTotals(0, 0, 0, 0, 0);
    private int status;
    private Optional<Outcome> breakOff = Optional.empty();

    Exchange(String requestId) {
        this.requestId = requestId;
    }

    /** That of a request; one that nobody looks at where no {@link Exchanges} has seen it. */
    public static Exchange of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof Exchange known ? known : new Exchange(RequestId.of(request));
    }

    void keepBeside(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    Exchange is(Kind known) {
        kind = known;
        return this;
    }

    Exchange in(String knownFormat) {
        format = knownFormat;
        return this;
    }

    Exchange asksFor(DatasetId id, ReadSelection selection) {
        dataset = id.value();
        region = text(selection);
        return this;
    }

    /** The first byte of records leaves. */
    void firstByte() {
        if (firstByte == 0) {
            firstByte = System.nanoTime();
        }
    }

    void took(ReadTotals all) {
        totals = all;
    }

    /** @param bytes that were sent until then */
    void brokeOff(Outcome how, long bytes) {
        breakOff = Optional.of(how);
        totals = new ReadTotals(0, 0, bytes, 0, 0);
    }

    void end(int statusOfAnswer, long length) {
        ended = System.nanoTime();
        status = statusOfAnswer;
        if (totals.bytesOut() == 0) {
            totals = new ReadTotals(totals.records(), totals.scanned(), length, totals.bytesFetched(), totals.gets());
        }
    }

    public String requestId() {
        return requestId;
    }

    public Kind kind() {
        return kind;
    }

    /** Of records: `BAM`, ...; empty for anything else. */
    public String format() {
        return format;
    }

    /** Id of the dataset, or empty. */
    public String dataset() {
        return dataset;
    }

    /** `name:start-end`, 0-based and half-open, the first of several; empty for everything. Printable, without spaces. */
    public String region() {
        return region;
    }

    public int status() {
        return status;
    }

    public Outcome outcome() {
        return breakOff.orElseGet(() -> status == 503
                ? Outcome.UNAVAILABLE
                : status >= 500 ? Outcome.FAILED : status >= 400 ? Outcome.REFUSED : Outcome.OK);
    }

    /** What it gave and took; zeros but for the bytes where no records were asked for. */
    public ReadTotals totals() {
        return totals;
    }

    /** From the request's begin to the first byte of records, or to the end where there are none. */
    public Duration timeToFirstByte() {
        return Duration.ofNanos((firstByte == 0 ? ended : firstByte) - began);
    }

    public Duration duration() {
        return Duration.ofNanos(ended - began);
    }

    private static String text(ReadSelection selection) {
        if (!(selection instanceof ReadSelection.Regions regions)) {
            return "";
        }
        if (regions.regions().isEmpty()) {
            return "*";
        }
        Region first = regions.regions().getFirst();
        String end = first.end().isPresent() ? Long.toString(first.end().getAsLong()) : "";
        String text = first.referenceName() + ":" + first.start() + "-" + end;
        int more = regions.regions().size() - 1;
        String printable = text.replaceAll("[^\\x21-\\x7e]", "?");
        return printable.substring(0, Math.min(LONGEST_REGION, printable.length())) + (more > 0 ? ",+" + more : "");
    }
}
