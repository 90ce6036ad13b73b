package dev.bams3.sam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Bams;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lenient reading and byte-exact editing of header text. */
@Tag("fast")
class SamHeaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "@HD~VN:1.6~SO:unsorted^@CO~x^ | @HD~VN:1.6~SO:coordinate^@CO~x^",
                "@HD~VN:1.6^@CO~SO:queryname^ | @HD~VN:1.6~SO:coordinate^@CO~SO:queryname^",
                "@HD~SO:queryname~VN:1.5~GO:query^ | @HD~SO:coordinate~VN:1.5^",
                "@HD~VN:1.6~SO:queryname~SS:queryname:natural~xx:y^ | @HD~VN:1.6~SO:coordinate~xx:y^",
                "@HD~VN:1.6~SO:coordinate~SS:coordinate:x^ | @HD~VN:1.6~SO:coordinate~SS:coordinate:x^",
                "@CO~first^@HD~VN:1.0^ | @CO~first^@HD~VN:1.0~SO:coordinate^",
                "@HD~VN:1.6 | @HD~VN:1.6~SO:coordinate",
                "@HDX~VN:1.6^ | @HD~VN:1.6~SO:coordinate^@HDX~VN:1.6^",
                "@HD~VN:1.6%^@CO~x%^ | @HD~VN:1.6~SO:coordinate%^@CO~x%^",
                "@HD~VN:1.6~^## | @HD~VN:1.6~~SO:coordinate^##",
                "'' | @HD~VN:1.6~SO:coordinate^",
            })
    void statesCoordinateOrderAndChangesNothingElse(String before, String after) {
        SamHeader sorted = header(bytes(before)).sortedByCoordinate();
        assertThat(sorted.text()).isEqualTo(bytes(after));
        assertThat(sorted.sortOrder()).contains("coordinate");
        assertThat(sorted.sortedByCoordinate()).isSameAs(sorted);
    }

    @Test
    void readsReadGroupsOfOddHeaders() {
        SamHeader header = header(bytes("@RG~SM:nobody^@RG~ID:1~SM:a:b~PL:~LB^@RG~ID:~SM:\u00c3\u00a4^@RGX~ID:2^@RG^"));
        assertThat(header.readGroups())
                .containsExactly(
                        new SamHeader.ReadGroup("1", Optional.of("a:b"), Optional.empty(), Optional.of("")),
                        new SamHeader.ReadGroup("", Optional.of("ä"), Optional.empty(), Optional.empty()));
        assertThat(header.sortOrder()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "@HD~VN:1.6^@SQ~SN:b~LN:2^### | @HD~VN:1.6^@SQ~SN:b~LN:2^",
                "@HD~VN:1.6 | @HD~VN:1.6^@SQ~SN:a~LN:100^",
                "'' | @SQ~SN:a~LN:100^",
            })
    void printsWhatSamtoolsPrints(String text, String printed) {
        assertThat(header(bytes(text)).printable()).isEqualTo(bytes(printed));
    }

    @Test
    void readsTheHeadersOfAllRealFiles() throws IOException {
        for (Path file : Bams.real()) {
            SamHeader header = Bams.read(Bams.ended(Files.readAllBytes(file)), file.toString())
                    .header();
            SamHeader sorted = header.sortedByCoordinate();
            assertThat(sorted.sortOrder()).as(file.toString()).contains("coordinate");
            assertThat(sorted.readGroups()).isEqualTo(header.readGroups());
        }
    }

    private static SamHeader header(byte[] text) {
        return new SamHeader(text, new ReferenceDictionary(List.of(new Reference("a", 100))));
    }

    /** `~` is a tab, `^` a line feed, `%` a carriage return, `#` a NUL. */
    private static byte[] bytes(String text) {
        return text.replace('~', '\t')
                .replace('^', '\n')
                .replace('%', '\r')
                .replace('#', '\0')
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
