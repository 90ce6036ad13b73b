package dev.bams3.format.block;

import dev.bams3.format.Words;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamTags;

/** Values of one field of a block, read one after the other. */
final class TagValues {
    /** Fewest bytes of a field: tag, type, and a character or a NUL. */
    static final int MIN_BYTES = 4;

    /** Whether its values are rebuilt. */
    boolean isWanted;

    /** Tag and type as the lowest three bytes. */
    private int head;

    private byte subtype;
    private int width;
    private int elementWidth;
    private boolean text;
    private int count;
    private long bases;

    private final NumberPlanes.Reader numbers = new NumberPlanes.Reader();
    private StreamCursor values = new StreamCursor();
    private int transform;
    private int[] textAt = new int[0];
    private byte[] unpacked = new byte[0];
    private int unpackedAt;

    void begin(int first, int second, int type, int subtype, StreamCursor dictionary) {
        head = first | second << 8 | type << 16;
        this.subtype = (byte) subtype;
        width = TagTypes.width(type);
        text = TagTypes.isText(type);
        elementWidth = type == 'B' ? TagTypes.elementWidth(subtype) : 1;
        if (width < 0 || elementWidth < 0) {
            throw dictionary.malformed("a field of type " + type + ", " + subtype);
        }
        count = 0;
        bases = 0;
    }

    /** Announces values and the SEQ bases of their records. */
    void expect(int moreValues, long moreBases) {
        count = Math.addExact(count, moreValues);
        bases = Math.addExact(bases, moreBases);
    }

    /**
     * @param limit most bytes that the values can have
     * @return bytes that were unpacked and are no longer those of a stream
     */
    int open(StreamCursor stream, int limit, RadixPacking radix) {
        values = stream;
        transform = stream.transform;
        if (count == 0) {
            return 0;
        }
        if (width > 0) {
            numbers.open(stream, count);
            return 0;
        }
        switch (transform) {
            case StreamIds.PLAIN, StreamIds.SEQUENCE_SIZED -> {}
            case StreamIds.DICTIONARY -> readTexts(stream);
            case StreamIds.SEQUENCE_SIZED_RADIX -> {
                // An alphabet of one symbol takes no bytes, so this is the only bound.
                if (bases > limit) {
                    throw stream.malformed(bases + " bytes of text in " + limit + " bytes of records");
                }
                int symbols = (int) bases;
                if (unpacked.length < symbols + 8) {
                    unpacked = new byte[symbols + 8];
                }
                radix.unpack(stream, symbols, unpacked);
                unpackedAt = 0;
                return symbols;
            }
            default -> throw stream.unknownTransform();
        }
        return 0;
    }

    /** Bytes of buffers that are kept for the next block. */
    long heldBytes() {
        return unpacked.length + numbers.heldBytes();
    }

    private void readTexts(StreamCursor stream) {
        int texts = stream.varint();
        if (texts < 0 || texts > 256) {
            throw stream.malformed(texts + " texts");
        }
        textAt = new int[texts];
        for (int i = 0; i < texts; i++) {
            textAt[i] = stream.at;
            while (stream.u8() != 0) {}
        }
    }

    /** Writes the next value with its tag and type; returns where it ends. What is behind that is written later. */
    int next(int sequenceLength, byte[] out, int at) {
        switch (width) {
            case 1 -> Words.int32(out, at, head | numbers.next() << 24);
            case 2 -> {
                int value = numbers.next();
                Words.int32(out, at, head | value << 24);
                out[at + 4] = (byte) (value >>> 8);
            }
            case 4 -> {
                int value = numbers.next();
                Words.int32(out, at, head);
                Words.int32(out, at + 3, value);
            }
            default -> {
                Words.int32(out, at, head);
                return text ? nextText(sequenceLength, out, at + 3) : nextArray(out, at + 3);
            }
        }
        return at + 3 + width;
    }

    private int nextText(int sequenceLength, byte[] out, int at) {
        switch (transform) {
            case StreamIds.DICTIONARY -> {
                return Words.copyText(values.data, textAt[values.u8()], out, at);
            }
            case StreamIds.SEQUENCE_SIZED ->
                System.arraycopy(values.data, values.take(sequenceLength), out, at, sequenceLength);
            case StreamIds.SEQUENCE_SIZED_RADIX -> {
                System.arraycopy(unpacked, unpackedAt, out, at, sequenceLength);
                unpackedAt += sequenceLength;
            }
            default -> {
                int end = Words.copyText(values.data, values.at, out, at);
                values.take(end - at);
                return end;
            }
        }
        if (SamTags.findNul(out, at, at + sequenceLength) != at + sequenceLength) {
            throw values.malformed("a NUL inside a text");
        }
        out[at + sequenceLength] = 0;
        return at + sequenceLength + 1;
    }

    private int nextArray(byte[] out, int at) {
        int from = values.take(4);
        long length = (BamRecord.int32(values.data, from) & 0xFFFF_FFFFL) * elementWidth;
        int bytes = Math.toIntExact(length);
        values.take(bytes);
        out[at] = subtype;
        System.arraycopy(values.data, from, out, at + 1, bytes + 4);
        return at + 5 + bytes;
    }
}
