package dev.bams3.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Interval;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Names, clipping and merging of regions. What they select of a dataset is {@link ReadPlannerPropertyTest}'s. */
@Tag("fast")
class TargetsTest {
    private static final ReferenceDictionary DICTIONARY =
            new ReferenceDictionary(List.of(new Reference("chr1", 1000), new Reference("chr2", 500)));

    @Test
    void regionsComeInFileOrderMergedWithUnplacedLast() {
        List<Target> targets = of(
                true,
                region("chr2", 10, 20),
                region("chr1", 300, 400),
                region("chr1", 100, 200),
                region("chr1", 200, 250),
                region("chr1", 120, 130),
                region("chr1", 100, 200),
                region("chr1", 251, 260));
        assertThat(targets)
                .containsExactly(
                        new Target(0, List.of(new Interval(100, 250), new Interval(251, 260), new Interval(300, 400))),
                        new Target(1, List.of(new Interval(10, 20))),
                        new Target(-1, List.of()));
    }

    @Test
    void positionsBehindTheReferenceAreWanted() {
        assertThat(of(false, region("chr2", 499, 4_294_967_295L)))
                .containsExactly(new Target(1, List.of(new Interval(499, 4_294_967_295L))));
        assertThat(of(false, region("chr2", 500, 600))).containsExactly(new Target(1, List.of(new Interval(500, 600))));
    }

    @Test
    void aRegionWithoutLengthWantsNothing() {
        assertThat(of(false, region("chr1", 7, 7))).isEmpty();
    }

    /** A read that begins at the last position of a BAM may end there. */
    @Test
    void positionsBehindThoseOfABamAreWanted() {
        assertThat(of(false, new Region("chr1", 4_294_967_295L, OptionalLong.empty())))
                .singleElement()
                .satisfies(target ->
                        assertThat(target.intervals().getFirst().start()).isEqualTo(4_294_967_295L));
    }

    @Test
    void everythingIsNoListOfReferences() {
        Targets targets = Targets.of(DICTIONARY, ReadSelection.everything());
        assertThat(targets.isEverything()).isTrue();
        assertThat(targets.list()).isEmpty();
    }

    @Test
    void anUnknownNameIsNotFound() {
        assertThatThrownBy(() -> of(false, region("1", 0, 10)))
                .isInstanceOfSatisfying(ReadsException.class, failure -> {
                    assertThat(failure.kind()).isEqualTo(ErrorKind.NOT_FOUND);
                    assertThat(failure.field()).contains("referenceName");
                    assertThat(failure).hasMessageContaining("'1'");
                });
    }

    private static List<Target> of(boolean unplaced, Region... regions) {
        Targets targets = Targets.of(DICTIONARY, new ReadSelection.Regions(List.of(regions), unplaced));
        assertThat(targets.isEverything()).isFalse();
        return targets.list();
    }

    private static Region region(String name, long start, long end) {
        return new Region(name, start, OptionalLong.of(end));
    }
}
