package dev.bams3.htsget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordView;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fast")
class HtsgetRequestTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "start=5&end=4&referenceName=1       | INVALID_RANGE      | start",
                "start=5                             | INVALID_INPUT      | start: needs a referenceName",
                "end=5                               | INVALID_INPUT      | end: needs a referenceName",
                "referenceName=*&start=1             | INVALID_INPUT      | start",
                "referenceName=*&end=1               | INVALID_INPUT      | end",
                "referenceName=                      | INVALID_INPUT      | referenceName",
                "referenceName=1&start=-1            | INVALID_INPUT      | start",
                "referenceName=1&start=+5            | INVALID_INPUT      | start",
                "referenceName=1&start=1e5           | INVALID_INPUT      | start",
                "referenceName=1&start=              | INVALID_INPUT      | start",
                "referenceName=1&start=%D9%A1        | INVALID_INPUT      | start",
                "referenceName=1&end=4294967296      | INVALID_INPUT      | end",
                "referenceName=1&end=99999999999     | INVALID_INPUT      | end",
                "format=CRAM                         | UNSUPPORTED_FORMAT | format",
                "format=VCF                          | UNSUPPORTED_FORMAT | format",
                "format=                             | UNSUPPORTED_FORMAT | format",
                "class=body                          | INVALID_INPUT      | class",
                "class=HEADER                        | INVALID_INPUT      | class",
                "class=header&referenceName=1        | INVALID_INPUT      | referenceName",
                "class=header&start=1                | INVALID_INPUT      | start",
                "class=header&end=1                  | INVALID_INPUT      | end",
                "class=header&fields=QNAME           | INVALID_INPUT      | fields",
                "class=header&tags=                  | INVALID_INPUT      | tags",
                "class=header&notags=NM              | INVALID_INPUT      | notags",
                "fields=QNAME,NAME                   | INVALID_INPUT      | fields: 'NAME'",
                "fields=                             | INVALID_INPUT      | fields",
                "tags=NM,X                           | INVALID_INPUT      | tags: 'X'",
                "tags=1X                             | INVALID_INPUT      | tags",
                "tags=NM,MD&notags=MD                | INVALID_INPUT      | notags",
                "referenceName=1&start=1&start=2     | INVALID_INPUT      | start",
                "referenceName=1&referenceName=1     | INVALID_INPUT      | referenceName",
                "referenceName=%zz                   | INVALID_INPUT      | query",
                "referenceName=%4                    | INVALID_INPUT      | query",
                "referenceName=%                     | INVALID_INPUT      | query",
                "referenceName=%ff                   | INVALID_INPUT      | query",
            })
    void wrongParametersAreNamed(String query, ErrorKind kind, String message) {
        ReadsException failure = catchThrowableOfType(ReadsException.class, () -> get(query));
        assertThat(failure).isNotNull();
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(HtsgetError.of(failure).message()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "referenceName=1                          | 1          | 0          | -",
                "referenceName=1&start=7                  | 1          | 7          | -",
                "referenceName=1&end=7                    | 1          | 0          | 7",
                "referenceName=1&start=7&end=9            | 1          | 7          | 9",
                "referenceName=1&start=7&end=7            | 1          | 7          | 7",
                "referenceName=1&start=0&end=0            | 1          | 0          | 0",
                "referenceName=1&start=4294967295         | 1          | 4294967295 | -",
                "referenceName=1&end=0000000007           | 1          | 0          | 7",
                "referenceName=HLA-A*01:01&end=4294967295 | HLA-A*01:01 | 0         | 4294967295",
                "referenceName=HG002%231%23chr1           | HG002#1#chr1 | 0        | -",
                "referenceName=a+b                        | a+b        | 0          | -",
            })
    void regionsAreRead(String query, String name, long start, Long end) {
        OptionalLong last = end == null ? OptionalLong.empty() : OptionalLong.of(end);
        assertThat(get(query).selection()).isEqualTo(ReadSelection.region(new Region(name, start, last)));
    }

    @Test
    void starIsTheUnplacedReads() {
        assertThat(get("referenceName=*").selection()).isEqualTo(ReadSelection.unplacedReads());
    }

    @Test
    void nothingIsEverything() {
        HtsgetRequest request = HtsgetRequest.parse(QueryString.parse(null));
        assertThat(request)
                .isEqualTo(new HtsgetRequest(
                        Optional.empty(),
                        false,
                        ReadSelection.everything(),
                        RecordView.ALL,
                        OptionalInt.empty(),
                        false,
                        false,
                        List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tags=&notags=",
                "tags=NM,MD",
                "tags=NM:Z,XS:i,de:f",
                "notags=",
                "fields=qname,SEQ,Qual",
                "tags=NM&notags=MD",
                "format=bam"
            })
    void legalListsAreAccepted(String query) {
        assertThat(get(query).selection()).isEqualTo(ReadSelection.everything());
    }

    @Test
    void tagsMayNameTheTypeOfTheirColumn() {
        RecordColumns columns = get("tags=NM,XS:i,de:f,XS:i&notags=MD").view().columns();
        assertThat(columns.tags()).contains(List.of("NM", "XS", "de"));
        assertThat(columns.tagTypes()).isEqualTo(Map.of("XS", 'i', "de", 'f'));
        for (String wrong :
                List.of("tags=XS:x", "tags=XS:", "tags=XS:ii", "tags=XS:i,XS:f", "tags=X:i", "notags=XS:i")) {
            assertThat(catchThrowableOfType(ReadsException.class, () -> get(wrong))
                            .kind())
                    .as(wrong)
                    .isEqualTo(ErrorKind.INVALID_INPUT);
        }
    }

    @Test
    void aHeaderMayBeAskedForAsJbrowseDoes() {
        assertThat(get("referenceName=na&class=header").headerOnly()).isTrue();
        assertThat(catchThrowableOfType(ReadsException.class, () -> get("referenceName=na&start=1&class=header"))
                        .field())
                .contains("start");
    }

    @Test
    void unknownParametersAreIgnoredAndReported() {
        HtsgetRequest request = get("encryptionScheme=c4gh&format=BAM&encryptionScheme=x&class=header");
        assertThat(request.ignored()).containsExactly("encryptionScheme");
        assertThat(request.headerOnly()).isTrue();
        assertThat(request.format()).contains(HtsgetFormat.BAM);
    }

    private static HtsgetRequest get(String query) {
        return HtsgetRequest.parse(QueryString.parse(query));
    }
}
