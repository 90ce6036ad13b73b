package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.fixtures.RawBam;
import dev.bams3.htsget.SignedSlice;
import dev.bams3.htsget.SliceTokens;
import dev.bams3.sam.ReadSelection;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Records over a real port: every format, by format, by Accept and by path; and slices that are not what they say. */
class StreamTest {
    private static final ServedReads READS = ServedReads.shared();
    private static final String REGION = "referenceName=chr1&start=1000&end=2000";
    private static final String KEY = "0123456789abcdef0123456789abcdef";

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "/stream/reads/a/reads?,-",
                "/stream/reads/a/reads?,*/*",
                "/stream/reads/a/reads?format=BAM&,application/json",
                "/reads/a/reads?,application/vnd.ga4gh.bam",
                "/reads/a/reads?format=bam&,application/octet-stream",
            })
    void bamIsStreamed(String path, String accept) throws IOException {
        HttpResponse<byte[]> answer = get(path + REGION, accept);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/vnd.ga4gh.bam");
        assertThat(ServedReads.decode(answer.body()).stream().map(ServedReads::text))
                .isEqualTo(READS.overlapping("chr1", 1000, 2000));
        List<Integer> blocks = TicketClient.blocks(answer.body());
        assertThat(blocks.getLast()).isZero();
        assertThat(blocks.subList(0, blocks.size() - 1)).doesNotContain(0);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "/reads/a/reads?format=SAM&,*/*",
                "/reads/a/reads?,text/x-sam",
                "/stream/reads/a/reads?format=sam&,-",
                "/stream/reads/a/reads?,application/vnd.ga4gh.sam",
            })
    void samIsStreamed(String path, String accept) throws IOException {
        HttpResponse<byte[]> answer = get(path + REGION, accept);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/x-sam"));
        assertThat(text(answer).lines().filter(line -> !line.startsWith("@")).map(ServedReads::sorted))
                .containsExactlyElementsOf(READS.overlapping("chr1", 1000, 2000));
    }

    @Test
    void ndjsonIsLinesOfReadsAndAnEndLineWhereItIsAskedFor() throws IOException {
        int expected = READS.overlapping("chr1", 1000, 2000).size();
        List<String> lines = text(get("/reads/a/reads?format=NDJSON&" + REGION, "*/*"))
                .lines()
                .toList();
        assertThat(lines).hasSize(expected).allMatch(line -> line.startsWith("{\"QNAME\":"));
        List<String> ended = new ArrayList<>(lines);
        ended.add("{\"@end\":{\"records\":" + expected + "}}");
        assertThat(text(get("/stream/reads/a/reads?format=NDJSON&bams3.end=true&" + REGION, "*/*"))
                        .lines())
                .containsExactlyElementsOf(ended);
        assertThat(text(TicketClient.post(READS.server().url("/reads/a/reads"), """
                        {"format": "NDJSON", "bams3": {"end": true},
                         "regions": [{"referenceName": "chr1", "start": 1000, "end": 2000}]}"""))
                        .lines())
                .containsExactlyElementsOf(ended);
    }

    @Test
    void jsonEndsWithTheCount() throws IOException {
        int expected = READS.overlapping("chr1", 1000, 2000).size();
        HttpResponse<byte[]> json = get("/reads/a/reads?format=JSON&" + REGION, "*/*");
        assertThat(json.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/json"));
        JsonNode document = JsonMapper.shared().readTree(json.body());
        assertThat(document.isObject()).isTrue();
        assertThat(document.toString()).contains(Integer.toString(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"BAM", "SAM", "JSON", "NDJSON", "TSV", "ARROW"})
    void theHeaderAloneComesInEveryFormat(String format) throws IOException {
        HttpResponse<byte[]> answer = get("/stream/reads/a/reads?class=header&format=" + format, "*/*");
        assertThat(answer.statusCode()).isEqualTo(200);
        byte[] posted = TicketClient.post(
                        READS.server().url("/stream/reads/a/reads"),
                        "{\"class\":\"header\",\"format\":\"" + format + "\"}")
                .body();
        boolean bam = format.equals("BAM");
        assertThat(bam ? RawBam.inflated(posted) : posted)
                .isEqualTo(bam ? RawBam.inflated(answer.body()) : answer.body());
    }

    /** The same by GET and POST, at both addresses; tags are columns where they are asked for. */
    @Test
    void tsvIsATable() throws IOException {
        List<String> sam = READS.overlapping("chr1", 1000, 2000);
        HttpResponse<byte[]> answer = get("/reads/a/reads?format=tsv&" + REGION, "*/*");
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/tab-separated-values"));
        List<String> lines = text(answer).lines().toList();
        assertThat(lines.getFirst()).isEqualTo("QNAME\tFLAG\tRNAME\tPOS\tMAPQ\tCIGAR\tRNEXT\tPNEXT\tTLEN\tSEQ\tQUAL");
        assertThat(lines.subList(1, lines.size()))
                .containsExactlyElementsOf(sam.stream()
                        .map(line -> String.join("\t", Arrays.copyOf(line.split("\t", -1), 11)))
                        .toList());
        String some =
                text(get("/stream/reads/a/reads?fields=POS,QNAME&tags=NM,RG&" + REGION, "text/tab-separated-values"));
        assertThat(some).startsWith("QNAME\tPOS\tNM\tRG\n").hasLineCount(1 + sam.size());
        assertThat(text(TicketClient.post(READS.server().url("/stream/reads/a/reads"), """
                        {"format": "TSV", "fields": ["QNAME", "POS"], "tags": ["NM", "RG"],
                         "regions": [{"referenceName": "chr1", "start": 1000, "end": 2000}]}""")))
                .isEqualTo(some);
    }

    /** What it holds is {@code ArrowReadsTest}'s; here it is one stream by GET and POST. */
    @Test
    void arrowIsAStream() throws IOException {
        HttpResponse<byte[]> answer = get("/reads/a/reads?format=arrow&fields=POS&tags=NM&" + REGION, "*/*");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/vnd.apache.arrow.stream");
        byte[] end = {-1, -1, -1, -1, 0, 0, 0, 0};
        assertThat(answer.body()).startsWith(new byte[] {-1, -1, -1, -1}).endsWith(end);
        assertThat(get("/stream/reads/a/reads?fields=POS&tags=NM&" + REGION, "application/vnd.apache.arrow.stream")
                        .body())
                .isEqualTo(answer.body());
        assertThat(TicketClient.post(READS.server().url("/reads/a/reads"), """
                        {"format": "ARROW", "fields": ["POS"], "tags": ["NM"],
                         "regions": [{"referenceName": "chr1", "start": 1000, "end": 2000}]}""").body())
                .isEqualTo(answer.body());
        assertThat(get("/stream/reads/a/reads?format=ARROW&class=header", "*/*").body())
                .endsWith(end);
    }

    @ParameterizedTest
    @CsvSource({
        "bams3.end=true&format=TSV, bams3.end: is for NDJSON",
        "bams3.end=true&format=JSON, bams3.end: is for NDJSON",
        "bams3.end=true, bams3.end: is for NDJSON",
        "bams3.end=yes&format=NDJSON, bams3.end: must be true or false",
        "bams3.end=true&bams3.end=true&format=NDJSON, bams3.end: must be true or false"
    })
    void anEndLineIsForNdjson(String query, String message) throws IOException {
        for (String path : List.of("/reads/a/reads?", "/stream/reads/a/reads?")) {
            HttpResponse<byte[]> answer = TicketClient.get(READS.server().url(path + query));
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(text(answer)).contains("InvalidInput", message);
        }
    }

    @Test
    void streamsAreNotCodedAndSayWhatTheyVaryBy() throws IOException {
        HttpResponse<byte[]> answer = TicketClient.get(
                READS.server().url("/reads/a/reads?format=SAM&" + REGION), "Accept-Encoding", "gzip, deflate, br");
        assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(answer.headers().allValues("Vary")).contains("Origin", "Accept");
    }

    @Test
    void slicesOfAnotherKeyAgeDatasetOrGenerationAreRefused() throws IOException {
        SliceTokens own = READS.server().bean(SliceTokens.class);
        String generation = READS.server()
                .bean(Datasets.class)
                .open(new DatasetId(ServedReads.ID))
                .metadata()
                .generation();
        SignedSlice slice = new SignedSlice(ServedReads.ID, generation, ReadSelection.everything(), 0, 1, true);
        assertThat(slice(own.sign(slice)).statusCode()).isEqualTo(200);

        SliceTokens foreign =
                new SliceTokens(List.of(KEY.getBytes(StandardCharsets.UTF_8)), Duration.ofHours(1), Clock.systemUTC());
        assertError(slice(foreign.sign(slice)), 403, "PermissionDenied");
        String token = own.sign(slice);
        assertError(slice(token.substring(1)), 403, "PermissionDenied");
        assertError(
                TicketClient.get(READS.server().url("/stream/reads/a/broken?slice=" + token)), 403, "PermissionDenied");
        SignedSlice old = new SignedSlice(ServedReads.ID, "gone", ReadSelection.everything(), 0, 1, true);
        assertError(slice(own.sign(old)), 404, "NotFound");
        SignedSlice behind = new SignedSlice(ServedReads.ID, generation, ReadSelection.everything(), 99_999, 1, true);
        assertThat(TicketClient.blocks(slice(own.sign(behind)).body())).containsExactly(0);
    }

    private static HttpResponse<byte[]> slice(String token) throws IOException {
        return TicketClient.get(READS.server().url("/stream/reads/a/reads?slice=" + token));
    }

    private static HttpResponse<byte[]> get(String path, @Nullable String accept) throws IOException {
        String url = READS.server().url(path);
        HttpResponse<byte[]> answer = accept == null ? TicketClient.get(url) : TicketClient.get(url, "Accept", accept);
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(200);
        return answer;
    }

    private static void assertError(HttpResponse<byte[]> answer, int status, String error) {
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(status);
        assertThat(text(answer)).startsWith("{\"htsget\":{\"error\":\"" + error + "\"");
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }
}
