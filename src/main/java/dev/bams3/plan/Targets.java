package dev.bams3.plan;

import dev.bams3.error.ReadsException;
import dev.bams3.genome.Interval;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.ReadSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A selection made concrete for one dataset: names looked up, regions merged, so that each
 * read is wanted once, in file order: references in dictionary order, unplaced reads last.
 *
 * @param isEverything whether every record is wanted
 * @param list the references that are wanted, unless everything is
 */
public record Targets(boolean isEverything, List<Target> list) {
    private static final Targets EVERYTHING = new Targets(true, List.of());

    public Targets {
        list = List.copyOf(list);
    }

    /**
     * Returns what a selection touches. An empty region wants nothing and gives no target; one behind the end of its
     * reference wants the reads that were placed there.
     *
     * @throws ReadsException NOT_FOUND (field `referenceName`) for a name that is not in the dictionary
     */
    public static Targets of(ReferenceDictionary dictionary, ReadSelection selection) {
        return switch (selection) {
            case ReadSelection.Everything _ -> EVERYTHING;
            case ReadSelection.Regions regions -> new Targets(false, regions(dictionary, regions));
        };
    }

    private static List<Target> regions(ReferenceDictionary dictionary, ReadSelection.Regions selection) {
        SortedMap<Integer, List<Interval>> byReference = new TreeMap<>();
        for (Region region : selection.regions()) {
            int reference = dictionary
                    .indexOf(region.referenceName())
                    .orElseThrow(() -> ReadsException.notFound(
                            "referenceName",
                            "the dataset has no reference '" + region.referenceName()
                                    + "'; its header lists the names"));
            byReference.computeIfAbsent(reference, unused -> new ArrayList<>()).add(region.positions());
        }
        List<Target> targets = new ArrayList<>();
        byReference.forEach((reference, intervals) -> {
            List<Interval> merged = Target.merge(intervals);
            if (!merged.isEmpty()) {
                targets.add(new Target(reference, merged));
            }
        });
        if (selection.unplaced()) {
            targets.add(Target.whole(BamRecord.NO_REFERENCE));
        }
        return List.copyOf(targets);
    }
}
