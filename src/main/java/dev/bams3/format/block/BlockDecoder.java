package dev.bams3.format.block;

import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.ByteCursor;
import dev.bams3.sam.RecordColumns;
import java.util.Arrays;

/**
 * Stored bytes of one block to the BAM records they came from. Holds native decompressors and scratch buffers: one per
 * thread at a time, reused for any number of blocks, closed by its owner.
 */
public final class BlockDecoder implements AutoCloseable {
    private final BlockStreams streams = new BlockStreams();
    private final ColumnDecoder columns = new ColumnDecoder();
    private byte[] kept = new byte[0];
    private int keptLength;
    private boolean wellFormed;
    private WantedColumns wanted = WantedColumns.ALL;

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

    /**
     * Rebuilds some columns of the records in memory that is kept for the next block; the streams of the others are verified
     * and not unpacked. Columns that are not wanted have SAM's value for what is missing, or their own: FLAG, RNAME and POS
     * always are the record's. The records are sound BAM if they are sound in the dataset. Of SEQ and QUAL, one alone stands
     * beside bytes without meaning. A block is decoded whole if it has its records as they were, if one of them may be
     * unsound, so that its reader finds it whatever the columns, or if CIGARs may lie in the tag CG and one of both is
     * wanted.
     *
     * @param references of the dataset, among which mates have to be
     * @return array with {@link #keptLength} bytes of BAM records at its front, and more behind them; the caller may change it
     *     until the next call
     * @throws dev.bams3.error.ReadsException as {@link #decode(String, byte[], int, BlockEntry)} does
     */
    public byte[] decodeKept(
            String object, byte[] stored, int offset, BlockEntry entry, RecordColumns some, int references) {
        if (!wanted.areOf(some)) {
            wanted = new WantedColumns(some);
        }
        BlockFrame frame = new BlockFrame(object, stored, offset, entry);
        if (wanted.all || frame.find(StreamIds.RECORDS) >= 0) {
            return decodeKept(object, stored, offset, entry);
        }
        // A name that is left out takes a byte more than none.
        byte[] records = kept(Math.addExact(entry.rawLength(), entry.records()));
        boolean[] done = new boolean[1];
        guarded(object, entry, () -> done[0] = decodeSome(frame, entry, records, references));
        return done[0] ? records : decodeKept(object, stored, offset, entry);
    }

    /** Returns false where the block has to be decoded whole. */
    private boolean decodeSome(BlockFrame frame, BlockEntry entry, byte[] records, int references) {
        streams.begin(frame);
        if (ColumnDecoder.needsWhole(streams, wanted, references)) {
            return false;
        }
        keptLength = columns.decode(streams, entry.records(), frame.reference, records, entry.rawLength(), wanted);
        streams.verifyOthers();
        wellFormed = true;
        return true;
    }

    /** Returns the bytes of the records that were decoded last. */
    public int keptLength() {
        return keptLength;
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
        keptLength = entry.rawLength();
        wellFormed = false;
        guarded(object, entry, () -> decodeWhole(frame, entry, records));
    }

    private void decodeWhole(BlockFrame frame, BlockEntry entry, byte[] records) {
        int stream = frame.find(StreamIds.RECORDS);
        if (stream < 0) {
            streams.load(frame);
            columns.decode(streams, entry.records(), frame.reference, records, entry.rawLength(), WantedColumns.ALL);
            wellFormed = columns.hasWellFormedNames() && frame.find(StreamIds.TAG_BYTES) < 0;
        } else if (frame.rawLengths[stream] != entry.rawLength()) {
            throw frame.corrupt(stream, frame.rawLengths[stream] + " bytes, not " + entry.rawLength());
        } else if (frame.requiredStreams() != 1) {
            throw frame.corrupt(stream, "stands beside columns");
        } else {
            streams.unpack(frame, stream, records, 0);
        }
    }

    private static void guarded(String object, BlockEntry entry, Runnable decoding) {
        try {
            decoding.run();
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
