package dev.bams3.source.cram;

import java.util.Arrays;

/**
 * Decodes what streams of rANS Nx16 and of the arithmetic coder have in common (CRAMcodecs § 3 and 4): flags, length, stripes
 * and packed bits. No array becomes longer than the caller permits.
 */
final class CodecStream {
    static final int ORDER_1 = 0x01;
    static final int MANY_STATES = 0x04;
    static final int UNCOMPRESSED = 0x20;
    static final int RUN_LENGTHS = 0x40;

    private static final int STRIPED = 0x08;
    private static final int WITHOUT_LENGTH = 0x10;
    private static final int PACKED = 0x80;

    /** Stripes within stripes serve nothing. */
    private static final int MAX_DEPTH = 2;

    private static final int MAX_PACKED_SYMBOLS = 16;

    /** Of a stream that is packed and has runs. */
    private static final int MAX_ARRAYS = 3;

    private CodecStream() {}

    /** What turns a stream into bytes, packed or not. */
    interface Coder {
        /** @param length of the result */
        byte[] decode(int flags, CramCursor in, int length);
    }

    /**
     * Returns the bytes of memory that decoding a stream needs beside it and its result: for what is packed, for what has no runs
     * yet and for the runs.
     */
    static long workspace(byte[] stream, int length) {
        int flags = stream.length == 0 ? 0 : stream[0];
        int arrays = (flags & STRIPED) != 0
                ? 1 + MAX_ARRAYS
                : ((flags & PACKED) != 0 ? 1 : 0) + ((flags & RUN_LENGTHS) != 0 ? 2 : 0);
        return (long) arrays * length;
    }

    /** Decodes a whole stream of a known length. */
    static byte[] decode(Coder coder, CramCursor in, int length) {
        return decode(coder, in, length, true, 0);
    }

    /** Decodes a whole stream that has its length. */
    static byte[] decodeUpTo(Coder coder, CramCursor in, int most) {
        return decode(coder, in, most, false, 0);
    }

    private static byte[] decode(Coder coder, CramCursor in, int most, boolean exact, int depth) {
        int flags = in.unsignedByte();
        if ((flags & WITHOUT_LENGTH) != 0 && depth == 0) {
            throw in.place().corrupt("its compressed data does not have its length");
        }
        int length = (flags & WITHOUT_LENGTH) == 0 ? in.uint7() : most;
        if (length > most || exact && length != most) {
            throw in.place()
                    .corrupt("its compressed data has " + length + " bytes when decompressed, where " + most
                            + (exact ? " are said" : " are the most"));
        }
        if ((flags & STRIPED) != 0) {
            return stripes(coder, in, length, depth);
        }
        if ((flags & PACKED) == 0) {
            return coder.decode(flags, in, length);
        }
        int symbols = in.unsignedByte();
        if (symbols == 0 || symbols > MAX_PACKED_SYMBOLS) {
            throw in.place().corrupt("its compressed data packs " + symbols + " symbols");
        }
        byte[] map = in.bytes(symbols);
        int packed = in.uint7();
        if (packed > length) {
            throw in.place().corrupt("its compressed data packs " + length + " bytes into " + packed);
        }
        return unpack(coder.decode(flags, in, packed), map, length, in.place());
    }

    private static byte[] stripes(Coder coder, CramCursor in, int length, int depth) {
        int count = in.unsignedByte();
        if (count == 0 || depth == MAX_DEPTH) {
            throw in.place().corrupt("its compressed data has " + count + " stripes, " + depth + " deep");
        }
        int[] lengths = new int[count];
        for (int i = 0; i < count; i++) {
            lengths[i] = in.uint7();
        }
        byte[] out = new byte[length];
        for (int i = 0; i < count; i++) {
            int most = length / count + (i < length % count ? 1 : 0);
            byte[] stripe = decode(coder, in.part(lengths[i]), most, true, depth + 1);
            int at = i;
            for (byte value : stripe) {
                out[at] = value;
                at += count;
            }
        }
        return out;
    }

    private static byte[] unpack(byte[] packed, byte[] map, int length, Place place) {
        byte[] out = new byte[length];
        if (map.length == 1) {
            Arrays.fill(out, map[0]);
            return out;
        }
        int bits = map.length <= 2 ? 1 : map.length <= 4 ? 2 : 4;
        int each = 8 / bits;
        if (packed.length < (length + each - 1) / each) {
            throw place.corrupt("its compressed data packs " + length + " bytes into " + packed.length);
        }
        // What no symbol has, is zero, as htslib reads it.
        byte[] symbols = Arrays.copyOf(map, 1 << bits);
        int mask = (1 << bits) - 1;
        int at = 0;
        for (int i = 0; at < length; i++) {
            int value = packed[i];
            for (int end = Math.min(length, at + each); at < end; at++) {
                out[at] = symbols[value & mask];
                value >>>= bits;
            }
        }
        return out;
    }
}
