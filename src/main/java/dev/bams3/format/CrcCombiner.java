package dev.bams3.format;

/**
 * CRC of two consecutive parts from the CRCs of the parts. A CRC is a polynomial over GF(2), bit 31 being x^0; appending n
 * bytes multiplies it by x^(8n) modulo the generator, and the rest is addition (xor).
 */
final class CrcCombiner {
    static final CrcCombiner CRC_32 = new CrcCombiner(0xEDB88320);
    static final CrcCombiner CRC_32C = new CrcCombiner(0x82F63B78);

    private static final int ONE = 0x8000_0000;

    private final int generator;
    /** x^(2^k) modulo the generator. */
    private final int[] powers = new int[67];

    private CrcCombiner(int generator) {
        this.generator = generator;
        int power = ONE >>> 1;
        for (int k = 0; k < powers.length; k++) {
            powers[k] = power;
            power = multiply(power, power);
        }
    }

    int combine(int first, int second, long secondBytes) {
        int shift = ONE;
        for (int k = 3; secondBytes != 0; k++, secondBytes >>>= 1) {
            if ((secondBytes & 1) != 0) {
                shift = multiply(shift, powers[k]);
            }
        }
        return multiply(shift, first) ^ second;
    }

    private int multiply(int a, int b) {
        int product = 0;
        int term = b;
        for (int bit = ONE; bit != 0; bit >>>= 1) {
            if ((a & bit) != 0) {
                product ^= term;
            }
            term = (term & 1) == 0 ? term >>> 1 : term >>> 1 ^ generator;
        }
        return product;
    }
}
