package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.fixtures.TableReaders;
import dev.bams3.fixtures.Tool;
import htsjdk.samtools.DefaultSAMRecordFactory;
import htsjdk.samtools.HtsgetBAMFileReader;
import htsjdk.samtools.SAMRecord;
import htsjdk.samtools.ValidationStringency;
import htsjdk.samtools.util.CloseableIterator;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real clients: what they read, and that none takes a broken answer for a whole one. */
class ClientsTest {
    private static final String ASKED = "\r\nTE: trailers";

    private static final ServedReads READS = ServedReads.shared();
    private static final String REGION = "?referenceName=chr1&start=1000&end=90000";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"/reads/a/reads, ''", "/stream/reads/a/reads, ''", "/stream/reads/a/reads, &format=SAM"})
    void samtoolsReadsARegion(String path, String format) throws IOException {
        Tool.Result result =
                Tool.run(folder, "samtools", "view", "--no-PG", READS.server().url(path + REGION + format));
        assertThat(result.errors()).isEmpty();
        assertThat(result.exit()).isZero();
        assertThat(result.lines().stream().map(ServedReads::sorted))
                .containsExactlyElementsOf(READS.overlapping("chr1", 1000, 90_000));
    }

    @Test
    void samtoolsReadsEverythingAndTheHeaderWithoutWarnings() throws IOException {
        Tool.Result all =
                Tool.run(folder, "samtools", "view", "-c", READS.server().url("/reads/a/reads"));
        assertThat(all.errors()).isEmpty();
        assertThat(all.output().strip())
                .isEqualTo(Integer.toString(READS.records().size()));
        Tool.Result header = Tool.run(
                folder, "samtools", "view", "-H", "--no-PG", READS.server().url("/reads/a/reads?class=header"));
        assertThat(header.errors()).isEmpty();
        assertThat(header.output()).contains("SN:HLA-A*01:01");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/reads/a/broken", "/stream/reads/a/broken", "/stream/reads/a/broken?format=SAM"})
    void samtoolsFailsWhereAnAnswerBreaksOff(String path) throws IOException {
        Tool.Result result = Tool.run(folder, "samtools", "view", READS.server().url(path));
        assertThat(result.exit()).as(result.errors()).isNotZero();
    }

    @ParameterizedTest
    @CsvSource({"BAM", "SAM", "JSON", "NDJSON", "TSV", "ARROW"})
    void curlFailsWhereAnAnswerBreaksOff(String format) throws IOException {
        Tool.Result result =
                Tool.run(folder, "curl", "-sS", READS.server().url("/stream/reads/a/broken?format=" + format));
        // 18 is a transfer with bytes outstanding, 56 a connection reset in the middle.
        assertThat(result.exit()).as(result.errors()).isIn(18, 56);
        assertThat(result.output()).isNotEmpty().doesNotContain("InternalServerError", "ServiceUnavailable");
    }

    @Test
    void curlTakesSamAsItStands() throws IOException {
        Tool.Result result =
                Tool.run(folder, "curl", "-sS", READS.server().url("/reads/a/reads" + REGION + "&format=SAM"));
        assertThat(result.exit()).isZero();
        assertThat(result.lines().stream().filter(line -> !line.startsWith("@")).map(ServedReads::sorted))
                .containsExactlyElementsOf(READS.overlapping("chr1", 1000, 90_000));
    }

    @Test
    void aBrokenAnswerHasNoLastChunk() throws IOException {
        RawHttp.Answer answer = RawHttp.send(READS.server().port(), "GET /stream/reads/a/broken HTTP/1.1" + ASKED);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Transfer-Encoding")).contains("chunked");
        assertThat(answer.bytes().length).isGreaterThan(10_000);
        assertThat(answer.text()).doesNotEndWith("\r\n\r\n").doesNotContain("\r\nBAMS3-Records:");
        RawHttp.Answer whole = RawHttp.send(READS.server().port(), "GET /stream/reads/a/reads HTTP/1.1" + ASKED);
        assertThat(whole.text()).endsWith(end(READS.records().size()));
    }

    private static String end(int records) {
        return "\r\n0\r\nBAMS3-Records: " + records + "\r\n\r\n";
    }

    /** Long and short, so short that it would fit into the server's buffer; with and without records. */
    @ParameterizedTest
    @CsvSource({
        "SAM, referenceName=chr1&start=1000&end=90000",
        "SAM, referenceName=chr1&start=1000&end=1001",
        "SAM, class=header",
        "BAM, referenceName=chr1&start=1000&end=1001",
        "JSON, referenceName=chr1&start=1000&end=90000",
        "NDJSON, referenceName=chr1&start=1000&end=1001",
        "TSV, referenceName=chr1&start=1000&end=90000",
        "ARROW, referenceName=chr1&start=1000&end=90000",
        "ARROW, referenceName=HLA-A*01:01&start=0&end=0",
        "NDJSON, referenceName=HLA-A*01:01&start=0&end=0"
    })
    void aWholeAnswerEndsWithItsCount(String format, String query) throws IOException {
        String path = "/stream/reads/a/reads?format=" + format + "&" + query;
        int records = ServedReads.decode(
                        TicketClient.get(READS.server().url(path.replace("format=" + format, "format=BAM")))
                                .body())
                .size();
        RawHttp.Answer answer = RawHttp.send(READS.server().port(), "GET " + path + " HTTP/1.1" + ASKED);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Trailer")).contains("BAMS3-Records");
        assertThat(answer.header("Content-Length")).isEmpty();
        assertThat(answer.text()).endsWith(end(records));
        assertThat(answer.text().split("\r\nBAMS3-Records: ", -1)).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /stream/reads/a/reads?format=SAM HTTP/1.0" + ASKED,
                "HEAD /stream/reads/a/reads?format=SAM HTTP/1.1" + ASKED,
                "GET /stream/reads/a/nothing?format=SAM HTTP/1.1" + ASKED,
                "GET /stream/reads/a/reads?format=SAM&referenceName=no HTTP/1.1" + ASKED,
                "GET /stream/reads/a/reads?format=SAM HTTP/1.1",
                "GET /stream/reads/a/reads?format=SAM HTTP/1.1\r\nTE: deflate"
            })
    void whereNoTrailerIsAskedForOrCanComeNoneIsAnnounced(String head) throws IOException {
        RawHttp.Answer answer = RawHttp.send(READS.server().port(), head);
        assertThat(answer.header("Trailer")).isEmpty();
        assertThat(answer.text()).doesNotContain("BAMS3-Records");
    }

    @Test
    void curlTellsTheCountOfAWholeAnswer() throws IOException {
        Path trailers = folder.resolve("head.txt");
        Tool.Result whole = Tool.run(
                folder,
                "curl",
                "-sS",
                "-H",
                "TE: trailers",
                "-D",
                trailers.toString(),
                "-o",
                "out.sam",
                READS.server().url("/stream/reads/a/reads?format=SAM"));
        assertThat(whole.exit()).as(whole.errors()).isZero();
        assertThat(Files.readString(trailers))
                .containsPattern("(?im)^BAMS3-Records: " + READS.records().size() + "\\s*$");
        try (Stream<String> lines = Files.lines(folder.resolve("out.sam"))) {
            assertThat(lines.filter(line -> !line.startsWith("@")))
                    .hasSize(READS.records().size());
        }
        assertThat(Tool.run(
                                folder,
                                "curl",
                                "-sS",
                                "-H",
                                "TE: trailers",
                                "-D",
                                trailers.toString(),
                                "-o",
                                "out.sam",
                                READS.server().url("/stream/reads/a/broken?format=SAM"))
                        .exit())
                .isIn(18, 56);
        assertThat(Files.readString(trailers))
                .contains("Trailer: BAMS3-Records")
                .doesNotContain("BAMS3-Records: ");
    }

    @Test
    void pythonIsNotDisturbedByTrailers() throws IOException {
        Tool.Result lines =
                Tool.run(folder, "python3", "-c", """
                import sys, urllib.request
                asked = urllib.request.Request(sys.argv[1], headers={"TE": "trailers"})
                with urllib.request.urlopen(asked) as answer:
                    print(sum(not line.startswith(b"@") for line in answer))
                """, READS.server().url("/stream/reads/a/reads?format=SAM"));
        assertThat(lines.exit()).as(lines.errors()).isZero();
        assertThat(lines.output().strip())
                .isEqualTo(Integer.toString(READS.records().size()));
    }

    /** pyarrow takes the end of its input for the end of a stream, and this answer breaks off between two batches. */
    @Test
    void readersOfArrowSeeThatAnAnswerBreaksOff() {
        TableReaders.assumeInstalled();
        Tool.Result whole =
                TableReaders.run(folder, "address.py", READS.server().url("/stream/reads/a/reads?format=ARROW"));
        int rows = READS.records().size();
        assertThat(whole.lines())
                .as(whole.errors())
                .containsExactly("by_pyarrow " + rows, "batch_by_batch " + rows, "by_polars " + rows);
        Tool.Result broken =
                TableReaders.run(folder, "address.py", READS.server().url("/stream/reads/a/broken?format=ARROW"));
        assertThat(broken.lines())
                .as(broken.errors())
                .containsExactly(
                        "by_pyarrow IncompleteRead", "batch_by_batch IncompleteRead", "by_polars IncompleteRead");
    }

    @Test
    void htsjdkReadsByGetBecauseItsPostIsRefused() throws IOException {
        HtsgetBAMFileReader reader = reader("/reads/a/reads");
        try (Closeable unused = reader::close) {
            assertThat(reader.isUsingPOST()).isFalse();
            assertThat(reader.getFileHeader().getSequenceDictionary().size()).isEqualTo(3);
            // It drops unmapped reads that have the place of their mates by itself.
            assertThat(texts(reader.query("chr1", 1001, 90_000, false)))
                    .isEqualTo(READS.overlapping("chr1", 1000, 90_000).stream()
                            .filter(line -> (Integer.parseInt(line.split("\t")[1]) & 4) == 0)
                            .toList());
            assertThat(texts(reader.queryUnmapped())).isEqualTo(READS.sam(record -> record.getReferenceIndex() < 0));
            assertThat(texts(reader.getIterator())).isEqualTo(READS.sam(record -> true));
        }
    }

    @Test
    void htsjdkFailsWhereAnAnswerBreaksOff() throws IOException {
        HtsgetBAMFileReader reader = reader("/reads/a/broken");
        try (Closeable unused = reader::close) {
            assertThatThrownBy(() -> texts(reader.getIterator())).isInstanceOf(RuntimeException.class);
        }
    }

    @Test
    void aClientThatLeavesDisturbsNobody() throws IOException {
        try (Socket socket = new Socket("localhost", READS.server().port())) {
            socket.getOutputStream()
                    .write("GET /stream/reads/a/reads?format=JSON HTTP/1.1\r\nHost: a\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            socket.setSoLinger(true, 0);
        }
        assertThat(TicketClient.get(READS.server().url("/reads/a/reads?class=header"))
                        .statusCode())
                .isEqualTo(200);
    }

    private static HtsgetBAMFileReader reader(String path) throws IOException {
        return new HtsgetBAMFileReader(
                URI.create(READS.server().url(path)),
                false,
                ValidationStringency.SILENT,
                DefaultSAMRecordFactory.getInstance(),
                false);
    }

    private static List<String> texts(CloseableIterator<SAMRecord> iterator) {
        List<String> texts = new ArrayList<>();
        try (iterator) {
            iterator.forEachRemaining(record -> texts.add(ServedReads.text(record)));
        }
        return texts;
    }
}
