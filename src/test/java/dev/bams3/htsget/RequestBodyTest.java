package dev.bams3.htsget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("fast")
class RequestBodyTest {
    private static final HtsgetRequest.Limits LIMITS = new HtsgetRequest.Limits(2000, 3);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{                                                             | INVALID_INPUT | not JSON",
                "{} {}                                                         | INVALID_INPUT | not JSON",
                "[]                                                            | INVALID_INPUT | not a JSON object",
                "null                                                          | INVALID_INPUT | not a JSON object",
                "{\"format\":\"BAM\",\"format\":\"SAM\"}                       | INVALID_INPUT | not JSON",
                "{\"format\":1}                                                | INVALID_INPUT | /format",
                "{\"format\":\"CRAM\"}                                         | UNSUPPORTED_FORMAT | /format",
                "{\"class\":\"body\"}                                          | INVALID_INPUT | /class",
                "{\"class\":\"header\",\"regions\":[{\"referenceName\":\"1\"}]} | INVALID_INPUT | /regions",
                "{\"class\":\"header\",\"fields\":[\"SEQ\"]}                   | INVALID_INPUT | /fields",
                "{\"regions\":[]}                                              | INVALID_INPUT | /regions",
                "{\"regions\":[null]}                                        | INVALID_INPUT | /regions/0",
                "{\"regions\":[{\"referenceName\":null}]}                  | INVALID_INPUT | /regions/0/referenceName",
                "{\"fields\":[null]}                                         | INVALID_INPUT | /fields/0",
                "{\"referenceName\":\"1\"}                                 | INVALID_INPUT | /referenceName",
                "{\"start\":1,\"regions\":[{\"referenceName\":\"1\"}]} | INVALID_INPUT | /start",
                "{\"regions\":{}}                                              | INVALID_INPUT | /regions",
                "{\"regions\":[1]}                                             | INVALID_INPUT | /regions/0",
                "{\"regions\":[{\"referenceName\":\"1\"},{}]}                  | INVALID_INPUT | /regions/1/referenceName",
                "{\"regions\":[{\"referenceName\":\"\"}]}                      | INVALID_INPUT | /regions/0/referenceName",
                "{\"regions\":[{\"referenceName\":1}]}                         | INVALID_INPUT | /regions/0/referenceName",
                "{\"regions\":[{\"referenceName\":\"*\",\"start\":1}]}         | INVALID_INPUT | /regions/0/start",
                "{\"regions\":[{\"referenceName\":\"*\",\"end\":1}]}           | INVALID_INPUT | /regions/0/end",
                "{\"regions\":[{\"referenceName\":\"1\",\"start\":\"1\"}]}     | INVALID_INPUT | /regions/0/start",
                "{\"regions\":[{\"referenceName\":\"1\",\"start\":1.0}]}       | INVALID_INPUT | /regions/0/start",
                "{\"regions\":[{\"referenceName\":\"1\",\"start\":1e5}]}       | INVALID_INPUT | /regions/0/start",
                "{\"regions\":[{\"referenceName\":\"1\",\"start\":-1}]}        | INVALID_INPUT | /regions/0/start",
                "{\"regions\":[{\"referenceName\":\"1\",\"end\":4294967296}]}  | INVALID_INPUT | /regions/0/end",
                "{\"regions\":[{\"referenceName\":\"1\",\"end\":1e999999999}]} | INVALID_INPUT | /regions/0/end",
                "{\"regions\":[{\"referenceName\":\"1\",\"start\":5,\"end\":4}]} | INVALID_RANGE | /regions/0/start",
                "{\"regions\":[{\"referenceName\":\"1\",\"start\":5,\"end\":5}]} | INVALID_RANGE | /regions/0/start",
                "{\"regions\":[{\"referenceName\":\"1\",\"end\":0}]}           | INVALID_RANGE | /regions/0/start",
                "{\"fields\":\"SEQ\"}                                          | INVALID_INPUT | /fields",
                "{\"fields\":[]}                                               | INVALID_INPUT | fields",
                "{\"fields\":[\"NAME\"]}                                       | INVALID_INPUT | fields",
                "{\"tags\":[\"NM\",5]}                                         | INVALID_INPUT | /tags/1",
                "{\"tags\":[\"NM\"],\"notags\":[\"NM\"]}                       | INVALID_INPUT | notags",
                "{\"regions\":[{},{},{},{}]}                                   | TOO_LARGE     | /regions",
                "[[[[[[[[[[[[[[[[[[[[[[[[                                      | INVALID_INPUT | not JSON",
            })
    void wrongBodiesAreNamedByJsonPointer(String body, ErrorKind kind, String message) {
        assertFails(body, "", kind, message);
    }

    @Test
    void parametersInTheQueryOfAPostAreRejected() {
        for (String query : List.of("referenceName=1", "other=1", "bams3.limit=1", "=")) {
            assertFails("{}", query, ErrorKind.INVALID_INPUT, "a POST has no query parameters");
        }
    }

    @Test
    void nullCountsAsAbsent() {
        HtsgetRequest all = post("{}", "");
        String nulls = """
                {"format":null,"class":null,"fields":null,"tags":null,"notags":null,"regions":null,"bams3":null}""";
        assertThat(post(nulls, "")).isEqualTo(all);
        assertThat(post("{\"bams3\":{\"minMapq\":null,\"seed\":null}}", "")).isEqualTo(all);
        assertThat(post("{\"class\":\"header\",\"regions\":null,\"fields\":null}", "")
                        .headerOnly())
                .isTrue();
        assertThat(post("{\"regions\":[{\"referenceName\":\"1\",\"start\":null,\"end\":null}]}", "")
                        .selection())
                .isEqualTo(post("{\"regions\":[{\"referenceName\":\"1\"}]}", "").selection());
    }

    @Test
    void bodiesOverTheLimitAreTooLarge() {
        assertFails(" ".repeat(2001), "", ErrorKind.TOO_LARGE, "2000");
    }

    @Test
    void anEmptyBodyAndAnEmptyObjectAskForEverything() {
        assertThat(post("", "").selection()).isEqualTo(ReadSelection.everything());
        assertThat(post("{}", "").selection()).isEqualTo(ReadSelection.everything());
    }

    @Test
    void regionsKeepTheirOrderAndOverlaps() {
        HtsgetRequest request = post("""
                {"format":"bam","regions":[{"referenceName":"2","start":4,"end":4294967295},{"referenceName":"*"},
                 {"referenceName":"1","end":9}],"tags":[],"notags":[],"encryptionScheme":"c4gh"}""", "");
        assertThat(request.selection())
                .isEqualTo(new ReadSelection.Regions(
                        List.of(
                                new Region("2", 4, OptionalLong.of(4294967295L)),
                                new Region("1", 0, OptionalLong.of(9))),
                        true));
        assertThat(request.format()).contains(HtsgetFormat.BAM);
        assertThat(request.ignored()).containsExactly("encryptionScheme");
    }

    @Test
    void headerClassIsRead() {
        assertThat(post("{\"class\":\"header\"}", "").headerOnly()).isTrue();
    }

    @Test
    void deepNestingAndHugeListsEndQuickly() {
        HtsgetRequest.Limits wide = new HtsgetRequest.Limits(1 << 20, 10);
        String tags = String.join(",", Collections.nCopies(100_000, "\"NM\""));
        byte[] body = ("{\"tags\":[" + tags + "],\"notags\":[\"MD\"]}").getBytes(StandardCharsets.UTF_8);
        assertThat(HtsgetRequest.parseBody(body, QueryString.parse(null), wide).selection())
                .isEqualTo(ReadSelection.everything());
    }

    private static void assertFails(String body, String query, ErrorKind kind, String message) {
        ReadsException failure = catchThrowableOfType(ReadsException.class, () -> post(body, query));
        assertThat(failure).as(body).isNotNull();
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(HtsgetError.of(failure).message()).contains(message);
    }

    private static HtsgetRequest post(String body, String query) {
        return HtsgetRequest.parseBody(body.getBytes(StandardCharsets.UTF_8), QueryString.parse(query), LIMITS);
    }
}
