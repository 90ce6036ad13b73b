package dev.bams3.htsget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The JSON documents, whole: clients read them with parsers that forgive little. */
@Tag("fast")
class DocumentsTest {
    @Test
    void aTicketHoldsWhatEveryClientNeedsAndNothingElse() {
        Ticket ticket = new Ticket(List.of(
                Ticket.Part.inline(new byte[] {(byte) 0xFB, (byte) 0xEF, (byte) 0xFF}, Ticket.PartClass.HEADER),
                new Ticket.Part("https://h/stream/reads/a?slice=x", Ticket.PartClass.BODY),
                Ticket.Part.endOfFile(Ticket.PartClass.BODY)));
        assertThat(text(ticket.toJson()))
                .isEqualTo("{\"htsget\":{\"format\":\"BAM\",\"urls\":["
                        + "{\"url\":\"data:;base64,++//\",\"headers\":{},\"class\":\"header\"},"
                        + "{\"url\":\"https://h/stream/reads/a?slice=x\",\"headers\":{},\"class\":\"body\"},"
                        + "{\"url\":\"data:;base64,H4sIBAAAAAAA/wYAQkMCABsAAwAAAAAAAAAAAA==\",\"headers\":{},\"class\":\"body\"}"
                        + "]}}");
    }

    @Test
    void anErrorEscapesWhatCallersSent() {
        HtsgetError error = HtsgetError.of(ReadsException.invalidInput("start", "'\"\n' is not a number"));
        assertThat(text(error.toJson()))
                .isEqualTo(
                        "{\"htsget\":{\"error\":\"InvalidInput\",\"message\":\"start: '\\\"\\n' is not a number\"}}");
    }

    @Test
    void serviceInfoHasTheKeysOfTheSpecification() {
        assertThat(text(new ServiceInfo("org.example.reads", "Reads", "Example", "https://example.org", "1.0.0")
                        .toJson()))
                .contains("\"type\":{\"group\":\"org.ga4gh\",\"artifact\":\"htsget\",\"version\":\"1.3.0\"}")
                .contains("\"htsget\":{\"datatype\":\"reads\",\"formats\":[\"BAM\"],"
                        + "\"fieldsParameterEffective\":true,\"tagsParametersEffective\":true}")
                .contains("\"organization\":{\"name\":\"Example\",\"url\":\"https://example.org\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_INPUT,400,InvalidInput", "INVALID_RANGE,400,InvalidRange", "UNSUPPORTED_FORMAT,400,UnsupportedFormat",
        "UNAUTHENTICATED,401,InvalidAuthentication", "DENIED,403,PermissionDenied", "NOT_FOUND,404,NotFound",
        "TOO_LARGE,413,PayloadTooLarge", "CHANGED,503,ServiceUnavailable", "OVERLOADED,503,ServiceUnavailable",
        "UNAVAILABLE,503,ServiceUnavailable", "CANCELLED,503,ServiceUnavailable", "CORRUPT,500,InternalServerError",
        "UNSUPPORTED_VERSION,500,InternalServerError"
    })
    void everyKindHasItsStatusAndName(ErrorKind kind, int status, String name) {
        HtsgetError error = HtsgetError.of(ReadsException.of(kind, "text"));
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.error()).isEqualTo(name);
        assertThat(error.retryAfterSeconds().isPresent()).isEqualTo(status == 503);
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorKind.class,
            names = {"CORRUPT", "UNAVAILABLE", "OVERLOADED", "CHANGED", "UNSUPPORTED_VERSION"})
    void failuresOfThisSideDoNotTellWhereThingsLie(ErrorKind kind) {
        ReadsException failure =
                ReadsException.of(kind, "s3://bucket/key: secret place").in("s3://bucket/key");
        assertThat(HtsgetError.of(failure).message()).doesNotContain("s3:").doesNotContain("secret");
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
