package dev.bams3.convert;

import dev.bams3.bams3.DatasetMetadata;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.storage.PutCondition;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;

/**
 * Makes a dataset of a BAM, SAM or CRAM. The dataset becomes visible whole, with the last write, or not at all; every
 * record's bytes and the header's text are kept, which is proven before that write.
 *
 * <p>Records that do not stand in coordinate order, whatever the header says, are sorted: the pass that finds it out is
 * given up (nothing was published) and a second one sorts on the way, within bounded memory.
 *
 * <p>Memory, whatever the size of the source: about 30 MB of source, 256 KiB inflated for each batch ahead (eight for each
 * core), 128 MiB of blocks being encoded and checked, at most 192 MiB of chunks being gathered and uploaded (15 MB on
 * usual data), 100 bytes for each block (60 MB for a human genome at 30x), and the sort memory if the source is unsorted.
 *
 * <p>Safe for use by many threads; a conversion occupies the thread that calls it and can be cancelled by interrupting that.
 */
public final class Converter {
    /** Longest BAM record that is accepted, bytes. */
    static final int MAX_RECORD_LENGTH = 256 << 20;

    private static final int SPILL_LEVEL = 1;

    private final String program;
    private final ExecutorService cpu;
    private final ExecutorService waiting;

    /**
     * @param program what datasets say made them, with its version: {@code bams3-server/1.0.0}
     * @param cpu pool with a thread a core; stays the caller's
     * @param waiting starts a thread for every task, such as a virtual one; stays the caller's
     */
    public Converter(String program, ExecutorService cpu, ExecutorService waiting) {
        this.program = program;
        this.cpu = cpu;
        this.waiting = waiting;
    }

    /**
     * Converts, in one run that leaves nothing behind if it fails.
     *
     * @param destination where the dataset goes
     * @return what was published
     * @throws dev.bams3.error.ReadsException INVALID_INPUT for a source that cannot be converted or a dataset that exists;
     *     CORRUPT for a damaged source, with the offset in it; CHANGED when source or dataset were replaced meanwhile;
     *     CANCELLED; or what the stores say. Nothing of this conversion is visible then
     */
    public DatasetMetadata convert(
            SourceObject source, DatasetLocation destination, ConversionOptions options, Progress.Listener listener) {
        ConversionKey key = new ConversionKey(Instant.now(), UUID.randomUUID().toString());
        ConversionRequest request = new ConversionRequest(key, source, destination, options);
        return convert(request, Supervision.of(listener)).metadata();
    }

    /**
     * Converts under supervision. A request whose dataset an earlier run has published already succeeds at once.
     *
     * @throws dev.bams3.error.ReadsException as for {@link #convert(SourceObject, DatasetLocation, ConversionOptions,
     *     Progress.Listener)}, and what the fence throws
     */
    public ConversionResult convert(ConversionRequest request, Supervision supervision) {
        ConversionOptions options = request.options();
        PutCondition condition = new DatasetCommit(request.destination()).conditionNow(options.replace());
        int threads = Runtime.getRuntime().availableProcessors();
        try (BgzfInflaters inflaters = new BgzfInflaters(threads)) {
            try (SourceFile file = SourceFile.open(request.source(), options, inflaters, cpu, waiting);
                    Conversion pass = new Conversion(file, writer(file, request), options, supervision, cpu)) {
                Optional<ConversionResult> published =
                        supervision.control().during(() -> pass.convertSorted(condition));
                if (published.isPresent()) {
                    return published.get();
                }
            }
            try (BgzfDeflaters deflaters = new BgzfDeflaters(SPILL_LEVEL, threads);
                    SourceFile file = SourceFile.open(request.source(), options, inflaters, cpu, waiting);
                    Conversion pass = new Conversion(file, writer(file, request), options, supervision, cpu)) {
                return supervision.control().during(() -> pass.convertUnsorted(condition, inflaters, deflaters));
            }
        }
    }

    private DatasetWriter writer(SourceFile file, ConversionRequest request) {
        int references = file.records().header().references().size();
        return new DatasetWriter(
                program, request.destination(), references, request.options().sizing(), waiting);
    }
}
