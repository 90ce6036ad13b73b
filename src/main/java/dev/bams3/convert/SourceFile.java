package dev.bams3.convert;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfInflaters;
import java.util.concurrent.ExecutorService;

/**
 * A source being read.
 *
 * <p>Memory: {@value #RANGES_IN_FLIGHT} ranges of {@value #RANGE_LENGTH} bytes in flight and up to three more whose blocks
 * are being inflated, and what {@link ParallelInflater} says.
 */
final class SourceFile implements AutoCloseable {
    private static final int RANGE_LENGTH = 4 << 20;
    private static final int RANGES_IN_FLIGHT = 4;

    private final SourceObject object;
    private final SourceFormat format;
    private final SourceRanges ranges;
    private final RecordSource records;

    private SourceFile(SourceObject object, SourceFormat format, SourceRanges ranges, RecordSource records) {
        this.object = object;
        this.format = format;
        this.ranges = ranges;
        this.records = records;
    }

    /**
     * Opens a source and reads its header.
     *
     * @throws dev.bams3.error.ReadsException INVALID_INPUT or CORRUPT, naming the file and the place in it
     */
    static SourceFile open(
            SourceObject object,
            ConversionOptions options,
            BgzfInflaters inflaters,
            ExecutorService cpu,
            ExecutorService waiting) {
        SourceFormat format = SourceFormat.of(object);
        if (format == SourceFormat.BAM && !options.allowMissingEndOfFile()) {
            requireEndOfFile(object);
        }
        SourceRanges ranges = new SourceRanges(object, waiting, RANGE_LENGTH, RANGES_IN_FLIGHT);
        try {
            RecordSource records = switch (format) {
                case BAM -> {
                    int ahead = 8 * Runtime.getRuntime().availableProcessors();
                    ParallelInflater inflater = new ParallelInflater(ranges, inflaters, cpu, ahead, object.name());
                    yield new BamRecords(inflater, Converter.MAX_RECORD_LENGTH);
                }
                case SAM, CRAM -> HtsjdkRecords.open(ranges, format, options.reference(), object.name());
            };
            return new SourceFile(object, format, ranges, records);
        } catch (RuntimeException e) {
            ranges.close();
            throw e;
        }
    }

    /** Looked at first, because a truncated file of hours should not be noticed only at its end. */
    private static void requireEndOfFile(SourceObject object) {
        int length = (int) Math.min(object.size(), BgzfBlock.END_OF_FILE_LENGTH);
        byte[] tail = object.read(object.size() - length, length);
        BgzfBlock.requireEndOfFile(tail, tail.length, object.size(), object.name());
    }

    SourceObject object() {
        return object;
    }

    /** `BAM`, `SAM` or `CRAM`. */
    String format() {
        return format.name();
    }

    RecordSource records() {
        return records;
    }

    long bytesRead() {
        return ranges.delivered();
    }

    @Override
    public void close() {
        try {
            records.close();
        } finally {
            ranges.close();
        }
    }
}
