package dev.bams3.format;

import dev.bams3.error.ReadsException;
import java.util.UUID;

/** Head, tail and directory of a chunk object: what it takes to verify one, or to recover a lost index from all. */
public final class ChunkReader {
    /** Bytes at the beginning of a chunk object before its first block. */
    public static final int HEAD_LENGTH = ObjectHead.LENGTH;

    /** Bytes at the end of a chunk object. */
    public static final int TAIL_LENGTH = 24;

    private static final String TAIL_MAGIC = "B3CE";

    private ChunkReader() {}

    /** Checks that an object's first {@link #HEAD_LENGTH} bytes are those of this chunk. */
    public static void checkHead(
            String object, byte[] head, String version, UUID dataset, String generation, int ordinal) {
        ObjectHead.decode(object, head, ObjectHead.CHUNK)
                .check(
                        object,
                        new ObjectHead(ObjectHead.CHUNK, Bams3Format.minor(version), dataset, generation, ordinal));
    }

    static void encodeTail(ByteSink out, StoredRange directory) {
        int start = out.size();
        out.int64(directory.offset());
        out.int32(directory.length());
        out.int32(directory.crc32c());
        out.int32(ByteCursor.crc32c(out.array(), start, out.size() - start));
        out.bytes(Bams3Format.magic(TAIL_MAGIC));
    }

    /**
     * Returns where the directory of a chunk object lies, from its last {@link #TAIL_LENGTH} bytes.
     *
     * @param length bytes of the whole object
     * @throws ReadsException CORRUPT
     */
    public static StoredRange tail(String object, byte[] tail, long length) {
        long position = length - TAIL_LENGTH;
        ByteCursor in = new ByteCursor(object, tail, 0, tail.length, position);
        if (tail.length != TAIL_LENGTH || position < HEAD_LENGTH) {
            throw in.corrupt("tail", "truncated");
        }
        long offset = in.int64("directory offset");
        int directoryLength = in.int32("directory length");
        int crc = in.int32("directory checksum");
        in.expect("tail checksum", ByteCursor.crc32c(tail, 0, TAIL_LENGTH - 8));
        in.expect(Bams3Format.magic(TAIL_MAGIC), "tail magic");
        if (offset < HEAD_LENGTH || directoryLength < 1 || offset > position || offset + directoryLength != position) {
            throw in.corrupt("directory offset", directoryLength + " bytes at " + offset + " in " + length);
        }
        return new StoredRange(offset, directoryLength, crc);
    }

    /**
     * The blocks of the chunk, from its own directory.
     *
     * @param bytes the bytes of {@code range}
     * @param range where the tail says the directory lies
     * @param ordinal of this chunk
     * @throws ReadsException CORRUPT or UNSUPPORTED_VERSION
     */
    public static StretchList<BlockEntry> directory(String object, byte[] bytes, StoredRange range, int ordinal) {
        IndexSection.verify(object, bytes, range);
        StretchList<BlockEntry> blocks = BlockSection.decode(object, bytes, range.offset());
        for (BlockEntry block : blocks.all()) {
            if (block.chunk() != ordinal || block.offset() + block.storedLength() > range.offset()) {
                throw ReadsException.corrupt(
                        object, range.offset(), "directory", "a block outside of this chunk: " + block);
            }
        }
        return blocks;
    }
}
