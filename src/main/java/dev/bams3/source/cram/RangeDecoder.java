package dev.bams3.source.cram;

/** The range decoder that the arithmetic coder and fqzcomp share (CRAMcodecs § 4). Range and code are unsigned. */
final class RangeDecoder {
    /** The least range between two symbols. */
    private static final int LEAST = 1 << 24;

    private static final int START_LENGTH = 5;

    private final CramCursor in;
    private int range = -1;
    private int code;

    RangeDecoder(CramCursor in) {
        this.in = in;
        for (int i = 0; i < START_LENGTH; i++) {
            code = code << 8 | in.unsignedByte();
        }
    }

    /** Divides the range by the sum of all frequencies, and returns below which sum of them the next symbol lies. */
    int frequency(int total) {
        range = Integer.divideUnsigned(range, total);
        return Integer.divideUnsigned(code, range);
    }

    /**
     * Takes a symbol.
     *
     * @param before sum of the frequencies before it
     */
    void take(int before, int frequency) {
        code -= before * range;
        range *= frequency;
        while (Integer.compareUnsigned(range, LEAST) < 0) {
            code = code << 8 | in.unsignedByte();
            range <<= 8;
        }
    }

    Place place() {
        return in.place();
    }
}
