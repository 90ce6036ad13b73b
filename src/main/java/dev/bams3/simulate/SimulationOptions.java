package dev.bams3.simulate;

import dev.bams3.error.ReadsException;
import dev.bams3.genome.Reference;
import java.util.List;

/**
 * What to simulate. The same options give the same records, on every machine and with any number of threads.
 *
 * @param seed of every random draw
 * @param references in header order; each at least as long as a read
 * @param depth mean number of reads over a position, over 0 to 1,000,000
 * @param readLength bases of a read, 30 to 1,000; of long reads the mean, up to 100,000
 * @param layout single reads, pairs, or long reads
 * @param insertMean mean length of a pair's fragment, bases
 * @param insertDeviation its standard deviation, bases
 * @param qualities how many levels the quality scores have
 * @param splicedShare of reads crossing an intron that are spliced over it, 0 to 1
 * @param longestIntron bases, 100 to 1,000,000
 * @param duplicateShare of fragments marked as duplicates of the one before, 0 to 1
 * @param unplacedShare unplaced reads per placed read, 0 to 1
 * @param readGroups read groups that the reads are spread over, 1 to 64
 */
public record SimulationOptions(
        long seed,
        List<Reference> references,
        double depth,
        int readLength,
        Layout layout,
        int insertMean,
        int insertDeviation,
        Qualities qualities,
        double splicedShare,
        int longestIntron,
        double duplicateShare,
        double unplacedShare,
        int readGroups) {

    /** How reads come from fragments. */
    public enum Layout {
        SINGLE,
        PAIRED,
        /** Single molecules with insertions, deletions and clipped ends. */
        LONG
    }

    /** The alphabet of the quality scores. */
    public enum Qualities {
        /** Four levels in long runs, as current Illumina instruments write them. */
        BINNED,
        /** About 40 levels that fall towards the end of a read. */
        FORTY
    }

    public SimulationOptions {
        references = List.copyOf(references);
        check(!references.isEmpty(), "references", "name at least one");
        check(depth > 0 && depth <= 1_000_000, "depth", "must be over 0 and at most 1000000");
        int longestRead = layout == Layout.LONG ? 100_000 : 1_000;
        check(readLength >= 30 && readLength <= longestRead, "read-length", "must be 30 to " + longestRead);
        check(insertMean >= 1 && insertMean <= 100_000, "insert-mean", "must be 1 to 100000");
        check(insertDeviation >= 0 && insertDeviation <= insertMean, "insert-deviation", "must be 0 to the mean");
        check(longestIntron >= 100 && longestIntron <= 1_000_000, "longest-intron", "must be 100 to 1000000");
        check(readGroups >= 1 && readGroups <= 64, "read-groups", "must be 1 to 64");
        checkShare(splicedShare, "spliced-share");
        checkShare(duplicateShare, "duplicate-share");
        checkShare(unplacedShare, "unplaced-share");
        for (Reference reference : references) {
            check(
                    reference.length() >= readLength,
                    "references",
                    reference.name() + " is shorter than a read (" + readLength + " bases)");
        }
    }

    /** 30x of 2 x 150 bases with four quality levels, a few duplicates and unplaced reads. */
    public static SimulationOptions illumina(long seed, List<Reference> references) {
        return new SimulationOptions(
                seed, references, 30, 150, Layout.PAIRED, 420, 90, Qualities.BINNED, 0, 100_000, 0.05, 0.01, 2);
    }

    /** 20x of molecules of 10,000 bases on average. */
    public static SimulationOptions longReads(long seed, List<Reference> references) {
        return new SimulationOptions(
                seed, references, 20, 10_000, Layout.LONG, 1, 0, Qualities.FORTY, 0, 100_000, 0, 0.01, 1);
    }

    /** 30x of 2 x 100 bases, spliced over introns of up to 500,000 bases. */
    public static SimulationOptions rna(long seed, List<Reference> references) {
        return new SimulationOptions(
                seed, references, 30, 100, Layout.PAIRED, 200, 50, Qualities.BINNED, 0.9, 500_000, 0.3, 0.01, 1);
    }

    public SimulationOptions withDepth(double newDepth) {
        return new SimulationOptions(
                seed,
                references,
                newDepth,
                readLength,
                layout,
                insertMean,
                insertDeviation,
                qualities,
                splicedShare,
                longestIntron,
                duplicateShare,
                unplacedShare,
                readGroups);
    }

    public SimulationOptions withQualities(Qualities newQualities) {
        return new SimulationOptions(
                seed,
                references,
                depth,
                readLength,
                layout,
                insertMean,
                insertDeviation,
                newQualities,
                splicedShare,
                longestIntron,
                duplicateShare,
                unplacedShare,
                readGroups);
    }

    private static void checkShare(double share, String field) {
        check(share >= 0 && share <= 1, field, "must be 0 to 1");
    }

    private static void check(boolean condition, String field, String message) {
        if (!condition) {
            throw ReadsException.invalidInput(field, message);
        }
    }
}
