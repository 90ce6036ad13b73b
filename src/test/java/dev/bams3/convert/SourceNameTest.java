package dev.bams3.convert;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a dataset, which may be public, says of the place of its source. */
class SourceNameTest {
    @ParameterizedTest
    @CsvSource({
        "/home/anna/patients/in.bam, in.bam",
        "file:///home/anna/in.bam, in.bam",
        "in.bam, in.bam",
        "s3://bucket/folder/in.bam, s3://bucket/folder/in.bam",
        "https://host/in.bam?X-Amz-Signature=secret, https://host/in.bam",
    })
    void noFolderOfThisMachineAndNoSignatureIsTold(String name, String told) {
        assertThat(ConversionRun.publicName(name)).isEqualTo(told);
    }
}
