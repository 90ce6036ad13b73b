package dev.bams3.format;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamFlags;
import java.util.Arrays;

/** The counts of `samtools flagstat`, for records that passed quality control and those with flag 0x200. Immutable. */
public final class Flagstat {
    /** Categories in the order in which samtools 1.16 prints them. */
    public enum Category {
        TOTAL("total"),
        PRIMARY("primary"),
        SECONDARY("secondary"),
        SUPPLEMENTARY("supplementary"),
        DUPLICATES("duplicates"),
        PRIMARY_DUPLICATES("primary_duplicates"),
        MAPPED("mapped"),
        PRIMARY_MAPPED("primary_mapped"),
        PAIRED("paired"),
        READ_1("read1"),
        READ_2("read2"),
        PROPERLY_PAIRED("properly_paired"),
        BOTH_MAPPED("both_mapped"),
        SINGLETONS("singletons"),
        MATE_ON_OTHER_REFERENCE("mate_on_other_reference"),
        MATE_ON_OTHER_REFERENCE_MAPQ_5("mate_on_other_reference_mapq5");

        private final String key;

        Category(String key) {
            this.key = key;
        }

        /** Name of the count in metadata and JSON answers. */
        public String key() {
            return key;
        }
    }

    public static final Flagstat NONE =
            new Flagstat(new long[Category.values().length], new long[Category.values().length]);

    private final long[] passed;
    private final long[] failed;

    private Flagstat(long[] passed, long[] failed) {
        this.passed = passed;
        this.failed = failed;
    }

    /**
     * Counts by category, in the order of {@link Category}; the arrays are copied.
     *
     * @throws IllegalArgumentException unless both have one count, 0 or more, for every category
     */
    public static Flagstat ofCounts(long[] passed, long[] failed) {
        int categories = Category.values().length;
        boolean negative = Arrays.stream(passed).anyMatch(n -> n < 0)
                || Arrays.stream(failed).anyMatch(n -> n < 0);
        if (passed.length != categories || failed.length != categories || negative) {
            throw new IllegalArgumentException("not the counts of a flagstat");
        }
        return new Flagstat(passed.clone(), failed.clone());
    }

    /** Counts whole records lying back to back. */
    public static Flagstat of(byte[] records, int offset, int length) {
        Flagstat counts = new Flagstat(new long[Category.values().length], new long[Category.values().length]);
        int end = offset + length;
        for (int at = offset; at < end; at += BamRecord.length(records, at)) {
            int flags = BamRecord.flags(records, at);
            count((flags & SamFlags.QC_FAIL) == 0 ? counts.passed : counts.failed, flags, records, at);
        }
        return counts;
    }

    private static void count(long[] counts, int flags, byte[] records, int record) {
        boolean mapped = (flags & SamFlags.UNMAPPED) == 0;
        boolean duplicate = (flags & SamFlags.DUPLICATE) != 0;
        counts[Category.TOTAL.ordinal()]++;
        counts[Category.MAPPED.ordinal()] += mapped ? 1 : 0;
        counts[Category.DUPLICATES.ordinal()] += duplicate ? 1 : 0;
        if ((flags & SamFlags.SECONDARY) != 0) {
            counts[Category.SECONDARY.ordinal()]++;
        } else if ((flags & SamFlags.SUPPLEMENTARY) != 0) {
            counts[Category.SUPPLEMENTARY.ordinal()]++;
        } else {
            counts[Category.PRIMARY.ordinal()]++;
            counts[Category.PRIMARY_MAPPED.ordinal()] += mapped ? 1 : 0;
            counts[Category.PRIMARY_DUPLICATES.ordinal()] += duplicate ? 1 : 0;
            if ((flags & SamFlags.PAIRED) != 0) {
                countPair(counts, flags, mapped, records, record);
            }
        }
    }

    private static void countPair(long[] counts, int flags, boolean mapped, byte[] records, int record) {
        boolean mateMapped = (flags & SamFlags.MATE_UNMAPPED) == 0;
        counts[Category.PAIRED.ordinal()]++;
        counts[Category.READ_1.ordinal()] += (flags & SamFlags.FIRST_IN_PAIR) != 0 ? 1 : 0;
        counts[Category.READ_2.ordinal()] += (flags & SamFlags.SECOND_IN_PAIR) != 0 ? 1 : 0;
        counts[Category.PROPERLY_PAIRED.ordinal()] += (flags & SamFlags.PROPER_PAIR) != 0 && mapped ? 1 : 0;
        counts[Category.SINGLETONS.ordinal()] += mapped && !mateMapped ? 1 : 0;
        if (mapped && mateMapped) {
            counts[Category.BOTH_MAPPED.ordinal()]++;
            if (BamRecord.mateReferenceIndex(records, record) != BamRecord.referenceIndex(records, record)) {
                counts[Category.MATE_ON_OTHER_REFERENCE.ordinal()]++;
                counts[Category.MATE_ON_OTHER_REFERENCE_MAPQ_5.ordinal()] +=
                        BamRecord.mappingQuality(records, record) >= 5 ? 1 : 0;
            }
        }
    }

    /** Both together. */
    public Flagstat plus(Flagstat other) {
        Flagstat sum = new Flagstat(passed.clone(), failed.clone());
        for (int i = 0; i < sum.passed.length; i++) {
            sum.passed[i] += other.passed[i];
            sum.failed[i] += other.failed[i];
        }
        return sum;
    }

    public long passed(Category category) {
        return passed[category.ordinal()];
    }

    public long failed(Category category) {
        return failed[category.ordinal()];
    }

    /** Passed and failed. */
    public long count(Category category) {
        return passed(category) + failed(category);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Flagstat flagstat
                && Arrays.equals(passed, flagstat.passed)
                && Arrays.equals(failed, flagstat.failed);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(passed) + Arrays.hashCode(failed);
    }

    @Override
    public String toString() {
        return "passed " + Arrays.toString(passed) + ", failed " + Arrays.toString(failed);
    }
}
