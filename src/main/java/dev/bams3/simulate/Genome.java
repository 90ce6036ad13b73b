package dev.bams3.simulate;

/**
 * Random references and one individual's two haplotypes on them, as functions of the seed: nothing is stored, and any
 * stretch can be had at any time. Bases are BAM codes: A 1, C 2, G 4, T 8.
 */
final class Genome {
    /** One variant in about a thousand bases, as in people; drawn for each word of 32 bases. */
    private static final int VARIANT_WORDS_OF_65536 = 2097;

    private static final int BASES_PER_WORD = 32;

    private final long sequenceSeed;
    private final long variantSeed;

    Genome(long seed, int reference) {
        sequenceSeed = Draws.mix(Draws.mix(seed, 1), reference);
        variantSeed = Draws.mix(Draws.mix(seed, 2), reference);
    }

    /**
     * The reference's bases and those of one haplotype.
     *
     * @param start 0-based position of the first
     * @param haplotypeNumber 0 or 1
     * @param reference gets the reference's bases from {@code at}
     * @param haplotype gets the individual's from {@code at}
     */
    void bases(int start, int length, int haplotypeNumber, byte[] reference, byte[] haplotype, int at) {
        int position = start;
        int end = start + length;
        int to = at;
        while (position < end) {
            int word = position / BASES_PER_WORD;
            int wordEnd = Math.min(end, (word + 1) * BASES_PER_WORD);
            int from = to;
            long bits = Draws.mix(sequenceSeed, word) >>> 2 * (position % BASES_PER_WORD);
            int wordFrom = position;
            for (; position < wordEnd; position++) {
                reference[to++] = (byte) (1 << (bits & 3));
                bits >>>= 2;
            }
            System.arraycopy(reference, from, haplotype, from, to - from);
            placeVariant(word, wordFrom, wordEnd, haplotypeNumber, haplotype, from);
        }
    }

    private void placeVariant(int word, int wordFrom, int wordEnd, int haplotypeNumber, byte[] haplotype, int at) {
        long variant = Draws.mix(variantSeed, word);
        if ((variant & 0xFFFF) >= VARIANT_WORDS_OF_65536) {
            return;
        }
        int position = word * BASES_PER_WORD + (int) (variant >>> 16 & 31);
        int carrier = (int) (variant >>> 21 & 3); // 0 and 1: that haplotype; 2 and 3: both
        if (position >= wordFrom && position < wordEnd && (carrier > 1 || carrier == haplotypeNumber)) {
            int index = at + position - wordFrom;
            haplotype[index] = other(haplotype[index], (int) (variant >>> 24 & 0xFFFF));
        }
    }

    /** A base that is not this one. */
    static byte other(byte base, int draw) {
        int code = Integer.numberOfTrailingZeros(base);
        return (byte) (1 << ((code + 1 + draw % 3) & 3));
    }

    /** Where the first intron at or behind this position begins; they are 400 to 1,600 bases apart. */
    int intronAfter(int position) {
        for (int slot = position / 1000; ; slot++) {
            int begin = slot * 1000 + 200 + (int) (Draws.mix(variantSeed ^ 0x5A5A, slot) >>> 33) % 600;
            if (begin >= position) {
                return begin;
            }
        }
    }

    /** Length of the intron that begins here: 100 bases to the longest, short ones more often. */
    int intronLength(int begin, int longest) {
        double unit = (Draws.mix(variantSeed ^ 0xA5A5, begin) >>> 11) * 0x1.0p-53;
        double share = unit * unit * unit * unit;
        return 100 + (int) (share * (longest - 100));
    }

    /** Mapping quality of a read that begins here: 60, but for stretches that look repeated. */
    int mappingQuality(int position) {
        int draw = (int) (Draws.mix(variantSeed ^ 0x3C3C, position >> 10) >>> 40) % 100;
        return draw < 94 ? 60 : draw < 96 ? 0 : 20 + draw % 30;
    }
}
