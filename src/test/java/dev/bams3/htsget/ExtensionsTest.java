package dev.bams3.htsget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordCriteria.Subsample;
import dev.bams3.sam.RecordCriteria.TagCondition;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.RecordView;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Columns and criteria, the same by GET and by POST; what is misspelt is refused, not ignored. */
@Tag("fast")
class ExtensionsTest {
    @Test
    void aQueryAndABodySayTheSame() {
        RecordView expected = new RecordView(
                new RecordCriteria(
                        0x43,
                        0xF04,
                        30,
                        List.of("rg1", "rg,2"),
                        List.of("NA12878"),
                        List.of("r:1"),
                        List.of(
                                new TagCondition("NM", Optional.of("0")),
                                new TagCondition("XX", Optional.empty()),
                                new TagCondition("CB", Optional.of("a:b,c"))),
                        Optional.of(new Subsample(0.1, -42))),
                new RecordColumns(
                        EnumSet.of(RecordField.QNAME, RecordField.SEQ), Optional.of(List.of("NM")), List.of()),
                OptionalLong.of(1000));
        assertThat(get("fields=qname,SEQ&tags=NM&bams3.requiredFlags=0x43&bams3.excludedFlags=UNMAP,0xF00"
                        + "&bams3.minMapq=30&bams3.readGroup=rg1&bams3.readGroup=rg,2&bams3.sample=NA12878"
                        + "&bams3.name=r:1&bams3.tag=NM:0&bams3.tag=XX&bams3.tag=CB:a:b,c&bams3.subsample=.1"
                        + "&bams3.seed=-42&bams3.limit=1000"))
                .isEqualTo(expected);
        assertThat(post("""
                {"fields":["QNAME","SEQ"],"tags":["NM"],"bams3":{"requiredFlags":67,"excludedFlags":"0xF04","minMapq":30,
                 "readGroup":["rg1","rg,2"],"sample":"NA12878","name":["r:1"],"tag":["NM:0","XX","CB:a:b,c"],
                 "subsample":0.1,"seed":-42,"limit":1000}}""")).isEqualTo(expected);
        assertThat(get("referenceName=1")).isEqualTo(RecordView.ALL);
        assertThat(post("{\"bams3\":{}}")).isEqualTo(RecordView.ALL);
    }

    @Test
    void smallFractionsAreRead() {
        assertThat(post("{\"bams3\":{\"subsample\":1e-7}}").criteria().subsample())
                .contains(new Subsample(1e-7, 0));
        assertThat(post("{\"bams3\":{\"subsample\":1}}").criteria().subsample()).contains(new Subsample(1, 0));
        // As Python prints them.
        assertThat(get("bams3.subsample=1e-05").criteria().subsample()).contains(new Subsample(1e-5, 0));
        assertThat(get("bams3.subsample=2.5e-06").criteria().subsample()).contains(new Subsample(2.5e-6, 0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bams3.minMapQ=30             | bams3.minMapQ: is not known; there are bams3.requiredFlags, bams3.excluded",
                "bams3=30                     | bams3",
                "BAMS3.minMapq=30             | BAMS3.minMapq",
                "bams3.=30                    | bams3.",
                "bams3minMapq=30              | bams3minMapq",
                "bams3.minMapq=256            | bams3.minMapq: '256'",
                "bams3.minMapq=-1             | bams3.minMapq",
                "bams3.minMapq=               | bams3.minMapq",
                "bams3.minMapq=1&bams3.minMapq=2 | bams3.minMapq: is given 2 times",
                "bams3.requiredFlags=65536    | bams3.requiredFlags",
                "bams3.requiredFlags=0x10000  | bams3.requiredFlags",
                "bams3.requiredFlags=DUPP     | bams3.requiredFlags: 'DUPP'",
                "bams3.requiredFlags=         | bams3.requiredFlags",
                "bams3.requiredFlags=4&bams3.excludedFlags=4 | bams3.excludedFlags: bits 0x4",
                "bams3.readGroup=             | bams3.readGroup",
                "bams3.tag=N                  | bams3.tag",
                "bams3.tag=NMX                | bams3.tag",
                "bams3.tag=1M:2               | bams3.tag",
                "bams3.limit=0                | bams3.limit",
                "bams3.limit=1e3              | bams3.limit",
                "bams3.limit=9999999999999999999 | bams3.limit",
                "bams3.subsample=0            | bams3.subsample",
                "bams3.subsample=1.1          | bams3.subsample",
                "bams3.subsample=NaN          | bams3.subsample",
                "bams3.subsample=.            | bams3.subsample",
                "bams3.seed=1                 | bams3.seed: has no meaning without bams3.subsample",
                "bams3.subsample=.5&bams3.seed=x | bams3.seed",
                "class=header&bams3.limit=1   | bams3.limit",
            })
    void wrongParametersAreNamed(String query, String message) {
        assertRefused(catchThrowableOfType(ReadsException.class, () -> get(query)), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"bams3\":{\"minMapQ\":30}}        | /bams3/minMapQ",
                "{\"bams3.minMapq\":30}              | /bams3.minMapq",
                "{\"Bams3\":{}}                      | /Bams3",
                "{\"bams3\":[]}                      | /bams3",
                "{\"bams3\":{\"minMapq\":[30]}}      | /bams3/minMapq",
                "{\"bams3\":{\"minMapq\":30.5}}      | /bams3/minMapq",
                "{\"bams3\":{\"readGroup\":[]}}      | /bams3/readGroup",
                "{\"bams3\":{\"readGroup\":[{}]}}    | /bams3/readGroup",
                "{\"bams3\":{\"limit\":-1}}          | /bams3/limit",
                "{\"bams3\":{\"subsample\":2}}       | /bams3/subsample",
                "{\"class\":\"header\",\"bams3\":{}} | /bams3",
            })
    void wrongBodiesAreNamed(String body, String message) {
        assertRefused(catchThrowableOfType(ReadsException.class, () -> post(body)), message);
    }

    @Test
    void extensionsInTheQueryOfAPostAreRefused() {
        assertRefused(
                catchThrowableOfType(
                        ReadsException.class,
                        () -> HtsgetRequest.parseBody(
                                new byte[0], QueryString.parse("bams3.limit=1"), new HtsgetRequest.Limits(9, 9))),
                "bams3.limit");
    }

    @Test
    void longTextsAreRefused() {
        assertRefused(
                catchThrowableOfType(ReadsException.class, () -> get("bams3.name=" + "x".repeat(255))), "bams3.name");
        assertRefused(
                catchThrowableOfType(ReadsException.class, () -> get("bams3.tag=CB:" + "x".repeat(70_000))),
                "bams3.tag");
    }

    private static void assertRefused(ReadsException failure, String message) {
        assertThat(failure).as(message).isNotNull();
        assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID_INPUT);
        assertThat(HtsgetError.of(failure).message()).startsWith(message);
    }

    private static RecordView get(String query) {
        return HtsgetRequest.parse(QueryString.parse(query)).view();
    }

    private static RecordView post(String body) {
        return HtsgetRequest.parseBody(
                        body.getBytes(StandardCharsets.UTF_8),
                        QueryString.parse(null),
                        new HtsgetRequest.Limits(10_000, 10))
                .view();
    }
}
