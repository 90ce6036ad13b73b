package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.fixtures.Wait;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.s3.S3Connection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many conversions, good and bad, sorted and not, ended and cancelled: nothing of them stays but the datasets. Some of each
 * kind; a hundred where the environment variable {@code BAMS3_TEST_REGIONS} asks for the long tests.
 */
class JobSoakTest {
    private static final int CONVERSIONS = System.getenv("BAMS3_TEST_REGIONS") == null ? 20 : 100;

    @TempDir
    private Path temporary;

    @Test
    @Timeout(300)
    void conversionsLeaveNoThreadFileOrUploadBehind() throws Exception {
        try (S3ProxyServer s3 = S3ProxyServer.start();
                S3Connection connection = s3.connect()) {
            ObjectStore bucket = connection.store(new StoreUri.Bucket(S3ProxyServer.BUCKET, "datasets"));
            List<String> made = new ArrayList<>();
            try (JobRig rig = new JobRig(bucket, temporary)) {
                JobService worker = rig.replica(JobRig.QUICK, bucket);
                // One of each kind first: what is made once for all conversions is no leak.
                run(rig, worker, 0, made);
                run(rig, worker, 1, made);
                run(rig, worker, 2, made);
                run(rig, worker, 3, made);
                Set<Thread> known = ownThreads();
                for (int i = 4; i < CONVERSIONS; i++) {
                    run(rig, worker, i, made);
                }
                Wait.until("the threads of conversions have ended", () -> {
                    Set<Thread> left = ownThreads();
                    left.removeAll(known);
                    return left.isEmpty();
                });
                assertThat(rig.published()).containsExactlyInAnyOrderElementsOf(made);
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
        }
    }

    /** By turns: sorted, broken, unsorted, cancelled. */
    private static void run(JobRig rig, JobService worker, int i, List<String> made) {
        List<byte[]> records = new RandomRecords(i).sortedList(30);
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

    private static Set<Thread> ownThreads() {
        Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
        threads.removeIf(thread -> !thread.getName().startsWith("job-"));
        return threads;
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
