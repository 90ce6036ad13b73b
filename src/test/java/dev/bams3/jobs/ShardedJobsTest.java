package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.error.ErrorKind;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Call;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Wait;
import dev.bams3.storage.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs whose sources are cut for several threads of their worker. */
@Timeout(60)
class ShardedJobsTest {
    private static final Predicate<Call> UPLOADS =
            FaultyObjectStore.calls(Operation.COMPLETE).and(call -> call.key().contains(".b3c"));
    private static final Predicate<Call> RESULTS = call -> call.key().contains("/conversion/shards/");

    private final JobRig rig = new JobRig();
    private final JobService idle = rig.replica(JobRig.IDLE, rig.datasets);
    private final byte[] bam = JobRig.bam(3, 600);
    private final JobResult whole;

    /** What a single run makes of the same file. */
    private JobResult single() {
        JobService worker = rig.replica();
        Job job = submit("whole");
        Job done = JobRig.ended(idle, job.id());
        worker.close();
        rig.workers = Optional.of(converter -> new LocalShardWorkers(converter, new ShardSettings(2, bam.length / 5)));
        return done.result().orElseThrow();
    }

    ShardedJobsTest() {
        whole = single();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void theDatasetIsThatOfASingleRun() {
        CountingObjectStore seen = new CountingObjectStore(rig.datasets);
        Job job = submit("cut");
        rig.replica(JobRig.QUICK, seen);
        Job done = JobRig.ended(idle, job.id());
        assertSame(done);
        assertThat(seen.calls())
                .filteredOn(call -> call.operation() == Operation.PUT && RESULTS.test(call))
                .hasSizeGreaterThanOrEqualTo(4);
        assertThat(done.progress().orElseThrow().records()).isEqualTo(600);
        assertThat(done.progress().orElseThrow().fraction()).isEqualTo(1);
        assertThat(rig.keys()).noneMatch(key -> key.contains("/conversion/"));
    }

    /** The first worker has finished some shards and falls silent; the second makes the others, by the same plan. */
    @Test
    void anotherReplicaGoesOnWhereOneFellSilent() {
        FaultyObjectStore dying = new FaultyObjectStore(rig.datasets, 1)
                .onNth(3, FaultyObjectStore.calls(Operation.PUT).and(RESULTS), Fault.HANG)
                .onEach(call -> call.key().startsWith(JobDocuments.PREFIX) && finished() >= 2, Fault.UNAVAILABLE);
        Job job = submit("cut");
        rig.replica(JobRig.QUICK, dying);
        Wait.until("two shards", () -> finished() >= 2);
        List<String> before = results();
        CountingObjectStore seen = new CountingObjectStore(rig.datasets);
        // Finer by its own settings, which do not count as there is a plan.
        rig.workers = Optional.of(converter -> new LocalShardWorkers(converter, new ShardSettings(2, bam.length / 20)));
        rig.replica(JobRig.QUICK, seen);
        Job done = JobRig.ended(idle, job.id());
        dying.release();
        assertSame(done);
        assertThat(done.attempt()).isEqualTo(2);
        JobProgress progress = done.progress().orElseThrow();
        assertThat(progress.records()).isEqualTo(600);
        assertThat(progress.before().orElseThrow().records())
                .as("of chunks that were finished")
                .isBetween(1L, 600L);
        assertThat(seen.calls())
                .filteredOn(call -> call.operation() == Operation.PUT && RESULTS.test(call))
                .extracting(Call::key)
                .isNotEmpty()
                .doesNotContainAnyElementsOf(before)
                .hasSizeLessThan(6);
    }

    @Test
    void aStoppedReplicaHandsItsShardsOn() {
        FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1)
                .onNth(3, FaultyObjectStore.calls(Operation.PUT).and(RESULTS), Fault.HANG);
        Job job = submit("cut");
        JobService first = rig.replica(JobRig.QUICK, slow);
        Wait.until("two shards", () -> finished() >= 2);
        first.close();
        assertThat(idle.jobs().get(job.id()).state()).isEqualTo(JobState.QUEUED);
        rig.replica();
        Job done = JobRig.ended(idle, job.id());
        assertSame(done);
        assertThat(done.attempt()).as("a stop is no attempt").isEqualTo(1);
    }

    @Test
    void cancellingEndsAllShardsAndLeavesNothing() {
        FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1)
                .onEach(UPLOADS.and(call -> call.key().startsWith("cut.")), Fault.HANG);
        Job job = submit("cut");
        rig.replica(JobRig.QUICK, slow);
        slow.awaitHanging(2);
        idle.jobs().cancel(job.id());
        assertThat(JobRig.ended(idle, job.id()).state()).isEqualTo(JobState.CANCELLED);
        assertThat(rig.keys()).noneMatch(key -> key.startsWith("cut"));
    }

    @Test
    void aShardThatFailsForGoodFailsTheJobWithItsPlace() {
        byte[] broken = bam.clone();
        broken[broken.length * 7 / 10] ^= 1;
        Job job = JobRig.submit(idle, JobRig.request(rig.source("broken.bam", broken), "cut"));
        rig.replica();
        Job failed = JobRig.ended(idle, job.id());
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.error().orElseThrow().kind()).isEqualTo(ErrorKind.CORRUPT);
        assertThat(failed.error().orElseThrow().offset()).isPresent();
        assertThat(rig.keys()).noneMatch(key -> key.startsWith("cut"));
    }

    @Test
    void aShardThatMayWorkLaterIsTriedAgain() {
        FaultyObjectStore once = new FaultyObjectStore(rig.datasets, 1).onNth(4, UPLOADS, Fault.UNAVAILABLE);
        Job job = submit("cut");
        rig.replica(JobRig.QUICK, once);
        Job done = JobRig.ended(idle, job.id());
        assertSame(done);
        assertThat(done.attempt()).isEqualTo(2);
    }

    @Test
    void unsortedSourcesAreSortedWherePermitted() {
        byte[] unsorted = Bams.file(
                RandomRecords.header(), new RandomRecords(5).sortedList(2_000).reversed());
        String source = rig.source("unsorted.bam", unsorted);
        JobOptions inOrder = new JobOptions(
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                false,
                Optional.empty(),
                true,
                false,
                false);
        Job refused = JobRig.submit(idle, new JobRequest(source, "refused", inOrder));
        Job sorted = JobRig.submit(idle, JobRig.request(source, "sorted"));
        rig.replica();
        assertThat(JobRig.ended(idle, refused.id()).error().orElseThrow().field())
                .contains("options.sort");
        assertThat(JobRig.ended(idle, sorted.id()).result().orElseThrow().sorted())
                .isTrue();
        assertThat(rig.isSound("sorted")).isTrue();
        assertThat(rig.keys()).noneMatch(key -> key.startsWith("refused"));
    }

    @Test
    void aSourceWhoseRecordsAreHashedIsNotCut() throws NoSuchAlgorithmException {
        JobOptions usual = JobOptions.DEFAULT;
        JobOptions hashed = new JobOptions(
                usual.chunkBytes(),
                usual.blockRecords(),
                usual.level(),
                usual.sort(),
                usual.replace(),
                usual.reference(),
                usual.verify(),
                usual.allowUnknownReferences(),
                true);
        CountingObjectStore seen = new CountingObjectStore(rig.datasets);
        Job job = JobRig.submit(idle, new JobRequest(rig.source("a.bam", bam), "hashed", hashed));
        rig.replica(JobRig.QUICK, seen);
        Job done = JobRig.ended(idle, job.id());
        assertThat(done.result().orElseThrow().digest()).isEqualTo(whole.digest());
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        RawBam.read(bam).records().forEach(sha256::update);
        assertThat(seen.calls()).noneMatch(call -> call.operation() == Operation.PUT && RESULTS.test(call));
        String metadata = new String(
                rig.datasets
                        .get(new ObjectKey("hashed.bams3/_metadata.json"), 1 << 20)
                        .body(),
                StandardCharsets.UTF_8);
        assertThat(metadata).contains("\"sha256\":\"" + HexFormat.of().formatHex(sha256.digest()) + "\"");
        assertThat(rig.isSound("hashed")).isTrue();
    }

    private void assertSame(Job done) {
        assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
        JobResult result = done.result().orElseThrow();
        assertThat(result.digest()).isEqualTo(whole.digest());
        assertThat(result.records()).isEqualTo(whole.records());
        assertThat(result.recordBytes()).isEqualTo(whole.recordBytes());
        assertThat(rig.isSound("cut")).isTrue();
        Datasets datasets = new Datasets(rig.datasets, DatasetCacheSettings.DEFAULT);
        assertThat(datasets.open(new DatasetId("cut")).metadata().flagstat())
                .isEqualTo(datasets.open(new DatasetId("whole")).metadata().flagstat());
    }

    private int finished() {
        return results().size();
    }

    private List<String> results() {
        return rig.datasets.list("cut.bams3/", "", 1000).stream()
                .map(found -> found.key())
                .map(ObjectKey::value)
                .filter(key -> key.contains("/conversion/shards/"))
                .toList();
    }

    private Job submit(String dataset) {
        return JobRig.submit(idle, JobRig.request(rig.source("a.bam", bam), dataset));
    }
}
