package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.Tool;
import dev.bams3.storage.ObjectStore;
import htsjdk.samtools.SAMRecord;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lists, descriptions, counts and depth against what htsjdk and samtools find in the same reads, and what they cost. */
class DatasetsTest {
    private static final ServedReads READS = ServedReads.shared();
    private static final CountingObjectStore STORE = READS.store();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String DATASET = "/datasets/" + ServedReads.ID;

    @TempDir
    private Path folder;

    private static HttpResponse<String> get(String path, String... headers) throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(READS.server().url(path)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode json(String path) throws IOException {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        return JSON.readTree(response.body());
    }

    private static List<String> ids(JsonNode list) {
        return list.get("datasets")
                .valueStream()
                .map(dataset -> dataset.get("id").stringValue())
                .toList();
    }

    @Test
    void datasetsAreListedByPagesAndPrefix() throws IOException {
        assertThat(ids(json("/datasets"))).containsExactly(ServedReads.BROKEN, ServedReads.ID);
        assertThat(ids(json("/datasets?prefix=a/r"))).containsExactly(ServedReads.ID);
        assertThat(ids(json("/datasets?prefix=b"))).isEmpty();
        JsonNode first = json("/datasets?limit=1&prefix=a/");
        assertThat(ids(first)).containsExactly(ServedReads.BROKEN);
        JsonNode second = json(first.get("next").stringValue());
        assertThat(ids(second)).containsExactly(ServedReads.ID);
        assertThat(second.has("next")).isFalse();
        assertThat(ids(json("/datasets?cursor=" + first.get("cursor").stringValue())))
                .containsExactly(ServedReads.ID);
        assertThat(json("/datasets?limit=2").has("next")).isFalse();
    }

    @Test
    void aSearchFindsPartsOfIdsSamplesAndReadGroups() throws IOException {
        JsonNode group = json("/datasets/" + ServedReads.ID).get("readGroups").get(0);
        String sample = group.get("sample").stringValue().toUpperCase(Locale.ROOT);
        assertThat(ids(json("/datasets?search=" + ServedReads.ID.substring(1)))).containsExactly(ServedReads.ID);
        assertThat(ids(json("/datasets?search=" + sample.substring(1)))).contains(ServedReads.ID);
        assertThat(ids(json("/datasets?search=" + group.get("id").stringValue())))
                .contains(ServedReads.ID);
        assertThat(ids(json("/datasets?search=nothing-has-this"))).isEmpty();
        assertThat(ids(json("/datasets?search=nothing-has-this&figures=true"))).isEmpty();
    }

    @Test
    void aListWithFiguresHasThoseOfTheDescriptions() throws IOException {
        JsonNode list = json("/datasets?figures=true&limit=1");
        list = json(list.get("next").stringValue());
        JsonNode listed = list.get("datasets").get(0);
        JsonNode dataset = json("/datasets/" + ServedReads.ID);
        assertThat(listed.get("id").stringValue()).isEqualTo(ServedReads.ID);
        assertThat(listed.get("records")).isEqualTo(dataset.get("records"));
        assertThat(listed.get("bases")).isEqualTo(dataset.get("bases"));
        assertThat(listed.get("samples")).isEqualTo(dataset.get("samples"));
        long length = 0;
        long bases = 0;
        for (JsonNode reference : dataset.get("references")) {
            length += reference.get("length").longValue();
            bases += reference.get("bases").longValue();
        }
        assertThat(listed.get("meanDepth").doubleValue())
                .isCloseTo((double) bases / length, within(1e-3 * bases / length));
        JsonNode sizes = dataset.get("sizes");
        assertThat(listed.get("storedBytes").longValue())
                .isEqualTo(sizes.get("chunkBytes").longValue()
                        + sizes.get("indexBytes").longValue()
                        + sizes.get("headerBytes").longValue()
                        + sizes.get("depthBytes").longValue());
        assertThat(list.get("complete").booleanValue()).isTrue();
        assertThat(list.has("hidden")).isFalse();
    }

    @Test
    void aDescriptionHasWhatTheReadsHaveAndTouchesNoChunk() throws IOException {
        STORE.reset();
        JsonNode dataset = json(json("/datasets?prefix=" + ServedReads.ID)
                .get("datasets")
                .get(0)
                .get("dataset")
                .stringValue());
        assertThat(STORE.gets("chunk")).isZero();
        assertThat(STORE.gets()).as("metadata at most").isLessThanOrEqualTo(1);
        List<SAMRecord> records = READS.records();
        assertThat(dataset.get("records").longValue()).isEqualTo(records.size());
        assertThat(dataset.get("sortOrder").stringValue()).isEqualTo("coordinate");
        assertThat(dataset.get("generation").stringValue()).isNotEmpty();
        assertThat(dataset.get("source").get("uri").stringValue()).contains("source.bam");
        assertThat(dataset.get("bases").longValue())
                .isEqualTo(records.stream().mapToLong(SAMRecord::getReadLength).sum());
        assertThat(dataset.get("samples").size()).isPositive();
        assertThat(dataset.get("readGroups").get(0).get("sample"))
                .isEqualTo(dataset.get("samples").get(0));
        Map<String, Long> mapped = records.stream()
                .filter(record -> !record.getReadUnmappedFlag())
                .collect(Collectors.groupingBy(SAMRecord::getReferenceName, TreeMap::new, Collectors.counting()));
        for (JsonNode reference : dataset.get("references")) {
            assertThat(reference.get("mapped").longValue())
                    .isEqualTo(mapped.getOrDefault(reference.get("name").stringValue(), 0L));
        }
        assertThat(dataset.get("flagstat").get("total").get("passed").longValue()
                        + dataset.get("flagstat").get("total").get("failed").longValue())
                .isEqualTo(records.size());
        assertThat(dataset.get("sizes").get("chunkBytes").longValue()).isPositive();
    }

    @Test
    void countsAreExactAndReadAtMostTheEdges() throws IOException {
        assertThat(json(DATASET + "/count").get("records").longValue())
                .isEqualTo(READS.records().size());
        assertThat(json(DATASET + "/count?referenceName=*").get("records").longValue())
                .isEqualTo(READS.sam(record -> record.getReferenceIndex() < 0).size());
        long seed = Seed.draw();
        Random random = new Random(seed);
        for (int i = 0; i < 10; i++) {
            int start = random.nextInt(300_000);
            int end = start + random.nextInt(300_000 - start + 1);
            STORE.reset();
            JsonNode count = json(DATASET + "/count?referenceName=chr1&start=" + start + "&end=" + end);
            assertThat(count.get("records").longValue())
                    .as("chr1:%s-%s, seed %s", start, end, seed)
                    .isEqualTo(READS.overlapping("chr1", start, end).size());
            assertThat(STORE.gets("chunk"))
                    .isEqualTo(count.get("gets").longValue())
                    .isLessThanOrEqualTo(2);
        }
    }

    /** Depth of each position of chr1. */
    private List<Long> depthBySamtools() throws IOException {
        Path bam = folder.resolve("reads.bam");
        Files.write(
                bam,
                TicketClient.joined(
                        TicketClient.resolve(TicketClient.get(READS.server().url("/reads/" + ServedReads.ID)))));
        Tool.Result depth = Tool.run(folder, "samtools", "depth", "-a", bam.toString());
        assertThat(depth.exit()).as(depth.errors()).isZero();
        return depth.lines().stream()
                .filter(line -> line.startsWith("chr1\t"))
                .map(line -> Long.valueOf(line.split("\t")[2]))
                .toList();
    }

    @Test
    void exactDepthIsThatOfSamtools() throws IOException {
        List<Long> chr1 = depthBySamtools();
        for (String region :
                List.of("start=0&end=1", "start=1000&end=90000", "start=299000", "start=77777&end=77999")) {
            JsonNode coverage = json(DATASET + "/coverage?bins=37&referenceName=chr1&" + region);
            assertThat(coverage.get("exact").booleanValue()).isTrue();
            for (JsonNode bin : coverage.get("bins")) {
                long bases = 0;
                for (int at = bin.get("start").intValue(); at < bin.get("end").intValue(); at++) {
                    bases += chr1.get(at);
                }
                assertThat(bin.get("bases").longValue())
                        .as("%s %s", region, bin)
                        .isEqualTo(bases);
            }
        }
    }

    @Test
    void depthFromTheIndexReadsNoChunkAndIsNearTheTruth() throws IOException {
        JsonNode exact = json(DATASET + "/coverage?referenceName=chr1&bins=10&source=records");
        STORE.reset();
        JsonNode estimate = json(DATASET + "/coverage?referenceName=chr1&bins=10&source=index");
        assertThat(STORE.gets("chunk")).isZero();
        assertThat(estimate.get("exact").booleanValue()).isFalse();
        assertThat(estimate.get("source").stringValue()).isEqualTo("index");
        // Duplicates and clipped bases are in the estimate, and not in the depth.
        assertThat(estimate.get("meanDepth").doubleValue()
                        / exact.get("meanDepth").doubleValue())
                .isBetween(1.0, 1.2);
        assertThat(estimate.get("bins").size()).isEqualTo(10);
    }

    @Test
    void depthFromTheSummaryReadsNoChunkAndIsTheTruth() throws IOException {
        JsonNode records = json(DATASET + "/coverage?referenceName=chr1&bins=10&source=records");
        STORE.reset();
        JsonNode summary = json(DATASET + "/coverage?referenceName=chr1&bins=10");
        assertThat(STORE.gets("chunk")).isZero();
        assertThat(summary.get("source").stringValue()).isEqualTo("summary");
        assertThat(summary.get("exact").booleanValue()).isTrue();
        assertThat(summary.get("meanDepth")).isEqualTo(records.get("meanDepth"));
        assertThat(summary.get("bins").size()).isEqualTo(10);
        for (int bin = 0; bin < 10; bin++) {
            JsonNode found = summary.get("bins").get(bin);
            assertThat(found.get("bases"))
                    .isEqualTo(records.get("bins").get(bin).get("bases"));
            assertThat(found.get("min").intValue())
                    .isLessThanOrEqualTo(found.get("max").intValue());
            assertThat(found.get("covered").intValue()).isPositive();
        }
        assertThat(json(DATASET + "/coverage?referenceName=chr1&start=1000&end=1100&bins=100")
                        .get("source")
                        .stringValue())
                .isEqualTo("records");
    }

    private static HttpResponse<String> post(String path, String body, String... headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(READS.server().url(path)))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void targetsHaveTheDepthOfTheirPositions() throws IOException {
        List<Long> chr1 = depthBySamtools();
        String body = """
                {"regions": [{"referenceName": "chr1", "start": 5000, "end": 5400},
                  {"referenceName": "chr1", "start": 100, "end": 260},
                  {"referenceName": "chr1", "start": 5100, "end": 5101},
                  {"referenceName": "chr1", "start": 0, "end": 40},
                  {"referenceName": "chr1", "start": 299990},
                  {"referenceName": "chr1", "start": 999999}], "thresholds": [1, 15, 20]}""";
        JsonNode rows = JSON.readTree(post(DATASET + "/coverage", body).body());
        assertThat(rows.size()).isEqualTo(6);
        for (int i = 0; i < 5; i++) {
            JsonNode row = rows.get(i);
            int start = row.get("start").intValue();
            int end = row.get("end").intValue();
            long[] depth =
                    chr1.subList(start, end).stream().mapToLong(Long::longValue).toArray();
            assertThat(row.get("mean").doubleValue())
                    .isCloseTo(Arrays.stream(depth).average().orElseThrow(), within(1e-9));
            assertThat(row.get("min").longValue())
                    .isEqualTo(Arrays.stream(depth).min().orElseThrow());
            assertThat(row.get("max").longValue())
                    .isEqualTo(Arrays.stream(depth).max().orElseThrow());
            for (int threshold : new int[] {1, 15, 20}) {
                double share = (double) Arrays.stream(depth)
                                .filter(deep -> deep >= threshold)
                                .count()
                        / depth.length;
                assertThat(row.get("breadth" + threshold).doubleValue()).isCloseTo(share, within(1e-9));
            }
        }
        assertThat(rows.get(4).get("end").intValue()).isEqualTo(300_000);
        assertThat(rows.get(5).get("mean").isNull()).isTrue();
        List<String> lines = post(DATASET + "/coverage", body, "Accept", "text/tab-separated-values")
                .body()
                .lines()
                .toList();
        assertThat(lines).hasSize(7);
        assertThat(lines.getFirst())
                .isEqualTo("referenceName\tstart\tend\tmean\tmin\tmax\tbreadth1\tbreadth15\tbreadth20");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|400|regions",
                "{\"regions\": []}|400|regions",
                "{\"regions\": [{\"referenceName\": \"*\"}]}|400|regions",
                "{\"regions\": [{\"referenceName\": \"chr9\"}]}|404|referenceName",
                "{\"regions\": [{\"referenceName\": \"chr1\"}], \"thresholds\": [0]}|400|thresholds/0",
                "{\"regions\": [{\"referenceName\": \"chr1\"}], \"thresholds\": [5, 5]}|400|thresholds/1",
                "{\"regions\": [{\"referenceName\": \"chr1\"}], \"format\": \"BED\"}|400|format",
                "{\"regions\": [{\"referenceName\": \"chr1\"}], \"bins\": 3}|400|bins"
            })
    void mistakesOfTargetsAreNamed(String body, int status, String word) throws IOException {
        HttpResponse<String> answer = post(DATASET + "/coverage", body);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.body()).contains(word);
        HttpResponse<String> elsewhere = post(DATASET, body);
        assertThat(elsewhere.statusCode()).isEqualTo(405);
        assertThat(elsewhere.headers().firstValue("Allow").orElse("")).doesNotContain("POST");
    }

    @Test
    void depthIsDrawnForThoseWhoAskForAPicture() throws IOException {
        String path = DATASET + "/coverage?referenceName=" + URLEncoder.encode("HG002#1#chr2", StandardCharsets.UTF_8);
        for (HttpResponse<String> picture :
                List.of(get(path + "&format=svg"), get(path, "Accept", "image/svg+xml,*/*;q=0.5"))) {
            assertThat(picture.headers().firstValue("Content-Type")).contains("image/svg+xml");
            assertThat(picture.body()).startsWith("<svg xmlns=").contains("HG002#1#chr2:1-50,000", "exact");
        }
        assertThat(get(path, "Accept", "text/html,image/*;q=0.9").body()).startsWith("{");
        assertThat(json(DATASET + "/coverage?referenceName=chr1&start=300000")
                        .get("bins")
                        .size())
                .isZero();
        assertThat(get(DATASET + "/coverage?referenceName=chr1&start=300000&format=SVG")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/datasets?limit=0|400|InvalidInput|limit",
                "/datasets?limit=1001|400|InvalidInput|limit",
                "/datasets?limit=x|400|InvalidInput|limit",
                "/datasets?limit=1&limit=2|400|InvalidInput|limit",
                "/datasets?prefix=../|400|InvalidInput|prefix",
                "/datasets?prefix=/a|400|InvalidInput|prefix",
                "/datasets?cursor=%21|400|InvalidInput|cursor",
                "/datasets?cursor=MS4uL3g|400|InvalidInput|cursor",
                "/datasets?page=2|400|InvalidInput|page",
                "/datasets?figures=1|400|InvalidInput|figures",
                "/datasets/a/none|404|NotFound|a/none",
                "/datasets/a/none/count|404|NotFound|a/none",
                "/datasets/count|400|InvalidInput|id",
                "/datasets/a/.x|400|InvalidInput|id",
                "/datasets/a/reads/count?referenceName=chr9|404|NotFound|referenceName",
                "/datasets/a/reads/count?start=1|400|InvalidInput|referenceName",
                "/datasets/a/reads/count?referenceName=chr1&start=5&end=1|400|InvalidRange|start",
                "/datasets/a/reads/count?refName=chr1|400|InvalidInput|refName",
                "/datasets/a/reads/coverage|400|InvalidInput|referenceName",
                "/datasets/a/reads/coverage?referenceName=*|400|InvalidInput|referenceName",
                "/datasets/a/reads/coverage?referenceName=chr9|404|NotFound|referenceName",
                "/datasets/a/reads/coverage?referenceName=chr1&bins=0|400|InvalidInput|bins",
                "/datasets/a/reads/coverage?referenceName=chr1&bins=10001|400|InvalidInput|bins",
                "/datasets/a/reads/coverage?referenceName=chr1&source=magic|400|InvalidInput|source",
                "/datasets/a/reads/coverage?referenceName=chr1&format=PNG|400|UnsupportedFormat|format",
                "/datasets/a/broken/coverage?referenceName=chr1&source=records|503|ServiceUnavailable|again"
            })
    void mistakesAreToldAsHtsgetTellsThem(String path, int status, String error, String word) throws IOException {
        HttpResponse<String> response = get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        JsonNode told = JSON.readTree(response.body()).get("htsget");
        assertThat(told.get("error").stringValue()).isEqualTo(error);
        assertThat(told.get("message").stringValue()).contains(word);
    }

    @Test
    void datasetsNamedLikeAQuestionStayReachable() throws IOException {
        List<String> ids = new ArrayList<>(List.of("x", "x/count", "x/coverage", "x/count/count"));
        try (RunningServer server = RunningServer.start()) {
            byte[] bam = TicketClient.joined(TicketClient.resolve(TicketClient.get(
                    READS.server().url("/reads/" + ServedReads.ID + "?referenceName=HLA-A*01:01&end=10"))));
            ids.forEach(id -> ServedReads.convert(server.bean(ObjectStore.class), bam, id));
            JsonNode list = JSON.readTree(HTTP.send(
                            HttpRequest.newBuilder(URI.create(server.url("/datasets")))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body());
            for (JsonNode dataset : list.get("datasets")) {
                String address = server.url(dataset.get("dataset").stringValue());
                JsonNode found = JSON.readTree(HTTP.send(
                                HttpRequest.newBuilder(URI.create(address)).build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body());
                assertThat(found.get("id")).isEqualTo(dataset.get("id"));
                assertThat(found.has("flagstat")).isTrue();
                ids.remove(found.get("id").stringValue());
            }
            assertThat(ids).isEmpty();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
