package dev.bams3.bams3;

import dev.bams3.sam.BamRecord;

/** Values of one field of a block, read one after the other. */
final class TagValues {
    private byte first;
    private byte second;
    private byte type;
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
        this.first = (byte) first;
        this.second = (byte) second;
        this.type = (byte) type;
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

    void open(StreamCursor stream, RadixPacking radix) {
        values = stream;
        transform = stream.transform;
        if (count == 0) {
            return;
        }
        if (width > 0) {
            numbers.open(stream, count);
            return;
        }
        switch (transform) {
            case StreamIds.PLAIN, StreamIds.SEQUENCE_SIZED -> {}
            case StreamIds.DICTIONARY -> readTexts(stream);
            case StreamIds.SEQUENCE_SIZED_RADIX -> {
                int symbols = Math.toIntExact(bases);
                // An alphabet of one symbol takes no bytes, so this is the only bound; the values are part of the
                // block.
                if (unpacked.length < symbols + 8) {
                    unpacked = new byte[symbols + 8];
                }
                radix.unpack(stream, symbols, unpacked);
                unpackedAt = 0;
            }
            default -> throw BlockFrame.unsupported("", "transform " + transform + " of a tag");
        }
    }

    private void readTexts(StreamCursor stream) {
        int texts = stream.varint();
        if (texts < 0 || texts > 256) {
            throw stream.malformed(texts + " texts");
        }
        textAt = new int[texts + 1];
        textAt[0] = stream.at;
        for (int i = 1; i <= texts; i++) {
            while (stream.u8() != 0) {}
            textAt[i] = stream.at;
        }
    }

    int next(int sequenceLength, byte[] out, int at) {
        out[at] = first;
        out[at + 1] = second;
        out[at + 2] = type;
        int to = at + 3;
        if (width > 0) {
            int value = numbers.next();
            out[to] = (byte) value;
            if (width > 1) {
                out[to + 1] = (byte) (value >>> 8);
                if (width > 2) {
                    out[to + 2] = (byte) (value >>> 16);
                    out[to + 3] = (byte) (value >>> 24);
                }
            }
            return to + width;
        }
        return text ? nextText(sequenceLength, out, to) : nextArray(out, to);
    }

    private int nextText(int sequenceLength, byte[] out, int at) {
        switch (transform) {
            case StreamIds.DICTIONARY -> {
                int index = values.u8();
                int length = textAt[index + 1] - textAt[index];
                System.arraycopy(values.data, textAt[index], out, at, length);
                return at + length;
            }
            case StreamIds.SEQUENCE_SIZED -> {
                System.arraycopy(values.data, values.take(sequenceLength), out, at, sequenceLength);
                return at + sequenceLength + 1;
            }
            case StreamIds.SEQUENCE_SIZED_RADIX -> {
                System.arraycopy(unpacked, unpackedAt, out, at, sequenceLength);
                unpackedAt += sequenceLength;
                return at + sequenceLength + 1;
            }
            default -> {
                byte[] data = values.data;
                int from = values.at;
                int to = at;
                byte c;
                do {
                    c = data[from++];
                    out[to++] = c;
                } while (c != 0);
                values.take(from - values.at);
                return to;
            }
        }
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
