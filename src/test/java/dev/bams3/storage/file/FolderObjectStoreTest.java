package dev.bams3.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.error.ErrorKind;
import dev.bams3.fixtures.Jvm;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectStoreContract;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real folder, and what only a folder has: other processes, links, leftovers. */
class FolderObjectStoreTest extends ObjectStoreContract {
    private static final ObjectKey KEY = new ObjectKey("a/b");

    @TempDir
    private Path folder;

    @Override
    protected ObjectStore open() {
        return new FolderObjectStore(new StoreUri.Folder(folder.resolve("not/yet/there")));
    }

    private FolderObjectStore here() {
        return new FolderObjectStore(new StoreUri.Folder(folder));
    }

    @Test
    void ofTwoProcessesOneWriterCreatesEachObject() throws Exception {
        int objects = 30;
        List<Process> processes = new ArrayList<>();
        for (String name : List.of("first", "second")) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            RacingProcess.class.getName(),
                            folder.toString(),
                            name,
                            Integer.toString(objects))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }
        List<String> created = new ArrayList<>();
        int replaced = 0;
        for (Process process : processes) {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).isZero();
            created.addAll(
                    output.lines().filter(line -> line.startsWith("race/")).toList());
            replaced += Integer.parseInt(output.lines()
                    .filter(line -> line.startsWith("replaced "))
                    .findFirst()
                    .orElseThrow()
                    .substring("replaced ".length()));
        }

        assertThat(created).doesNotHaveDuplicates().hasSize(objects);
        // Every successful replacement read a counter and wrote the next number: none was lost.
        assertThat(here().get(new ObjectKey("counter"), 100).body()).asString().isEqualTo(Integer.toString(replaced));
    }

    @Test
    void whatIsBeingWrittenIsHidden() {
        try (FolderObjectStore store = here();
                ObjectUpload upload = store.upload(KEY)) {
            upload.write(bytes(10), 0, 10);
            String temporary = temporaryFiles().getFirst();

            assertThat(store.list("", "", 10)).isEmpty();
            ObjectKey key = new ObjectKey(FolderKeys.TEMPORARY + "/" + temporary);
            assertThat(failureOf(() -> store.get(key, 10))).isEqualTo(ErrorKind.NOT_FOUND);
            assertThat(failureOf(() -> store.put(key, bytes(1), PutCondition.always())))
                    .isEqualTo(ErrorKind.INVALID_INPUT);
        }
        assertThat(temporaryFiles()).isEmpty();
    }

    @Test
    void whatADeadProcessLeftIsSweptAfterADay() throws IOException {
        Path temporary = Files.createDirectories(folder.resolve(FolderKeys.TEMPORARY));
        Path old = Files.write(temporary.resolve("write-old"), bytes(10));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
        Files.write(temporary.resolve("write-young"), bytes(10));

        here().put(KEY, bytes(1), PutCondition.always());

        assertThat(temporaryFiles()).containsExactly("write-young");
    }

    /** Begins an upload and never ends it. */
    static final class Uploader {
        static void main(String[] arguments) throws InterruptedException {
            ObjectUpload upload = new FolderObjectStore(new StoreUri.Folder(Path.of(arguments[0]))).upload(KEY);
            upload.write(bytes(10), 0, 10);
            System.out.println("begun");
            Thread.currentThread().join();
        }
    }

    @Test
    @Timeout(60)
    void whatAKilledProcessOfThisMachineLeftIsSweptWhenTheStoreIsOpened() throws Exception {
        try (Jvm uploader = Jvm.start(folder, Uploader.class, folder.toString());
                FolderObjectStore store = here();
                ObjectUpload ours = store.upload(KEY)) {
            uploader.line("begun");
            here().close();
            assertThat(temporaryFiles()).as("both live").hasSize(2);
            uploader.kill();
            here().close();
            assertThat(temporaryFiles()).as("one lives").hasSize(1);
            ours.write(bytes(10), 0, 10);
            ours.complete();
        }
        assertThat(here().get(KEY, 10).body()).hasSize(10);
        assertThat(temporaryFiles()).isEmpty();
    }

    private List<String> temporaryFiles() {
        try (Stream<Path> files = Files.list(folder.resolve(FolderKeys.TEMPORARY))) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.startsWith("write-"))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFileChangedByOthersHasAnotherETag() throws IOException {
        FolderObjectStore store = here();
        ETag etag = store.put(KEY, bytes(10), PutCondition.always());
        Files.write(folder.resolve("a/b"), bytes(10));

        assertThat(failureOf(() -> store.getRange(KEY, new ByteRange(0, 1), etag)))
                .isEqualTo(ErrorKind.CHANGED);
    }

    @Test
    void noTwoVersionsShareAnETagWhateverTheClockDoes() throws IOException {
        FolderObjectStore store = here();
        store.put(KEY, bytes(10), PutCondition.always());
        Files.setLastModifiedTime(
                folder.resolve("a/b"), FileTime.from(Instant.now().plus(Duration.ofDays(1))));
        ETag future = store.head(KEY).etag();

        assertThat(store.put(KEY, bytes(10), PutCondition.ifMatch(future))).isNotEqualTo(future);
    }

    @Test
    void emptyFoldersGoWithTheirLastObjectButTheRootStays() throws IOException {
        FolderObjectStore store = here();
        store.put(new ObjectKey("x/y/z"), bytes(1), PutCondition.always());
        store.put(new ObjectKey("x/other"), bytes(1), PutCondition.always());
        store.delete(new ObjectKey("x/y/z"));
        assertThat(folder.resolve("x/y")).doesNotExist();
        store.delete(new ObjectKey("x/other"));

        assertThat(folder.resolve("x")).doesNotExist();
        assertThat(folder).exists();
    }

    @Test
    void linksAreFollowedButNotInCircles() throws IOException {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Files.write(elsewhere.resolve("c"), bytes(5));
        Path root = Files.createDirectories(folder.resolve("root"));
        Files.createSymbolicLink(root.resolve("linked"), elsewhere);
        Files.createSymbolicLink(root.resolve("circle"), root);
        Files.createSymbolicLink(root.resolve("dangling"), root.resolve("nothing"));
        FolderObjectStore store = new FolderObjectStore(new StoreUri.Folder(root));

        assertThat(store.list("", "", 10)).extracting(ObjectInfo::key).containsExactly(new ObjectKey("linked/c"));
        assertThat(store.get(new ObjectKey("linked/c"), 10).body()).isEqualTo(bytes(5));
        store.delete(new ObjectKey("linked/c"));
        assertThat(root.resolve("linked")).isSymbolicLink();
    }

    @Test
    void aFolderThatIsNotThereHoldsNothing() {
        FolderObjectStore store = new FolderObjectStore(new StoreUri.Folder(folder.resolve("nothing")));

        assertThat(store.list("", "", 10)).isEmpty();
        assertThat(failureOf(() -> store.head(KEY))).isEqualTo(ErrorKind.NOT_FOUND);
        store.delete(KEY);
        assertThat(folder.resolve("nothing")).doesNotExist();
    }

    @Test
    void aNameNoFolderCanHaveIsNotFoundAndNotWritten() {
        ObjectKey key = new ObjectKey("é".repeat(128));
        FolderObjectStore store = here();

        assertThat(failureOf(() -> store.get(key, 10))).isEqualTo(ErrorKind.NOT_FOUND);
        assertThat(failureOf(() -> store.put(key, bytes(1), PutCondition.always())))
                .isEqualTo(ErrorKind.INVALID_INPUT);
        store.put(KEY, bytes(1), PutCondition.always());
        assertThat(failureOf(() -> store.put(new ObjectKey("a/b/c"), bytes(1), PutCondition.always())))
                .isEqualTo(ErrorKind.INVALID_INPUT);
        assertThat(failureOf(() -> store.put(new ObjectKey("a"), bytes(1), PutCondition.always())))
                .isEqualTo(ErrorKind.INVALID_INPUT);
    }

    @Test
    void aFullDiskSaysTheWayOut() {
        assumeTrue(Files.isWritable(Path.of("/dev/full")));
        assertThatThrownBy(() -> {
                    throw FileFailures.writing(Path.of("/dev/full"), writeTo(Path.of("/dev/full")));
                })
                .hasMessageContaining("disk is full")
                .hasMessageContaining("free some space");
    }

    private static IOException writeTo(Path file) {
        try {
            Files.write(file, bytes(10));
        } catch (IOException e) {
            return e;
        }
        throw new AssertionError("nothing is full");
    }

    @Test
    void anInterruptedReadIsCancelledAndTheThreadStaysInterrupted() {
        FolderObjectStore store = here();
        store.put(KEY, bytes(10), PutCondition.always());
        Thread.currentThread().interrupt();

        assertThat(failureOf(() -> store.getRange(KEY, new ByteRange(0, 1), ETag.ANY)))
                .isEqualTo(ErrorKind.CANCELLED);
        assertThat(Thread.interrupted()).isTrue();
    }
}
