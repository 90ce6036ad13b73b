package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.fixtures.Wait;
import dev.bams3.format.BlockSizing;
import dev.bams3.genome.Region;
import dev.bams3.storage.MemoryObjectStore;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Datasets as files over a real port: bytes, ranges, conditions, who gets them, what they cost. */
class FilesTest {
    private static final ServedReads READS = ServedReads.shared();
    private static final String BAM = READS.server().url("/files/" + ServedReads.ID + ".bam");

    private final long seed = Seed.draw();

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static String text(HttpResponse<byte[]> answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {".bam", ".bam.bai", ".bai", ".bam.csi", ".csi", ".bw"})
    void aFileHasALengthATagAndAnAge(String suffix) throws IOException {
        String url = READS.server().url("/files/" + ServedReads.ID + suffix);
        HttpResponse<byte[]> whole = TicketClient.get(url);
        assertThat(whole.statusCode()).isEqualTo(200);
        HttpResponse<byte[]> head = TicketClient.head(url, "Range", "bytes=0-9");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        for (HttpResponse<byte[]> answer : List.of(whole, head)) {
            assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(whole.body().length);
            assertThat(header(answer, "ETag")).matches("\"[\\x21\\x23-\\x7e]+\"");
            assertThat(header(answer, "Accept-Ranges")).isEqualTo("bytes");
            assertThat(header(answer, "Cache-Control")).contains("no-transform");
            assertThat(header(answer, "Content-Encoding")).isEmpty();
            assertThat(lastModified(answer)).isBeforeOrEqualTo(Instant.now());
        }
    }

    private static Instant lastModified(HttpResponse<byte[]> answer) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.parse(header(answer, "Last-Modified"), Instant::from);
    }

    private static String date(Instant time) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atZone(ZoneOffset.UTC));
    }

    @Test
    void theWholeFileIsTheDataset() throws IOException {
        byte[] file = TicketClient.get(BAM).body();
        byte[] stream = TicketClient.get(READS.server().url("/stream/reads/" + ServedReads.ID))
                .body();
        assertThat(RawBam.inflated(file)).isEqualTo(RawBam.inflated(stream));
        assertThat(ServedReads.decode(file)).isEqualTo(READS.records());
    }

    @Test
    void rangesHaveTheBytesOfTheWholeOnEveryReplica() throws IOException {
        Random random = new Random(seed);
        byte[] whole = TicketClient.get(BAM).body();
        String tag = header(TicketClient.head(BAM), "ETag");
        // Another process, which has seen nothing and compresses otherwise.
        try (RunningServer other = READS.replica("bams3.encode.level=6")) {
            for (int i = 0; i < 60; i++) {
                String url = i % 2 == 0 ? BAM : other.url("/files/" + ServedReads.ID + ".bam");
                int first = random.nextInt(whole.length);
                int last = Math.min(whole.length - 1, first + random.nextInt(i % 3 == 0 ? 50 : 300_000));
                HttpResponse<byte[]> part =
                        TicketClient.get(url, "Range", "bytes=" + first + "-" + last, "If-Range", tag);
                assertThat(part.statusCode()).as("seed %s", seed).isEqualTo(206);
                assertThat(header(part, "Content-Range")).isEqualTo("bytes " + first + "-" + last + "/" + whole.length);
                assertThat(part.headers().firstValueAsLong("Content-Length")).hasValue(last - first + 1);
                assertThat(Arrays.equals(part.body(), Arrays.copyOfRange(whole, first, last + 1)))
                        .as("bytes %s to %s, seed %s", first, last, seed)
                        .isTrue();
            }
            assertThat(header(TicketClient.head(other.url("/files/" + ServedReads.ID + ".bam")), "ETag"))
                    .isEqualTo(tag);
            assertThat(TicketClient.get(other.url("/files/" + ServedReads.ID + ".bam.bai"))
                            .body())
                    .isEqualTo(TicketClient.get(BAM + ".bai").body());
        }
    }

    @Test
    void openEndedAndSuffixRangesAreServed() throws IOException {
        byte[] whole = TicketClient.get(BAM).body();
        int from = whole.length - 100_000;
        HttpResponse<byte[]> open = TicketClient.get(BAM, "Range", "bytes=" + from + "-");
        assertThat(open.statusCode()).isEqualTo(206);
        assertThat(open.body()).isEqualTo(Arrays.copyOfRange(whole, from, whole.length));
        HttpResponse<byte[]> end = TicketClient.get(BAM, "Range", "bytes=-28");
        assertThat(end.statusCode()).isEqualTo(206);
        assertThat(end.body()).isEqualTo(Arrays.copyOfRange(whole, whole.length - 28, whole.length));
        assertThat(TicketClient.get(BAM, "Range", "bytes=-999999999999").body()).isEqualTo(whole);
        assertThat(TicketClient.get(BAM, "Range", "bytes=0-999999999999").body())
                .isEqualTo(whole);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=0-0,5-9", "lines=1-2", "bytes=9-5", "bytes=", "bytes=-", "none"})
    void whatIsNotOneRangeIsAnsweredWithAll(String range) throws IOException {
        HttpResponse<byte[]> all = TicketClient.get(BAM + ".bai", "Range", range);
        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(all.body()).isEqualTo(TicketClient.get(BAM + ".bai").body());
    }

    @Test
    void aRangeBehindTheEndIsRefused() throws IOException {
        long length = TicketClient.head(BAM)
                .headers()
                .firstValueAsLong("Content-Length")
                .orElseThrow();
        for (String range : List.of("bytes=" + length + "-", "bytes=-0")) {
            HttpResponse<byte[]> refused = TicketClient.get(BAM, "Range", range);
            assertThat(refused.statusCode()).isEqualTo(416);
            assertThat(header(refused, "Content-Range")).isEqualTo("bytes */" + length);
            assertThat(text(refused)).contains("the file has " + length + " bytes");
        }
    }

    @Test
    void aRangeGoesOnOnlyWithTheSameBytes() throws IOException {
        HttpResponse<byte[]> head = TicketClient.head(BAM);
        String date = header(head, "Last-Modified");
        for (String condition : List.of(header(head, "ETag"), date)) {
            assertThat(TicketClient.get(BAM, "Range", "bytes=5-9", "If-Range", condition)
                            .statusCode())
                    .isEqualTo(206);
        }
        for (String condition : List.of(
                "\"other\"",
                "W/" + header(head, "ETag"),
                date(lastModified(head).minusSeconds(1)),
                date(lastModified(head).plusSeconds(1)))) {
            HttpResponse<byte[]> whole = TicketClient.get(BAM, "Range", "bytes=5-9", "If-Range", condition);
            assertThat(whole.statusCode()).as(condition).isEqualTo(200);
            assertThat(header(whole, "Content-Range")).isEmpty();
        }
    }

    @Test
    void conditionsAreAnswered() throws IOException {
        HttpResponse<byte[]> head = TicketClient.head(BAM);
        String tag = header(head, "ETag");
        String date = header(head, "Last-Modified");
        String before = date(lastModified(head).minusSeconds(1));
        assertStatus(304, "If-None-Match", tag);
        assertStatus(304, "If-None-Match", "\"a\", W/" + tag);
        assertStatus(304, "If-None-Match", "*");
        assertStatus(304, "If-Modified-Since", date);
        assertStatus(206, "If-Modified-Since", before);
        // The tag says more than the date.
        assertStatus(206, "If-None-Match", "\"a\"", "If-Modified-Since", date);
        assertStatus(412, "If-Match", "\"a\"");
        assertStatus(206, "If-Match", tag);
        assertStatus(412, "If-Unmodified-Since", before);
        assertStatus(206, "If-Unmodified-Since", date);
        assertStatus(206, "If-Modified-Since", "yesterday");
        assertThat(header(TicketClient.head(BAM, "If-None-Match", tag), "ETag")).isEqualTo(tag);
    }

    private static void assertStatus(int status, String... conditions) throws IOException {
        String[] headers = Arrays.copyOf(conditions, conditions.length + 2);
        headers[conditions.length] = "Range";
        headers[conditions.length + 1] = "bytes=0-99";
        assertThat(TicketClient.get(BAM, headers).statusCode())
                .as(String.join(" ", conditions))
                .isEqualTo(status);
    }

    @Test
    void aReplacedDatasetIsAnotherFile() throws IOException {
        MemoryObjectStore store = new MemoryObjectStore();
        List<byte[]> records = new RandomRecords(seed).sortedList(200);
        BlockSizing sizing = new BlockSizing(8 << 10, 2, 64 << 10, 100 << 10);
        TestDatasets.write(store, "x.bams3", RandomRecords.header(), records, sizing);
        try (RunningServer server = RunningServer.start(unused -> store, "bams3.cache.metadata-ttl=0s")) {
            String tag = header(TicketClient.head(server.url("/files/x.bam")), "ETag");
            TestDatasets.write(store, "x.bams3", RandomRecords.header(), records.subList(1, 200), sizing);
            HttpResponse<byte[]> now =
                    TicketClient.get(server.url("/files/x.bam"), "Range", "bytes=10-19", "If-Range", tag);
            assertThat(now.statusCode()).isEqualTo(200);
            assertThat(header(now, "ETag")).isNotEqualTo(tag);
            assertThat(RawBam.read(now.body()).records()).hasSize(199);
            // One of its references is longer than a BAI can hold.
            HttpResponse<byte[]> bai = TicketClient.get(server.url("/files/x.bam.bai"));
            assertThat(bai.statusCode()).isEqualTo(404);
            assertThat(text(bai)).contains("take the .bam.csi");
            assertThat(TicketClient.get(server.url("/files/x.bam.csi")).statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "a/reads, 404, {id}.bam",
        "a/none.bam, 404, no such dataset",
        "a/none.bam.bai, 404, no such dataset",
        ".bam, 404, {id}.bam",
        "'', 404, {id}.bam",
        "../x.bam, 400, ''",
        "a/.x.bam, 400, dataset id",
        "a/reads.cram, 404, {id}.bam",
        "a/reads.bam.bam, 404, no such dataset"
    })
    void otherNamesAreExplained(String name, int status, String message) throws IOException {
        RawHttp.Answer answer = RawHttp.send(READS.server().port(), "GET /files/" + name + " HTTP/1.1");
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.text()).contains(message);
    }

    @Test
    void otherMethodsAreRefused() throws IOException {
        HttpResponse<byte[]> posted = TicketClient.post(BAM, "{}");
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(header(posted, "Allow")).contains("GET").contains("HEAD");
    }

    @Test
    void whoMaySeePartsGetsNoFile() throws IOException {
        Grant part = new Grant.Regions(List.of(new Region("chr1", 0, OptionalLong.of(1000))), true);
        try (RunningServer server =
                READS.replica("bams3.access.public-datasets=", "bams3.link.key=" + "k".repeat(32))) {
            LinkTokens tokens = server.bean(LinkTokens.class);
            Instant soon = Instant.now().plusSeconds(3600);
            String some = "/t/" + tokens.sign(new CapabilityLink(ServedReads.ID, part, soon)) + "/files/";
            String all = "/t/" + tokens.sign(new CapabilityLink(ServedReads.ID, Grant.everything(), soon)) + "/files/";
            for (String suffix : List.of(".bam", ".bam.bai", ".bai", ".bam.csi")) {
                assertThat(TicketClient.get(server.url("/files/" + ServedReads.ID + suffix))
                                .statusCode())
                        .isEqualTo(403);
                HttpResponse<byte[]> refused = TicketClient.get(server.url(some + ServedReads.ID + suffix));
                assertThat(refused.statusCode()).isEqualTo(403);
                assertThat(text(refused)).contains("only parts of this dataset");
                assertThat(TicketClient.get(server.url(all + ServedReads.ID + suffix))
                                .statusCode())
                        .isEqualTo(200);
                assertThat(TicketClient.head(server.url(all + "a/broken" + suffix))
                                .statusCode())
                        .isEqualTo(403);
            }
        }
    }

    /** The regions of the blocks that were sent, not of the whole file. */
    @Test
    void theAuditNamesWhatWasRead() throws IOException {
        Logger audit = (Logger) LoggerFactory.getLogger("dev.bams3.audit");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        audit.addAppender(lines);
        try {
            byte[] whole = TicketClient.get(BAM).body();
            // An answer may reach its client before its line is written.
            Wait.until("the audit log has the whole file", () -> lines.list.size() >= 1);
            TicketClient.get(BAM, "Range", "bytes=0-99");
            Wait.until("the audit log has the beginning", () -> lines.list.size() >= 2);
            TicketClient.get(BAM, "Range", "bytes=" + whole.length / 2 + "-" + (whole.length / 2 + 10));
            Wait.until("the audit log has the middle", () -> lines.list.size() >= 3);
            TicketClient.get(BAM, "Range", "bytes=-28");
            Wait.until("the audit log has the end", () -> lines.list.size() >= 4);
            TicketClient.get(BAM + ".bai");
            TicketClient.head(BAM);
            TicketClient.head(BAM + ".bai");
            Wait.until("the audit log has the answers", () -> lines.list.size() >= 5);
        } finally {
            audit.detachAppender(lines);
        }
        List<String> texts =
                lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        assertThat(texts).hasSize(5);
        assertThat(texts.get(0)).contains("\"form\":\"file\"", "\"regions\":\"all\"", "\"outcome\":\"complete\"");
        assertThat(texts.get(1)).contains("\"regions\":\"\"", "\"records\":0", "\"bytes\":100");
        assertThat(texts.get(2)).contains("\"regions\":\"chr1:[").doesNotContain("HLA");
        assertThat(texts.get(3)).contains("\"regions\":\"\"", "\"records\":0", "\"bytes\":28");
        assertThat(texts.get(4)).contains("\"event\":\"figures\"", "\"form\":\"bai\"");
    }

    /** As htslib does for each region: it asks to the end of the file and hangs up when it has what it wants. */
    @Test
    void aClientThatLeavesEarlyCostsWhatItTook() throws IOException {
        CountingObjectStore[] store = new CountingObjectStore[1];
        try (RunningServer server =
                READS.start(memory -> store[0] = new CountingObjectStore(memory), "bams3.cache.blocks=0")) {
            long length = TicketClient.head(server.url("/files/" + ServedReads.ID + ".bam"))
                    .headers()
                    .firstValueAsLong("Content-Length")
                    .orElseThrow();
            store[0].reset();
            try (Socket socket = new Socket("localhost", server.port())) {
                socket.setReceiveBufferSize(16 << 10);
                socket.getOutputStream()
                        .write(("GET /files/" + ServedReads.ID + ".bam HTTP/1.1\r\nHost: a\r\nRange: bytes="
                                        + length / 10 + "-\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(socket.getInputStream().readNBytes(64 << 10)).hasSize(64 << 10);
                socket.setSoLinger(true, 0);
            }
            TicketClient.head(server.url("/files/" + ServedReads.ID + ".bam"));
            assertThat(store[0].gets(".b3c")).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void aRangeOfAColdServiceCostsMetadataHeaderOneSectionAndItsBlocks() throws IOException {
        CountingObjectStore[] store = new CountingObjectStore[1];
        try (RunningServer server = READS.start(memory -> store[0] = new CountingObjectStore(memory))) {
            store[0].reset();
            TicketClient.get(server.url("/files/" + ServedReads.ID + ".bam"), "Range", "bytes=1000000-1000099");
            assertThat(store[0].gets()).isEqualTo(4);
        }
    }

    @Test
    void aFileWhoseStoreFailsIsNeverMistakenForAWholeOne() throws IOException {
        String broken = READS.server().url("/files/" + ServedReads.BROKEN + ".bam");
        long length = TicketClient.head(broken)
                .headers()
                .firstValueAsLong("Content-Length")
                .orElseThrow();
        RawHttp.Answer answer =
                RawHttp.send(READS.server().port(), "GET /files/" + ServedReads.BROKEN + ".bam HTTP/1.1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat((long) answer.bytes().length).isLessThan(length);
        HttpResponse<byte[]> late = TicketClient.get(broken, "Range", "bytes=" + length / 2 + "-");
        assertThat(late.statusCode()).isEqualTo(503);
        assertThat(header(late, "ETag") + header(late, "Last-Modified") + header(late, "Content-Range"))
                .isEmpty();
    }
}
