package dev.bams3.htsget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("fast")
class AnswerTest {
    @ParameterizedTest(name = "{0}: format {1}, Accept {2} gives {3}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "samtools, curl, igv.js, JBrowse, requests | -      | */*                               | ticket 1.3.0",
                "igv.js                                  | BAM    | */*                                 | ticket 1.3.0",
                "python block request                    | -      | -                                   | ticket 1.3.0",
                "IGV desktop probe                       | -      | application/json,text/plain         | ticket 1.3.0",
                "htsjdk                                  | BAM    | application/vnd.ga4gh.htsget.v1.2.0+json | ticket 1.2.0",
                "htsjdk block                            | -      | text/html, image/gif, image/jpeg, */*; q=0.2 | ticket 1.3.0",
                "older JDK block                         | -      | text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2 | ticket 1.3.0",
                "a browser                               | -      | text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8 | ticket 1.3.0",
                "a type without version                  | -      | application/vnd.ga4gh.htsget+json   | ticket 1.3.0",
                "a version of the future                 | -      | application/vnd.ga4gh.htsget.v2.0.0+json | ticket 1.3.0",
                "a version that was never published      | -      | application/vnd.ga4gh.htsget.v1.2.1+json | ticket 1.3.0",
                "a version without a document            | -      | application/vnd.ga4gh.htsget.v1.99.99+json | ticket 1.3.0",
                "the oldest                              | -      | application/vnd.ga4gh.htsget.v1.0.0+json | ticket 1.0.0",
                "the newest of several                   | -      | application/vnd.ga4gh.htsget.v1.1.1+json, application/vnd.ga4gh.htsget.v1.2.0+json | ticket 1.2.0",
                "the newest that is known                | -      | application/vnd.ga4gh.htsget.v1.2.0+json, application/vnd.ga4gh.htsget.v9.9.9+json | ticket 1.2.0",
                "the one that is preferred               | -      | application/vnd.ga4gh.htsget.v1.3.0+json;q=0.5, application/vnd.ga4gh.htsget.v1.1.0+json;q=0.7 | ticket 1.1.0",
                "one that is refused                     | -      | application/vnd.ga4gh.htsget.v1.3.0+json;q=0, application/vnd.ga4gh.htsget.v1.2.0+json | ticket 1.2.0",
                "a version with a trap                   | -      | application/vnd.ga4gh.htsget.v1.2.0x+json | ticket 1.3.0",
                "an htsget type anywhere                 | -      | text/x-sam, application/vnd.ga4gh.htsget.v1.3.0+json;q=0.1 | ticket 1.3.0",
                "an unknown type is never 406            | -      | image/png                           | ticket 1.3.0",
                "CRAM is not served                      | -      | application/vnd.ga4gh.cram          | ticket 1.3.0",
                "nonsense                                | -      | ;;,,q=                              | ticket 1.3.0",
                "refused record type                     | -      | text/x-sam;q=0, */*                 | ticket 1.3.0",
                "json before ndjson                      | -      | application/json, application/x-ndjson | ticket 1.3.0",
                "curl for SAM                            | SAM    | */*                                 | SAM",
                "curl for JSON                           | JSON   | */*                                 | JSON",
                "pandas                                  | NDJSON | application/json                    | NDJSON",
                "BAM by type                             | -      | application/vnd.ga4gh.bam           | BAM",
                "BAM by type and format                  | BAM    | application/vnd.ga4gh.bam           | BAM",
                "format is stronger than the type        | SAM    | application/vnd.ga4gh.bam           | SAM",
                "octets                                  | -      | application/octet-stream            | BAM",
                "SAM                                     | -      | text/x-sam                          | SAM",
                "SAM, registered                         | -      | Application/VND.ga4gh.SAM           | SAM",
                "NDJSON                                  | -      | application/x-ndjson;q=0.9, application/json;q=0.5 | NDJSON",
                "JSON lines                              | -      | application/jsonl                   | NDJSON",
                "better of two                           | -      | text/x-sam;q=0.5, application/x-ndjson;q=0.6 | NDJSON",
            })
    void readsAnswerTicketsUnlessRecordsAreNamed(String client, HtsgetFormat format, String accept, String expected) {
        Answer answer = Answer.ofReads(Optional.ofNullable(format), accept == null ? List.of() : List.of(accept));
        String text = switch (answer) {
            case Answer.OfTicket(String version) -> "ticket " + version;
            case Answer.OfRecords(HtsgetFormat streamed) -> streamed.name();
        };
        assertThat(text).as(client).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "-   | -                        | BAM",
                "-   | */*                      | BAM",
                "-   | text/html, */*;q=0.2     | BAM",
                "-   | application/vnd.ga4gh.htsget.v1.2.0+json | BAM",
                "-   | application/json         | JSON",
                "-   | application/x-ndjson     | NDJSON",
                "-   | text/tab-separated-values | TSV",
                "-   | application/vnd.apache.arrow.stream | ARROW",
                "SAM | application/x-ndjson     | SAM",
            })
    void streamsAreBamUnlessToldOtherwise(HtsgetFormat format, String accept, HtsgetFormat expected) {
        assertThat(Answer.ofStream(Optional.ofNullable(format), accept == null ? List.of() : List.of(accept)))
                .isEqualTo(expected);
    }

    @Test
    void aTicketOfSamIsUnsupported() {
        ReadsException failure = catchThrowableOfType(
                ReadsException.class,
                () -> Answer.ofReads(
                        Optional.of(HtsgetFormat.SAM), List.of("application/vnd.ga4gh.htsget.v1.3.0+json")));
        assertThat(failure.kind()).isEqualTo(ErrorKind.UNSUPPORTED_FORMAT);
    }
}
