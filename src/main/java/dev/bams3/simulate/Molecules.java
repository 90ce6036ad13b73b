package dev.bams3.simulate;

import dev.bams3.simulate.SimulationOptions.Layout;

/**
 * The sequenced fragments of one reference, each a pure function of its number, in order of their starts. So the reads of
 * any stretch can be made without the ones before it.
 */
final class Molecules {
    /** A duplicate copies the place of the fragment before, which may be one too: at most so many in a row. */
    private static final int LONGEST_DUPLICATE_RUN = 8;

    private static final double MATE_UNMAPPED_SHARE = 0.01;

    private final SimulationOptions options;
    private final int reference;
    private final int referenceLength;
    private final long seed;
    private final long count;

    /** @param reference index of the reference */
    Molecules(SimulationOptions options, int reference) {
        this.options = options;
        this.reference = reference;
        referenceLength = options.references().get(reference).length();
        seed = Draws.mix(Draws.mix(options.seed(), 3), reference);
        int readsEach = options.layout() == Layout.PAIRED ? 2 : 1;
        double basesEach = (double) readsEach * options.readLength();
        count = Math.max(1, Math.round(options.depth() * referenceLength / basesEach));
    }

    /**
     * One fragment.
     *
     * @param number among the reference's fragments
     * @param start 0-based position of its first base
     * @param insert bases from its first to its last; of a long read its bases on the reference
     * @param duplicate whether it copies the place of another
     * @param mateUnmapped whether its right read could not be placed
     * @param firstIsLeft whether read 1 lies left
     * @param haplotype 0 or 1
     */
    record Molecule(
            long number,
            int start,
            int insert,
            boolean duplicate,
            boolean mateUnmapped,
            boolean firstIsLeft,
            int haplotype) {
        /** Where the right read of a pair begins. */
        int mateStart(int readLength) {
            return mateUnmapped ? start : start + insert - readLength;
        }
    }

    long count() {
        return count;
    }

    /** Bases of the reference at which a fragment may begin: 0 to this, exclusive. */
    int starts() {
        return referenceLength - shortest() + 1;
    }

    /** How far behind its start a fragment's right read can begin, at most. */
    int reach() {
        return options.layout() == Layout.PAIRED ? options.insertMean() + 6 * options.insertDeviation() : 0;
    }

    /** A number at or before the first fragment that begins at or behind {@code position}. */
    long firstFrom(long position) {
        double number = (double) position * count / referenceLength;
        return Math.max(0, Math.min(count, (long) number - 2 - LONGEST_DUPLICATE_RUN));
    }

    /** A number behind the last fragment that begins before {@code position}. */
    long firstBehind(long position) {
        if (position >= starts()) {
            return count;
        }
        double number = (double) position * count / referenceLength;
        return Math.min(count, (long) number + 2 + LONGEST_DUPLICATE_RUN);
    }

    Molecule molecule(long number) {
        Draws own = new Draws(Draws.mix(seed, number));
        boolean duplicate = isDuplicate(number);
        long original = number;
        for (int i = 0; i < LONGEST_DUPLICATE_RUN && isDuplicate(original); i++) {
            original--;
        }
        Draws place = new Draws(Draws.mix(seed, original) ^ 0x1234567);
        double exact = (original + place.unit()) * referenceLength / count;
        int start = Math.min((int) exact, starts() - 1);
        int insert = Math.min(length(place), referenceLength - start);
        boolean firstIsLeft = place.chance(0.5);
        return new Molecule(number, start, insert, duplicate, own.chance(MATE_UNMAPPED_SHARE), firstIsLeft, (int)
                (place.next() & 1));
    }

    private boolean isDuplicate(long number) {
        if (number == 0 || options.duplicateShare() == 0) {
            return false;
        }
        long draw = Draws.mix(seed ^ 0x77777777L, number) >>> 11;
        return draw * 0x1.0p-53 < options.duplicateShare();
    }

    private int length(Draws place) {
        return switch (options.layout()) {
            case SINGLE -> options.readLength();
            case PAIRED -> {
                double drawn = options.insertMean() + options.insertDeviation() * place.gaussian();
                yield Math.max(options.readLength(), (int) drawn);
            }
            // Log-normal with the mean that was asked for.
            case LONG -> {
                double drawn = options.readLength() * StrictMath.exp(0.6 * place.gaussian() - 0.18);
                yield Math.max(shortest(), (int) drawn);
            }
        };
    }

    private int shortest() {
        return options.layout() == Layout.LONG ? Math.min(30, referenceLength) : options.readLength();
    }

    /** As an Illumina or PacBio instrument would name it; different for every fragment. */
    String name(long number) {
        if (options.layout() == Layout.LONG) {
            return "m64011_190830_220126/" + (reference * 1_000_000L + number) + "/ccs";
        }
        long mixed = permuted(number);
        int lane = 1 + (int) (mixed & 3);
        int tile = 1101 + (int) (mixed >>> 2 & 1) * 1000 + (int) (mixed >>> 3 & 63);
        int x = 1000 + (int) (mixed >>> 9 & 0x7FFF);
        int y = 1000 + (int) (mixed >>> 24);
        return "A00" + (100 + reference) + ":31:HJ7YGDSXX:" + lane + ":" + tile + ":" + x + ":" + y;
    }

    /** Another number of 40 bits for each number of 40 bits: names look random and never repeat. */
    private static long permuted(long number) {
        long mask = (1L << 40) - 1;
        long mixed = number * 0x9E3779B97F4A7C15L & mask;
        mixed ^= mixed >>> 20;
        mixed = mixed * 0xD1342543DE82EF95L & mask;
        return mixed ^ mixed >>> 20;
    }

    /** Seed of what is drawn for one read of a fragment. */
    long readSeed(long number, boolean left) {
        return Draws.mix(seed ^ (left ? 0x1111L : 0x2222L), number);
    }

    String readGroup(long number) {
        return "rg" + (1 + Math.floorMod(Draws.mix(seed ^ 0x55L, number), options.readGroups()));
    }
}
