package dev.bams3.simulate;

import dev.bams3.simulate.SimulationOptions.Qualities;

/** Draws quality scores along a read, and errors by them. */
final class QualityModel {
    private static final byte[] BINS = {37, 25, 11, 2};

    /** Of 65,536: how often an instrument's base of this quality is wrong. */
    private static final int[] ERRORS = new int[64];

    static {
        for (int quality = 0; quality < ERRORS.length; quality++) {
            ERRORS[quality] = (int) Math.min(30_000, 65_536 * StrictMath.pow(10, -quality / 10.0));
        }
    }

    private final Qualities qualities;

    QualityModel(Qualities qualities) {
        this.qualities = qualities;
    }

    /** Fills the scores of a read in the order the instrument read it. */
    void draw(Draws draws, byte[] scores, int length) {
        switch (qualities) {
            case BINNED -> binned(draws, scores, length);
            case FORTY -> forty(draws, scores, length);
        }
    }

    /** A Markov chain over four levels that stays where it is, more often so on top. */
    private static void binned(Draws draws, byte[] scores, int length) {
        int level = 0;
        // One read in 16 is a poor one.
        int leave = (draws.next() & 15) == 0 ? 9000 : 1100;
        for (int i = 0; i < length; ) {
            long bits = draws.next();
            for (int k = 0; k < 4 && i < length; k++, i++, bits >>>= 16) {
                int draw = (int) bits & 0xFFFF;
                int threshold = level == 0 ? leave + 6 * i : 45_000;
                if (draw < threshold) {
                    level = level != 0 ? (draw & 7) == 0 ? 3 - (level & 1) : 0 : 1 + (draw & 7) / 6 + (draw & 1);
                    level = Math.min(level, 3);
                }
                scores[i] = BINS[level];
            }
        }
    }

    /** A walk that falls towards the end of the read. */
    private static void forty(Draws draws, byte[] scores, int length) {
        int mean = 36 + (int) (draws.next() & 3) - 2;
        for (int i = 0; i < length; ) {
            long bits = draws.next();
            for (int k = 0; k < 8 && i < length; k++, i++, bits >>>= 8) {
                int draw = (int) bits & 0xFF;
                int down = draw < 24 ? (draw & 7) * 3 : draw < 128 ? draw & 3 : 0;
                int fall = (int) (8L * i / length);
                scores[i] = (byte) Math.max(2, Math.min(41, mean + (draw >> 7) * 2 - fall - down));
            }
        }
    }

    /** Whether a base of this score is read wrong, by 16 random bits. */
    static boolean isError(byte score, int draw16) {
        return draw16 < ERRORS[score];
    }
}
