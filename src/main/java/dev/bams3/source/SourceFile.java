package dev.bams3.source;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.VirtualOffset;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;

/**
 * A source, or a part of it, being read.
 *
 * <p>Memory: {@value #RANGES_IN_FLIGHT} ranges of {@value #RANGE_LENGTH} bytes in flight and up to three more whose blocks
 * are being inflated, and what {@link ParallelInflater} says.
 */
public final class SourceFile implements AutoCloseable {
    private static final int RANGE_LENGTH = 4 << 20;
    private static final int RANGES_IN_FLIGHT = 4;

    private final RecordSource records;
    private final LongSupplier position;
    private final Runnable closing;

    private SourceFile(SourceRanges ranges, RecordSource records) {
        this(records, ranges::position, ranges::close);
    }

    private SourceFile(RecordSource records, LongSupplier position, Runnable closing) {
        this.records = records;
        this.position = position;
        this.closing = closing;
    }

    /** Opens all records of a source. */
    public static SourceFile open(
            SourceHead head, BgzfInflaters inflaters, ExecutorService cpu, ExecutorService waiting) {
        return open(head, head.first(), head.end(), inflaters, cpu, waiting);
    }

    /**
     * Opens a part.
     *
     * @param from where the first record begins; of a BAM, as {@code to}; or a container of a CRAM. SAM can only be
     *     read from its beginning
     * @param to where the record after the last begins
     */
    public static SourceFile open(
            SourceHead head,
            VirtualOffset from,
            VirtualOffset to,
            BgzfInflaters inflaters,
            ExecutorService cpu,
            ExecutorService waiting) {
        SourceObject object = head.object();
        int cores = Runtime.getRuntime().availableProcessors();
        if (head.cram().isPresent()) {
            SourceRanges ranges =
                    new SourceRanges(object, waiting, RANGE_LENGTH, RANGES_IN_FLIGHT, from.block(), to.block());
            return new SourceFile(
                    ranges,
                    CramRecords.open(head, head.cram().get(), ranges, from.block(), to.block(), inflaters, cpu));
        }
        if (head.format() == SourceFormat.BAMS3) {
            LegacyRecords legacy = new LegacyRecords(object, head.header());
            return new SourceFile(legacy, legacy::position, () -> {});
        }
        if (head.format() != SourceFormat.BAM) {
            SourceRanges ranges = new SourceRanges(object, waiting, RANGE_LENGTH, RANGES_IN_FLIGHT, 0, object.size());
            try {
                return new SourceFile(ranges, records(head, ranges, inflaters, cpu, cores));
            } catch (RuntimeException e) {
                ranges.close();
                throw e;
            }
        }
        SourceRanges ranges = new SourceRanges(
                object, waiting, RANGE_LENGTH, RANGES_IN_FLIGHT, from.block(), endOfBytes(to, object.size()));
        ParallelInflater inflater = new ParallelInflater(ranges, inflaters, cpu, 8 * cores, object.name(), from, to);
        return new SourceFile(ranges, new BamRecords(inflater, head.header(), BamRecords.MAX_RECORD_LENGTH));
    }

    private static RecordSource records(
            SourceHead head, SourceRanges ranges, BgzfInflaters inflaters, ExecutorService cpu, int cores) {
        SamText text = SamText.open(ranges, head.object(), inflaters, cpu, 4 * cores);
        return new SamRecords(text, cpu, 4 * cores, head.options().allowUnknownReferences());
    }

    /** Returns an offset behind the block that {@code to} lies in; the length of a block is known once it is read. */
    private static long endOfBytes(VirtualOffset to, long size) {
        return to.within() == 0 ? to.block() : Math.min(size, to.block() + BgzfBlock.MAX_LENGTH);
    }

    public RecordSource records() {
        return records;
    }

    /** Returns the offset in the source up to which bytes were read. */
    public long position() {
        return position.getAsLong();
    }

    @Override
    public void close() {
        try {
            records.close();
        } finally {
            closing.run();
        }
    }
}
