package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.bams3.convert.Supervision;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Call;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.UnconditionalObjectStore;
import dev.bams3.fixtures.Wait;
import dev.bams3.sam.BamRecord;
import dev.bams3.storage.ObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Whatever happens to workers, a job ends, and its dataset is there whole or not at all. */
@Timeout(60)
class JobWorkerTest {
    private static final Predicate<Call> CHUNKS = call -> call.key().contains(".b3c");
    private static final Predicate<Call> UPLOADS =
            FaultyObjectStore.calls(Operation.COMPLETE).and(CHUNKS);
    private static final JobOptions SMALL_CHUNKS = new JobOptions(
            OptionalLong.of(64 << 10),
            OptionalInt.of(20),
            JobOptions.DEFAULT.level(),
            JobOptions.DEFAULT.sort(),
            JobOptions.DEFAULT.replace(),
            JobOptions.DEFAULT.reference(),
            JobOptions.DEFAULT.verify(),
            false,
            false);
    private static final Predicate<Call> OF_JOBS = call -> call.key().startsWith(JobDocuments.PREFIX);

    private final JobRig rig = new JobRig();
    private final JobService idle = rig.replica(JobRig.IDLE, rig.datasets);

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aJobIsDoneAndSaysWhatItMade() {
        Job job = submit("one", JobRig.bam(1, 600));
        rig.replica();
        Job done = JobRig.ended(idle, job.id());
        assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
        assertThat(done.attempt()).isEqualTo(1);
        assertThat(done.worker()).contains("replica-2");
        assertThat(done.result().orElseThrow().records()).isEqualTo(600);
        assertThat(done.progress().orElseThrow().fraction()).isEqualTo(1);
        assertThat(done.finished()).isPresent();
        assertThat(rig.isSound("one")).isTrue();
    }

    /** A worker asks such a store again and again; each time for another object. */
    @Test
    void aStoreThatCannotBeWrittenIsSaidOnce() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger(JobWorker.class);
        FaultyObjectStore unwritable = new FaultyObjectStore(rig.datasets, 1)
                .onEach(FaultyObjectStore.calls(Operation.PUT), Fault.UNAVAILABLE);
        lines.start();
        log.addAppender(lines);
        try {
            rig.replica(JobRig.QUICK, unwritable);
            Wait.until("the worker has tried five times", () -> unwritable.faults() >= 5);
        } finally {
            log.detachAppender(lines);
        }
        assertThat(lines.list)
                .filteredOn(line -> line.getFormattedMessage().startsWith("conversions wait"))
                .hasSize(1);
    }

    @Test
    void unsortedSourcesAreSorted() {
        byte[] unsorted = Bams.file(
                RandomRecords.header(), new RandomRecords(5).sortedList(2_000).reversed());
        Job job = submit("unsorted", unsorted);
        rig.replica();
        Job done = JobRig.ended(idle, job.id());
        assertThat(done.result().orElseThrow().sorted()).isTrue();
        assertThat(rig.isSound("unsorted")).isTrue();
    }

    @Test
    void unsortedSourcesAreRefusedWhereSortingIsNotPermitted() {
        byte[] unsorted = Bams.file(
                RandomRecords.header(), new RandomRecords(5).sortedList(200).reversed());
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
        Job job = JobRig.submit(idle, new JobRequest(rig.source("u.bam", unsorted), "unsorted", inOrder));
        rig.replica();
        Job failed = JobRig.ended(idle, job.id());
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.error().orElseThrow().field()).contains("options.sort");
        assertThat(rig.keys()).isEmpty();
    }

    /** What its first attempt made is removed by whoever cancels it, as nobody works on it. */
    @Test
    void aJobThatWaitsForItsNextAttemptIsCancelledAndLeavesNothing() {
        JobSettings patient = new JobSettings(
                1,
                JobRig.QUICK.heartbeat(),
                JobRig.QUICK.lease(),
                JobRig.QUICK.poll(),
                3,
                Duration.ofMinutes(1),
                JobRig.QUICK.retention(),
                false);
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1).onNth(3, UPLOADS, Fault.UNAVAILABLE);
        Job job = JobRig.submit(idle, new JobRequest(rig.source("one.bam", JobRig.bam(1, 500)), "one", SMALL_CHUNKS));
        rig.replica(patient, store);
        JobRig.until(idle, job.id(), now -> now.state() == JobState.QUEUED && now.attempt() == 1);
        assertThat(idle.jobs().cancel(job.id()).state()).isEqualTo(JobState.CANCELLED);
        assertThat(rig.keys()).isEmpty();
    }

    @Test
    void aBrokenSourceFailsWithItsPlaceAndIsNotTriedAgain() {
        byte[] broken = JobRig.bam(1, 600);
        broken[broken.length / 2] ^= 1;
        Job job = submit("broken", broken);
        rig.replica();
        Job failed = JobRig.ended(idle, job.id());
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.attempt()).isEqualTo(1);
        JobError error = failed.error().orElseThrow();
        assertThat(error.kind()).isEqualTo(ErrorKind.CORRUPT);
        assertThat(error.offset()).isPresent();
        assertThat(error.resource().orElseThrow()).endsWith("broken.bam");
        assertThat(rig.keys()).isEmpty();

        byte[] whole = JobRig.bam(1, 600);
        rig.source("truncated.bam", Arrays.copyOf(whole, whole.length / 2));
        Job truncated = JobRig.submit(idle, JobRig.request("s3://sources/truncated.bam", "truncated"));
        assertThat(JobRig.ended(idle, truncated.id()).state()).isEqualTo(JobState.FAILED);
        // The same job of a source that was put right.
        rig.source("broken.bam", whole);
        assertThat(idle.jobs().retry(job.id()).state()).isEqualTo(JobState.QUEUED);
        assertThat(JobRig.ended(idle, job.id()).state()).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void aSourceThatWasReplacedSinceIsNotConverted() {
        Job job = submit("one", JobRig.bam(1, 100));
        rig.source("one.bam", JobRig.bam(2, 100));
        rig.replica();
        Job failed = JobRig.ended(idle, job.id());
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.error().orElseThrow().kind()).isEqualTo(ErrorKind.CHANGED);
    }

    @Test
    void aRunningJobIsCancelledFromAnyReplicaAndLeavesNothing() {
        FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1).onEach(UPLOADS, Fault.HANG);
        Job job = submit("one", JobRig.bam(1, 600));
        rig.replica(JobRig.QUICK, slow);
        slow.awaitHanging(1);
        assertThat(idle.jobs().cancel(job.id()).state()).isEqualTo(JobState.CANCELLING);
        assertThat(JobRig.ended(idle, job.id()).state()).isEqualTo(JobState.CANCELLED);
        assertThat(rig.keys()).isEmpty();
        assertThat(idle.jobs().retry(job.id()).state()).isEqualTo(JobState.QUEUED);
        slow.release();
        assertThat(JobRig.ended(idle, job.id()).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.isSound("one")).isTrue();
    }

    @Test
    void aFailureThatMayPassIsTriedAgainAndTheAttemptsAreBounded() {
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1).onNth(1, UPLOADS, Fault.UNAVAILABLE);
        Job job = submit("one", JobRig.bam(1, 500));
        rig.replica(JobRig.QUICK, store);
        Job done = JobRig.ended(idle, job.id());
        assertThat(done.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(done.attempt()).isEqualTo(2);

        store.onEach(UPLOADS, Fault.UNAVAILABLE);
        Job hopeless = submit("two", JobRig.bam(2, 500));
        Job failed = JobRig.ended(idle, hopeless.id());
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.attempt()).isEqualTo(JobRig.QUICK.attempts());
        assertThat(failed.error().orElseThrow().kind()).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(rig.published()).containsExactly("one");
    }

    /** All but its last chunks were made by an attempt before. */
    @Test
    void theProgressOfAResumedJobTellsItsOwnWorkFromThatOfEarlierAttempts() {
        byte[] bam = JobRig.bam(1, 600);
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1).onNth(4, UPLOADS, Fault.UNAVAILABLE);
        Job job = JobRig.submit(idle, new JobRequest(rig.source("one.bam", bam), "one", SMALL_CHUNKS));
        rig.replica(JobRig.QUICK, store);
        Job done = JobRig.ended(idle, job.id());
        assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
        assertThat(done.attempt()).isEqualTo(2);
        JobProgress progress = done.progress().orElseThrow();
        assertThat(progress.records()).isEqualTo(600);
        assertThat(progress.sourceBytes()).isBetween(bam.length * 9L / 10, (long) bam.length);
        long stored = done.result().orElseThrow().chunkBytes();
        assertThat(progress.storedBytes()).isBetween(stored * 9 / 10, stored);
        JobProgress.Before before = progress.before().orElseThrow();
        assertThat(before.records()).isBetween(1L, 599L);
        // By whole blocks of the source: what was left may lie within one.
        assertThat(before.fraction()).isGreaterThan(0).isLessThanOrEqualTo(1);
        assertThat(progress.recordsPerSecond().orElseThrow())
                .isCloseTo((600 - before.records()) / progress.seconds(), within(1e-6));
    }

    @Test
    void aWorkerThatStopsGivesItsJobBackAtOnce() {
        FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1).onEach(UPLOADS, Fault.HANG);
        Job job = submit("one", JobRig.bam(1, 600));
        JobService first = rig.replica(JobRig.QUICK, slow);
        slow.awaitHanging(1);
        first.close();
        Job given = idle.jobs().get(job.id());
        assertThat(given.state()).isEqualTo(JobState.QUEUED);
        assertThat(given.attempt()).as("it does not count").isZero();
        rig.replica();
        assertThat(JobRig.ended(idle, job.id()).attempt()).isEqualTo(1);
        assertThat(rig.isSound("one")).isTrue();
    }

    /** Its heartbeats do not arrive: it must end itself, and what it does later must change nothing. */
    @Test
    void aWorkerThatGoesSilentInMidUploadLosesItsJobToAnother() {
        FaultyObjectStore cut = new FaultyObjectStore(rig.datasets, 1)
                .onNth(1, UPLOADS, Fault.HANG)
                .onEach(FaultyObjectStore.calls(Operation.PUT).and(OF_JOBS).and(call -> isLater(call, 2)), Fault.HANG);
        Job job = submit("one", JobRig.bam(1, 600));
        rig.replica(JobRig.QUICK, cut);
        cut.awaitHanging(1);
        rig.replica();
        Job done = JobRig.ended(idle, job.id());
        assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
        assertThat(done.worker()).contains("replica-3");
        assertThat(done.attempt()).isEqualTo(2);
        assertThat(done.commitPending()).isTrue();
        cut.release();
        rig.close();
        assertThat(idle.jobs().get(job.id())).isEqualTo(done);
        assertThat(rig.published()).containsExactly("one");
    }

    private static boolean isLater(Call call, int revision) {
        String name = call.key().substring(call.key().lastIndexOf('/') + 1);
        return Long.parseLong(name.substring(0, 12)) > revision;
    }

    /** Every call of the store fails once, in turn; then every answer is lost once. */
    @Test
    void wheneverTheStoreFailsTheDatasetIsThereWholeInTheEnd() {
        byte[] bam = small();
        for (Fault fault : List.of(Fault.UNAVAILABLE, Fault.ANSWER_LOST)) {
            for (int n = 1; ; n++) {
                String dataset = fault.name().toLowerCase(java.util.Locale.ROOT) + "/" + n;
                Job job = submit(dataset, bam);
                Predicate<Call> ours = call ->
                        call.key().contains(job.id().value()) || call.key().contains(dataset + ".bams3");
                FaultyObjectStore store = new FaultyObjectStore(rig.datasets, n).onNth(n, ours, fault);
                JobService worker = rig.replica(JobRig.QUICK, store);
                Job ended = JobRig.ended(idle, job.id());
                worker.close();
                assertThat(ended.state()).as("call %d: %s, %s", n, fault, ended).isEqualTo(JobState.SUCCEEDED);
                assertThat(rig.isSound(dataset)).as("call %d: %s", n, fault).isTrue();
                if (store.faults() == 0) {
                    assertThat(n).as("calls of a conversion").isGreaterThan(10);
                    break;
                }
            }
        }
    }

    /** The same where it goes on failing from the nth call on: nothing, or the whole dataset. */
    @Test
    void whereTheStoreFailsForGoodTheDatasetIsThereWholeOrNotAtAll() {
        byte[] bam = small();
        for (int n = 1; ; n++) {
            String dataset = "n" + n;
            Job job = submit(dataset, bam);
            AtomicInteger calls = new AtomicInteger();
            int from = n;
            FaultyObjectStore store = new FaultyObjectStore(rig.datasets, n)
                    .onEach(
                            call -> call.key().contains(dataset + ".bams3") && calls.incrementAndGet() >= from,
                            Fault.UNAVAILABLE);
            JobService worker = rig.replica(JobRig.QUICK, store);
            Job ended = JobRig.ended(idle, job.id());
            worker.close();
            boolean visible = rig.published().contains(dataset);
            assertThat(ended.state())
                    .as("call %d: %s", n, ended)
                    .isEqualTo(visible ? JobState.SUCCEEDED : JobState.FAILED);
            if (visible) {
                assertThat(rig.isSound(dataset)).as("call %d", n).isTrue();
                assertThat(n).as("calls of a conversion").isGreaterThan(4);
                return;
            }
        }
    }

    /** Of one chunk. */
    private static byte[] small() {
        return Bams.file(
                RandomRecords.header(),
                new RandomRecords(1)
                        .sortedList(60).stream()
                                .filter(record -> BamRecord.referenceIndex(record, 0) == 0)
                                .toList());
    }

    @Test
    void twoWorkersShareTwoHundredJobsAndRunEachOnce() {
        Map<JobId, AtomicInteger> runs = new ConcurrentHashMap<>();
        JobRunner runner = new Recorded(runs);
        String source = rig.source("a.bam", JobRig.bam(1, 10));
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ids.add(JobRig.submit(idle, JobRig.request(source, "d" + i)).id());
        }
        JobSettings two = new JobSettings(
                2,
                JobRig.QUICK.heartbeat(),
                Duration.ofSeconds(5),
                JobRig.QUICK.poll(),
                3,
                JobRig.QUICK.retryDelay(),
                JobRig.QUICK.retention(),
                false);
        rig.replica(two, runner);
        rig.replica(two, runner);
        Set<String> workers = new HashSet<>();
        for (JobId id : ids) {
            Job done = JobRig.ended(idle, id);
            assertThat(done.state()).isEqualTo(JobState.SUCCEEDED);
            workers.add(done.worker().orElseThrow());
        }
        assertThat(runs.values()).hasSize(200).allMatch(count -> count.get() == 1);
        assertThat(workers).hasSize(2);
    }

    private record Recorded(Map<JobId, AtomicInteger> runs) implements JobRunner {
        @Override
        public JobResult run(Job job, Supervision supervision) {
            runs.computeIfAbsent(job.id(), id -> new AtomicInteger()).incrementAndGet();
            return new JobResult("u", "g", 0, 0, "d", 0, 0, 0, false, List.of());
        }

        @Override
        public void discard(Job job) {}
    }

    @Test
    void aDefectOfARunnerEndsItsJobAndNoOther() {
        Job job = submit("one", JobRig.bam(1, 10));
        rig.replica(JobRig.QUICK, new JobRunner() {
            @Override
            public JobResult run(Job claimed, Supervision supervision) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void discard(Job ended) {
                throw ReadsException.of(ErrorKind.UNAVAILABLE, "on purpose");
            }
        });
        JobError error = JobRig.ended(idle, job.id()).error().orElseThrow();
        assertThat(error.message()).contains("on purpose");
        assertThat(error.kind()).isEqualTo(ErrorKind.INTERNAL);
    }

    /** Libraries wrap interruptions in exceptions of their own. */
    @Test
    void aRunnerThatBreaksBecauseItIsToldToEndIsNoDefect() {
        Job job = submit("one", JobRig.bam(1, 10));
        JobService stopped = rig.replica(JobRig.QUICK, new JobRunner() {
            @Override
            public JobResult run(Job claimed, Supervision supervision) {
                Wait.until("told to end", () -> isToEnd(supervision));
                throw new java.util.concurrent.CompletionException(new InterruptedException());
            }

            @Override
            public void discard(Job ended) {
                throw new AssertionError("nothing is to be removed");
            }
        });
        JobRig.until(idle, job.id(), now -> now.state() == JobState.RUNNING);
        stopped.close();
        Job given = JobRig.until(idle, job.id(), now -> now.state() != JobState.RUNNING);
        assertThat(given.state()).as("%s", given).isEqualTo(JobState.QUEUED);
        rig.replica();
        assertThat(JobRig.ended(idle, job.id()).state()).isEqualTo(JobState.SUCCEEDED);
    }

    private static boolean isToEnd(Supervision supervision) {
        try {
            supervision.control().check();
            return false;
        } catch (ReadsException e) {
            return true;
        }
    }

    @Test
    void whereWorkersCannotExcludeEachOtherOnlyOneThatIsSaidToBeAloneWorks() {
        ObjectStore careless = new UnconditionalObjectStore(rig.datasets);
        Job job = submit("one", JobRig.bam(1, 10));
        JobService oneOfMany = rig.replica(JobRig.QUICK, careless);
        Wait.until("the store was tried", () -> oneOfMany.conditions().isPresent());
        assertThat(oneOfMany.worker().mayClaim()).isFalse();
        Wait.until("what waits was counted", () -> oneOfMany.counts().inState(JobState.QUEUED) == 1);
        oneOfMany.close();
        assertThat(idle.jobs().get(job.id()).state()).isEqualTo(JobState.QUEUED);
        JobSettings usual = JobRig.QUICK;
        JobSettings alone = new JobSettings(
                1,
                usual.heartbeat(),
                usual.lease(),
                usual.poll(),
                usual.attempts(),
                usual.retryDelay(),
                usual.retention(),
                true);
        JobService only = rig.replica(alone, careless);
        assertThat(JobRig.ended(idle, job.id()).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(only.worker().mayClaim()).isTrue();
    }

    @Test
    void jobsThatHaveEndedAreForgottenAfterTheirTime() {
        JobSettings forgetful = new JobSettings(
                1,
                JobRig.QUICK.heartbeat(),
                JobRig.QUICK.lease(),
                JobRig.QUICK.poll(),
                1,
                Duration.ZERO,
                Duration.ofMinutes(1),
                false);
        Job job = submit("one", JobRig.bam(1, 10));
        JobDocuments documents = new JobDocuments(rig.datasets, rig.waiting, new JobSignal());
        documents.write(job.cancelRequested(java.time.Instant.now().minusSeconds(61)));
        rig.replica(forgetful, rig.datasets);
        Wait.until("forgotten", () -> documents.find(job.id()).isEmpty());
    }

    private Job submit(String dataset, byte[] bam) {
        return JobRig.submit(idle, JobRig.request(rig.source(dataset + ".bam", bam), dataset));
    }
}
