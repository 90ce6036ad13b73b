package dev.bams3.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.format.BlockEntry;
import dev.bams3.genome.Interval;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How blocks become GETs, by the example in {@link ReadPlan}'s javadoc, and what a plan says of itself. */
@Tag("fast")
class ReadPlanTest {
    private static final int KIB = 1024;
    private static final RangeRules RULES = RangeRules.DEFAULT;

    @Test
    void aRunOfBlocksIsCutIntoGrowingRanges() {
        ReadPlan plan = ReadPlan.of(run(100), RULES, 0);
        assertThat(plan.ranges())
                .containsExactly(
                        new PlannedRange(7, 0, 500 * KIB, 0, 5),
                        new PlannedRange(7, 500 * KIB, 2000 * KIB, 5, 20),
                        new PlannedRange(7, 2500 * KIB, 4000 * KIB, 25, 40),
                        new PlannedRange(7, 6500 * KIB, 3500 * KIB, 65, 35));
        assertThat(plan.gapBytes()).isZero();
        assertThat(plan.fetchedBytes()).isEqualTo(10_000L * KIB);
    }

    @Test
    void aSmallGapIsReadAndALargeOneIsNot() {
        ReadPlan plan = ReadPlan.of(
                List.of(block(1, 0, 1000), block(1, 1000 + 64 * KIB, 10), block(1, 1011 + 128 * KIB, 10)), RULES, 3);
        assertThat(plan.ranges())
                .containsExactly(
                        new PlannedRange(1, 0, 1010 + 64 * KIB, 0, 2), new PlannedRange(1, 1011 + 128 * KIB, 10, 2, 1));
        assertThat(plan.gapBytes()).isEqualTo(64 * KIB);
        assertThat(plan.skippedBlocks()).isEqualTo(3);
    }

    @Test
    void aRangeNeverSpansTwoChunks() {
        ReadPlan plan = ReadPlan.of(List.of(block(1, 64, 100), block(2, 164, 100)), RULES, 0);
        assertThat(plan.ranges())
                .containsExactly(new PlannedRange(1, 64, 100, 0, 1), new PlannedRange(2, 164, 100, 1, 1));
    }

    @Test
    void aBlockOverEveryLimitIsARangeOfItsOwn() {
        ReadPlan plan = ReadPlan.of(List.of(block(0, 0, 90_000 * KIB), block(0, 90_000 * KIB, 1)), RULES, 0);
        assertThat(plan.ranges()).extracting(PlannedRange::blocks).containsExactly(1, 1);
    }

    @Test
    void aSliceHasRangesOfItsOwn() {
        ReadPlan plan = ReadPlan.of(run(100), RULES, 0);
        ReadPlan slice = plan.slice(30, 6);
        assertThat(slice.ranges())
                .containsExactly(
                        new PlannedRange(7, 3000 * KIB, 500 * KIB, 0, 5),
                        new PlannedRange(7, 3500 * KIB, 100 * KIB, 5, 1));
        assertThat(slice.skippedBlocks()).isEqualTo(94);
        assertThat(plan.slice(0, 100)).isSameAs(plan);
        assertThat(plan.slice(3, 0).ranges()).isEmpty();
    }

    @Test
    void estimatesFollowTheShareOfTheBlockThatIsWanted() {
        BlockEntry entry = new BlockEntry(0, 0, 10, 40_000, 100, 0, 1000, 0, 1900, 2000, 0, 0);
        PlannedBlock whole = new PlannedBlock(entry, List.of());
        PlannedBlock tenth = new PlannedBlock(
                entry, List.of(new Target(0, List.of(new Interval(900, 1050), new Interval(1950, 5000)))));
        assertThat(whole.estimatedRecords()).isEqualTo(100);
        assertThat(tenth.estimatedRecords()).isEqualTo(10);
        assertThat(tenth.estimatedRawBytes()).isEqualTo(4000);
        ReadPlan plan = ReadPlan.of(List.of(whole, tenth), RULES, 0);
        assertThat(plan.estimatedRecords()).isEqualTo(110);
        assertThat(plan.wholeBlocks()).isEqualTo(1);
        assertThat(plan.filteredBlocks().blocks()).containsExactly(tenth);
    }

    private static List<PlannedBlock> run(int count) {
        List<PlannedBlock> blocks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            blocks.add(block(7, i * 100L * KIB, 100 * KIB));
        }
        return blocks;
    }

    private static PlannedBlock block(int chunk, long offset, int storedLength) {
        return new PlannedBlock(new BlockEntry(chunk, offset, storedLength, 1, 1, 0, 0, 0, 0, 1, 0, 0), List.of());
    }
}
