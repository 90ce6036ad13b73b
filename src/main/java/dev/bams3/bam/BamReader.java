package dev.bams3.bam;

import dev.bams3.bgzf.InflatedBytes;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.MemoryLimits;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import dev.bams3.sam.SamHeader;
import org.jspecify.annotations.Nullable;

/**
 * Reads a BAM's inflated bytes as header and records, one after the other; one thread. A record may cross any number of
 * BGZF blocks. The memory in use is twice the longest record or 1 MiB, whichever is more.
 *
 * <pre>
 * while (reader.next()) {
 *     use(reader.buffer(), reader.offset(), reader.length());
 * }
 * </pre>
 */
public final class BamReader {
    /** The longest record that fits one array; {@code block_size} could say 2^31-1. */
    public static final int MAX_RECORD_LENGTH = Integer.MAX_VALUE - 64;

    private static final int MIN_BLOCK_SIZE = BamRecord.FIXED_LENGTH - 4;

    private final InflatedBytes source;
    private final ByteWindow window;
    private final SamHeader header;
    private final int maxRecordLength;
    private int length;
    private long records;

    /**
     * Reads the header.
     *
     * @param maxRecordLength longest record, {@code block_size} included, that is accepted
     * @param maxHeaderBytes most bytes of memory, as {@link MemoryLimits#headerBytes} counts them, that a header may take
     * @throws ReadsException CORRUPT, TOO_LARGE for a header over the limit, or what the source throws
     */
    public BamReader(InflatedBytes source, int maxRecordLength, long maxHeaderBytes) {
        this.source = source;
        this.maxRecordLength = Math.min(maxRecordLength, MAX_RECORD_LENGTH);
        window = new ByteWindow(source);
        header = BamHeader.read(window, source, maxHeaderBytes);
    }

    /**
     * Reads records of a file whose header was read before.
     *
     * @param source begins with a record
     */
    public BamReader(InflatedBytes source, SamHeader header, int maxRecordLength) {
        this.source = source;
        this.maxRecordLength = Math.min(maxRecordLength, MAX_RECORD_LENGTH);
        this.header = header;
        window = new ByteWindow(source);
    }

    public SamHeader header() {
        return header;
    }

    /**
     * Goes to the next record and checks its structure and its references; false after the last.
     *
     * @throws ReadsException CORRUPT with field and file offset, TOO_LARGE for a record over the limit
     */
    public boolean next() {
        window.advance(length);
        length = 0;
        if (!window.require(4)) {
            if (window.available() > 0) {
                throw corrupt("block_size", "the file ends inside it: it is truncated");
            }
            return false;
        }
        int blockSize = BamRecord.int32(window.buffer(), window.offset());
        if (blockSize < MIN_BLOCK_SIZE) {
            throw corrupt("block_size", blockSize + " is less than the 32 bytes of the fixed fields");
        }
        if (blockSize > maxRecordLength - 4) {
            throw ReadsException.of(
                            ErrorKind.TOO_LARGE,
                            "record " + (records + 1) + " at byte " + fileOffset() + ": block_size " + blockSize
                                    + " is over the limit of " + (maxRecordLength - 4)
                                    + ", a share of the heap (-Xmx, or a container with more memory)")
                    .in(source.resource());
        }
        if (!window.require(blockSize + 4)) {
            throw corrupt("record", "the file ends inside it: it is truncated");
        }
        @Nullable String problem = BamRecordCheck.problem(window.buffer(), window.offset(), blockSize + 4);
        if (problem == null) {
            problem = BamRecordCheck.placementProblem(window.buffer(), window.offset(), header.references());
        }
        if (problem != null) {
            throw corrupt("record", problem);
        }
        length = blockSize + 4;
        records++;
        return true;
    }

    /** Array that the current record lies in, until the next call of {@link #next}. */
    public byte[] buffer() {
        return window.buffer();
    }

    /** Where the current record's {@code block_size} stands. */
    public int offset() {
        return window.offset();
    }

    /** Bytes of the current record, {@code block_size} included. */
    public int length() {
        return length;
    }

    /** Records read so far. */
    public long records() {
        return records;
    }

    /** Index of the current record's first byte among all inflated bytes of the source. */
    public long position() {
        return window.position();
    }

    /** File offset of the BGZF block that the current record begins in. */
    public long fileOffset() {
        return source.fileOffset(window.position());
    }

    private ReadsException corrupt(String field, String problem) {
        return ReadsException.corrupt(
                source.resource(), fileOffset(), field, "BAM record " + (records + 1) + ": " + problem);
    }
}
