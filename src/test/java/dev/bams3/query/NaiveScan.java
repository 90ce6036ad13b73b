package dev.bams3.query;

import dev.bams3.fixtures.RawBam;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Looks at every record. Written from SAMv1 § 4.2 (2024-11-06) and what samtools does, with nothing of the code under test:
 * a record covers the reference bases of its CIGAR (M, D, N, =, X), or one base if it is unmapped or has none.
 */
final class NaiveScan {
    private final ReferenceDictionary references;
    private final int[] reference;
    private final long[] start;
    private final long[] end;

    NaiveScan(ReferenceDictionary references, List<byte[]> source) {
        this.references = references;
        reference = source.stream().mapToInt(record -> RawBam.int32(record, 4)).toArray();
        start = source.stream().mapToLong(record -> RawBam.int32(record, 8)).toArray();
        end = source.stream()
                .mapToLong(record -> RawBam.int32(record, 8) + Math.max(1, span(record)))
                .toArray();
    }

    private static long span(byte[] record) {
        int flags = RawBam.int32(record, 16) >>> 16;
        int operations = RawBam.int32(record, 16) & 0xFFFF;
        if ((flags & 4) != 0) {
            return 0;
        }
        long span = 0;
        int at = 36 + (record[12] & 0xFF);
        for (int i = 0; i < operations; i++) {
            int operation = RawBam.int32(record, at + 4 * i);
            if ("MDN=X".indexOf("MIDNSHP=X".charAt(operation & 15)) >= 0) {
                span += operation >>> 4;
            }
        }
        return span;
    }

    /** Indexes of the records that are selected, in order. */
    int[] select(ReadSelection.Regions selection) {
        Interval[] intervals = selection.regions().stream().map(this::interval).toArray(Interval[]::new);
        return IntStream.range(0, reference.length)
                .filter(i -> reference[i] < 0 ? selection.unplaced() : overlapsAny(i, intervals))
                .toArray();
    }

    private record Interval(int reference, long start, long end) {}

    private Interval interval(Region region) {
        int index = references.indexOf(region.referenceName()).orElseThrow();
        return new Interval(index, region.start(), region.end().orElse(Long.MAX_VALUE));
    }

    private boolean overlapsAny(int record, Interval[] intervals) {
        for (Interval interval : intervals) {
            if (reference[record] == interval.reference
                    && interval.start < interval.end
                    && start[record] < interval.end
                    && end[record] > interval.start) {
                return true;
            }
        }
        return false;
    }
}
