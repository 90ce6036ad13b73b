package dev.bams3.format.block;

import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.ByteCursor;
import java.util.Arrays;

/**
 * Stored bytes of one block to the BAM records they came from. Holds native decompressors and scratch buffers: one per
 * thread at a time, reused for any number of blocks, closed by its owner.
 */
public final class BlockDecoder implements AutoCloseable {
    private final BlockStreams streams = new BlockStreams();
    private final ColumnDecoder columns = new ColumnDecoder();
    private byte[] kept = new byte[0];
    private boolean wellFormed;

    /**
     * Rebuilds and verifies the records of a block: every stream's checksum, every length, the record count and the CRC of
     * the result agree with the entry, or nothing is returned.
     *
     * @param object name of the chunk object, for messages
     * @param stored array holding the block
     * @param offset where it begins in the array
     * @param entry what the index says of it
     * @return exactly {@code entry.rawLength()} bytes of BAM records, in a new array
     * @throws dev.bams3.error.ReadsException CORRUPT or UNSUPPORTED_VERSION, naming object, offset and field
     */
    public byte[] decode(String object, byte[] stored, int offset, BlockEntry entry) {
        BlockFrame frame = new BlockFrame(object, stored, offset, entry);
        byte[] records = new byte[entry.rawLength()];
        decodeVerified(object, frame, entry, records);
        return records;
    }

    /**
     * The same in memory that is kept for the next block.
     *
     * @return array with {@code entry.rawLength()} bytes of BAM records at its front, and more behind them; the caller may
     *     change it until the next call
     * @throws dev.bams3.error.ReadsException as {@link #decode(String, byte[], int, BlockEntry)} does
     */
    public byte[] decodeKept(String object, byte[] stored, int offset, BlockEntry entry) {
        BlockFrame frame = new BlockFrame(object, stored, offset, entry);
        byte[] records = kept(entry.rawLength());
        decodeVerified(object, frame, entry, records);
        return records;
    }

    private void decodeVerified(String object, BlockFrame frame, BlockEntry entry, byte[] records) {
        decode(object, frame, entry, records);
        if (ByteCursor.crc32c(records, 0, entry.rawLength()) != entry.crc32c()) {
            throw ReadsException.corrupt(
                    object, entry.offset(), "block checksum", "the records are not those that were written");
        }
    }

    /**
     * Whether a block decodes to these records; in memory that is kept for the next.
     *
     * @param expected array holding them from index 0, {@code entry.rawLength()} bytes
     * @throws dev.bams3.error.ReadsException as {@link #decode(String, byte[], int, BlockEntry)} does
     */
    public boolean decodesTo(byte[] expected, String object, byte[] stored, BlockEntry entry) {
        BlockFrame frame = new BlockFrame(object, stored, 0, entry);
        int length = entry.rawLength();
        byte[] records = kept(length);
        decode(object, frame, entry, records);
        return Arrays.equals(records, 0, length, expected, 0, length);
    }

    /** Returns an array that is zero at its front. */
    private byte[] kept(int length) {
        if (kept.length < length) {
            kept = new byte[(int) Math.min(Integer.MAX_VALUE - 16, length * 9L / 8)];
        } else {
            Arrays.fill(kept, 0, length, (byte) 0);
        }
        return kept;
    }

    /** Writes the records to the front of an array that is zero there. */
    private void decode(String object, BlockFrame frame, BlockEntry entry, byte[] records) {
        try {
            int stream = frame.find(StreamIds.RECORDS);
            wellFormed = false;
            if (stream < 0) {
                streams.load(frame);
                columns.decode(streams, entry.records(), frame.reference, records, entry.rawLength());
                wellFormed = columns.hasWellFormedNames() && frame.find(StreamIds.TAG_BYTES) < 0;
            } else if (frame.rawLengths[stream] != entry.rawLength()) {
                throw frame.corrupt(stream, frame.rawLengths[stream] + " bytes, not " + entry.rawLength());
            } else if (frame.requiredStreams() != 1) {
                throw frame.corrupt(stream, "stands beside columns");
            } else {
                streams.unpack(frame, stream, records, 0);
            }
        } catch (ReadsException e) {
            throw e.resource().filter(name -> !name.isEmpty()).isPresent() ? e : e.in(object);
        } catch (IndexOutOfBoundsException | ArithmeticException | NegativeArraySizeException e) {
            // Every read is inside an array and every array bounded, so this can only be a block that contradicts
            // itself.
            throw ReadsException.corrupt(
                    object, entry.offset(), "block", "contradicts itself although every checksum agrees: " + e);
        }
    }

    /**
     * Whether every length inside the records that were decoded last agrees with the others, because they were made from columns.
     * If not, names, optional fields or whole records are stored as their writer got them, and readers have to check them.
     */
    public boolean isWellFormed() {
        return wellFormed;
    }

    /** Returns the bytes of memory that are kept for the next block. */
    public long heldBytes() {
        return streams.heldBytes() + columns.heldBytes() + kept.length;
    }

    @Override
    public void close() {
        streams.close();
    }
}
