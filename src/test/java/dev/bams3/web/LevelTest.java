package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.RawBam;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The level of compression that a request asks for: in streams, in slices, in bodies, and where it means nothing. */
class LevelTest {
    private static final ServedReads READS = ServedReads.shared();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 6, 9})
    void everyLevelHasTheSameRecords(int level) throws IOException {
        byte[] usual = stream("");
        byte[] asked = stream("?bams3.level=" + level);
        byte[] posted = TicketClient.post(
                        READS.server().url("/stream/reads/a/reads"), "{\"bams3\":{\"level\":" + level + "}}")
                .body();
        assertThat(RawBam.inflated(asked)).isEqualTo(RawBam.inflated(usual));
        assertThat(posted).isEqualTo(asked);
        byte[] followed = TicketClient.joined(
                TicketClient.resolve(TicketClient.get(READS.server().url("/reads/a/reads?bams3.level=" + level))));
        assertThat(RawBam.inflated(followed)).isEqualTo(RawBam.inflated(usual));
    }

    @Test
    void aHigherLevelIsSmaller() throws IOException {
        Map<Integer, Integer> sizes = new TreeMap<>();
        for (int level : new int[] {0, 1, 3, 6}) {
            sizes.put(level, stream("?bams3.level=" + level).length);
        }
        assertThat(List.copyOf(sizes.values())).isSortedAccordingTo((a, b) -> b - a);
        assertThat(sizes.get(0)).isGreaterThan(RawBam.inflated(stream("")).length);
        assertThat(stream("?bams3.level=1")).isEqualTo(stream(""));
    }

    /** The level is part of what a slice is: its address repeats it, and other levels have other tags. */
    @Test
    void slicesHaveTheLevelOfTheirTicket() throws IOException {
        HttpResponse<byte[]> stored = slice(0);
        HttpResponse<byte[]> compressed = slice(1);
        assertThat(stored.body().length).isGreaterThan(RawBam.inflated(stored.body()).length);
        assertThat(compressed.body().length).isLessThan(RawBam.inflated(compressed.body()).length / 2);
        assertThat(stored.headers().firstValue("ETag"))
                .isNotEqualTo(compressed.headers().firstValue("ETag"));
        assertThat(stored.headers().firstValue("Accept-Ranges")).contains("bytes");
        assertThat(slice(0).body()).isEqualTo(stored.body());
    }

    @ParameterizedTest
    @CsvSource({
        "/stream/reads/a/reads?bams3.level=10, bams3.level",
        "/stream/reads/a/reads?bams3.level=-1, bams3.level",
        "/stream/reads/a/reads?bams3.level=, bams3.level",
        "/stream/reads/a/reads?bams3.level=1&bams3.level=2, bams3.level",
        "/stream/reads/a/reads?bams3.level=1&format=SAM, bams3.level",
        "/reads/a/reads?bams3.level=1&format=NDJSON, bams3.level",
        "/reads/a/reads?bams3.level=1&class=header, bams3.level",
    })
    void aLevelThatMeansNothingIsRefused(String path, String field) throws IOException {
        HttpResponse<byte[]> answer = TicketClient.get(READS.server().url(path));
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(JsonMapper.shared()
                        .readTree(answer.body())
                        .path("htsget")
                        .path("message")
                        .stringValue())
                .startsWith(field + ":");
    }

    private static byte[] stream(String query) throws IOException {
        HttpResponse<byte[]> answer = TicketClient.get(READS.server().url("/stream/reads/a/reads" + query));
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private static HttpResponse<byte[]> slice(int level) throws IOException {
        JsonNode ticket = JsonMapper.shared()
                .readTree(TicketClient.get(READS.server().url("/reads/a/reads?bams3.level=" + level))
                        .body());
        return TicketClient.get(
                ticket.path("htsget").path("urls").path(1).path("url").stringValue());
    }
}
