package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.Jvm;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Wait;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands and services that are killed without warning: the next process on the machine removes what they left on disk. */
class KilledProcessFilesTest {
    @TempDir
    private Path folder;

    private Path temporary = Path.of("set before each test");

    @BeforeEach
    void makeTemporaryFolder() throws IOException {
        temporary = Files.createDirectory(folder.resolve("tmp"));
    }

    /** A pipe of unsorted reads that never ends is copied to the temporary folder. */
    @Test
    @Timeout(120)
    void aKilledCommandsFilesGoWithTheNextCommand() throws Exception {
        byte[] bam = Bams.file(RandomRecords.header(), new RandomRecords(7).list(2_000));
        Path store = folder.resolve("store");
        try (Jvm command = Jvm.start(temporary, Bams3.class, "convert", "-", "file:" + store + "/sample.bams3");
                OutputStream pipe = command.process().getOutputStream()) {
            pipe.write(bam);
            pipe.flush();
            Wait.until("the pipe is copied", () -> files(temporary).anyMatch(file -> file.endsWith("input")));
            // A command beside it removes nothing of it.
            run("stats", "file:" + store + "/none.bams3");
            assertThat(files(temporary)).anyMatch(file -> file.endsWith("input"));
            assertThat(command.kill()).isEqualTo(128 + 9);
        }
        assertThat(files(temporary)).anyMatch(file -> file.endsWith("input"));
        run("stats", "file:" + store + "/none.bams3");
        assertThat(content()).isEmpty();
    }

    @Test
    @Timeout(180)
    void aKilledServicesFilesGoWithTheNextService() throws Exception {
        Path sorting = Files.createDirectory(folder.resolve("sorting"));
        Path store = Files.createDirectory(folder.resolve("store"));
        String[] settings = {
            "--server.port=0",
            "--management.server.port=0",
            "--bams3.store=file:" + store,
            "--bams3.demo=true",
            "--bams3.jobs.temporary=" + sorting
        };
        List<String> left;
        try (Jvm service = Jvm.start(temporary, Bams3.class, settings)) {
            untilServing(service);
            left = content();
            assertThat(left).hasSize(2).allMatch(name -> name.startsWith("bams3-"));
            // The server and that of the management port.
            assertThat(temporary.resolve(left.getFirst().replace(".lock", "")))
                    .isDirectoryContaining("glob:**/tomcat-*");
            assertThat(service.kill()).isEqualTo(128 + 9);
        }
        assertThat(content()).isEqualTo(left);
        // What a conversion there would have left: the folder of a sort is made the same way.
        for (String name : left) {
            Files.move(temporary.resolve(name), sorting.resolve(name));
        }
        Path upload = Files.createDirectories(store.resolve(".bams3-tmp"))
                .resolve(left.getFirst().replaceFirst("bams3-", "write-").replace(".lock", ""));
        Files.writeString(upload, "half a chunk");
        try (Jvm next = Jvm.start(temporary, Bams3.class, settings)) {
            untilServing(next);
            assertThat(files(sorting)).isEmpty();
            assertThat(upload).doesNotExist();
            assertThat(content()).hasSize(2).doesNotContainAnyElementsOf(left);
            next.process().toHandle().destroy();
            assertThat(next.end()).isEqualTo(128 + 15);
        }
        assertThat(content()).isEmpty();
    }

    private static void untilServing(Jvm service) throws IOException {
        String line = service.line("");
        while (!line.contains("serving the datasets")) {
            line = service.line("");
        }
    }

    private void run(String... arguments) throws Exception {
        try (Jvm command = Jvm.start(temporary, Bams3.class, arguments)) {
            command.end();
        }
    }

    /** Names of what lies in the temporary folder itself. */
    private List<String> content() {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    // Of the virtual machine, which removes them itself.
                    .filter(name -> !name.startsWith("hsperfdata"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names of regular files below a folder, with contents. */
    private static Stream<String> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files
                    .filter(file ->
                            Files.isRegularFile(file) && !file.toString().contains("hsperfdata"))
                    .map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList()
                    .stream();
        } catch (UncheckedIOException e) {
            // A file went while the folder was read.
            return Stream.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
