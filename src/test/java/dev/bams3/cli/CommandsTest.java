package dev.bams3.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.convert.Progress;
import dev.bams3.genome.Region;
import dev.bams3.storage.StoreUri;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as a user types them, on a folder: results, messages, exit codes. */
class CommandsTest {
    @TempDir
    private Path folder = Path.of("set by JUnit");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private FolderEnvironment environment = new FolderEnvironment(folder);

    @BeforeEach
    void open() {
        environment = new FolderEnvironment(folder);
    }

    @AfterEach
    void close() {
        environment.close();
    }

    @Test
    void aFileIsSimulatedConvertedVerifiedAndExported() throws IOException {
        convertDemo();
        assertThat(text(out))
                .containsPattern("demo: [0-9,]+ records in [0-9,]+ bytes \\(\\d\\.\\d\\d of the source\\)");
        assertThat(run("verify", "demo")).isZero();
        assertThat(text(out)).contains("demo: sound, ");
        assertThat(run("export", "demo", file("back.bam"), "--level", "1")).isZero();
        assertThat(run("export", "demo", file("back.bam"))).isEqualTo(1);
        assertThat(text(err)).contains("back.bam: is there already; use --force");
        assertThat(run("export", "demo", file("back.bam"), "--force")).isZero();
        assertThat(run("convert", file("back.bam"), "file:" + folder.resolve("elsewhere.bams3")))
                .isZero();
        assertThat(run("verify", file("elsewhere.bams3"))).isZero();
        assertThat(digest(run2("stats", "demo", "--json")))
                .isEqualTo(digest(run2("stats", "file:" + folder.resolve("elsewhere.bams3"), "--json")));
    }

    @Test
    void regionsAreWrittenInEveryFormat() throws IOException {
        convertDemo();
        String sam = run2("query", "demo", "chr1:1,000-1,200");
        assertThat(sam).startsWith("@HD\tVN:1.6\tSO:coordinate\n");
        long records = sam.lines().filter(line -> !line.startsWith("@")).count();
        assertThat(records).isPositive();
        assertThat(run2("query", "demo", "chr1:1,000-1,200", "--format", "ndjson")
                        .lines())
                .hasSize((int) records);
        assertThat(run2("query", "demo", "chr1:1,000-1,200", "--format", "ndjson", "--end-line"))
                .endsWith("}\n{\"@end\":{\"records\":" + records + "}}\n");
        String tsv = run2("query", "demo", "chr1:1,000-1,200", "--format", "TSV", "--fields", "POS", "--tags", "NM");
        assertThat(tsv).startsWith("POS\tNM\n").hasLineCount((int) records + 1);
        assertThat("POS\tNM\n"
                        + run2(
                                "query",
                                "demo",
                                "chr1:1,000-1,200",
                                "--format",
                                "TSV",
                                "--fields",
                                "POS",
                                "--tags",
                                "NM",
                                "--no-header"))
                .isEqualTo(tsv);
        assertThat(run("query", "demo", "--end-line")).isEqualTo(2);
        assertThat(run("query", "demo", "chr1", "-o", file("some.arrows"))).isZero();
        assertThat(folder.resolve("some.arrows"))
                .content(StandardCharsets.ISO_8859_1)
                .startsWith("\u00ff\u00ff\u00ff\u00ff");
        assertThat(run("query", "demo", "chr1", "-o", file("some.arrow"))).isEqualTo(2);
        assertThat(run("query", "demo", "chr1", "--format", "ARROW", "--no-header"))
                .isEqualTo(2);
        assertThat(run2("query", "demo", "chr1:1,000-1,200", "--header-only").lines())
                .allMatch(line -> line.startsWith("@"));
        assertThat(run2("query", "demo", "*").lines().filter(line -> !line.startsWith("@")))
                .isNotEmpty()
                .allMatch(line -> line.split("\t")[2].equals("*"));
        assertThat(run("query", "demo", "chr1", "chr2:1-100", "--format", "BAM", "-o", file("some.bam")))
                .isZero();
        assertThat(folder.resolve("some.bam")).isNotEmptyFile();
    }

    @Test
    void lettersOfSamtoolsViewMeanTheSame() throws IOException {
        convertDemo();
        String whole = run2("query", "demo", "chr1:1,000-1,200");
        String reads = whole.lines().filter(line -> !line.startsWith("@")).collect(Collectors.joining("\n", "", "\n"));
        assertThat(run2("query", "-h", "demo", "chr1:1,000-1,200")).isEqualTo(whole);
        assertThat(run2("query", "--no-header", "demo", "chr1:1,000-1,200")).isEqualTo(reads);
        assertThat(run2("query", "-H", "demo") + reads).isEqualTo(whole);
        assertThat(run2("query", "-c", "demo", "chr1:1,000-1,200").strip())
                .isEqualTo(run2("count", "demo", "chr1:1,000-1,200").strip())
                .isEqualTo(Long.toString(reads.lines().count()));
        assertThat(run("query", "-@", "0", "-b", "demo", "-o", file("a.bam"))).isZero();
        assertThat(run("query", "demo", "-o", file("b.bam"))).isZero();
        assertThat(folder.resolve("a.bam")).hasSameBinaryContentAs(folder.resolve("b.bam"));
        for (String[] wrong : new String[][] {
            {"-b", "--format", "SAM"}, {"--no-header", "-b"}, {"--no-header", "-H"}, {"-c", "-b"}, {"-@", "256"}
        }) {
            assertThat(run(Stream.concat(Stream.of("query", "demo"), Stream.of(wrong))
                            .toArray(String[]::new)))
                    .as(String.join(" ", wrong))
                    .isEqualTo(2);
        }
    }

    @Test
    void regionsComeFromABedFile() throws Exception {
        convertDemo();
        Path bed = folder.resolve("t.bed");
        Files.writeString(bed, "track name=x\n# a comment\nchr1\t99\t200\tt1\nchr2 5000 5100\n\nchr1\t150\t300\n");
        String reads = run2("query", "--no-header", "-L", bed.toString(), "demo");
        assertThat(reads)
                .isNotEmpty()
                .isEqualTo(run2("query", "--no-header", "demo", "chr1:100-300", "chr2:5001-5100"));
        if (hasSamtools()) {
            assertThat(reads).isEqualTo(process("samtools", "view", "-L", bed.toString(), file("demo.bam")));
        }
        Path packed = folder.resolve("t.bed.gz");
        try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(packed))) {
            Files.copy(bed, gzip);
        }
        assertThat(run2("count", "demo", "-L", packed.toString()).strip())
                .isEqualTo(Long.toString(reads.lines().count()));
        assertThat(run2("coverage", "demo", "-L", bed.toString()).lines()).hasSize(3);
        for (String wrong : List.of(
                "chr1\t5",
                "chr1\t5\t5",
                "chr1\tx\t9",
                "chr1\t5\t99999999999",
                "chr9\t1\t2",
                "chr1\t1\t2\ntrack1\t1\t2",
                "#")) {
            Files.writeString(bed, wrong + "\n");
            assertThat(run("query", "demo", "-L", bed.toString())).as(wrong).isNotZero();
            assertThat(text(err)).as(wrong).doesNotContain("Exception");
        }
        assertThat(run("query", "demo", "chr1", "-L", bed.toString())).isEqualTo(2);
        assertThat(run("query", "demo", "-L", file("no.bed"))).isEqualTo(1);
    }

    @Test
    void depthIsThatOfSamtools() throws Exception {
        convertDemo();
        String[] lines =
                run2("coverage", "demo", "chr1:1-40000", "--bins", "40").split("\n");
        assertThat(lines).hasSize(40);
        assertThat(run2("coverage", "demo").lines().map(line -> line.replaceAll("\\t[0-9.]+$", "")))
                .containsExactly("chr1\t0\t40000", "chr2\t0\t30000");
        assertThat(run2("coverage", "demo", "chr1", "--estimate")).startsWith("chr1\t0\t40000\t");
        assertThat(run("coverage", "demo", "--bins", "0")).isEqualTo(2);
        assumeTrue(hasSamtools(), "samtools is not installed");
        process("samtools", "index", file("demo.bam"));
        for (int bin = 0; bin < lines.length; bin++) {
            String[] columns = lines[bin].split("\t");
            long bases = process(
                            "samtools",
                            "depth",
                            "-r",
                            "chr1:%d-%d".formatted(bin * 1000 + 1, bin * 1000 + 1000),
                            file("demo.bam"))
                    .lines()
                    .mapToLong(line -> Long.parseLong(line.split("\t")[2]))
                    .sum();
            assertThat(columns[3]).as(lines[bin]).isEqualTo("%.3f".formatted(bases / 1000.0));
        }
    }

    @Test
    void datasetsAreListedAndRemoved() throws IOException {
        convertDemo();
        assertThat(run("convert", file("demo.bam"), "a/b")).isZero();
        assertThat(run2("list")).isEqualTo("a/b\ndemo\n");
        assertThat(run2("list", "--prefix", "a/")).isEqualTo("a/b\n");
        assertThat(run2("list", "file:" + folder, "-l").lines()).allMatch(line -> line.split("\t").length == 4);
        assertThat(run("remove", "demo")).isEqualTo(2);
        assertThat(text(err)).contains("--yes", "demo.bams3", "reads");
        assertThat(run2("remove", "demo", "--yes")).contains("demo: ", " objects removed");
        assertThat(run("remove", "demo", "--yes")).isEqualTo(1);
        assertThat(run("remove", file("a/b.bams3"), "--yes")).isZero();
        assertThat(run2("list")).isEmpty();
        assertThat(run("list", "--prefix", "../x")).isEqualTo(2);
    }

    @Test
    void aMistakeCostsThreeLines() {
        assertThat(run("query", "demo", "--frobnicate")).isEqualTo(2);
        assertThat(text(err).lines()).hasSizeLessThanOrEqualTo(3);
        assertThat(text(err)).contains("bams3: unknown option", "'bams3 query --help'");
        assertThat(run("qerry")).isEqualTo(2);
        assertThat(text(err)).contains("query");
        assertThat(text(err).lines()).hasSizeLessThanOrEqualTo(3);
        assertThat(run()).isEqualTo(2);
        assertThat(text(err)).contains("name a command", "'bams3 --help'");
    }

    @Test
    void aSweepSaysWhatNobodyReadsAndRemovesIt() throws Exception {
        convertDemo();
        String old = run2("stats", "demo", "--json");
        assertThat(run("convert", file("demo.bam"), "demo", "--replace")).isZero();
        assertThat(run2("sweep", "--grace", "1h")).startsWith("0 findings");
        FileTime yesterday = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
        try (Stream<Path> files = Files.walk(folder.resolve("demo.bams3"))) {
            for (Path path : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(path, yesterday);
            }
        }
        assertThat(run2("sweep", "--dry-run")).contains("old-generation").contains("nothing was removed");
        assertThat(run2("sweep")).contains("old-generation").contains(" removed");
        assertThat(run2("sweep")).startsWith("0 findings");
        assertThat(run("verify", "demo")).isZero();
        assertThat(run2("stats", "demo", "--json")).isNotEqualTo(old);
        assertThat(run("sweep", "--grace", "5m")).isEqualTo(2);
        assertThat(run("sweep", "--grace", "soon")).isEqualTo(2);
    }

    @Test
    void aDatasetIsNotNamedLikeAnEndpoint() {
        convertDemo();
        for (String name : List.of("x/count", "service-info", "x.bai", "file:" + folder.resolve("plan.bams3"))) {
            assertThat(run("convert", file("demo.bam"), name)).as(name).isEqualTo(2);
            assertThat(text(err)).as(name).contains("dataset", "choose another");
        }
    }

    @Test
    void queriesEqualThoseOfSamtools() throws Exception {
        assumeTrue(hasSamtools(), "samtools is not installed");
        convertDemo();
        process("samtools", "index", file("demo.bam"));
        for (String region : new String[] {"chr1:1-1", "chr1:5,000-5,100", "chr2", "chr2:20000", "*"}) {
            assertThat(run2("query", "demo", region).lines().filter(line -> !line.startsWith("@")))
                    .as(region)
                    .isEqualTo(process("samtools", "view", file("demo.bam"), region)
                            .lines()
                            .toList());
        }
        assertThat(run2("query", "demo", "chr1:1-20,000", "-f", "0x40", "-F", "DUP,SECONDARY", "-q", "20", "-d", "NM:0")
                        .lines()
                        .filter(line -> !line.startsWith("@")))
                .isNotEmpty()
                .isEqualTo(process(
                                "samtools",
                                "view",
                                "-f",
                                "0x40",
                                "-F",
                                "DUP,SECONDARY",
                                "-q",
                                "20",
                                "-d",
                                "NM:0",
                                file("demo.bam"),
                                "chr1:1-20,000")
                        .lines()
                        .toList());
        assertThat(run2("query", "demo", "--limit", "3", "--fields", "QNAME,SEQ", "--tags", "")
                        .lines()
                        .filter(line -> !line.startsWith("@"))
                        .map(line -> line.split("\t").length))
                .containsExactly(11, 11, 11);
        assertThat(run2("stats", "demo", "--idxstats")).isEqualTo(process("samtools", "idxstats", file("demo.bam")));
        assertThat(run2("stats", "demo", "--flagstat")).isEqualTo(process("samtools", "flagstat", file("demo.bam")));
    }

    @Test
    void failuresAreOneLineWithTheResourceAndTheExitCodeSays() throws IOException {
        convertDemo();
        assertFails(1, "demo", "exists already", "convert", file("demo.bam"), "demo");
        assertFails(1, "missing.bam", "", "convert", file("missing.bam"), "other");
        assertFails(1, "nothing", "no such dataset", "stats", "nothing");
        assertFails(1, "demo has no reference 'chr9'", "'stats demo' lists the names", "query", "demo", "chr9:1-2");
        assertFails(2, "region: ", "'chr1:x' is not a region", "query", "demo", "chr1:x");
        assertFails(2, "--min-mapq: ", "'x' is not", "query", "demo", "-q", "x");
        assertFails(1, "no read group 'rg99'", "", "query", "demo", "-r", "rg99");
        assertFails(2, "id: ", "not a dataset id", "verify", ".x/y");
        assertFails(2, "--reference: ", "chr1:1000000", "simulate", file("x.bam"), "--reference", "nonsense");
        byte[] bam = Files.readAllBytes(folder.resolve("demo.bam"));
        Files.write(folder.resolve("cut.bam"), java.util.Arrays.copyOf(bam, bam.length / 2));
        assertFails(1, "cut.bam", "truncated", "convert", file("cut.bam"), "cut");
        assertThat(run("query", "demo", "--format", "CSV")).isEqualTo(2);
        assertFails(1, folder.toString(), "is a folder", "convert", folder.toString(), "other");
        assertFails(1, "no/such", "", "verify", "./no/such");
        assertFails(1, "no/such", "", "verify", "../no/such/");
        assertThat(run("convert")).isEqualTo(2);
        assertThat(run("nonsense")).isEqualTo(2);
    }

    @Test
    void aDefectHasAnExitCodeOfItsOwn() {
        environment.close();
        environment = new FolderEnvironment(folder) {
            @Override
            public StoreUri datasets() {
                throw new IllegalStateException("on purpose");
            }
        };
        assertFails(70, "a defect of this program", "on purpose", "stats", "demo");
    }

    private void assertFails(int code, String resource, String message, String... args) {
        assertThat(run(args)).as(String.join(" ", args)).isEqualTo(code);
        assertThat(text(err).strip().lines()).as(text(err)).hasSize(1);
        assertThat(text(err)).startsWith("bams3: ").contains(resource).contains(message);
        assertThat(text(out)).isEmpty();
    }

    @Test
    void aLinkIsAnAddressThatTheServiceAccepts() throws IOException {
        convertDemo();
        assertThat(run("link", "demo", "chr1:101-200", "--hours", "2")).isZero();
        String address = text(out).strip();
        assertThat(address).startsWith("https://reads.example.org/t/").endsWith("/reads/demo");
        String token = address.split("/")[4];
        CapabilityLink link = environment.links().verify(token);
        assertThat(link.dataset()).isEqualTo("demo");
        assertThat(link.grant())
                .isEqualTo(new Grant.Regions(List.of(new Region("chr1", 100, OptionalLong.of(200))), false));
        assertThat(text(err)).contains(LinkTokens.id(token)).doesNotContain(token);
        assertThat(run("link", "demo", "--hours", "49")).isEqualTo(2);
        assertThat(run("link", "demo", "nope")).isNotZero();
    }

    @Test
    void helpNamesEveryCommand() {
        assertThat(run("--help")).isZero();
        assertThat(text(out))
                .contains("convert", "export", "verify", "stats", "query", "simulate", "serve")
                .contains("list", "count", "coverage", "remove")
                .doesNotContain("convert-shard");
        assertThat(run("convert", "--help")).isZero();
        assertThat(text(out)).contains("--reference", "--sort-memory", "192MiB");
    }

    @Test
    void onlyTheJarInstallsItself() {
        assertThat(run("install", "--prefix", file("p"))).isEqualTo(2);
        assertThat(text(err)).contains("java -jar bams3-server-1.0.0.jar install");
        assertThat(folder.resolve("p")).doesNotExist();
    }

    @Test
    void theVersionIsPrintedAndKeptInDatasets() throws IOException {
        assertThat(run2("--version").strip()).isEqualTo("bams3-server/1.2.3");
        assertThat(run2("convert", "--version").strip()).isEqualTo("bams3-server/1.2.3");
        convertDemo();
        assertThat(folder.resolve("demo.bams3/_metadata.json"))
                .content()
                .contains("\"created_by\":\"bams3-server/1.2.3\"");
    }

    @Test
    void aReaderThatGoesAwayIsNoFailure() throws IOException {
        convertDemo();
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        int code = Commands.run(
                new String[] {"query", "demo"},
                environment,
                InputStream.nullInputStream(),
                closed,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
        assertThat(code).isZero();
        assertThat(text(err)).isEmpty();
    }

    @Test
    void progressIsOneLineOnATerminalAndLogLinesOtherwise() {
        Progress half = new Progress(Progress.Phase.CONVERTING, 0.5, 1_234_567, 400_000_000, 50, 100, 10);
        assertThat(ProgressDisplay.line(half, 2)).isEqualTo("converting  50 %, 1,234,567 records, 200 MB/s, 0:02 left");
        long[] now = {0};
        try (ProgressDisplay display = new ProgressDisplay(
                new PrintStream(err, true, StandardCharsets.UTF_8), true, () -> now[0], "nothing")) {
            for (int i = 0; i < 10; i++) {
                now[0] += 100_000_000L;
                display.progressed(half);
            }
        }
        assertThat(text(err)).doesNotContain("\n").endsWith("\r");
        assertThat(text(err).split("converting")).hasSize(6);
    }

    private void convertDemo() {
        assertThat(run("simulate", file("demo.bam"), "--reference", "chr1:40000,chr2:30000", "--depth", "10"))
                .as(text(err))
                .isZero();
        assertThat(run("convert", file("demo.bam"), "demo")).as(text(err)).isZero();
    }

    private String run2(String... args) {
        assertThat(run(args)).as(text(err)).isZero();
        return text(out);
    }

    /** A path is a user's own file; an id is never one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "x/../../outside",
                "x/./../outside",
                "..\\outside",
                ".bams3-jobs/x",
                ".bams3-tmp",
                "x//outside",
                "x\u0000",
                "\uff0e\uff0e/outside",
                "%2e%2e/outside",
                "..",
                "."
            })
    void idsThatClimbAreNoDatasets(String id) throws IOException {
        Files.writeString(Files.createDirectories(folder.resolve(".bams3-jobs")).resolve("x"), "canary-7f3a");
        for (String command : List.of("stats", "verify", "query")) {
            assertThat(run(command, id)).as(command).isNotZero();
            assertThat(text(err)).as(command).contains("not a dataset id");
            assertThat(text(out) + text(err)).doesNotContain("canary-7f3a");
        }
    }

    private int run(String... args) {
        out.reset();
        err.reset();
        return Commands.run(
                args,
                environment,
                InputStream.nullInputStream(),
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static String digest(String json) {
        return json.lines().filter(line -> line.contains("digest")).findFirst().orElseThrow();
    }

    private static boolean hasSamtools() {
        try {
            return new ProcessBuilder("samtools", "--version").start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    private static String process(String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output;
    }
}
