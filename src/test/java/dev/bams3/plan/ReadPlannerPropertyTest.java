package dev.bams3.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockList;
import dev.bams3.genome.Interval;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A plan against a naive scan of every record: nothing lost, nothing twice, whole blocks really whole, none for nothing. */
@Tag("fast")
class ReadPlannerPropertyTest {
    private static final int LENGTH = 5_000;

    /** A record as a planner's rules see it; start -1 has a reference and no position. */
    private record Read(int start, int end) {
        boolean overlaps(Interval interval) {
            return start < interval.end() && end > interval.start();
        }
    }

    @Test
    void planSelectsWhatANaiveScanSelects() {
        for (int round = 0; round < 2_000; round++) {
            long seed = System.nanoTime() + round;
            Random random = new Random(seed);
            List<List<List<Read>>> references = List.of(blocks(random), blocks(random), List.of());
            ReferenceDictionary dictionary = new ReferenceDictionary(
                    List.of(new Reference("a", LENGTH), new Reference("b", LENGTH), new Reference("empty", LENGTH)));
            List<BlockList> lists =
                    references.stream().map(ReadPlannerPropertyTest::index).toList();
            List<Region> regions = regions(random);
            List<Target> targets = Targets.of(dictionary, new ReadSelection.Regions(regions, false));
            ReadPlan plan = new ReadPlanner(RangeRules.DEFAULT).plan(targets, lists::get);

            List<Read> expected = new ArrayList<>();
            for (int reference = 0; reference < references.size(); reference++) {
                List<Interval> wanted = wanted(regions, dictionary.get(reference));
                for (List<Read> block : references.get(reference)) {
                    block.stream()
                            .filter(read -> wanted.stream().anyMatch(read::overlaps))
                            .forEach(expected::add);
                }
            }
            assertThat(answer(plan, references, lists)).as("seed %s", seed).isEqualTo(expected);
            for (PlannedBlock block : plan.blocks()) {
                if (!block.isWhole()) {
                    assertThat(block.filter())
                            .as("seed %s", seed)
                            .allMatch(interval -> block.entry().firstStart() < interval.end()
                                    && block.entry().endMax() > interval.start());
                }
            }
            long indexed = targets.stream()
                    .mapToLong(target -> lists.get(target.reference()).blocks().size())
                    .sum();
            assertThat(plan.blocks().size() + plan.skippedBlocks())
                    .as("seed %s", seed)
                    .isEqualTo(indexed);
        }
    }

    @Test
    void aReadFarToTheLeftDoesNotDragInTheBlocksBetween() {
        List<BlockEntry> entries = new ArrayList<>();
        entries.add(entry(0, 0, 10, 600_000));
        for (int i = 1; i < 1000; i++) {
            entries.add(entry(i, i * 500, i * 500 + 499, i * 500 + 600));
        }
        ReadPlan plan = new ReadPlanner(RangeRules.DEFAULT)
                .plan(List.of(new Target(0, List.of(new Interval(400_000, 400_001)))), any -> new BlockList(entries));
        assertThat(plan.blocks())
                .extracting(block -> block.entry().firstStart())
                .containsExactly(0, 399_500, 400_000);
        assertThat(plan.skippedBlocks()).isEqualTo(997);
    }

    private static BlockEntry entry(int ordinal, int firstStart, int lastStart, int endMax) {
        return new BlockEntry(0, ordinal * 100L, 100, 100, 10, firstStart, lastStart, endMax, 0, 0);
    }

    /** Executes a plan on the toy's records; a block is known by its ordinal, which stands in its offset. */
    private static List<Read> answer(ReadPlan plan, List<List<List<Read>>> references, List<BlockList> lists) {
        List<Read> found = new ArrayList<>();
        for (PlannedBlock block : plan.blocks()) {
            for (int reference = 0; reference < lists.size(); reference++) {
                int ordinal = identityIndex(lists.get(reference).blocks(), block.entry());
                if (ordinal >= 0) {
                    references.get(reference).get(ordinal).stream()
                            .filter(read ->
                                    block.isWhole() || block.filter().stream().anyMatch(read::overlaps))
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    @SuppressWarnings("ReferenceEquality") // two references may have equal blocks
    private static int identityIndex(List<BlockEntry> entries, BlockEntry wanted) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i) == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static List<Interval> wanted(List<Region> regions, Reference reference) {
        return regions.stream()
                .filter(region -> region.referenceName().equals(reference.name()))
                .map(region -> region.positions())
                .filter(interval -> !interval.isEmpty())
                .toList();
    }

    private static List<List<Read>> blocks(Random random) {
        List<Read> reads = new ArrayList<>();
        int count = random.nextInt(300);
        int spread = 1 + random.nextInt(LENGTH);
        for (int i = 0; i < count; i++) {
            int start = random.nextInt(60) == 0 ? -1 : random.nextInt(spread);
            int span = random.nextInt(40) == 0 ? 1 + random.nextInt(LENGTH) : 1 + random.nextInt(120);
            reads.add(new Read(start, start + (start < 0 ? 1 : span)));
        }
        reads.sort(Comparator.comparingInt(Read::start));
        List<List<Read>> blocks = new ArrayList<>();
        for (int at = 0; at < reads.size(); ) {
            int after = Math.min(reads.size(), at + 1 + random.nextInt(20));
            blocks.add(reads.subList(at, after));
            at = after;
        }
        return blocks;
    }

    private static BlockList index(List<List<Read>> blocks) {
        List<BlockEntry> entries = new ArrayList<>();
        for (List<Read> block : blocks) {
            int endMax = block.stream().mapToInt(Read::end).max().orElseThrow();
            entries.add(entry(
                    entries.size(), block.getFirst().start(), block.getLast().start(), endMax));
        }
        return new BlockList(entries);
    }

    private static List<Region> regions(Random random) {
        List<Region> regions = new ArrayList<>();
        int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 40 : 3);
        for (int i = 0; i < count; i++) {
            String name = List.of("a", "b", "empty").get(random.nextInt(3));
            long start = random.nextInt(LENGTH + 100);
            regions.add(
                    switch (random.nextInt(6)) {
                        case 0 -> Region.whole(name);
                        case 1 -> new Region(name, start, OptionalLong.of(start + 1));
                        case 2 -> new Region(name, start, OptionalLong.of(start));
                        case 3 -> new Region(name, start, OptionalLong.empty());
                        default -> new Region(name, start, OptionalLong.of(start + random.nextInt(400)));
                    });
        }
        return regions;
    }
}
