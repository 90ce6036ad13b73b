package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.export.Verifier;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.jobs.Job;
import dev.bams3.jobs.JobOptions;
import dev.bams3.jobs.JobRequest;
import dev.bams3.jobs.JobService;
import dev.bams3.jobs.JobState;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service is killed without warning while it converts; another process ends what it began, and keeps what was done. */
class KilledServiceTest {
    private static final String DATASET = "killed";

    @TempDir
    private Path folder;

    /** A service that stops in mid-conversion, with some chunks done, however fast or slow the machine is. */
    static final class StuckService {
        static void main(String[] settings) {
            RunningServer.start(
                    store -> new FaultyObjectStore(store, 1)
                            .onEach(
                                    FaultyObjectStore.calls(Operation.COMPLETE)
                                            .and(call -> call.key().endsWith(".b3c")
                                                    && !call.key().endsWith("000000.b3c")
                                                    && !call.key().endsWith("000001.b3c")),
                                    Fault.HANG),
                    settings);
        }
    }

    @Test
    @Timeout(180)
    void anotherProcessEndsTheConversionAndThereIsOneDataset() throws Exception {
        Path root = Files.createDirectory(folder.resolve("store"));
        Files.write(
                root.resolve("source.bam"), Bams.file(RandomRecords.header(), new RandomRecords(31).sortedList(2_000)));
        Job job;
        try (RunningServer asked = RunningServer.start(settings(root, 0))) {
            JobOptions small = new JobOptions(
                    OptionalLong.of(1 << 16),
                    OptionalInt.of(50),
                    OptionalInt.empty(),
                    true,
                    false,
                    Optional.empty(),
                    true,
                    false,
                    false);
            job = asked.bean(JobService.class)
                    .jobs()
                    .submit(new JobRequest("file:" + root + "/source.bam", DATASET, small), Optional.empty());
            kill(root);
            Job left = asked.bean(JobService.class).jobs().get(job.id());
            assertThat(left.state()).as("%s", left).isEqualTo(JobState.RUNNING);
        }
        Path dataset = root.resolve(DATASET + ".bams3");
        assertThat(dataset.resolve("_metadata.json")).doesNotExist();
        Map<String, FileTime> finished = chunks(dataset);
        assertThat(finished).hasSize(2);
        try (RunningServer other = RunningServer.start(settings(root, 1))) {
            JobService service = other.bean(JobService.class);
            Job now = service.jobs().get(job.id());
            while (!now.state().isFinal()) {
                now = service.jobs()
                        .await(job.id(), now.revision(), Duration.ofMillis(50))
                        .orElse(now);
            }
            assertThat(now.state()).as("%s", now).isEqualTo(JobState.SUCCEEDED);
            assertThat(now.attempt()).isEqualTo(2);
        }
        assertThat(chunks(dataset)).containsAllEntriesOf(finished).hasSizeGreaterThan(2);
        try (ObjectStore store = new FolderObjectStore(new StoreUri.Folder(root));
                ExecutorService cpu = Executors.newFixedThreadPool(2);
                ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor()) {
            Datasets datasets = new Datasets(store, DatasetCacheSettings.DEFAULT);
            assertThat(datasets.list("", "", 10)).containsExactly(new DatasetId(DATASET));
            assertThat(new Verifier(cpu, waiting)
                            .verify(datasets.open(new DatasetId(DATASET)), Progress.Listener.NONE)
                            .isSound())
                    .isTrue();
        }
    }

    private static String[] settings(Path root, int workers) {
        return new String[] {
            "bams3.store=file:" + root,
            "bams3.admin.token=0123456789abcdef0123456789abcdef",
            "bams3.jobs.workers=" + workers,
            "bams3.jobs.heartbeat=100ms",
            "bams3.jobs.lease=1s",
            "bams3.jobs.poll=100ms"
        };
    }

    private void kill(Path root) throws Exception {
        Path log = folder.resolve("child.log");
        String[] java = {
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            StuckService.class.getName()
        };
        Process child = new ProcessBuilder(Stream.concat(Stream.of(java), Stream.of(settings(root, 1)))
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            // The receipts: by them a later run knows that the chunks are whole.
            while (count(root, "conversion/chunks/00000[01].json") < 2) {
                assertThat(child.waitFor(20, TimeUnit.MILLISECONDS))
                        .as("ended before it could be killed: %s", Files.readString(log))
                        .isFalse();
            }
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor()).as("killed, not done").isEqualTo(128 + 9);
    }

    private static long count(Path root, String suffix) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().matches(".*/" + suffix)).count();
        } catch (UncheckedIOException e) {
            // A temporary file was renamed while the folder was read.
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** When each chunk was written. */
    private static Map<String, FileTime> chunks(Path dataset) throws IOException {
        Map<String, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.walk(dataset)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".b3c")).toList()) {
                times.put(dataset.relativize(file).toString(), Files.getLastModifiedTime(file));
            }
        }
        return times;
    }
}
