package dev.bams3.simulate;

/** A stream of random draws that is a pure function of its seed (SplitMix64). */
final class Draws {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    Draws(long seed) {
        state = seed;
    }

    /** A well mixed value of these two: the same pair gives the same value. */
    static long mix(long seed, long value) {
        return finish(seed + GAMMA * (value + 1));
    }

    private static long finish(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    long next() {
        state += GAMMA;
        return finish(state);
    }

    /** 0 inclusive to 1 exclusive. */
    double unit() {
        return (next() >>> 11) * 0x1.0p-53;
    }

    boolean chance(double probability) {
        return unit() < probability;
    }

    /** 0 inclusive to {@code bound} exclusive. */
    int below(int bound) {
        return (int) (((next() >>> 32) * bound) >>> 32);
    }

    /** Mean 0, standard deviation 1, by the sum of twelve: never beyond 6, exact on every machine. */
    double gaussian() {
        double sum = -6;
        for (int i = 0; i < 12; i++) {
            sum += unit();
        }
        return sum;
    }
}
