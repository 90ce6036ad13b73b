package dev.bams3.query;

import dev.bams3.fixtures.RawBam;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Looks at every record. Written from SAMv1 § 4.2 (2024-11-06) and what samtools does, with nothing of the code under test:
 * a record covers the reference bases of its CIGAR (M, D, N, =, X), or one base if it is unmapped or has none.
 */
final class NaiveScan {
    private record Placed(byte[] record, int reference, long start, long end) {}

    private final List<Placed> records = new ArrayList<>();

    NaiveScan(List<byte[]> source) {
        for (byte[] record : source) {
            long start = RawBam.int32(record, 8);
            records.add(new Placed(record, RawBam.int32(record, 4), start, start + Math.max(1, span(record))));
        }
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

    List<byte[]> select(ReferenceDictionary references, ReadSelection.Regions selection) {
        Predicate<Placed> wanted = placed -> placed.reference < 0
                ? selection.unplaced()
                : selection.regions().stream().anyMatch(region -> overlaps(placed, references, region));
        return records.stream().filter(wanted).map(Placed::record).toList();
    }

    private static boolean overlaps(Placed placed, ReferenceDictionary references, Region region) {
        long length = references.get(placed.reference).length();
        long end = Math.min(length, region.end().orElse(length));
        return references.get(placed.reference).name().equals(region.referenceName())
                && region.start() < end
                && placed.start < end
                && placed.end > region.start();
    }
}
