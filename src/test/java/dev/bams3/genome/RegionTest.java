package dev.bams3.genome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Regions as people write them, and their clipping to a reference. */
@Tag("fast")
class RegionTest {
    private static final ReferenceDictionary DICTIONARY = new ReferenceDictionary(List.of(
            new Reference("chr1", 1_000), new Reference("HLA-A*01:01", 500), new Reference("HLA-A*01:01:02", 400)));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    chr1                 | chr1           | 0   |
                    chr1:1               | chr1           | 0   |
                    chr1:1,001-2,000     | chr1           | 1000| 2000
                    chr1:5-5             | chr1           | 4   | 5
                    chr1:5-4             | chr1           | 4   | 4
                    chr1:100-            | chr1           | 99  |
                    HLA-A*01:01          | HLA-A*01:01    | 0   |
                    HLA-A*01:01:02       | HLA-A*01:01:02 | 0   |
                    HLA-A*01:01:5-9      | HLA-A*01:01    | 4   | 9
                    {HLA-A*01:01}:2-3    | HLA-A*01:01    | 1   | 3
                    {HLA-A*01:01}        | HLA-A*01:01    | 0   |
                    chr1:1-4294967295    | chr1           | 0   | 4294967295
                    """)
    void readsWhatSamtoolsReads(String text, String name, long start, Long end) {
        assertThat(Region.parse(text, DICTIONARY))
                .isEqualTo(new Region(name, start, end == null ? OptionalLong.empty() : OptionalLong.of(end)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "chr1:",
                "chr1:0",
                "chr1:0-5",
                "chr1:9-7",
                "chr1:a-b",
                "chr1:-5",
                "chr1:1-2-3",
                "{chr1}5",
                "chr1:99999999999",
                "chr1:1M"
            })
    void refusesWhatIsNoRegion(String text) {
        assertThatThrownBy(() -> Region.parse(text, DICTIONARY))
                .isInstanceOfSatisfying(ReadsException.class, failure -> {
                    assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID_INPUT);
                    assertThat(failure.field()).contains("region");
                    assertThat(failure).hasMessageContaining(text);
                });
    }

    @Test
    void clippingKeepsTheRegionOnItsReference() {
        assertThat(new Region("chr1", 10, OptionalLong.of(4_294_967_295L)).clip(1_000))
                .isEqualTo(new Interval(10, 1_000));
        assertThat(new Region("chr1", 10, OptionalLong.empty()).clip(1_000)).isEqualTo(new Interval(10, 1_000));
        assertThat(new Region("chr1", 4_000_000_000L, OptionalLong.empty())
                        .clip(1_000)
                        .isEmpty())
                .isTrue();
        assertThat(new Region("chr1", 7, OptionalLong.of(7)).clip(1_000)).isEqualTo(new Interval(7, 7));
    }

    @Test
    void aRegionCannotEndBeforeItBegins() {
        assertThatThrownBy(() -> new Region("chr1", 5, OptionalLong.of(4)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Interval(5, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void intervalsOverlapOnlyWhereTheyShareAPosition() {
        Interval interval = new Interval(10, 20);
        assertThat(interval.overlaps(new Interval(19, 30))).isTrue();
        assertThat(interval.overlaps(new Interval(20, 30))).isFalse();
        assertThat(interval.overlaps(new Interval(0, 10))).isFalse();
        assertThat(interval.overlaps(new Interval(15, 15))).isFalse();
    }

    @Test
    void twoReferencesOfOneNameAreRefused() {
        assertThatThrownBy(() -> new ReferenceDictionary(List.of(new Reference("x", 1), new Reference("x", 2))))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("'x'");
    }
}
