package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.CountingObjectStore;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tickets over a real port, resolved as clients do. */
class TicketTest {
    private static final ServedReads READS = ServedReads.shared();
    private static final String WHOLE = READS.server().url("/reads/" + ServedReads.ID);

    @Test
    void theWholeDatasetComesBackInFileOrder() throws IOException {
        List<TicketClient.Part> parts = TicketClient.resolve(TicketClient.get(WHOLE));
        assertThat(parts.size()).as("the header and several slices").isGreaterThan(3);
        assertThat(sam(TicketClient.joined(parts))).isEqualTo(READS.sam(record -> true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?referenceName=chr1&start=1000&end=250000",
                "?referenceName=HLA-A*01:01",
                "?referenceName=*",
                "?referenceName=chr1&start=5&end=5",
                "?class=header"
            })
    void partsAreWholeBlocksAndOneEndOfFileIsTheVeryLast(String query) throws IOException {
        List<TicketClient.Part> parts = TicketClient.resolve(TicketClient.get(WHOLE + query));
        for (TicketClient.Part part : parts) {
            assertThat(part.bytes()).isNotEmpty();
        }
        List<Integer> blocks = TicketClient.blocks(TicketClient.joined(parts));
        assertThat(blocks.getLast()).isZero();
        assertThat(blocks.subList(0, blocks.size() - 1)).doesNotContain(0);
        for (TicketClient.Part part : parts) {
            assertThat(TicketClient.blocks(part.bytes())).isNotEmpty();
        }
    }

    @Test
    void everyFetchOfASliceGivesTheSameBytes() throws IOException {
        String slice = TicketClient.resolve(TicketClient.get(WHOLE)).get(1).url();
        assertThat(TicketClient.get(slice).body())
                .isEqualTo(TicketClient.get(slice).body());
    }

    @Test
    void theHeaderOfTheDataIsTheHeaderOfClassHeader() throws IOException {
        List<TicketClient.Part> header = TicketClient.resolve(TicketClient.get(WHOLE + "?class=header"));
        List<TicketClient.Part> data = TicketClient.resolve(TicketClient.get(WHOLE + "?referenceName=chr1"));
        assertThat(header).extracting(TicketClient.Part::partClass).containsOnly("header");
        assertThat(data.getFirst().bytes()).isEqualTo(header.getFirst().bytes());
        assertThat(data.getFirst().partClass()).isEqualTo("header");
        assertThat(data.subList(1, data.size()))
                .extracting(TicketClient.Part::partClass)
                .containsOnly("body");
        assertThat(ServedReads.decode(TicketClient.joined(header))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "chr1,0,1",
        "chr1,100000,100001",
        "chr1,100000,150000",
        "chr1,299990,4294967295",
        "chr1,0,300000",
        "HLA-A*01:01,0,5000",
        "HG002%231%23chr2,25000,25100"
    })
    void regionsAreExact(String reference, long start, long end) throws IOException {
        String query = "?referenceName=" + reference + "&start=" + start + "&end=" + end;
        assertThat(sam(TicketClient.joined(TicketClient.resolve(TicketClient.get(WHOLE + query)))))
                .isEqualTo(READS.overlapping(
                        reference.replace("%23", "#"), (int) start, (int) Math.min(Integer.MAX_VALUE, end)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?referenceName=chr1&start=7&end=7", "?referenceName=chr1&start=0&end=0",
                "?referenceName=chr1&start=300000", "?referenceName=chr1&start=300000&end=300001",
                "?referenceName=chr1&start=2147483648&end=4294967295", "?referenceName=chr1&start=4294967295"
            })
    void regionsWithoutPositionsAreEmptyNotErrors(String query) throws IOException {
        List<TicketClient.Part> parts = TicketClient.resolve(TicketClient.get(WHOLE + query));
        assertThat(parts).hasSize(2);
        assertThat(ServedReads.decode(TicketClient.joined(parts))).isEmpty();
    }

    @Test
    void openBoundsReachTheEnds() throws IOException {
        assertThat(sam(TicketClient.joined(
                        TicketClient.resolve(TicketClient.get(WHOLE + "?referenceName=chr1&start=290000")))))
                .isEqualTo(READS.overlapping("chr1", 290_000, 300_000));
        assertThat(sam(TicketClient.joined(
                        TicketClient.resolve(TicketClient.get(WHOLE + "?referenceName=chr1&end=500")))))
                .isEqualTo(READS.overlapping("chr1", 0, 500));
    }

    @Test
    void unplacedReadsAreOnlyThose() throws IOException {
        List<String> unplaced =
                sam(TicketClient.joined(TicketClient.resolve(TicketClient.get(WHOLE + "?referenceName=*"))));
        assertThat(unplaced).isNotEmpty().isEqualTo(READS.sam(record -> record.getReferenceIndex() < 0));
    }

    @Test
    void regionsOfAPostAreMergedInFileOrderEachRecordOnce() throws IOException {
        String regions = """
                {"format":"bam","regions":[{"referenceName":"HG002#1#chr2","start":100,"end":900},{"referenceName":"*"},
                 {"referenceName":"chr1","start":5000,"end":6000},{"referenceName":"chr1","start":5500,"end":7000},
                 {"referenceName":"chr1","start":7000,"end":7001},{"referenceName":"chr1","start":5000,"end":6000}]}""";
        List<String> expected = Stream.of(
                        READS.overlapping("chr1", 5000, 7001),
                        READS.overlapping("HG002#1#chr2", 100, 900),
                        READS.sam(record -> record.getReferenceIndex() < 0))
                .flatMap(List::stream)
                .toList();
        assertThat(sam(TicketClient.joined(TicketClient.resolve(TicketClient.post(WHOLE, regions)))))
                .isEqualTo(expected);
        HttpResponse<byte[]> streamed =
                TicketClient.post(READS.server().url("/stream/reads/" + ServedReads.ID), regions);
        assertThat(sam(streamed.body())).isEqualTo(expected);
    }

    @Test
    void aPostWithoutABodyIsTheWholeDataset() throws IOException {
        assertThat(TicketClient.resolve(TicketClient.post(WHOLE, "")).size())
                .isEqualTo(TicketClient.resolve(TicketClient.get(WHOLE)).size());
    }

    @Test
    void thousandsOfRegionsFitOrAreTooLarge() throws IOException {
        String many = Stream.iterate(0, i -> i + 1)
                .limit(5000)
                .map(i -> "{\"referenceName\":\"chr1\",\"start\":" + i * 57 + ",\"end\":" + (i * 57 + 1 + i % 13) + "}")
                .collect(Collectors.joining(",", "{\"regions\":[", "]}"));
        byte[] answer = TicketClient.joined(TicketClient.resolve(TicketClient.post(WHOLE, many)));
        assertThat(ServedReads.decode(answer)).isNotEmpty();
    }

    @Test
    void aRequestThatEndsInErrorIsHtsgetJson() throws IOException {
        assertError(TicketClient.get(READS.server().url("/reads/a/nothing")), 404, "NotFound");
        assertError(TicketClient.get(WHOLE + "?referenceName=chr99"), 404, "NotFound");
        assertError(TicketClient.get(WHOLE + "?referenceName=chr1&start=5&end=4"), 400, "InvalidRange");
        assertError(
                TicketClient.post(WHOLE, "{\"regions\":[{\"referenceName\":\"chr1\",\"start\":5,\"end\":5}]}"),
                400,
                "InvalidRange");
        assertError(
                TicketClient.get(WHOLE + "?format=SAM", "Accept", "application/vnd.ga4gh.htsget.v1.3.0+json"),
                400,
                "UnsupportedFormat");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "application/json,text/plain",
                "application/json",
                "text/plain",
                "image/png",
                "text/html, image/gif, image/jpeg, */*; q=0.2",
                "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
            })
    void whateverClientsOfHtsgetAcceptTheyGetATicket(String accept) throws IOException {
        HttpResponse<byte[]> ticket = TicketClient.get(
                WHOLE + "?class=header&format=BAM", "Accept", accept, "Accept-Encoding", "gzip, deflate");
        assertThat(TicketClient.resolve(ticket)).hasSize(2);
        assertThat(ticket.headers().firstValue("Content-Type"))
                .contains("application/vnd.ga4gh.htsget.v1.3.0+json;charset=utf-8");
        assertThat(ticket.headers().allValues("Vary")).contains("Origin", "Accept");
        assertThat(ticket.headers().firstValue("Cache-Control")).contains("no-store");
    }

    @Test
    void theVersionAskedForComesBack() throws IOException {
        HttpResponse<byte[]> ticket =
                TicketClient.get(WHOLE + "?class=header", "Accept", "application/vnd.ga4gh.htsget.v1.2.0+json");
        assertThat(ticket.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/vnd.ga4gh.htsget.v1.2.0+json"));
    }

    @Test
    void unknownParametersAreIgnoredAndNamed() throws IOException {
        HttpResponse<byte[]> ticket = TicketClient.get(WHOLE + "?encryptionScheme=c4gh&class=header");
        assertThat(TicketClient.resolve(ticket)).hasSize(2);
        assertThat(ticket.headers().firstValue(Requests.IGNORED_HEADER)).contains("encryptionScheme");
    }

    @Test
    void aTicketLinksToTheStream() throws IOException {
        HttpResponse<byte[]> ticket = TicketClient.get(WHOLE + "?referenceName=chr1&start=5&end=700");
        assertThat(ticket.headers().firstValue("Link"))
                .contains("<" + READS.server().url("/stream/reads/a/reads?referenceName=chr1&start=5&end=700")
                        + ">; rel=\"alternate\"; type=\"application/vnd.ga4gh.bam\"");
    }

    @Test
    void behindAProxyTheAddressesAreThoseOfTheProxy() throws IOException {
        assertThat(text(TicketClient.get(
                        WHOLE + "?referenceName=chr1",
                        "X-Forwarded-Proto",
                        "https",
                        "X-Forwarded-Host",
                        "reads.example.org",
                        "X-Forwarded-Prefix",
                        "/base")))
                .contains("\"url\":\"https://reads.example.org/base/stream/reads/a/reads?slice=");
        assertThat(text(TicketClient.get(
                        WHOLE + "?referenceName=chr1", "Forwarded", "proto=https;host=\"reads.example.org:8443\"")))
                .contains("\"url\":\"https://reads.example.org:8443/stream/reads/a/reads?slice=");
    }

    @Test
    void headCostsNoChunk() throws IOException {
        CountingObjectStore store = READS.store();
        for (String path : List.of("/reads/a/reads?referenceName=chr1", "/stream/reads/a/reads?format=SAM")) {
            TicketClient.head(READS.server().url(path));
            store.reset();
            HttpResponse<byte[]> answer = TicketClient.head(READS.server().url(path));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEmpty();
            assertThat(store.gets("chunk")).isZero();
        }
        assertThat(TicketClient.head(READS.server().url("/reads/a/nothing")).statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/reads.bai", "a/reads.bam.bai", "a/reads.csi", "a/reads.crai", "a/reads.tbi"})
    void indexProbesDoNotTouchTheStore(String id) throws IOException {
        READS.store().reset();
        assertError(TicketClient.get(READS.server().url("/reads/" + id)), 404, "NotFound");
        assertThat(READS.store().calls()).isEmpty();
    }

    private static void assertError(HttpResponse<byte[]> answer, int status, String error) {
        assertThat(answer.statusCode()).as(text(answer)).isEqualTo(status);
        assertThat(text(answer)).startsWith("{\"htsget\":{\"error\":\"" + error + "\"");
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
    }

    private static List<String> sam(byte[] bam) {
        return ServedReads.decode(bam).stream().map(ServedReads::text).toList();
    }
}
