package dev.bams3.temporary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.fixtures.Jvm;
import dev.bams3.fixtures.Wait;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a killed process leaves is removed, and nothing of a process that lives, whatever happens at the same time. */
class TemporaryFolderTest {
    private static final int ROUNDS = 200;

    @TempDir
    private Path parent;

    /** Has a folder with a file in it until it is killed. */
    static final class Owner {
        static void main(String[] arguments) throws IOException, InterruptedException {
            TemporaryFolder folder = TemporaryFolder.open(Path.of(arguments[0]));
            Files.createDirectory(folder.path().resolve("below"));
            Files.writeString(folder.path().resolve("below/file"), "spilled");
            System.out.println("open " + folder.path());
            Thread.currentThread().join();
        }
    }

    /** Opens folders, which sweeps, and says when one of its own is lost. */
    static final class Opener {
        static void main(String[] arguments) throws IOException {
            open(Path.of(arguments[0]));
            System.out.println("kept");
        }

        static void open(Path parent) throws IOException {
            for (int i = 0; i < ROUNDS; i++) {
                try (TemporaryFolder folder = TemporaryFolder.open(parent)) {
                    Path file = Files.createFile(folder.path().resolve("file"));
                    TemporaryFolder.sweep(parent);
                    if (!Files.exists(file)) {
                        throw new IllegalStateException("a living folder was removed in round " + i);
                    }
                }
            }
        }
    }

    @Test
    void itIsForOneUserAndGoesWithItsContent() throws IOException {
        Path path;
        try (TemporaryFolder folder = TemporaryFolder.open(parent)) {
            path = folder.path();
            Files.createDirectory(path.resolve("below"));
            Files.writeString(path.resolve("below/file"), "text");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
            TemporaryFolder.sweep(parent);
            assertThat(path.resolve("below/file")).exists();
        }
        assertThat(content()).isEmpty();
    }

    @Test
    @Timeout(60)
    void whatAKilledProcessLeavesIsRemovedOnceItIsDead() throws Exception {
        try (Jvm owner = Jvm.start(parent, Owner.class, parent.toString())) {
            Path folder = Path.of(owner.line("open ").substring("open ".length()));
            TemporaryFolder.sweep(parent);
            assertThat(folder.resolve("below/file")).exists();

            owner.kill();
            assertThat(folder.resolve("below/file")).exists();
            TemporaryFolder.sweep(parent);
            assertThat(content()).isEmpty();
        }
    }

    @Test
    @Timeout(120)
    void processesThatSweepAtTheSameTimeLeaveEachOthersFolders() throws Exception {
        List<Jvm> others = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 3; i++) {
                others.add(Jvm.start(parent, Opener.class, parent.toString()));
            }
            List<Future<?>> here = Stream.generate(() -> threads.submit(() -> {
                        Opener.open(parent);
                        return null;
                    }))
                    .limit(4)
                    .<Future<?>>map(future -> future)
                    .toList();
            for (Future<?> thread : here) {
                thread.get();
            }
            for (Jvm other : others) {
                assertThat(other.line("kept")).isEqualTo("kept");
            }
        } finally {
            for (Jvm other : others) {
                other.close();
            }
        }
        Wait.until(
                "the processes have ended",
                () -> others.stream().noneMatch(other -> other.process().isAlive()));
        TemporaryFolder.sweep(parent);
        assertThat(content()).isEmpty();
    }

    /** A sweep may lock a file between the two steps of its making, and removes it: the maker takes another. */
    @Test
    void aFileThatIsSweptWhileItIsMadeIsMadeAgain() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> sweeper = threads.submit(() -> {
                while (!Thread.interrupted()) {
                    OwnedFile.sweep(parent, "x-", "", file -> {});
                }
            });
            for (int i = 0; i < ROUNDS; i++) {
                try (OwnedFile file = OwnedFile.create(parent, "x-", "")) {
                    assertThat(file.path()).exists();
                    Files.delete(file.path());
                }
            }
            sweeper.cancel(true);
        }
    }

    @Test
    void onlyNamesOfThisMachineAreSwept() throws IOException {
        String id = UUID.randomUUID().toString();
        String boot = Machine.THIS.boot();
        String host = Machine.THIS.host();
        List<String> here = List.of(boot + "-" + host, boot + "-01234567", "01234567-" + host);
        for (String machine : here) {
            leave("bams3-" + machine + "-" + id);
        }
        List<String> others = List.of(
                "bams3-01234567-01234567-" + id,
                "bams3-" + id,
                "bams3-sort-1234",
                "other-" + boot + "-" + host + "-" + id);
        for (String other : others) {
            leave(other);
        }
        TemporaryFolder.sweep(parent);
        assertThat(content())
                .containsExactlyInAnyOrderElementsOf(others.stream()
                        .flatMap(name -> Stream.of(name, name + ".lock"))
                        .toList());
    }

    @Test
    void linksAreNotFollowed() throws IOException {
        Path kept = Files.createDirectory(parent.resolve("kept"));
        Files.writeString(kept.resolve("file"), "text");
        String name = "bams3-" + Machine.THIS + "-" + UUID.randomUUID();
        Path folder = leave(name);
        Files.createSymbolicLink(folder.resolve("link"), kept);
        String linked = "bams3-" + Machine.THIS + "-" + UUID.randomUUID();
        Files.createFile(parent.resolve(linked + ".lock"));
        Files.createSymbolicLink(parent.resolve(linked), kept);
        String linkedLock = "bams3-" + Machine.THIS + "-" + UUID.randomUUID();
        Files.createSymbolicLink(parent.resolve(linkedLock + ".lock"), kept.resolve("file"));

        TemporaryFolder.sweep(parent);
        assertThat(kept.resolve("file")).hasContent("text");
        assertThat(folder).doesNotExist();
    }

    @Test
    void whatAnotherUserMadeStays() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "root alone can make files of others");
        Path folder = leave("bams3-" + Machine.THIS + "-" + UUID.randomUUID());
        Path lock = folder.resolveSibling(folder.getFileName() + ".lock");
        for (Path foreign : List.of(folder, lock)) {
            Files.setAttribute(foreign, "unix:uid", 12_345);
            TemporaryFolder.sweep(parent);
            assertThat(folder).exists();
            assertThat(lock).exists();
            Files.setAttribute(foreign, "unix:uid", 0);
        }
        TemporaryFolder.sweep(parent);
        assertThat(content()).isEmpty();
    }

    /** As another process that is about to sweep, or as one that lives. */
    @Test
    void aLockedFileStays() throws IOException {
        Path folder = leave("bams3-" + Machine.THIS + "-" + UUID.randomUUID());
        try (FileChannel channel = FileChannel.open(
                        folder.resolveSibling(folder.getFileName() + ".lock"), StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            TemporaryFolder.sweep(parent);
            assertThat(folder).exists();
        }
        TemporaryFolder.sweep(parent);
        assertThat(content()).isEmpty();
    }

    @Test
    void aFolderThatCannotBeSweptIsNoFailure() {
        TemporaryFolder.sweep(parent.resolve("none"));
        assertThat(content()).isEmpty();
    }

    private Path leave(String name) throws IOException {
        Files.createFile(parent.resolve(name + ".lock"));
        Path folder = Files.createDirectory(parent.resolve(name));
        Files.writeString(folder.resolve("file"), "left");
        return folder;
    }

    private List<String> content() {
        try (Stream<Path> files = Files.list(parent)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
