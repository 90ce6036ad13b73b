package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real clients: what they read, and that none takes a broken answer for a whole one. */
class ClientsTest {
    private static final ServedReads READS = ServedReads.shared();
    private static final String REGION = "?referenceName=chr1&start=1000&end=90000";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"/reads/a/reads", "/stream/reads/a/reads"})
    void samtoolsReadsARegion(String path) throws IOException {
        Tool.Result result =
                Tool.run(folder, "samtools", "view", "--no-PG", READS.server().url(path + REGION));
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
    @CsvSource({"BAM", "SAM", "JSON", "NDJSON"})
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
        RawHttp.Answer answer = RawHttp.send(READS.server().port(), "GET /stream/reads/a/broken HTTP/1.1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Transfer-Encoding")).contains("chunked");
        assertThat(answer.bytes().length).isGreaterThan(10_000);
        assertThat(answer.text()).doesNotEndWith("0\r\n\r\n");
        RawHttp.Answer whole = RawHttp.send(READS.server().port(), "GET /stream/reads/a/reads HTTP/1.1");
        assertThat(whole.text()).endsWith("0\r\n\r\n");
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
