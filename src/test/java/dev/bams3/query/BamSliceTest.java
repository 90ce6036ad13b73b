package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Seed;
import dev.bams3.format.BlockSizing;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.OpenRead.Slice;
import dev.bams3.sam.ReadSelection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of slices. */
@Tag("fast")
class BamSliceTest {
    /** Blocks of more than one BGZF block each. */
    private static final BlockSizing SIZING = new BlockSizing(100 << 10, 2, 400 << 10, 1 << 20);

    private final long seed = Seed.draw();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6})
    void whereBgzfBlocksEndFollowsFromThePlanAlone(int level) throws IOException {
        try (QueryFixture fixture = new QueryFixture(
                        RandomRecords.header(), new RandomRecords(seed).sortedList(2_000), SIZING, level);
                OpenRead read = fixture.open(ReadSelection.everything())) {
            List<PlannedBlock> plan = read.plan().blocks();
            assertThat(plan).as("seed %s", seed).hasSizeGreaterThan(3);
            for (Slice slice : read.slices(300 << 10)) {
                Part part = new Part(false, slice.firstBlock(), slice.blocks(), true);
                byte[] bytes = bytes(read, part);
                List<Integer> expected = new ArrayList<>();
                for (PlannedBlock block : plan.subList(slice.firstBlock(), slice.firstBlock() + slice.blocks())) {
                    for (long left = block.entry().rawLength(); left > 0; left -= BgzfDeflaters.MAX_PAYLOAD) {
                        expected.add((int) Math.min(left, BgzfDeflaters.MAX_PAYLOAD));
                    }
                }
                expected.add(0);
                assertThat(BgzfBlock.split(bytes, 0, bytes.length, 0, "slice").stream()
                                .map(BgzfBlock::inflatedLength))
                        .as("seed %s", seed)
                        .isEqualTo(expected);
                assertThat(Arrays.mismatch(bytes(read, part), bytes)).isEqualTo(-1);
            }
        }
    }

    private static byte[] bytes(OpenRead read, Part part) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        read.bam(part).writeTo(out, read.bam(part).unmeasured());
        return out.toByteArray();
    }
}
