package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.app.RunningServer;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.Tool;
import dev.bams3.htsget.SignedSlice;
import dev.bams3.htsget.SliceTokens;
import dev.bams3.sam.ReadSelection;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The addresses of tickets: the same bytes however they are fetched, so that a broken transfer goes on. */
class SliceTest {
    private static final ServedReads READS = ServedReads.shared();
    private static final String WHOLE = READS.server().url("/reads/" + ServedReads.ID);

    @TempDir
    private Path folder;

    private final long seed = Seed.draw();

    @Test
    void everySliceHasTheSameBytesWholeConcurrentAndInRanges() throws Exception {
        Random random = new Random(seed);
        try (ExecutorService clients = Executors.newFixedThreadPool(4)) {
            for (TicketClient.Part part : slices("?referenceName=chr1&start=500&end=290000")) {
                byte[] bytes = part.bytes();
                List<Future<byte[]>> concurrent = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    concurrent.add(
                            clients.submit(() -> TicketClient.get(part.url()).body()));
                }
                for (Future<byte[]> other : concurrent) {
                    assertThat(other.get()).as("seed %s", seed).isEqualTo(bytes);
                }
                assertThat(inPieces(part.url(), bytes.length, random))
                        .as("seed %s", seed)
                        .isEqualTo(bytes);
            }
        }
    }

    private static byte[] inPieces(String url, int length, Random random) throws IOException {
        byte[] joined = new byte[length];
        int at = 0;
        while (at < length) {
            int last = Math.min(length - 1, at + random.nextInt(length / 4));
            HttpResponse<byte[]> piece = TicketClient.get(url, "Range", "bytes=" + at + "-" + last);
            assertThat(piece.statusCode()).isEqualTo(206);
            assertThat(piece.headers().firstValue("Content-Range")).contains("bytes " + at + "-" + last + "/" + length);
            assertThat(piece.headers().firstValueAsLong("Content-Length")).hasValue(last - at + 1);
            System.arraycopy(piece.body(), 0, joined, at, piece.body().length);
            at = last + 1;
        }
        return joined;
    }

    @Test
    void aRangeOfASliceThatWasNeverServedIsServed() throws IOException {
        String first =
                slices("?referenceName=chr1&start=77&end=200000").getFirst().url();
        byte[] bytes = TicketClient.get(first).body();
        // Another process with the same keys: it has seen nothing.
        try (RunningServer other = READS.replica()) {
            String url = other.url(first.substring(first.indexOf("/stream/")));
            int middle = bytes.length / 2;
            assertThat(TicketClient.get(url, "Range", "bytes=" + middle + "-").body())
                    .isEqualTo(Arrays.copyOfRange(bytes, middle, bytes.length));
            READS.store().reset();
            assertThat(TicketClient.get(url, "Range", "bytes=" + (bytes.length - 100) + "-")
                            .body())
                    .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 100, bytes.length));
            assertThat(TicketClient.head(url).headers().firstValueAsLong("Content-Length"))
                    .hasValue(bytes.length);
        }
    }

    /** By a deadline, a client or, as here, a store: whoever asks again does not begin anew. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatWasMeasuredBeforeAFailureIsKept(boolean wholeFirst) throws IOException {
        CountingObjectStore[] store = new CountingObjectStore[1];
        try (RunningServer other = READS.start(
                memory -> store[0] = new CountingObjectStore(new FaultyObjectStore(memory, seed)
                        .onNth(2, FaultyObjectStore.readsOf(".b3c"), Fault.UNAVAILABLE)),
                "bams3.ticket.slice-size=4MB",
                "bams3.cache.blocks=0",
                "bams3.fetch.read-ahead=64KB",
                "bams3.fetch.gets-per-request=1")) {
            String url = everything(other);
            String tag = TicketClient.head(url).headers().firstValue("ETag").orElseThrow();
            if (wholeFirst) {
                assertThatThrownBy(() -> TicketClient.get(url)).isInstanceOf(IOException.class);
            } else {
                assertThat(TicketClient.get(url, "Range", "bytes=-100", "If-Range", tag)
                                .statusCode())
                        .isEqualTo(503);
            }
            store[0].reset();
            HttpResponse<byte[]> answer = TicketClient.get(url, "Range", "bytes=-100", "If-Range", tag);
            assertThat(answer.statusCode()).isEqualTo(206);
            long again = store[0].bytesRead();
            store[0].reset();
            byte[] whole = TicketClient.get(url).body();
            assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(whole, whole.length - 100, whole.length));
            // The rest, and for the answer itself the last block once more.
            assertThat(again).isLessThan(store[0].bytesRead());
        }
    }

    @Test
    void manyWhoAskForRangesOfASliceMeasureItOnce() throws Exception {
        CountingObjectStore[] store = new CountingObjectStore[1];
        try (RunningServer other = READS.start(
                        memory -> store[0] = new CountingObjectStore(memory),
                        "bams3.ticket.slice-size=4MB",
                        "bams3.cache.blocks=0");
                ExecutorService clients = Executors.newFixedThreadPool(8)) {
            String url = everything(other);
            String tag = TicketClient.head(url).headers().firstValue("ETag").orElseThrow();
            List<Future<byte[]>> asked = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                asked.add(clients.submit(() -> TicketClient.get(url, "Range", "bytes=-28", "If-Range", tag)
                        .body()));
            }
            for (Future<byte[]> one : asked) {
                assertThat(one.get()).hasSize(28).isEqualTo(asked.getFirst().get());
            }
            long ranges = store[0].bytesRead();
            store[0].reset();
            TicketClient.get(url);
            // Each reads the last block for its own answer.
            assertThat(ranges).isLessThan(3 * store[0].bytesRead());
        }
    }

    /** The address of a slice of all records that nobody has fetched. */
    private static String everything(RunningServer server) {
        String generation = server.bean(Datasets.class)
                .open(new DatasetId(ServedReads.ID))
                .metadata()
                .generation();
        String token = server.bean(SliceTokens.class)
                .sign(new SignedSlice(ServedReads.ID, generation, ReadSelection.everything(), 0, 1000, true));
        return server.url("/stream/reads/" + ServedReads.ID + "?slice=" + token);
    }

    @Test
    void aRangeReadsOnlyTheBlocksItTouches() throws IOException {
        TicketClient.Part part = slices("").getFirst();
        READS.store().reset();
        TicketClient.get(part.url());
        long whole = READS.store().bytesRead();
        READS.store().reset();
        TicketClient.get(part.url(), "Range", "bytes=-1");
        assertThat(READS.store().bytesRead()).isLessThan(whole / 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=0-0          | 206 | 1",
                "bytes=-1           | 206 | 1",
                "bytes=-999999999   | 206 | all",
                "bytes=0-           | 206 | all",
                "Bytes=0-999999999999999 | 206 | all",
                "bytes=999999999-   | 416 | error",
                "bytes=-0           | 416 | error",
                "bytes=5-4          | 200 | all",
                "bytes=0-1,5-6      | 200 | all",
                "bytes=-            | 200 | all",
                "bytes=a-b          | 200 | all",
                "bytes=9999999999999999999999- | 416 | error",
                "bytes=0-9223372036854775807 | 206 | all",
                "bytes=-99999999999999999999 | 206 | all",
                "lines=0-1          | 200 | all",
            })
    void rangesAreThoseOfHttp(String range, int status, String bytes) throws IOException {
        TicketClient.Part part = slices("?referenceName=HLA-A*01:01").getFirst();
        HttpResponse<byte[]> answer = TicketClient.get(part.url(), "Range", range);
        assertThat(answer.statusCode()).isEqualTo(status);
        if (status == 416) {
            assertThat(answer.headers().firstValue("Content-Range")).contains("bytes */" + part.bytes().length);
            assertThat(new String(answer.body())).startsWith("{\"htsget\":{\"error\":\"InvalidInput\"");
        } else {
            assertThat(answer.body()).hasSize(bytes.equals("all") ? part.bytes().length : Integer.parseInt(bytes));
        }
    }

    @Test
    void theTagIsThatOfTheSliceAndNotOfTheTicket() throws IOException {
        String query = "?referenceName=HLA-A*01:01";
        String first = slices(query).getFirst().url();
        String second = slices(query).getFirst().url();
        String tag = TicketClient.get(first).headers().firstValue("ETag").orElseThrow();
        assertThat(tag).matches("\"[A-Za-z0-9_-]{24}\"");
        assertThat(TicketClient.get(second).headers().firstValue("ETag")).contains(tag);
        assertThat(TicketClient.get(slices("?referenceName=chr1").getFirst().url())
                        .headers()
                        .firstValue("ETag")
                        .orElseThrow())
                .isNotEqualTo(tag);
        assertThat(TicketClient.get(second, "If-None-Match", tag).statusCode()).isEqualTo(304);
        assertThat(TicketClient.get(second, "If-None-Match", "\"x\", W/" + tag).statusCode())
                .isEqualTo(304);
        assertThat(TicketClient.get(second, "Range", "bytes=5-", "If-Range", tag)
                        .statusCode())
                .isEqualTo(206);
        assertThat(TicketClient.get(second, "Range", "bytes=5-", "If-Range", "\"other\"")
                        .statusCode())
                .isEqualTo(200);
        assertThat(TicketClient.get(second, "Range", "bytes=5-", "If-Range", "Sun, 22 Nov 2026 00:00:00 GMT")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aReplicaThatCompressesOtherwiseSplicesNothing() throws IOException {
        String address =
                slices("?referenceName=chr1&start=99&end=150000").getFirst().url();
        HttpResponse<byte[]> whole = TicketClient.get(address);
        String tag = whole.headers().firstValue("ETag").orElseThrow();
        try (RunningServer other = READS.replicaThatCompressesOtherwise()) {
            String url = other.url(address.substring(address.indexOf("/stream/")));
            HttpResponse<byte[]> theirs = TicketClient.get(url);
            String theirTag = theirs.headers().firstValue("ETag").orElseThrow();
            assertThat(theirs.statusCode()).isEqualTo(200);
            assertThat(theirTag).isNotEqualTo(tag);
            assertThat(theirs.headers().firstValue("Accept-Ranges")).contains("none");
            assertThat(Arrays.equals(theirs.body(), whole.body())).isFalse();
            assertThat(Arrays.equals(RawBam.inflated(theirs.body()), RawBam.inflated(whole.body())))
                    .as("the same records")
                    .isTrue();

            // Who says nothing of what they have, or that they have the first one's bytes, gets everything.
            for (String[] headers : new String[][] {
                {"Range", "bytes=100-"}, {"Range", "bytes=100-", "If-Range", tag}, {"If-None-Match", tag}
            }) {
                HttpResponse<byte[]> answer = TicketClient.get(url, headers);
                assertThat(answer.statusCode()).as(String.join(" ", headers)).isEqualTo(200);
                assertThat(answer.body()).isEqualTo(theirs.body());
            }
            HttpResponse<byte[]> refused = TicketClient.get(url, "Range", "bytes=100-", "If-Match", tag);
            assertThat(refused.statusCode()).isEqualTo(412);
            assertThat(new String(refused.body()))
                    .startsWith("{\"htsget\":{\"error\":")
                    .contains("If-Match");

            // Who began here may go on here.
            for (String condition : List.of("If-Range", "If-Match")) {
                HttpResponse<byte[]> rest = TicketClient.get(url, "Range", "bytes=100-", condition, theirTag);
                assertThat(rest.statusCode()).isEqualTo(206);
                assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(theirs.body(), 100, theirs.body().length));
                assertThat(TicketClient.get(address, "Range", "bytes=100-", condition, theirTag)
                                .statusCode())
                        .isEqualTo(condition.equals("If-Range") ? 200 : 412);
            }
        }
        assertThat(TicketClient.get(address, "If-Match", "*").statusCode()).isEqualTo(200);
        assertThat(TicketClient.get(address, "If-Match", "\"x\", " + tag).statusCode())
                .isEqualTo(200);
        assertThat(TicketClient.get(address, "If-Match", "W/" + tag).statusCode())
                .as("a weak tag promises no bytes")
                .isEqualTo(412);
    }

    @Test
    void headOfASliceCostsNoChunk() throws IOException {
        String url = slices("").getFirst().url();
        READS.store().reset();
        HttpResponse<byte[]> answer = TicketClient.head(url);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Accept-Ranges")).contains("bytes");
        assertThat(READS.store().gets("chunk")).isZero();
    }

    @Test
    void theHeaderOfTicketsIsMadeOnce() throws IOException {
        TicketClient.get(WHOLE + "?class=header");
        READS.store().reset();
        TicketClient.get(WHOLE + "?class=header");
        TicketClient.get(WHOLE + "?referenceName=*");
        assertThat(READS.store().gets("header")).isZero();
    }

    @Test
    void aSliceTooLargeToMeasureIsServedWithoutRanges() throws IOException {
        try (RunningServer other = READS.replica("bams3.ticket.slice-size=64KB")) {
            HttpResponse<byte[]> answer = TicketClient.get(everything(other), "Range", "bytes=5-");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Accept-Ranges")).contains("none");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void curlGoesOnWhereItsTransferBroke(int cuts) throws IOException {
        TicketClient.Part part = slices("").getFirst();
        Path file = folder.resolve("part.bam");
        try (CuttingProxy proxy = new CuttingProxy(READS.server().port(), part.bytes().length / 5, cuts)) {
            String url = part.url().replaceFirst("localhost:[0-9]+", "127.0.0.1:" + proxy.port());
            for (int i = 0; i < cuts; i++) {
                assertThat(Tool.run(folder, "curl", "-sS", "-C", "-", "-o", file.toString(), url)
                                .exit())
                        .isIn(18, 56);
                assertThat(Files.size(file)).isBetween(1L, part.bytes().length - 1L);
            }
            Tool.Result last = Tool.run(folder, "curl", "-sS", "-C", "-", "-o", file.toString(), url);
            assertThat(last.exit()).as(last.errors()).isZero();
            assertThat(proxy.cutsLeft()).isZero();
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(part.bytes());
    }

    private static List<TicketClient.Part> slices(String query) throws IOException {
        return TicketClient.resolve(TicketClient.get(WHOLE + query)).stream()
                .filter(part -> part.url().startsWith("http"))
                .toList();
    }
}
