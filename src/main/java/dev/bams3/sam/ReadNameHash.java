package dev.bams3.sam;

/**
 * The hash of read names that subsampling goes by. It is part of the interface: a share of a seed is the same in every
 * release. FNV-1a of 64 bits over the bytes of the name, then, after the seed was added, the finalizer of MurmurHash3.
 */
public final class ReadNameHash {
    private static final long OFFSET_BASIS = 0xcbf2_9ce4_8422_2325L;
    private static final long PRIME = 0x0000_0100_0000_01b3L;
    private static final double UNIT = 0x1.0p-53;

    private ReadNameHash() {}

    /** @param length bytes of the name, without NUL */
    public static long of(byte[] buffer, int offset, int length) {
        long hash = OFFSET_BASIS;
        for (int i = offset; i < offset + length; i++) {
            hash = (hash ^ (buffer[i] & 0xFF)) * PRIME;
        }
        return hash;
    }

    /** A name's place in [0,1): it belongs to a share when this is less than the fraction. */
    public static double place(long hash, long seed) {
        long mixed = hash + seed;
        mixed = (mixed ^ mixed >>> 33) * 0xff51_afd7_ed55_8ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ce_b9fe_1a85_ec53L;
        mixed ^= mixed >>> 33;
        return (mixed >>> 11) * UNIT;
    }
}
