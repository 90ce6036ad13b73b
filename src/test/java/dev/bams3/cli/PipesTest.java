package dev.bams3.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.fixtures.RawBam;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands in pipes: {@code -} is standard input and output, and a source may be a named pipe. */
class PipesTest {
    @TempDir
    private Path folder = Path.of("set by JUnit");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private FolderEnvironment environment = new FolderEnvironment(folder);
    private Path temporary = folder;

    @BeforeEach
    void open() throws IOException {
        environment = new FolderEnvironment(folder);
        temporary = Files.createDirectory(folder.resolve("temporary"));
    }

    @AfterEach
    void close() {
        environment.close();
    }

    @Test
    void aBamGoesThroughPipesFromTheSimulatorToADatasetAndBack() throws IOException {
        byte[] bam = piped("simulate", "-", "--reference", "chr1:20000", "--depth", "3");
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("-: ").contains(" records");
        assertThat(run(bam, "convert", "-", "demo", "--temporary", temporary.toString()))
                .as(err::toString)
                .isZero();
        assertThat(folder.resolve("demo.bams3/_metadata.json")).content().contains("\"file\":\"standard input\"");
        assertThat(RawBam.inflated(piped("export", "demo", "-"))).isEqualTo(RawBam.inflated(bam));
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("-: ").contains("digest");
        assertThat(RawBam.inflated(piped("query", "demo", "--format", "BAM", "-o", "-")))
                .isEqualTo(RawBam.inflated(bam));
        assertNothingIsLeft();
    }

    @Test
    void aDatasetIsComparedWithItsSource() throws IOException {
        byte[] bam = piped("simulate", "-", "--reference", "chr1:20000", "--depth", "3");
        Path source = Files.write(folder.resolve("demo.bam"), bam);
        assertThat(run(bam, "convert", "-", "demo", "--temporary", temporary.toString()))
                .isZero();
        for (String address : new String[] {source.toString(), "-"}) {
            assertThat(run(bam, "verify", "demo", "--against", address, "--temporary", temporary.toString()))
                    .as(err::toString)
                    .isZero();
            assertThat(out.toString(StandardCharsets.UTF_8))
                    .contains("demo: sound", "demo: has what " + address + " has");
        }
        byte[] other = piped("simulate", "-", "--reference", "chr1:20000", "--depth", "3", "--seed", "2");
        assertThat(run(other, "verify", "demo", "--against", "-")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("bams3: demo: is not what - is: ")
                .contains("record 1 ");
        assertNothingIsLeft();
    }

    @Test
    void aBedFileComesThroughAPipe() throws IOException {
        byte[] bam = piped("simulate", "-", "--reference", "chr1:20000", "--depth", "3");
        assertThat(run(bam, "convert", "-", "demo", "--temporary", temporary.toString()))
                .isZero();
        String count = new String(piped("count", "demo", "chr1:101-5000"), StandardCharsets.UTF_8);
        assertThat(count.strip()).isNotEqualTo("0");
        ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
        byte[] bed = "chr1\t100\t5000\n".getBytes(StandardCharsets.UTF_8);
        try (OutputStream gzip = new GZIPOutputStream(gzipped)) {
            gzip.write(bed);
        }
        for (byte[] in : new byte[][] {bed, gzipped.toByteArray()}) {
            assertThat(run(in, "count", "demo", "-L", "-")).as(err::toString).isZero();
            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(count);
        }
        assertThat(run("chr1\tx".getBytes(StandardCharsets.UTF_8), "query", "demo", "-L", "-"))
                .isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("standard input line 1");
    }

    /** A file of that name is {@code ./-}. */
    @Test
    void aFileNamedLikeStandardInputIsNotReadInsteadOfIt() throws IOException {
        byte[] bam = piped("simulate", "-", "--reference", "chr1:20000", "--depth", "1");
        Files.writeString(folder.resolve("-"), "not a BAM");
        assertThat(run(bam, "convert", "-", "demo", "--temporary", temporary.toString()))
                .as(err::toString)
                .isZero();
        assertThat(run(bam, "convert", folder.resolve("-").toString(), "other")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("neither BAM, SAM nor CRAM");
    }

    @Test
    void whatIsNoBamIsRefusedBeforeAllOfItIsRead() throws IOException {
        int[] read = {0};
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                assertThat(++read[0]).isLessThan(1 << 20);
                return 'x';
            }
        };
        assertThat(run(endless, "convert", "-", "demo", "--temporary", temporary.toString()))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("bams3: standard input: neither BAM, SAM nor CRAM\n");
        assertThat(run(new byte[0], "convert", "-", "demo", "--temporary", temporary.toString()))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("bams3: standard input: the file is empty\n");
        assertNothingIsLeft();
    }

    @Test
    void aPipeThatIsCutIsRefusedByItsName() throws IOException {
        byte[] bam = piped("simulate", "-", "--reference", "chr1:20000", "--depth", "3");
        byte[] cut = java.util.Arrays.copyOf(bam, bam.length / 2);
        assertThat(run(cut, "convert", "-", "demo", "--temporary", temporary.toString()))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("bams3: standard input: ")
                .contains("truncated");
        assertNothingIsLeft();
    }

    @Test
    void aNamedPipeIsASource() throws Exception {
        byte[] bam = piped("simulate", "-", "--reference", "chr1:20000", "--depth", "3");
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "there is no mkfifo");
        FutureTask<Path> writer = new FutureTask<>(() -> Files.write(pipe, bam));
        Thread.ofVirtual().start(writer);
        assertThat(run(new byte[0], "convert", pipe.toString(), "demo", "--temporary", temporary.toString()))
                .as(err::toString)
                .isZero();
        writer.get();
        assertThat(RawBam.inflated(piped("export", "demo", "-"))).isEqualTo(RawBam.inflated(bam));
        assertNothingIsLeft();
    }

    @Test
    void aReaderOfAnExportThatGoesAwayIsNoFailure() throws IOException {
        byte[] bam = piped("simulate", "-", "--reference", "chr1:20000", "--depth", "1");
        assertThat(run(bam, "convert", "-", "demo", "--temporary", temporary.toString()))
                .isZero();
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        assertThat(run(InputStream.nullInputStream(), closed, "export", "demo", "-"))
                .isZero();
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).isEmpty();
        }
    }

    private byte[] piped(String... args) {
        assertThat(run(new byte[0], args)).as(err::toString).isZero();
        return out.toByteArray();
    }

    private int run(byte[] in, String... args) {
        return run(new ByteArrayInputStream(in), args);
    }

    private int run(InputStream in, String... args) {
        out.reset();
        return run(in, out, args);
    }

    private int run(InputStream in, OutputStream output, String... args) {
        err.reset();
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        return Commands.run(args, environment, in, output, errors, false);
    }
}
