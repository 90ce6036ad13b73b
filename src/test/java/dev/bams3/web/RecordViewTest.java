package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import htsjdk.samtools.SAMRecord;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Criteria, columns and limits over a real port: tickets, streams and POST alike. */
class RecordViewTest {
    private static final ServedReads READS = ServedReads.shared();
    private static final String PATH = "reads/" + ServedReads.ID;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "bams3.minMapq=30&bams3.excludedFlags=0x404 | {`minMapq`:30,`excludedFlags`:1028}",
                "bams3.tag=NM:1&bams3.requiredFlags=READ1   | {`tag`:`NM:1`,`requiredFlags`:`READ1`}",
                "bams3.readGroup=rg1&bams3.sample=simulated | {`readGroup`:[`rg1`],`sample`:`simulated`}",
                "bams3.subsample=0.25&bams3.seed=3          | {`subsample`:0.25,`seed`:3}",
                "bams3.limit=100                            | {`limit`:100}",
            })
    void ticketsStreamsAndPostsAgree(String query, String object) throws IOException {
        String region = "referenceName=chr1&start=5000&end=200000&" + query;
        String body = ("{`regions`:[{`referenceName`:`chr1`,`start`:5000,`end`:200000}],`bams3`:" + object + "}")
                .replace('`', '"');
        List<String> streamed = sam(TicketClient.get(READS.server().url("/stream/" + PATH + "?" + region))
                .body());
        assertThat(streamed)
                .isNotEmpty()
                .hasSizeLessThan(READS.overlapping("chr1", 5000, 200_000).size());
        List<TicketClient.Part> parts =
                TicketClient.resolve(TicketClient.get(READS.server().url("/" + PATH + "?" + region)));
        assertThat(parts).as("one slice").hasSize(2);
        assertThat(sam(TicketClient.joined(parts))).isEqualTo(streamed);
        assertThat(sam(TicketClient.post(READS.server().url("/stream/" + PATH), body)
                        .body()))
                .isEqualTo(streamed);
        assertThat(sam(TicketClient.joined(
                        TicketClient.resolve(TicketClient.post(READS.server().url("/" + PATH), body)))))
                .isEqualTo(streamed);
    }

    @Test
    void columnsOfATicketAreInItsSlices() throws IOException {
        String query = "?fields=QNAME,QUAL&tags=NM,RG";
        List<TicketClient.Part> parts =
                TicketClient.resolve(TicketClient.get(READS.server().url("/" + PATH + query)));
        assertThat(parts.size()).isGreaterThan(3);
        List<SAMRecord> records = ServedReads.decode(TicketClient.joined(parts));
        assertThat(records).hasSize(READS.records().size());
        for (int i = 0; i < records.size(); i++) {
            SAMRecord whole = READS.records().get(i);
            assertThat(records.get(i).getReadName()).isEqualTo(whole.getReadName());
            assertThat(records.get(i).getBaseQualityString()).isEqualTo(whole.getBaseQualityString());
            assertThat(records.get(i).getReadString()).isEqualTo(whole.getReadString());
            assertThat(records.get(i).getFlags()).as("without a place").isEqualTo(4);
            assertThat(records.get(i).getMappingQuality()).isZero();
            assertThat(records.get(i).getAlignmentStart()).isZero();
            assertThat(records.get(i).getAttributes())
                    .extracting(tag -> tag.tag)
                    .isSubsetOf("NM", "RG");
        }
    }

    @Test
    void whatIsMisspeltIsRefused() throws IOException {
        assertError("?bams3.minMapQ=3", 400, "InvalidInput", "bams3.minMapQ");
        assertError("?bams3.readGroup=nobody", 404, "NotFound", "bams3.readGroup: the dataset has no read group");
        assertError("?bams3.sample=nobody", 404, "NotFound", "bams3.sample");
    }

    private static void assertError(String query, int status, String error, String message) throws IOException {
        HttpResponse<byte[]> answer = TicketClient.get(READS.server().url("/" + PATH + query));
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .startsWith("{\"htsget\":{\"error\":\"" + error + "\",\"message\":\"" + message);
    }

    private static List<String> sam(byte[] bam) {
        return ServedReads.decode(bam).stream().map(ServedReads::text).toList();
    }
}
