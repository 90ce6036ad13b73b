package dev.bams3.format;

import dev.bams3.error.ReadsException;

/** Sections of the index, and directories of chunks: a 16 byte head and columns of varints, zstd where that is shorter. */
final class IndexSection {
    private static final int HEAD_LENGTH = 16;
    /** 1 GiB for one section. */
    private static final int MAX_RAW = 1 << 30;

    /** Columns of up to 8 bytes, the entry, its places in two lists and its running maximum. */
    private static final int HEAP_PER_ENTRY = 160;

    private IndexSection() {}

    /** @param magic which columns the body has */
    static byte[] encode(String magic, int count, ByteSink columns) {
        byte[] body = columns.toByteArray();
        return encode(magic, count, body, ZstdBytes.compress(body));
    }

    /** @param level of zstd, where the time counts that the best one takes */
    static byte[] encode(String magic, int count, ByteSink columns, int level) {
        byte[] body = columns.toByteArray();
        return encode(magic, count, body, ZstdBytes.compress(body, level));
    }

    private static byte[] encode(String magic, int count, byte[] body, byte[] packed) {
        boolean smaller = packed.length < body.length;
        byte[] stored = smaller ? packed : body;
        ByteSink out = new ByteSink(HEAD_LENGTH + stored.length);
        out.bytes(Bams3Format.magic(magic));
        out.int32(count);
        out.int32(body.length);
        out.int32(smaller ? Bams3Format.CODEC_ZSTD : Bams3Format.CODEC_STORED);
        out.bytes(stored);
        return out.toByteArray();
    }

    /** The columns of a section, and how many entries they have. */
    record Body(int count, ByteCursor columns) {
        int[] ints(String field, int min, int max) {
            int[] values = new int[count];
            for (int i = 0; i < count; i++) {
                values[i] = columns.varint32(field, max);
                if (values[i] < min) {
                    throw columns.corrupt(field, values[i] + " in entry " + i);
                }
            }
            return values;
        }

        long[] longs(String field, long max) {
            long[] values = new long[count];
            for (int i = 0; i < count; i++) {
                values[i] = columns.varint(field, max);
            }
            return values;
        }
    }

    /**
     * Returns the bytes of memory that decoding a section takes, by the sizes that its head claims: the body, the columns and
     * the entries. To be charged before decoding.
     *
     * @throws ReadsException CORRUPT for sizes that no section may have
     */
    static long memory(String object, byte[] bytes, long position) {
        ByteCursor head = new ByteCursor(object, bytes, 0, bytes.length, position);
        head.int32("section magic");
        long count = Integer.toUnsignedLong(head.int32("section count"));
        long rawLength = Integer.toUnsignedLong(head.int32("section raw length"));
        if (rawLength > MAX_RAW || count > rawLength) {
            // No memory is asked for what is known to be wrong.
            throw head.corrupt("section raw length", rawLength + " bytes for " + count + " entries");
        }
        return bytes.length + rawLength + HEAP_PER_ENTRY * count;
    }

    /**
     * Unpacks a section.
     *
     * @param bytes the section and nothing else, verified
     * @param position of the section in the object
     * @param minBytes that each entry takes
     */
    static Body decode(String object, byte[] bytes, long position, String magic, int minBytes) {
        ByteCursor head = new ByteCursor(object, bytes, 0, bytes.length, position);
        head.expect(Bams3Format.magic(magic), "section magic");
        int count = head.int32("section count");
        if (count < 1) {
            throw head.corrupt("section count", count + " entries");
        }
        int rawLength = head.int32("section raw length");
        if (rawLength < 0 || rawLength > MAX_RAW || (long) count * minBytes > rawLength) {
            throw head.corrupt("section raw length", rawLength + " bytes for " + count + " entries");
        }
        int codec = head.int32("section codec");
        byte[] stored = head.bytes("section", head.remaining());
        if (codec == Bams3Format.CODEC_STORED) {
            if (stored.length != rawLength) {
                throw head.corrupt("section raw length", rawLength + ", but " + stored.length + " bytes are stored");
            }
            return new Body(count, new ByteCursor(object, stored, 0, stored.length, position));
        }
        if (codec != Bams3Format.CODEC_ZSTD) {
            throw Bams3Format.unsupported(object, "section codec", "section codec " + codec);
        }
        byte[] raw = ZstdBytes.decompress(object, position, "section", stored, rawLength);
        return new Body(count, new ByteCursor(object, raw, 0, raw.length, position));
    }

    /** Says CORRUPT unless the bytes are those that the checksum was made of. */
    static void verify(String object, byte[] bytes, StoredRange range) {
        if (bytes.length != range.length()) {
            throw ReadsException.corrupt(
                    object, range.offset(), "section", bytes.length + " bytes, not " + range.length());
        }
        if (ByteCursor.crc32c(bytes, 0, bytes.length) != range.crc32c()) {
            throw ReadsException.corrupt(object, range.offset(), "section", "the checksum does not agree");
        }
    }
}
