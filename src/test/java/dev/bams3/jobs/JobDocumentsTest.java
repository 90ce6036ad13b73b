package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.UnconditionalObjectStore;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreConditions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The one rule of the documents: of all who follow a revision one succeeds, and who comes late is told so. */
@Tag("fast")
class JobDocumentsTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.123Z");

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private final JobDocuments documents = documents(store);

    @Test
    void whatWasWrittenIsReadByAnother() {
        JobOptions options = new JobOptions(
                OptionalLong.of(1 << 20),
                OptionalInt.of(7),
                OptionalInt.of(9),
                false,
                true,
                Optional.of("file:/r.fa"),
                false,
                false,
                false);
        Job job = Job.submitted(new JobSpec(
                        JobId.ofKey("a"),
                        true,
                        new JobRequest("s3://b/a.bam", "a/b", options),
                        new JobSource("\"e\"", 5, "BAM"),
                        Optional.of("\"f\""),
                        NOW))
                .claimed("worker", NOW)
                .alive(
                        Optional.of(new JobProgress(
                                "converting", 0.5, 1, 2, 3, 4, 1.5, NOW, Optional.of(new JobProgress.Before(1, 0.25)))),
                        NOW);
        Job failed = job.failed(JobError.of(ReadsException.corrupt("a.bam", 17, "block", "is wrong")), NOW);
        assertThat(failed.error().orElseThrow().offset()).hasValue(17);
        Job done = job.succeeded(new JobResult("u", "g", 1, 2, "d", 3, 4, 5, true, List.of()), Optional.empty(), NOW);
        for (Job written : List.of(job, failed, done)) {
            JobId id = JobId.ofKey(written.state().name());
            JobSpec spec = written.spec();
            Job named = new Job(
                    new JobSpec(id, spec.keyed(), spec.request(), spec.source(), spec.replaces(), spec.created()),
                    written.revision(),
                    written.updated(),
                    written.claims(),
                    written.attempt(),
                    written.commitPending(),
                    written.status());
            documents.write(named);
            assertThat(documents(store).find(id)).contains(named);
        }
        assertThat(documents(store).outlines()).hasSize(3);
    }

    @Test
    void reportsOfErrorsFitWhatKubernetesKeeps() {
        for (String letter : List.of("a", "\u00e4", "\"", "\u0001", "\ud83e\uddec")) {
            String text = letter.repeat(5000);
            for (String resource : List.of("a.bam", text)) {
                JobError error = JobError.of(ReadsException.corrupt(resource, 17, "block", text));
                String json = error.toJson();
                assertThat(json.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4096);
                JobError read = JobError.ofJson(json).orElseThrow();
                assertThat(read.kind()).isEqualTo(ErrorKind.CORRUPT);
                assertThat(read.message()).hasSizeGreaterThan(300);
                assertThat(error.message()).startsWith(read.message());
                assertThat(read.resource().isPresent()).isEqualTo(resource.length() < 10);
            }
        }
        JobError brief = JobError.of(ErrorKind.CORRUPT, "brief");
        assertThat(JobError.ofJson(brief.toJson())).contains(brief);
    }

    @Test
    void onlyTheNewestRevisionIsKept() {
        Job job = write(job("a"));
        for (int i = 0; i < 20; i++) {
            job = write(job.claimed("w" + i, NOW));
        }
        assertThat(store.list(JobDocuments.PREFIX, "", 10)).hasSize(1);
        assertThat(documents(store).find(job.id())).contains(job);
    }

    @Test
    void whoFollowsAnOldRevisionIsRefused() {
        Job first = write(job("a"));
        Job second = write(first.claimed("fast", NOW));
        JobDocuments slow = documents(store);
        assertChanged(() -> slow.write(first.claimed("slow", NOW)));
        assertThat(slow.find(first.id())).contains(second);
    }

    /** Its number is free again, because the revision that had it has been followed and removed. */
    @Test
    void whoFollowsAVeryOldRevisionIsRefusedToo() {
        Job first = write(job("a"));
        Job last = write(
                write(write(first.claimed("fast", NOW)).released(false, NOW)).claimed("other", NOW));
        JobDocuments asleep = documents(store);
        assertChanged(() -> asleep.write(first.claimed("asleep", NOW)));
        assertChanged(() -> asleep.write(job("a")));
        assertThat(asleep.find(first.id())).contains(last);
        assertThat(store.list(JobDocuments.PREFIX, "", 10)).hasSize(1);
    }

    @Test
    void ofManyWhoFollowARevisionOneSucceeds() throws Exception {
        Job first = write(job("a"));
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> claims = racers.invokeAll(IntStream.range(0, 16)
                    .mapToObj(i -> (java.util.concurrent.Callable<Boolean>) () -> {
                        try {
                            documents(store).write(first.claimed("worker-" + i, NOW));
                            return true;
                        } catch (ReadsException e) {
                            assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED);
                            return false;
                        }
                    })
                    .toList());
            assertThat(claims.stream().filter(Future::resultNow)).hasSize(1);
        }
        assertThat(documents.find(first.id()).orElseThrow().claims()).isEqualTo(1);
    }

    @Test
    void aLostAnswerIsNoFailure() {
        FaultyObjectStore faulty =
                new FaultyObjectStore(store, 1).onNth(1, FaultyObjectStore.calls(Operation.PUT), Fault.ANSWER_LOST);
        Job job = job("a");
        documents(faulty).write(job);
        assertThat(documents.find(job.id())).contains(job);
    }

    @Test
    void aDamagedDocumentHidesNoOther() {
        Job sound = write(job("sound"));
        Job damaged = write(job("damaged"));
        ObjectKey key =
                store.list(JobDocuments.PREFIX + damaged.id(), "", 1).getFirst().key();
        store.put(key, "{\"id\":".getBytes(StandardCharsets.UTF_8), PutCondition.always());
        JobDocuments fresh = documents(store);
        assertThat(fresh.outlines()).containsExactly(JobOutline.of(sound));
        assertThat(catchThrowableOfType(ReadsException.class, () -> fresh.find(damaged.id()))
                        .kind())
                .isEqualTo(ErrorKind.CORRUPT);
    }

    @Test
    void unchangedJobsAreNotReadAgain() {
        for (int i = 0; i < 30; i++) {
            write(job("job" + i));
        }
        CountingObjectStore counting = new CountingObjectStore(store);
        JobDocuments reader = documents(counting);
        assertThat(reader.outlines()).hasSize(30);
        assertThat(counting.gets()).isEqualTo(30);
        counting.reset();
        write(documents.find(JobId.ofKey("job3")).orElseThrow().claimed("w", NOW));
        assertThat(reader.outlines()).hasSize(30);
        assertThat(counting.gets()).isEqualTo(1);
        assertThat(counting.calls(Operation.LIST)).hasSize(1);
    }

    /** Each look reads what is new, however many jobs have ended. */
    @Test
    void fiveThousandJobsAreReadOnce() {
        int many = 5_000;
        Instant end = NOW.plusSeconds(5);
        for (int i = 0; i < many; i++) {
            Job job = job("job" + i).cancelRequested(end);
            byte[] body = tools.jackson.databind.json.JsonMapper.shared().writeValueAsBytes(job);
            store.put(
                    new ObjectKey(JobDocuments.PREFIX + job.id() + "/000000000002.json"), body, PutCondition.always());
        }
        CountingObjectStore counting = new CountingObjectStore(store);
        JobDocuments reader = documents(counting);
        assertThat(reader.outlines()).hasSize(many);
        assertThat(counting.gets()).isEqualTo(many);
        counting.reset();
        List<JobOutline> outlines = reader.outlines();
        assertThat(outlines)
                .hasSize(many)
                .allMatch(
                        job -> job.state() == JobState.CANCELLED && job.since().equals(end));
        assertThat(counting.gets()).isZero();
        List<JobOutline> page = outlines.subList(100, 200);
        assertThat(reader.whole(page)).extracting(JobOutline::of).isEqualTo(page);
        assertThat(counting.gets()).isLessThanOrEqualTo(100);
        counting.reset();
        assertThat(reader.whole(page)).hasSize(100);
        assertThat(counting.gets()).as("a page that is looked at again").isZero();
        JobId gone = outlines.getFirst().id();
        documents.forget(gone);
        assertThat(reader.outlines()).hasSize(many - 1);
        assertThat(reader.lastSeen(gone)).isEmpty();
        assertThat(reader.lastRevision(gone)).isZero();
        assertThat(counting.gets()).isZero();
    }

    @Test
    void aForgottenJobIsGone() {
        Job job = write(write(job("a")).cancelRequested(NOW));
        documents.forget(job.id());
        assertThat(documents.find(job.id())).isEmpty();
        assertThat(store.list("", "", 10)).isEmpty();
        write(job("a"));
        assertThat(documents.find(job.id()).orElseThrow().state()).isEqualTo(JobState.QUEUED);
    }

    @Test
    void noDatasetIdReachesTheDocuments() {
        write(job("a"));
        assertThat(DatasetId.isValid(JobDocuments.PREFIX + "x")).isFalse();
        assertThat(DatasetId.isValid(".bams3-jobs")).isFalse();
        assertThat(DatasetId.isValid("a/../.bams3-jobs/jobs")).isFalse();
        for (int i = 0; i < 2 * ObjectStore.MAX_LISTED; i++) {
            store.put(new ObjectKey(JobDocuments.PREFIX + "more/" + i), new byte[1], PutCondition.always());
        }
        store.put(new ObjectKey("real.bams3/_metadata.json"), new byte[1], PutCondition.always());
        CountingObjectStore counting = new CountingObjectStore(store);
        assertThat(new Datasets(counting, DatasetCacheSettings.DEFAULT).list("", "", 10))
                .containsExactly(new DatasetId("real"));
        assertThat(counting.calls(Operation.LIST)).as("jobs are jumped over").hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void conditionsOfAStoreAreFoundOut() {
        assertThat(StoreConditions.of(store)).isEqualTo(new StoreConditions(true, true));
        FaultyObjectStore withoutIfMatch =
                new FaultyObjectStore(store, 1).onNth(3, FaultyObjectStore.calls(Operation.PUT), Fault.UNAVAILABLE);
        assertThat(StoreConditions.of(withoutIfMatch)).isEqualTo(new StoreConditions(true, false));
        assertThat(StoreConditions.of(new UnconditionalObjectStore(store)))
                .isEqualTo(new StoreConditions(false, false));
        assertThat(store.list("", "", 10)).isEmpty();
    }

    @Test
    void waitingEndsWithTheTime() throws InterruptedException {
        JobSignal signal = new JobSignal();
        assertThat(signal.await(0, Duration.ofMillis(1))).isZero();
        signal.changed();
        assertThat(signal.await(0, Duration.ofDays(1))).isEqualTo(1);
    }

    private Job write(Job job) {
        documents.write(job);
        return job;
    }

    private JobDocuments documents(ObjectStore seen) {
        return new JobDocuments(seen, waiting, new JobSignal());
    }

    private static Job job(String key) {
        return Job.submitted(new JobSpec(
                JobId.ofKey(key),
                true,
                JobRig.request("s3://b/a.bam", "a/b"),
                new JobSource("\"e\"", 5, "BAM"),
                Optional.empty(),
                NOW));
    }

    private static void assertChanged(org.assertj.core.api.ThrowableAssert.ThrowingCallable write) {
        assertThatThrownBy(write)
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED));
    }
}
