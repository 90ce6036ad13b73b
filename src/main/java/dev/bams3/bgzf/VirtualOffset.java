package dev.bams3.bgzf;

/**
 * A position in a BGZF file (SAMv1 § 4.1.1): the file offset of a block and an offset in what it inflates to.
 *
 * @param packed block offset in the upper 48 bits, offset inside the block in the lower 16
 */
public record VirtualOffset(long packed) implements Comparable<VirtualOffset> {

    /**
     * @param block file offset of the block, 0 to 2^48-1
     * @param within offset in the inflated block, 0 to 65,535
     */
    public static VirtualOffset of(long block, int within) {
        if (block < 0 || block >>> 48 != 0 || within < 0 || within > 0xFFFF) {
            throw new IllegalArgumentException("not a virtual offset: block " + block + ", within " + within);
        }
        return new VirtualOffset(block << 16 | within);
    }

    public long block() {
        return packed >>> 16;
    }

    public int within() {
        return (int) (packed & 0xFFFF);
    }

    @Override
    public int compareTo(VirtualOffset other) {
        return Long.compareUnsigned(packed, other.packed);
    }

    @Override
    public String toString() {
        return block() + ":" + within();
    }
}
