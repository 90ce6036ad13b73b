package dev.bams3.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class DepthGridTest {
    @Test
    void theLongestReferenceHasItsBins() {
        DepthGrid grid = new DepthGrid(
                List.of(50, 500_000_000), new ReferenceDictionary(List.of(new Reference("long", Integer.MAX_VALUE))));
        assertThat(grid.bins(0, 0)).isEqualTo(42_949_673);
        assertThat(grid.bins(1, 0)).isEqualTo(5);
        assertThat(grid.positions(0, 0, 42_949_672 * 50)).isEqualTo(47);
        assertThat(grid.page(1, 4)).isEqualTo(grid.pages() - 1);
    }

    @Test
    void aReferenceThatIsOneBinHasNoneAtCoarserScales() {
        DepthGrid grid = new DepthGrid(
                List.of(50, 500),
                new ReferenceDictionary(
                        List.of(new Reference("a", 50), new Reference("b", 51), new Reference("c", 1))));
        assertThat(List.of(grid.bins(0, 0), grid.bins(0, 1), grid.bins(0, 2))).containsExactly(1, 2, 1);
        assertThat(List.of(grid.bins(1, 0), grid.bins(1, 1), grid.bins(1, 2))).containsExactly(0, 1, 0);
    }
}
