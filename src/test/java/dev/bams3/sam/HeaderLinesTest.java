package dev.bams3.sam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Reference;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What header lines say, and which are refused; HeaderPropertyTest compares with htslib. */
@Tag("fast")
class HeaderLinesTest {
    private final HeaderLines lines = new HeaderLines("x.sam", false);

    /** {@code ~} stands for TAB. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "@SQ~SN:a | no length LN",
                "@SQ~SN:a~LN:0 | no length LN",
                "@SQ~SN:a~LN: | no length LN",
                "@SQ~SN:a~LN:x | no length LN",
                "@SQ~SN:a~LN:-7 | no length LN",
                "@SQ~SN:a~LN:7~LN:8 | two different lengths LN",
                "@SQ~SN:a~LN:x~LN:8 | two different lengths LN",
                "@SQ~SN:a~LN:2147483648 | LN is more than 2147483647",
                "@SQ~SN:a~LN:99999999999999999999999 | LN is more than 2147483647",
                "@SQ~LN:7 | no name SN",
                "@SQ~SN:~LN:7 | no name SN",
                "@SQ | begins with",
                "@SQ~ | not of the form XX:value",
                "@SQ~SN:a~LN:7~ | not of the form XX:value",
                "@SQ~SN:a~~LN:7 | not of the form XX:value",
                "@SQ~SN:a~LN | not of the form XX:value",
                "@HD~VN 1 | not of the form XX:value",
                "@RG~SM:x | no ID",
                "@PG~PN:x | no ID",
                "@SQ SN:a | begins with",
                "@CO | begins with",
                "@COx | begins with",
                "@XX~ab:c | begins with",
                "@S | begins with",
                "'' | begins with",
            })
    void refusesALineThatHtslibRefuses(String line, String problem) {
        lines.add("@HD\tVN:1.6");
        assertThatThrownBy(() -> lines.add(line.replace('~', '\t')))
                .hasMessageContaining("x.sam: line 2, header: ")
                .hasMessageContaining(problem)
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_INPUT));
    }

    @Test
    void refusesANulByte() {
        assertThatThrownBy(() -> lines.add("@CO\ta\0")).hasMessageContaining("NUL byte: '@CO\\ta\\x00'");
    }

    @Test
    void readsNumbersAndTheLastNameAsHtslibDoes() {
        lines.add("@SQ\tSN:a\tLN:+7\tLN:7\tM5:AB\tM5:cd");
        lines.add("@SQ\tLN: 8x\tSN:b\tSN:c\tAN:d,,a");
        lines.add("@SQ\tSN:e\tLN:9\tAN:d");
        assertThat(lines.references())
                .containsExactly(new Reference("a", 7), new Reference("c", 8), new Reference("e", 9));
        assertThat(lines.alternatives()).isEqualTo(Map.of("d", 1, "a", 1));
        assertThat(lines.md5s()).isEqualTo(Map.of(0, "ab"));
    }

    @Test
    void countsAReadGroupOnce() {
        lines.add("@RG\tID:one\tID:two");
        lines.add("@RG\tSM:x\tID:three");
        lines.add("@RG\tID:one");
        assertThat(lines.readGroups()).containsExactly("one", "three");
        assertThat(lines.count()).isEqualTo(3);
    }

    @Test
    void acceptsOtherTypesOfTwoLettersWhereHtslibDoes() {
        HeaderLines cram = new HeaderLines("x.cram", true);
        cram.add("@XX\tab:c");
        assertThatThrownBy(() -> cram.add("@12\tab:c")).hasMessageContaining("@ and two letters");
        assertThatThrownBy(() -> cram.add("@XX\tabc")).hasMessageContaining("XX:value");
    }
}
