package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.Seed;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Plans against what streams then read. */
class PlanTest {
    private static final ServedReads READS = ServedReads.shared();
    private static final CountingObjectStore STORE = READS.store();
    private static final String PLAN = "/datasets/" + ServedReads.ID + "/plan";
    private static final String STREAM = "/stream/reads/" + ServedReads.ID;

    private static HttpResponse<byte[]> get(String path) throws IOException {
        return TicketClient.get(READS.server().url(path));
    }

    private static JsonNode plan(String path) throws IOException {
        STORE.reset();
        HttpResponse<byte[]> answer = get(path);
        assertThat(answer.statusCode()).as(new String(answer.body())).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue(Requests.IGNORED_HEADER)).isEmpty();
        assertThat(STORE.gets("chunk")).isZero();
        return JsonMapper.shared().readTree(answer.body());
    }

    private static long sum(JsonNode plan, String ofRange) {
        return plan.get("ranges")
                .valueStream()
                .mapToLong(range -> range.get(ofRange).longValue())
                .sum();
    }

    @Test
    void aPlanTouchesNoChunkAndIsWhatTheStreamReads() throws IOException {
        long seed = Seed.draw();
        Random random = new Random(seed);
        // The header is not part of a plan, and from here on in memory.
        get(STREAM + "?class=header");
        for (int i = 0; i < 10; i++) {
            int start = random.nextInt(200_000);
            String region =
                    "?format=SAM&referenceName=chr1&start=" + start + "&end=" + (start + 1 + random.nextInt(50_000));
            JsonNode plan = plan(PLAN + region);
            assertThat(plan(STREAM + region + "&explain=true")).isEqualTo(plan);
            STORE.reset();
            assertThat(get(STREAM + region + "&explain=false").statusCode()).isEqualTo(200);
            assertThat(STORE.bytesRead())
                    .as("%s, seed %s", region, seed)
                    .isEqualTo(plan.get("bytesFetched").longValue())
                    .isEqualTo(sum(plan, "length"));
            assertThat(plan.get("gets").intValue()).isEqualTo(plan.get("ranges").size());
            assertThat(plan.get("rangesNotTold").intValue()).isZero();
        }
    }

    @Test
    void aPlanWithoutEdgesCountsExactly() throws IOException {
        JsonNode all = plan(PLAN);
        assertThat(all.get("exact").booleanValue()).isTrue();
        assertThat(all.get("estimatedRecords").longValue())
                .isEqualTo(READS.records().size());
        assertThat(all.get("ranges").get(0).get("object").stringValue()).contains(ServedReads.ID);
        JsonNode few = plan(STREAM + "?explain=true&bams3.limit=10");
        assertThat(few.get("estimatedRecords").longValue()).isEqualTo(10);
        assertThat(few.get("blocks").intValue()).isEqualTo(1);
        JsonNode filtered = plan(PLAN + "?bams3.minMapq=30");
        assertThat(filtered.get("exact").booleanValue()).isFalse();
    }

    @Test
    void mistakesAreToldByName() throws IOException {
        for (String path : List.of(PLAN + "?explane=true", STREAM + "?explain=maybe", PLAN + "?start=5")) {
            HttpResponse<byte[]> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(400);
            assertThat(new String(answer.body())).contains("InvalidInput", path.replaceAll(".*[?]|=.*", ""));
        }
        assertThat(get("/datasets/a/none/plan").statusCode()).isEqualTo(404);
    }

    /** A level compresses BAM: where none is made it is a mistake, and an explained stream takes it where the stream does. */
    @Test
    void aLevelWithoutBamIsRefused() throws IOException {
        for (String path : List.of(
                PLAN + "?bams3.level=9",
                PLAN + "?format=BAM&bams3.level=0",
                "/datasets/" + ServedReads.ID + "/count?bams3.level=6",
                STREAM + "?explain=true&format=SAM&bams3.level=1",
                STREAM + "?format=NDJSON&bams3.level=1",
                "/reads/" + ServedReads.ID + "?format=SAM&bams3.level=1")) {
            HttpResponse<byte[]> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(400);
            assertThat(new String(answer.body())).as(path).contains("InvalidInput", "bams3.level");
        }
        String sam = "{\"format\":\"SAM\",\"bams3\":{\"level\":1}}";
        HttpResponse<byte[]> posted = TicketClient.post(READS.server().url(STREAM + "?explain=true"), sam);
        assertThat(posted.statusCode()).isEqualTo(400);
        assertThat(new String(posted.body())).contains("bams3.level");
        String unlike = "?referenceName=chr1&start=5&end=9000";
        JsonNode plan = plan(PLAN + unlike);
        assertThat(plan(STREAM + unlike + "&explain=true&bams3.level=9")).isEqualTo(plan);
        assertThat(plan(STREAM + unlike + "&explain=true&format=BAM&bams3.level=0"))
                .isEqualTo(plan);
    }
}
