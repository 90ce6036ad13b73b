package dev.bams3.web;

import dev.bams3.access.Caller;
import dev.bams3.dataset.DatasetId;
import dev.bams3.genome.Region;
import dev.bams3.htsget.HtsgetError;
import dev.bams3.query.ReadTotals;
import dev.bams3.sam.ReadSelection;
import jakarta.servlet.ServletRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.coyote.Request;

/**
 * One request from the time its head was read to the end of its answer: its id, client and caller, its deadline, and what
 * the access log, the audit log and the metrics report at its end. {@link RequestAdapter} makes it, {@link RequestEnd} ends
 * it; filters find it by {@link #of}, endpoints take it as an argument. It holds no credentials and no records. Used by the
 * request's thread.
 */
public final class RequestContext {
    private static final String ATTRIBUTE = RequestContext.class.getName();
    private static final int LONGEST_REGION = 100;
    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** The resource that a request asks for. */
    public enum Kind {
        TICKET,
        /** Records of a selection. */
        STREAM,
        /** An address of a ticket. */
        SLICE,
        /** A virtual file, or its index. */
        FILE,
        HEADER,
        /** The ranges that a stream would read. */
        PLAN,
        /** A list or description of datasets, a count or depth. */
        DATASETS,
        ADMIN,
        OTHER
    }

    /** How a request ended. */
    public enum Outcome {
        OK,
        /** Status 4xx. */
        REFUSED,
        /** Status 503: no free slot, or the store does not answer. */
        UNAVAILABLE,
        /** Status 5xx. */
        FAILED,
        /** Failed after the first byte. */
        BROKEN_OFF,
        /** The client closed the connection before the end. */
        LEFT
    }

    private final String requestId;
    private final boolean head;
    private final boolean asterisk;
    private final boolean headTooLong;
    private final Runnable clientWatch;
    private String client = "";
    private Caller caller = Caller.ANONYMOUS;
    private Optional<Deadline> deadline = Optional.empty();
    private Supplier<Optional<Audit.Release>> release = Optional::empty;
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

    private RequestContext(Request received, boolean asterisk, boolean headTooLong) {
        String given = received.getHeader(RequestStart.ID);
        requestId = given != null && HARMLESS.matcher(given).matches()
                ? given
                : UUID.randomUUID().toString();
        // A request whose first line could not be read has no method.
        head = "HEAD".equals(received.getMethod());
        this.asterisk = asterisk;
        this.headTooLong = headTooLong;
        clientWatch = new ClientWatch(received);
    }

    /**
     * Begins the context of a request whose head was read.
     *
     * @param asterisk whether the request was for {@code *} and is routed as one for the root
     * @param headTooLong whether the server refuses the request because its head does not fit the server's buffer
     */
    static void begin(Request received, boolean asterisk, boolean headTooLong) {
        received.setAttribute(ATTRIBUTE, new RequestContext(received, asterisk, headTooLong));
    }

    /**
     * Returns the context of a request, wrapped or not.
     *
     * @throws IllegalStateException if the request came by a connector other than {@link CountedProtocol}
     */
    public static RequestContext of(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof RequestContext context) {
            return context;
        }
        throw new IllegalStateException("a request without a context");
    }

    /** Whether the request asks for the server as a whole: {@code OPTIONS *}. */
    boolean isForServer() {
        return asterisk;
    }

    boolean isHeadTooLong() {
        return headTooLong;
    }

    /** Whether the method is HEAD, whose answer has no body. */
    boolean isHead() {
        return head;
    }

    /** Sets the address of the client. */
    void from(String address) {
        client = address;
    }

    /** Returns the address of the client; behind a trusted proxy, the one that the proxy reports. */
    public String client() {
        return client;
    }

    /** Sets who makes the request. */
    public void authenticated(Caller known) {
        caller = known;
    }

    /** Returns the caller, {@link Caller#ANONYMOUS} before one was authenticated. */
    public Caller caller() {
        return caller;
    }

    void mustAnswerBy(Deadline end) {
        deadline = Optional.of(end);
    }

    /** Returns the error of a request that failed because its deadline has passed; its thread is then no longer interrupted. */
    Optional<HtsgetError> late(Throwable failure) {
        return deadline.flatMap(passed -> passed.error(failure));
    }

    /** Returns what throws {@link ClientWatch.Gone} when the client has closed the connection; for requests whose body was read. */
    Runnable clientWatch() {
        return clientWatch;
    }

    /** Sets what the answer will release, before its first byte. */
    void releases(Audit.Release known) {
        releases(() -> known);
    }

    /** Sets what gives that when the answer ends, where it depends on how far the answer came. */
    void releases(Supplier<Audit.Release> known) {
        release = () -> Optional.of(known.get());
    }

    /** Returns what the answer released; empty for an answer without reads. */
    Optional<Audit.Release> released() {
        return release.get();
    }

    RequestContext is(Kind known) {
        kind = known;
        return this;
    }

    RequestContext in(String knownFormat) {
        format = knownFormat;
        return this;
    }

    RequestContext asksFor(DatasetId id, ReadSelection selection) {
        return asksFor(id.value(), selection);
    }

    /** @param name of a dataset or a cohort */
    RequestContext asksFor(String name, ReadSelection selection) {
        dataset = name;
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

    /** Returns the format of records, `BAM`, ...; empty for anything else. */
    public String format() {
        return format;
    }

    /** Returns the id of the dataset, or an empty text. */
    public String dataset() {
        return dataset;
    }

    /** Returns `name:start-end`, 0-based and half-open, the first of several; empty for everything. Printable, without spaces. */
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

    /** Returns records and bytes of the answer and of the reads behind it; only bytes where no records were asked for. */
    public ReadTotals totals() {
        return totals;
    }

    /** Returns the time to the first byte of records, or to the end of the answer where there are none. */
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
