package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.s3.S3Connection;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A hundred conversions, good and bad, sorted and not, ended and cancelled: nothing of them stays but the datasets. */
class JobSoakTest {
    private static final int CONVERSIONS = 100;

    /** Short ones, of which each conversion has others. */
    private static final List<byte[]> RECORDS = new RandomRecords(1)
            .sortedList(400).stream().filter(record -> record.length < 1_000).toList();

    @TempDir
    private Path temporary;

    @TempDir
    private Path dumps;

    @Test
    @Timeout(300)
    void conversionsLeaveNoThreadFileOrUploadBehind() throws Exception {
        try (S3ProxyServer s3 = S3ProxyServer.start()) {
            Set<Thread> left = leftBy(s3);
            left.removeIf(thread -> OTHERS.matcher(thread.getName()).lookingAt());
            for (Thread thread : left) {
                assertThat(thread.join(Duration.ofSeconds(10)))
                        .as(thread.getName())
                        .isTrue();
            }
        }
    }

    /** Threads that were not there after one conversion of each kind; those of the client have ended with it. */
    private Set<Thread> leftBy(S3ProxyServer s3) throws Exception {
        Set<Thread> known;
        try (S3Connection connection = s3.connect()) {
            ObjectStore bucket = connection.store(new StoreUri.Bucket(S3ProxyServer.BUCKET, "datasets"));
            List<String> made = new ArrayList<>();
            try (JobRig rig = new JobRig(connection, S3ProxyServer.BUCKET, temporary)) {
                JobService worker = rig.replica(JobRig.QUICK, bucket);
                // One of each kind first: what is made once for all conversions is no leak.
                for (int i = 0; i < 4; i++) {
                    run(rig, worker, i, made);
                }
                known = new HashSet<>(Thread.getAllStackTraces().keySet());
                for (int i = 4; i < CONVERSIONS; i++) {
                    run(rig, worker, i, made);
                }
                assertThat(rig.published()).containsExactlyInAnyOrderElementsOf(made);
                assertThat(dump()).as("virtual threads are seen").contains("\"job-worker\"");
                worker.close();
                assertThat(dump()).doesNotContain("\"job-");
                // Ended without interruption: every task that was given to the pools has returned.
                for (var pool : List.of(rig.cpu, rig.waiting)) {
                    pool.shutdown();
                    assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
                }
            }
            assertThat(made.size()).isBetween(CONVERSIONS / 2, 3 * CONVERSIONS / 4);
            assertThat(temporary).isEmptyDirectory();
            assertThat(s3.client()
                            .listMultipartUploads(request -> request.bucket(S3ProxyServer.BUCKET))
                            .uploads())
                    .isEmpty();
            assertThat(strangers(bucket, made)).isEmpty();
            assertThat(s3.client()
                            .listObjectsV2(request ->
                                    request.bucket(S3ProxyServer.BUCKET).prefix("datasets/" + JobDocuments.PREFIX))
                            .contents())
                    .as("one document for each job")
                    .hasSize(CONVERSIONS);
            assertThat(s3.client()
                            .listObjectsV2(request ->
                                    request.bucket(S3ProxyServer.BUCKET).prefix("datasets/" + Reservations.PREFIX))
                            .contents())
                    .as("one reservation for each dataset")
                    .hasSize(CONVERSIONS);
        }
        Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
        left.removeAll(known);
        return left;
    }

    /** Of the JVM, which carry virtual threads, and of the S3 server. */
    private static final Pattern OTHERS = Pattern.compile("ForkJoinPool-|VirtualThread-|S3Proxy-");

    /** All threads, virtual ones too. */
    private String dump() throws IOException {
        Path file = dumps.resolve(UUID.randomUUID() + ".json");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .dumpThreads(file.toAbsolutePath().toString(), ThreadDumpFormat.JSON);
        return Files.readString(file);
    }

    /** By turns: sorted, broken, unsorted, cancelled. */
    private static void run(JobRig rig, JobService worker, int i, List<String> made) {
        List<byte[]> records = RECORDS.subList(i, i + 30);
        byte[] bam = Bams.file(RandomRecords.header(), i % 4 == 2 ? records.reversed() : records);
        if (i % 4 == 1) {
            bam[bam.length / 2] ^= 1;
        }
        Job job = JobRig.submit(worker, JobRig.request(rig.source(i + ".bam", bam), "soak/" + i));
        if (i % 4 == 3 && isCancelled(worker, job.id())) {
            return;
        }
        JobState state = JobRig.ended(worker, job.id()).state();
        assertThat(state).isEqualTo(i % 4 == 1 ? JobState.FAILED : JobState.SUCCEEDED);
        if (state == JobState.SUCCEEDED) {
            made.add("soak/" + i);
        }
    }

    /** False where it was too late: such a small conversion may have ended. */
    private static boolean isCancelled(JobService worker, JobId id) {
        try {
            worker.jobs().cancel(id);
        } catch (ReadsException e) {
            assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED);
        }
        return JobRig.ended(worker, id).state() == JobState.CANCELLED;
    }

    private static List<String> strangers(ObjectStore bucket, List<String> made) {
        List<String> keys = new ArrayList<>();
        String after = "";
        while (true) {
            var page = bucket.list("", after, ObjectStore.MAX_LISTED);
            page.forEach(object -> keys.add(object.key().value()));
            if (page.size() < ObjectStore.MAX_LISTED) {
                break;
            }
            after = keys.getLast();
        }
        keys.removeIf(key -> key.startsWith(".bams3-jobs/")
                || made.stream().anyMatch(dataset -> key.startsWith(dataset + ".bams3/")));
        return keys;
    }
}
