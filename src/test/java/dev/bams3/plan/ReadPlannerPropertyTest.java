package dev.bams3.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Seed;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.PageEntry;
import dev.bams3.format.StoredRange;
import dev.bams3.format.StretchList;
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
    private record Read(int reference, int start, int end) {
        boolean overlaps(Interval interval) {
            return start < interval.end() && end > interval.start();
        }
    }

    @Test
    void planSelectsWhatANaiveScanSelects() {
        for (int round = 0; round < 2_000; round++) {
            long seed = Seed.draw() + round;
            Random random = new Random(seed);
            List<List<Read>> blocks = blocks(random);
            ReferenceDictionary dictionary = new ReferenceDictionary(
                    List.of(new Reference("a", LENGTH), new Reference("b", LENGTH), new Reference("empty", LENGTH)));
            StretchList<BlockEntry> list = index(blocks);
            List<Region> regions = regions(random);
            Targets targets = Targets.of(dictionary, new ReadSelection.Regions(regions, false));
            ReadPlan plan = planByPages(targets, list, 1 + random.nextInt(5));

            List<Read> expected = new ArrayList<>();
            for (List<Read> block : blocks) {
                for (Read read : block) {
                    List<Interval> wanted = wanted(regions, dictionary.get(read.reference()));
                    if (wanted.stream().anyMatch(read::overlaps)) {
                        expected.add(read);
                    }
                }
            }
            assertThat(answer(plan, blocks)).as("seed %s", seed).isEqualTo(expected);
            for (PlannedBlock block : plan.blocks()) {
                assertThat(block.filter())
                        .as("seed %s", seed)
                        .allMatch(target -> block.entry().mayHold(target.reference())
                                && target.intervals().stream()
                                        .allMatch(interval -> block.entry().startOn(target.reference()) < interval.end()
                                                && block.entry().endOn(target.reference()) > interval.start()));
            }
            assertThat(plan.blocks().size() + plan.skippedBlocks())
                    .as("seed %s", seed)
                    .isEqualTo(blocks.size());
        }
    }

    /** Cuts the list of blocks into pages, and reads those that are needed. */
    private static ReadPlan planByPages(Targets targets, StretchList<BlockEntry> blocks, int pageBlocks) {
        List<PageEntry> pages = new ArrayList<>();
        for (int i = 0; i < blocks.all().size(); i += pageBlocks) {
            List<BlockEntry> page =
                    blocks.all().subList(i, Math.min(blocks.all().size(), i + pageBlocks));
            BlockEntry last = page.getLast();
            int endMax = page.stream()
                    .filter(block -> block.lastReference() == last.lastReference())
                    .mapToInt(BlockEntry::endMax)
                    .max()
                    .orElseThrow();
            pages.add(new PageEntry(
                    new StoredRange(64L + i, 1, 0),
                    page.size(),
                    page.size(),
                    page.getFirst().firstReference(),
                    page.getFirst().firstStart(),
                    last.lastReference(),
                    last.lastStart(),
                    endMax));
        }
        List<BlockEntry> read = new ArrayList<>();
        for (PageEntry page : ReadPlanner.pages(targets, new StretchList<>(pages))) {
            int first = (int) page.section().offset() - 64;
            read.addAll(blocks.all().subList(first, first + page.blocks()));
        }
        return new ReadPlanner(RangeRules.DEFAULT)
                .plan(targets, new StretchList<>(read), blocks.all().size());
    }

    @Test
    void aReadFarToTheLeftDoesNotDragInTheBlocksBetween() {
        List<BlockEntry> entries = new ArrayList<>();
        entries.add(entry(0, 0, 10, 600_000));
        for (int i = 1; i < 1000; i++) {
            entries.add(entry(i, i * 500, i * 500 + 499, i * 500 + 600));
        }
        ReadPlan plan = new ReadPlanner(RangeRules.DEFAULT)
                .plan(
                        new Targets(false, List.of(new Target(0, List.of(new Interval(400_000, 400_001))))),
                        new StretchList<>(entries),
                        1000);
        assertThat(plan.blocks())
                .extracting(block -> block.entry().firstStart())
                .containsExactly(0, 399_500, 400_000);
        assertThat(plan.skippedBlocks()).isEqualTo(997);
    }

    private static BlockEntry entry(int ordinal, int firstStart, int lastStart, int endMax) {
        return new BlockEntry(0, ordinal * 100L, 100, 100, 10, 0, firstStart, 0, lastStart, endMax, 0, 0);
    }

    /** Executes a plan on the toy's records; a block is known by its ordinal, which stands in its offset. */
    private static List<Read> answer(ReadPlan plan, List<List<Read>> blocks) {
        List<Read> found = new ArrayList<>();
        for (PlannedBlock block : plan.blocks()) {
            for (Read read : blocks.get((int) block.entry().offset() / 100)) {
                boolean wanted = block.isWhole()
                        || block.filter().stream()
                                .filter(target -> target.reference() == read.reference())
                                .anyMatch(target -> target.intervals().isEmpty()
                                        || target.intervals().stream().anyMatch(read::overlaps));
                if (wanted) {
                    found.add(read);
                }
            }
        }
        return found;
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
        for (int reference = 0; reference < 2; reference++) {
            reads.addAll(reads(random, reference));
        }
        List<List<Read>> blocks = new ArrayList<>();
        int most = 1 + random.nextInt(20);
        for (int at = 0; at < reads.size(); ) {
            int after = Math.min(reads.size(), at + 1 + random.nextInt(most));
            blocks.add(reads.subList(at, after));
            at = after;
        }
        return blocks;
    }

    private static List<Read> reads(Random random, int reference) {
        List<Read> reads = new ArrayList<>();
        int count = random.nextInt(random.nextInt(3) == 0 ? 3 : 300);
        int spread = 1 + random.nextInt(LENGTH);
        for (int i = 0; i < count; i++) {
            int start = random.nextInt(60) == 0 ? -1 : random.nextInt(spread);
            int span = random.nextInt(40) == 0 ? 1 + random.nextInt(LENGTH) : 1 + random.nextInt(120);
            reads.add(new Read(reference, start, start + (start < 0 ? 1 : span)));
        }
        reads.sort(Comparator.comparingInt(Read::start));
        return reads;
    }

    private static StretchList<BlockEntry> index(List<List<Read>> blocks) {
        List<BlockEntry> entries = new ArrayList<>();
        for (List<Read> block : blocks) {
            Read first = block.getFirst();
            Read last = block.getLast();
            int endMax = block.stream()
                    .filter(read -> read.reference() == last.reference())
                    .mapToInt(Read::end)
                    .max()
                    .orElseThrow();
            entries.add(new BlockEntry(
                    0,
                    entries.size() * 100L,
                    100,
                    100,
                    block.size(),
                    first.reference(),
                    first.start(),
                    last.reference(),
                    last.start(),
                    endMax,
                    0,
                    0));
        }
        return new StretchList<>(entries);
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
