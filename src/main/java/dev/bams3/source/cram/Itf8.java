package dev.bams3.source.cram;

/** 32-bit numbers of 1 to 5 bytes (CRAMv3 § 2.3). */
final class Itf8 {
    private Itf8() {}

    /** How many bytes follow the first. */
    static int following(int first) {
        return Math.min(4, Integer.numberOfLeadingZeros(~first << 24));
    }

    /** @param at where the bytes behind the first begin, all of which must be there */
    static int decode(int first, byte[] bytes, int at) {
        return switch (following(first)) {
            case 0 -> first;
            case 1 -> (first & 0x3F) << 8 | bytes[at] & 0xFF;
            case 2 -> (first & 0x1F) << 16 | (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
            case 3 ->
                (first & 0x0F) << 24 | (bytes[at] & 0xFF) << 16 | (bytes[at + 1] & 0xFF) << 8 | bytes[at + 2] & 0xFF;
            default ->
                (first & 0x0F) << 28
                        | (bytes[at] & 0xFF) << 20
                        | (bytes[at + 1] & 0xFF) << 12
                        | (bytes[at + 2] & 0xFF) << 4
                        | bytes[at + 3] & 0x0F;
        };
    }
}
