package dev.bams3.app;

import static dev.bams3.fixtures.FourBaseReads.names;
import static dev.bams3.fixtures.FourBaseReads.record;
import static dev.bams3.fixtures.FourBaseReads.records;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Wait;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A BAM with reads past its contig's end, an odd PNEXT and a padded name, from the source to the answers over HTTP: converted
 * unchanged, what is odd named alike by the command, by the job and by the dataset, and found where samtools finds it.
 */
class ImperfectSourceTest {
    private static final String TOKEN = "t".repeat(32);
    private static final JsonMapper JSON = JsonMapper.shared();

    /** Kinds, how many and an example, as every surface says them. */
    private static final List<String> WARNINGS = List.of(
            "past-reference-end: 2, such as read 'past' at chr1:3001 of 1000",
            "over-reference-end: 1, such as read 'over' at chr1:998 of 1000, which ends at 1001",
            "mate-position: 1, such as read 'mate', mate at chr2:2501 of 2000",
            "name-padding: 1, such as read 'pad'");

    @TempDir
    private Path folder = Path.of("set by JUnit");

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        client.close();
        System.clearProperty("bams3.store");
    }

    @Test
    void isConvertedUnchangedAndItsOdditiesAreNamed() throws IOException {
        RawBam bam = bam();
        Path source = folder.resolve("odd.bam");
        bam.writeStored(source);
        System.setProperty("bams3.store", "file:" + folder);
        assertThat(ProgramRun.expecting(0, "convert", source.toString(), "byCommand")
                        .lines())
                .filteredOn(line -> line.startsWith("warning: "))
                .map(line -> line.substring("warning: ".length()))
                .isEqualTo(WARNINGS);
        try (RunningServer service = RunningServer.start(
                "bams3.store=file:" + folder,
                "bams3.sources=file:" + folder,
                "bams3.jobs.poll=50ms",
                "bams3.admin.token=" + TOKEN)) {
            JsonNode job = converted(service, "file:" + source, "byJob");
            assertThat(warnings(job.get("result"))).isEqualTo(WARNINGS);
            for (String dataset : List.of("byCommand", "byJob")) {
                assertThat(warnings(JSON.readTree(get(service, "/datasets/" + dataset))))
                        .as(dataset)
                        .isEqualTo(WARNINGS);
            }
            regionsGiveWhatSamtoolsGives(service, source);
        }
        Path back = folder.resolve("back.bam");
        ProgramRun.expecting(0, "export", "byJob", back.toString());
        assertThat(RawBam.inflated(Files.readAllBytes(back))).isEqualTo(RawBam.inflated(Files.readAllBytes(source)));
        assertThat(ProgramRun.expecting(0, "verify", "byJob", "--against", source.toString()))
                .contains("sound");
    }

    /** 1-based as samtools has them; {@code ''} for a region without an end. */
    private void regionsGiveWhatSamtoolsGives(RunningServer service, Path source) {
        Matcher table = Pattern.compile("(?m)^(\\w+) +(\\S+) +(\\S*) *: *(.*)$").matcher("""
                chr1 1    -    : in pad mate over past last
                chr1 1000 1000 : over
                chr1 1001 1001 : over
                chr1 1001 -    : over past last
                chr1 1002 -    : past last
                chr1 1002 3000 :
                chr1 3001 3001 : past
                chr1 3005 -    : last
                chr1 5000 6000 :
                chr2 1    -    :
                chr2 2501 2501 :
                """);
        if (Htslib.isInstalled()) {
            Htslib.samtools("index", "-c", "-o", source + ".csi", source.toString());
        }
        int regions = 0;
        while (table.find()) {
            String start = table.group(2);
            String end = table.group(3).replace("-", "");
            String region = table.group(1) + ":" + start + "-" + end;
            String query = "?format=SAM&referenceName=%s&start=%d%s"
                    .formatted(table.group(1), Long.parseLong(start) - 1, end.isEmpty() ? "" : "&end=" + end);
            String answer = get(service, "/stream/reads/byJob" + query);
            assertThat(names(answer)).as(region).isEqualTo(table.group(4));
            assertThat(names(ProgramRun.expecting(0, "query", "byJob", region)))
                    .as(region)
                    .isEqualTo(table.group(4));
            if (Htslib.isInstalled()) {
                String theirs =
                        Htslib.samtools("view", source.toString(), region).output();
                // samtools prints the NULs of the padded name.
                assertThat(records(answer)).as(region).isEqualTo(records(theirs.replace("\0", "")));
            }
            regions++;
        }
        assertThat(regions).isEqualTo(11);
    }

    private static RawBam bam() {
        SamHeader header = new SamHeader(
                "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:1000\n@SQ\tSN:chr2\tLN:2000\n"
                        .getBytes(StandardCharsets.US_ASCII),
                new ReferenceDictionary(List.of(new Reference("chr1", 1000), new Reference("chr2", 2000))));
        return new RawBam(
                header,
                List.of(
                        record("in", 100, -1, -1),
                        record("pad\0\0\0", 990, -1, -1),
                        record("mate", 995, 1, 2500),
                        record("over", 997, -1, -1),
                        record("past", 3000, -1, -1),
                        record("last", 3005, -1, -1)));
    }

    private static List<String> warnings(JsonNode document) {
        List<String> found = new ArrayList<>();
        document.get("warnings")
                .forEach(warning -> found.add("%s: %d, such as %s"
                        .formatted(
                                warning.get("kind").stringValue(),
                                warning.get("count").intValue(),
                                warning.get("example").stringValue())));
        return found;
    }

    private JsonNode converted(RunningServer service, String source, String dataset) {
        String body = "{\"source\": \"" + source + "\", \"dataset\": \"" + dataset + "\"}";
        String accepted = send(HttpRequest.newBuilder(URI.create(service.url("/admin/conversions")))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        String path = "/admin/conversions/" + JSON.readTree(accepted).get("id").stringValue();
        Wait.until(
                "the conversion ends",
                () -> !List.of("QUEUED", "RUNNING")
                        .contains(JSON.readTree(get(service, path)).get("state").stringValue()));
        JsonNode job = JSON.readTree(get(service, path));
        assertThat(job.get("state").stringValue()).as(job.toString()).isEqualTo("SUCCEEDED");
        return job;
    }

    private String get(RunningServer service, String path) {
        return send(HttpRequest.newBuilder(URI.create(service.url(path))));
    }

    private String send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = client.send(
                    request.header("Authorization", "Bearer " + TOKEN).build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isIn(200, 202);
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
