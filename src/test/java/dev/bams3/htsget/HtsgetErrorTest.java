package dev.bams3.htsget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What of a failure becomes of status and text; the shapes are the specification's. */
@Tag("fast")
class HtsgetErrorTest {
    @ParameterizedTest
    @CsvSource({
        "INVALID_INPUT,400,InvalidInput",
        "INVALID_RANGE,400,InvalidRange",
        "UNSUPPORTED_FORMAT,400,UnsupportedFormat",
        "UNAUTHENTICATED,401,InvalidAuthentication",
        "DENIED,403,PermissionDenied",
        "NOT_FOUND,404,NotFound",
        "TOO_LARGE,413,PayloadTooLarge",
        "OVERLOADED,503,ServiceUnavailable",
        "UNAVAILABLE,503,ServiceUnavailable",
        "CHANGED,503,ServiceUnavailable",
        "CORRUPT,500,InternalServerError",
        "INTERNAL,500,InternalServerError"
    })
    void everyKindHasItsStatusAndName(ErrorKind kind, int status, String name) {
        HtsgetError error = HtsgetError.of(ReadsException.of(kind, "why"));
        assertThat(error.status()).isEqualTo(status);
        assertThat(error.error()).isEqualTo(name);
    }

    @Test
    void whatIsNotThereIsNamed() {
        assertThat(HtsgetError.of(ReadsException.about(ErrorKind.NOT_FOUND, "a/b", "no such dataset"))
                        .message())
                .isEqualTo("a/b: no such dataset");
        assertThat(HtsgetError.of(ReadsException.invalidInput("start", "is not a number"))
                        .message())
                .isEqualTo("start: is not a number");
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorKind.class,
            names = {"DENIED", "CORRUPT", "UNAVAILABLE", "OVERLOADED", "CHANGED", "UNSUPPORTED_VERSION", "INTERNAL"})
    void whatLiesInsideTheServiceIsNotTold(ErrorKind kind) {
        HtsgetError error = HtsgetError.of(ReadsException.about(kind, "s3://secret-bucket/key", "refused"));
        assertThat(error.status()).isGreaterThanOrEqualTo(500);
        assertThat(error.message()).doesNotContain("secret-bucket");
    }
}
