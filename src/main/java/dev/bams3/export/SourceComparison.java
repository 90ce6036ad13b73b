package dev.bams3.export;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.convert.BlockCodecs;
import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.RecordDifference;
import dev.bams3.sam.SamHeader;
import dev.bams3.sort.ExternalSort;
import dev.bams3.source.BamRecords;
import dev.bams3.source.RecordSource;
import dev.bams3.source.SourceFile;
import dev.bams3.source.SourceHead;
import dev.bams3.source.SourceObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Reads a source again and compares its header and every record, byte for byte, with those of the dataset that was made of
 * it. A source that was sorted on conversion is sorted again, by the same stable order. Ends with the first difference.
 *
 * <p>Memory: see {@link BlockPass}, {@link SourceFile} and, for sources that have to be sorted, {@link ExternalSort}.
 */
public final class SourceComparison {
    private static final int SPILL_LEVEL = 1;
    private static final int RECORDS_PER_CHECK = 1 << 14;

    private final ExecutorService cpu;
    private final ExecutorService waiting;

    /**
     * @param cpu pool with a thread a core; stays the caller's
     * @param waiting starts a thread for every task, such as a virtual one; stays the caller's
     */
    public SourceComparison(ExecutorService cpu, ExecutorService waiting) {
        this.cpu = cpu;
        this.waiting = waiting;
    }

    /**
     * What was found.
     *
     * @param records that are equal
     * @param difference the first one, in words; absent where there is none
     */
    public record Result(long records, Optional<String> difference) {}

    /**
     * Compares.
     *
     * @param options how the source is read and sorted
     * @throws ReadsException as the converter throws it of a source; CORRUPT of a damaged dataset; CANCELLED; or what the
     *     stores say
     */
    public Result compare(
            OpenDataset dataset, SourceObject source, ConversionOptions options, Progress.Listener listener) {
        int cores = Runtime.getRuntime().availableProcessors();
        try (BgzfInflaters inflaters = new BgzfInflaters(cores)) {
            SourceHead head = SourceHead.read(source, options.source(), inflaters, cpu, waiting);
            boolean sorted = dataset.metadata().source().sortedOnConversion();
            SamHeader expected = sorted ? head.header().sortedByCoordinate() : head.header();
            Optional<String> difference = difference(dataset.header(), expected);
            if (difference.isPresent()) {
                return new Result(0, difference);
            }
            try (SourceFile file = SourceFile.open(head, inflaters, cpu, waiting)) {
                if (!sorted) {
                    return new Run(dataset, file.records(), listener).result();
                }
                ExternalSort.checkRoom(head, options.temporary());
                try (BgzfDeflaters deflaters = new BgzfDeflaters(SPILL_LEVEL, cores);
                        ExternalSort sort = new ExternalSort(
                                expected,
                                options.sortMemory(),
                                BamRecords.MAX_RECORD_LENGTH,
                                options.temporary(),
                                cpu,
                                deflaters,
                                inflaters);
                        RecordSource merged = sorted(file.records(), sort)) {
                    return new Run(dataset, merged, listener).result();
                }
            }
        }
    }

    private static RecordSource sorted(RecordSource records, ExternalSort sort) {
        long count = 0;
        while (records.next()) {
            sort.add(records.buffer(), records.offset(), records.length());
            if (++count % RECORDS_PER_CHECK == 0) {
                checkInterrupt();
            }
        }
        return sort.merged();
    }

    private static void checkInterrupt() {
        if (Thread.currentThread().isInterrupted()) {
            throw ReadsException.of(ErrorKind.CANCELLED, "the comparison was cancelled");
        }
    }

    private static String name(byte[] buffer, int record) {
        int from = BamRecord.nameOffset(record);
        // Without its NUL.
        int length = BamRecord.nameLength(buffer, record) - 1;
        return new String(buffer, from, length, StandardCharsets.ISO_8859_1).replaceAll("[^!-~]", "?");
    }

    private static Optional<String> difference(SamHeader stored, SamHeader source) {
        int at = Arrays.mismatch(stored.text(), source.text());
        if (at >= 0) {
            return Optional.of("the header's text differs at byte " + at);
        }
        return stored.references().equals(source.references())
                ? Optional.empty()
                : Optional.of("the header's references differ");
    }

    private final class Run {
        private final OpenDataset dataset;
        private final RecordSource source;
        private final Progress.Listener listener;
        private final long size;
        private long read;
        private long records;
        private long bytes;
        private @Nullable String difference;

        /** The records of a block, and what it takes in the store. */
        private record Decoded(byte[] records, int storedLength) {}

        Run(OpenDataset dataset, RecordSource source, Progress.Listener listener) {
            this.dataset = dataset;
            this.source = source;
            this.listener = listener;
            size = dataset.metadata().blocks().length();
        }

        Result result() {
            try (BlockCodecs codecs = new BlockCodecs();
                    BlockPass<Decoded> pass = new BlockPass<>(
                            dataset,
                            cpu,
                            waiting,
                            block -> new Decoded(
                                    block.decoded(codecs), block.entry().storedLength()),
                            this::compare)) {
                for (BlockEntry block : dataset.blocks().all()) {
                    if (difference != null) {
                        return new Result(records, Optional.of(difference));
                    }
                    pass.add(block);
                }
                pass.finish();
            }
            if (difference == null && source.next()) {
                difference = named(source.buffer(), source.offset()) + " is in the source alone";
            }
            return new Result(records, Optional.ofNullable(difference));
        }

        private void compare(Decoded block) {
            byte[] buffer = block.records();
            for (int at = 0; at < buffer.length && difference == null; at += BamRecord.length(buffer, at)) {
                compare(buffer, at);
            }
            checkInterrupt();
            read += block.storedLength();
            double fraction = size == 0 ? 1 : (double) read / size;
            listener.progressed(new Progress(Progress.Phase.COMPARING, fraction, records, bytes, read, size, 0));
        }

        private void compare(byte[] buffer, int at) {
            if (!source.next()) {
                difference = named(buffer, at) + " is in the dataset alone";
                return;
            }
            Optional<String> field = RecordDifference.first(buffer, at, source.buffer(), source.offset());
            if (field.isPresent()) {
                difference = named(buffer, at) + ": another " + field.get() + "; the source has here the read '"
                        + name(source.buffer(), source.offset()) + "'";
                return;
            }
            records++;
            bytes += BamRecord.length(buffer, at);
        }

        private String named(byte[] buffer, int at) {
            int reference = BamRecord.referenceIndex(buffer, at);
            String place = reference < 0
                    ? "unplaced"
                    : dataset.references().get(reference).name() + ":" + (BamRecord.start(buffer, at) + 1L);
            return "record " + (records + 1) + " in the dataset's order ('" + name(buffer, at) + "', " + place + ")";
        }
    }
}
