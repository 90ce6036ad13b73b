package dev.bams3.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bams3.cohort.CohortName;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetError;
import dev.bams3.htsget.SignedSlice;
import dev.bams3.htsget.SliceTokens;
import dev.bams3.query.BamSlice;
import dev.bams3.query.BlockLengths;
import dev.bams3.query.OpenRead;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.ReadTotals;
import dev.bams3.query.ReadsAnswer;
import dev.bams3.query.ReadsQuery;
import dev.bams3.query.SliceMeasure;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the addresses of tickets. A slice has the same bytes at every fetch, so a broken transfer goes on where it broke
 * off: {@code Range} is honoured with 206, {@code ETag} is strong.
 *
 * <p>That holds between processes that compress alike, and the token says how its ticket's maker does. Another one has the
 * same records in other bytes, under another tag: it answers {@code If-Range} with everything, {@code If-Match} with 412, and
 * a range of someone who does not say what they have with everything, too ({@code Accept-Ranges: none}).
 *
 * <p>The places of a slice's blocks are known, and kept, once it was written or measured. A range of a slice that this process
 * has not encoded yet costs encoding it once, by one of the requests for it, within that request's deadline; the lengths found
 * so far are kept, so the next request gets further. Slices that would take too long have no ranges ({@code Accept-Ranges:
 * none}).
 */
public final class Slices {
    private static final Logger LOG = LoggerFactory.getLogger(Slices.class);

    private final Datasets datasets;
    private final GrantedCohorts cohorts;
    private final ReadsQuery query;
    private final SliceTokens tokens;
    private final ForgedTokens forged;
    private final long maxMeasuredBytes;
    // By ETag.
    private final Cache<String, Measured> lengths;

    /**
     * The lengths of a slice's blocks, as far as they are measured.
     *
     * @param turn of the one who measures it
     */
    private record Measured(SliceMeasure measure, ReentrantLock turn) {}

    /**
     * @param maxMeasuredBytes uncompressed bytes of records of the largest slice that has ranges
     * @param cacheBytes heap for the places of blocks in slices, about 4 bytes a block
     */
    public Slices(
            Datasets datasets,
            GrantedCohorts cohorts,
            ReadsQuery query,
            SliceTokens tokens,
            ForgedTokens forged,
            long maxMeasuredBytes,
            long cacheBytes) {
        this.datasets = datasets;
        this.cohorts = cohorts;
        this.query = query;
        this.tokens = tokens;
        this.forged = forged;
        this.maxMeasuredBytes = maxMeasuredBytes;
        lengths = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(cacheBytes)
                .weigher((String tag, Measured known) ->
                        tag.length() + known.measure().weight())
                .build();
    }

    /** @throws ReadsException DENIED for a token that is not ours or too old; NOT_FOUND for a dataset replaced since */
    void answer(
            String id, String token, RequestContext context, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        SignedSlice slice;
        try {
            slice = tokens.verify(id, token);
        } catch (ReadsException e) {
            Optional<HtsgetError> refusal =
                    tokens.isSigned(id, token) ? Optional.empty() : forged.count(request, token);
            if (refusal.isEmpty()) {
                throw e;
            }
            ErrorWriter.write(refusal.get(), request, response);
            return;
        }
        context.releases(new Audit.Release(
                id,
                slice.members(),
                slice.generation(),
                slice.selection(),
                "slice",
                Optional.of(SliceTokens.ticketId(token))));
        context.is(RequestContext.Kind.SLICE).in(ReadFormat.BAM.name()).asksFor(id, slice.selection());
        try (ReadsAnswer read = slice.members().isEmpty()
                ? ofDataset(new DatasetId(id), slice)
                : cohorts.ofTicket(
                        context,
                        CohortName.parse(id),
                        slice.members(),
                        slice.generation(),
                        slice.selection(),
                        slice.view())) {
            write(read, slice, context, request, response);
        }
    }

    private OpenRead ofDataset(DatasetId id, SignedSlice slice) {
        OpenDataset dataset = datasets.open(id);
        if (!dataset.metadata().generation().equals(slice.generation())) {
            // The ticket may come from a replica that has seen a newer generation than this one believes in.
            datasets.forget(id);
            dataset = datasets.open(id);
        }
        if (!dataset.metadata().generation().equals(slice.generation())) {
            throw ReadsException.of(
                    ErrorKind.NOT_FOUND, "slice: the dataset was replaced since this ticket; ask for a new one");
        }
        return query.open(dataset, slice.selection(), slice.view());
    }

    private void write(
            ReadsAnswer read,
            SignedSlice slice,
            RequestContext context,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        read.watch(context.clientWatch());
        read.compressAt(slice.level());
        BamSlice bytes = read.bam(new Part(false, slice.firstBlock(), slice.blocks(), slice.end()));
        Validators validators = new Validators(slice.etag(read.variant()), Optional.empty());
        boolean measurable = bytes.work() <= maxMeasuredBytes;
        boolean bytesAsPromised = slice.variant().equals(read.variant());
        validators.describe(response);
        response.setHeader("Accept-Ranges", measurable && bytesAsPromised ? "bytes" : "none");
        // For the one who holds the ticket; and a proxy that compresses would break every client.
        response.setHeader("Cache-Control", "private, no-transform");
        if (validators.answers(request, response, "the slice")) {
            return;
        }
        String tag = validators.etag();
        response.setContentType(ReadFormat.BAM.mediaType());
        Optional<BlockLengths> known = Optional.ofNullable(lengths.getIfPresent(tag))
                .flatMap(measured -> measured.measure().whole());
        if (context.isHead()) {
            known.ifPresent(all -> response.setContentLengthLong(all.total()));
            return;
        }
        Optional<RangeHeader> range = measurable ? range(request, validators, bytesAsPromised) : Optional.empty();
        if (range.isPresent()) {
            BlockLengths lengths = lengths(bytes, measured(tag, bytes));
            RangeHeader.Stretch part = range.get().begin(lengths.total(), "the slice", response);
            log(
                    context,
                    request,
                    Streaming.write(context, response, out -> bytes.writeTo(out, lengths, part.first(), part.count())));
            return;
        }
        known.ifPresent(all -> response.setContentLengthLong(all.total()));
        SliceMeasure measure = measured(tag, bytes).measure();
        log(context, request, Streaming.write(context, response, out -> bytes.writeTo(out, measure)));
    }

    /**
     * The range to answer with 206; none where the client has, or may have, bytes of something else (RFC 9110 § 13.1.5).
     *
     * @param bytesAsPromised whether all processes that serve ranges to those who do not say what they have, serve ours
     */
    private static Optional<RangeHeader> range(
            HttpServletRequest request, Validators validators, boolean bytesAsPromised) {
        return validators.continued(request).orElse(bytesAsPromised || validators.areRequired(request))
                ? RangeHeader.parse(request.getHeader("Range"))
                : Optional.empty();
    }

    private Measured measured(String tag, BamSlice slice) {
        return lengths.get(tag, _ -> new Measured(slice.unmeasured(), new ReentrantLock()));
    }

    /** Returns the lengths of the blocks. One request at a time measures; the others wait for it. */
    private static BlockLengths lengths(BamSlice slice, Measured known) {
        try {
            known.turn().lockInterruptibly();
        } catch (InterruptedException e) {
            throw ReadsException.interrupted("the lengths of the slice's blocks", e);
        }
        try {
            return known.measure().whole().orElseGet(() -> slice.measure(known.measure()));
        } finally {
            known.turn().unlock();
        }
    }

    private static void log(RequestContext context, HttpServletRequest request, ReadTotals totals) {
        LOG.debug("request {}: {} as slice, {}", context.requestId(), request.getRequestURI(), totals);
    }
}
