package dev.bams3.sam;

import java.util.Arrays;
import java.util.Optional;

/** What two BAM records differ in, for people. */
public final class RecordDifference {
    private RecordDifference() {}

    /** Returns the name of the first field of two checked records that differs; empty where every byte is equal. */
    public static Optional<String> first(byte[] a, int x, byte[] b, int y) {
        if (Arrays.equals(a, x, x + BamRecord.length(a, x), b, y, y + BamRecord.length(b, y))) {
            return Optional.empty();
        }
        return Optional.of(
                differs(
                                a,
                                BamRecord.nameOffset(x),
                                BamRecord.cigarOffset(a, x),
                                b,
                                BamRecord.nameOffset(y),
                                BamRecord.cigarOffset(b, y))
                        ? "QNAME"
                        : fixed(a, x, b, y).orElseGet(() -> variable(a, x, b, y)));
    }

    private static Optional<String> fixed(byte[] a, int x, byte[] b, int y) {
        String name = null;
        if (BamRecord.flags(a, x) != BamRecord.flags(b, y)) {
            name = "FLAG";
        } else if (BamRecord.referenceIndex(a, x) != BamRecord.referenceIndex(b, y)) {
            name = "RNAME";
        } else if (BamRecord.start(a, x) != BamRecord.start(b, y)) {
            name = "POS";
        } else if (BamRecord.mappingQuality(a, x) != BamRecord.mappingQuality(b, y)) {
            name = "MAPQ";
        } else if (BamRecord.mateReferenceIndex(a, x) != BamRecord.mateReferenceIndex(b, y)) {
            name = "RNEXT";
        } else if (BamRecord.mateStart(a, x) != BamRecord.mateStart(b, y)) {
            name = "PNEXT";
        } else if (BamRecord.templateLength(a, x) != BamRecord.templateLength(b, y)) {
            name = "TLEN";
        }
        return Optional.ofNullable(name);
    }

    private static String variable(byte[] a, int x, byte[] b, int y) {
        int sequenceA = BamRecord.sequenceOffset(a, x);
        int sequenceB = BamRecord.sequenceOffset(b, y);
        int qualityA = BamRecord.qualityOffset(a, x);
        int qualityB = BamRecord.qualityOffset(b, y);
        if (differs(a, BamRecord.cigarOffset(a, x), sequenceA, b, BamRecord.cigarOffset(b, y), sequenceB)) {
            return "CIGAR";
        }
        if (BamRecord.sequenceLength(a, x) != BamRecord.sequenceLength(b, y)
                || differs(a, sequenceA, qualityA, b, sequenceB, qualityB)) {
            return "SEQ";
        }
        if (differs(a, qualityA, BamRecord.tagsOffset(a, x), b, qualityB, BamRecord.tagsOffset(b, y))) {
            return "QUAL";
        }
        // Of all fields of BAM, bin alone is not one of SAM, too.
        return BamRecord.bin(a, x) != BamRecord.bin(b, y) ? "bin" : "tags";
    }

    private static boolean differs(byte[] a, int fromA, int toA, byte[] b, int fromB, int toB) {
        return !Arrays.equals(a, fromA, toA, b, fromB, toB);
    }
}
