package dev.bams3.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.fixtures.RawBam;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where commands write: standard output that fails, files, and what only looks like a file. */
class OutputsTest {
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    private Path folder = Path.of("set by JUnit");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private FolderEnvironment environment = new FolderEnvironment(folder);

    @BeforeEach
    void convert() {
        environment = new FolderEnvironment(folder);
        assertThat(run("simulate", file("demo.bam"), "--reference", "chr1:20000,chr2:10000", "--depth", "3"))
                .as(err::toString)
                .isZero();
        assertThat(run("convert", file("demo.bam"), "demo")).as(err::toString).isZero();
    }

    @AfterEach
    void close() {
        environment.close();
    }

    @Test
    void aFullStandardOutputIsAFailureOfEveryCommand() throws IOException {
        assumeTrue(Files.exists(FULL), "there is no /dev/full");
        for (List<String> command : List.of(
                List.of("query", "demo"),
                List.of("query", "demo", "--format", "BAM"),
                List.of("query", "demo", "--format", "JSON", "--header-only"),
                List.of("query", "demo", "--format", "TSV", "--header-only"),
                List.of("stats", "demo"),
                List.of("verify", "demo"),
                List.of("--help"))) {
            try (OutputStream full = new FileOutputStream(FULL.toFile())) {
                assertThat(run(full, command.toArray(String[]::new)))
                        .as(command.toString())
                        .isEqualTo(1);
            }
            assertThat(err.toString(StandardCharsets.UTF_8).lines())
                    .as(command.toString())
                    .containsExactly("bams3: standard output cannot be written: No space left on device");
        }
    }

    @Test
    void aFullFileIsAFailureThatNamesIt() {
        assumeTrue(Files.exists(FULL), "there is no /dev/full");
        assertFails("/dev/full: cannot be written: No space left on device", "query", "demo", "-o", "/dev/full");
        assertFails("/dev/full: cannot be written: No space left on device", "export", "demo", "/dev/full");
        assertFails("/dev/full: cannot be written: No space left on device", "simulate", "/dev/full");
    }

    @Test
    void aNamedPipeIsWrittenIntoAndStays() throws Exception {
        Path pipe = folder.resolve("pipe");
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "there is no mkfifo");
        assertThat(run("query", "demo", "--format", "BAM", "-o", file("whole.bam")))
                .isZero();
        assertThat(RawBam.inflated(readWhile(pipe, "query", "demo", "--format", "BAM", "-o", pipe.toString())))
                .isEqualTo(RawBam.inflated(Files.readAllBytes(folder.resolve("whole.bam"))));
        assertThat(run("export", "demo", file("back.bam"))).isZero();
        assertThat(RawBam.inflated(readWhile(pipe, "export", "demo", pipe.toString())))
                .isEqualTo(RawBam.inflated(Files.readAllBytes(folder.resolve("back.bam"))));
        assertThat(out.size()).isZero();
        assertThat(Files.isRegularFile(pipe)).isFalse();
    }

    private byte[] readWhile(Path pipe, String... args) throws Exception {
        FutureTask<byte[]> reader = new FutureTask<>(() -> Files.readAllBytes(pipe));
        Thread.ofVirtual().start(reader);
        assertThat(run(args)).as(err::toString).isZero();
        return reader.get();
    }

    @Test
    void filesHaveTheUsualPermissionsAndNothingElseIsLeft() throws IOException {
        Files.createDirectory(folder.resolve("results"));
        Path usual = Files.createFile(folder.resolve("results/usual"));
        assertThat(run("query", "demo", "-o", file("results/a.sam"))).isZero();
        assertThat(run("query", "demo", "-o", file("results/a.sam"))).isZero();
        assertThat(run("simulate", file("results/b.bam"))).isZero();
        assertThat(run("export", "demo", file("results/c.bam"))).isZero();
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("results/c.bam"));
        assertThat(run("export", "demo", link.toString())).isEqualTo(1);
        assertThat(run("export", "demo", link.toString(), "--force")).isZero();
        assertThat(Files.isSymbolicLink(link)).isTrue();
        try (Stream<Path> files = Files.list(folder.resolve("results"))) {
            assertThat(files.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("usual", "a.sam", "b.bam", "c.bam");
        }
        for (String name : List.of("a.sam", "b.bam", "c.bam")) {
            assertThat(Files.getPosixFilePermissions(folder.resolve("results/" + name)))
                    .as(name)
                    .isEqualTo(Files.getPosixFilePermissions(usual));
        }
    }

    @Test
    void foldersThatAreMissingOrInTheWayAreNamed() {
        String missing = "folder " + folder.resolve("no") + " does not exist";
        assertFails(missing, "query", "demo", "-o", file("no/a.sam"));
        assertFails(missing, "simulate", file("no/a.bam"));
        assertFails(missing, "export", "demo", file("no/a.bam"));
        assertFails(folder + ": is a folder", "query", "demo", "-o", folder.toString());
        assertFails(folder + ": is a folder", "export", "demo", folder.toString());
        assertThat(folder.resolve("no")).doesNotExist();
    }

    @Test
    void aFolderWithoutPermissionHasNothingToDoWithCredentials() throws IOException {
        Path closed = Files.createDirectory(folder.resolve("closed"), PosixFilePermissions.asFileAttribute(Set.of()));
        assumeTrue(!Files.isWritable(closed), "this user may write everywhere");
        assertFails("lacks the permission", "export", "demo", file("closed/a.bam"));
        assertThat(err.toString(StandardCharsets.UTF_8)).doesNotContain("credentials");
    }

    private void assertFails(String message, String... args) {
        assertThat(run(args)).as(String.join(" ", args)).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(message).doesNotContain(".part");
        assertThat(err.toString(StandardCharsets.UTF_8).strip().lines()).hasSize(1);
    }

    private int run(String... args) {
        out.reset();
        return run(out, args);
    }

    private int run(OutputStream output, String... args) {
        err.reset();
        return Commands.run(
                args,
                environment,
                InputStream.nullInputStream(),
                output,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                false);
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }
}
