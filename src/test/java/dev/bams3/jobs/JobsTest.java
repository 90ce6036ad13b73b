package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.storage.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which submissions are accepted, and which mean the same job. */
class JobsTest {
    private final JobRig rig = new JobRig();
    private final JobService idle = rig.replica(JobRig.IDLE, rig.datasets);
    private final String source = rig.source("a.bam", JobRig.bam(1, 200));

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void anAcceptedJobSaysWhatItWillDo() {
        Job job = submit(JobRig.request(source, "a/one"));
        assertThat(job.state()).isEqualTo(JobState.QUEUED);
        assertThat(job.source().format()).isEqualTo("BAM");
        assertThat(job.source().size())
                .isEqualTo(rig.sources.head(new ObjectKey("a.bam")).size());
        assertThat(idle.jobs().get(job.id())).isEqualTo(job);
    }

    @ParameterizedTest
    @CsvSource({
        "s3://sources/missing.bam, a/one, source, does not exist",
        "s3://sources/note.txt, a/one, source, neither BAM",
        "s3://sources/empty.bam, a/one, source, empty",
        "s3://sources/, a/one, source, folder",
        "file:/etc/passwd, a/one, source, BAMS3_SOURCES",
        "/etc/passwd, a/one, source, address",
        "memory:a.bam, a/one, source, address",
        "http://host/a.bam, a/one, source, BAMS3_SOURCES",
        "ftp://host/a.bam, a/one, source, address",
        "s3://sources/a.bam, ../one, dataset, no dataset id",
        "s3://sources/a.bam, .bams3-jobs/jobs, dataset, no dataset id",
        "s3://sources/a.bam, a//b, dataset, no dataset id",
        "s3://sources/a.bam, a/count, dataset, endpoint",
        "s3://sources/a.bam, service-info, dataset, endpoint",
        "s3://sources/a.bam, a/b.bai, dataset, index file"
    })
    void whatCannotBeDoneIsRefusedByTheNameOfItsField(String from, String dataset, String field, String message) {
        rig.source("note.txt", "some text\n".getBytes(StandardCharsets.US_ASCII));
        rig.source("empty.bam", new byte[0]);
        ReadsException refusal =
                catchThrowableOfType(ReadsException.class, () -> submit(JobRig.request(from, dataset)));
        assertThat(refusal.kind()).isEqualTo(ErrorKind.INVALID_INPUT);
        assertThat(refusal.field()).contains(field);
        assertThat(refusal).hasMessageContaining(message);
        assertThat(rig.datasets.list("", "", 10)).isEmpty();
    }

    @Test
    void theSameBytesAndDatasetAreTheSameJob() {
        Job first = submit(JobRig.request(source, "a/one"));
        assertThat(submit(JobRig.request(source, "a/one"))).isEqualTo(first);
        assertThat(submit(JobRig.request(source, "a/two")).id()).isNotEqualTo(first.id());
        idle.jobs().cancel(first.id());
        rig.source("a.bam", JobRig.bam(2, 200));
        assertThat(submit(JobRig.request(source, "a/one")).id()).isNotEqualTo(first.id());
    }

    @Test
    void theSameWorkIsTheSameJobWithAnyKey() {
        Job first = idle.jobs().submit(JobRig.request(source, "a/one"), Optional.of("key-1"));
        assertThat(submit(JobRig.request(source, "a/one"))).isEqualTo(first);
        assertThat(idle.jobs().submit(JobRig.request(source, "a/one"), Optional.of("key-2")))
                .isEqualTo(first);
        Job done = JobRig.ended(rig.replica(), first.id());
        assertThat(done.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(idle.jobs().submit(JobRig.request(source, "a/one"), Optional.of("key-2")))
                .as("is done")
                .isEqualTo(done);
        assertThat(submit(JobRig.request(source, "a/one"))).isEqualTo(done);
        assertThat(all()).hasSize(1);
    }

    @Test
    void aDatasetIsMadeByOneJobAtATime() {
        String other = rig.source("b.bam", JobRig.bam(3, 200));
        Job first = submit(JobRig.request(source, "a/one"));
        Job elsewhere = submit(JobRig.request(other, "a/two"));
        ReadsException refusal =
                catchThrowableOfType(ReadsException.class, () -> submit(JobRig.request(other, "a/one")));
        assertThat(refusal.kind()).isEqualTo(ErrorKind.CHANGED);
        assertThat(refusal.field()).contains("dataset");
        assertThat(refusal).hasMessageContaining(first.id().value());
        assertThat(kind(() -> idle.jobs().submit(JobRig.replacing(other, "a/one"), Optional.of("key"))))
                .isEqualTo(ErrorKind.CHANGED);
        rig.source("a.bam", JobRig.bam(2, 200));
        assertThat(kind(() -> submit(JobRig.request(source, "a/one"))))
                .as("other bytes")
                .isEqualTo(ErrorKind.CHANGED);
        assertThat(all()).extracting(Job::id).containsExactlyInAnyOrder(first.id(), elsewhere.id());
        idle.jobs().cancel(first.id());
        Job second = submit(JobRig.request(other, "a/one"));
        assertThat(second.state()).isEqualTo(JobState.QUEUED);
        ReadsException retried =
                catchThrowableOfType(ReadsException.class, () -> idle.jobs().retry(first.id()));
        assertThat(retried.field()).contains("dataset");
        assertThat(retried).hasMessageContaining(second.id().value());
        idle.jobs().cancel(second.id());
        assertThat(idle.jobs().retry(first.id()).state()).isEqualTo(JobState.QUEUED);
        assertThat(kind(() -> idle.jobs().retry(second.id()))).isEqualTo(ErrorKind.CHANGED);
    }

    /** Of sources and keys of their own. */
    @Test
    void ofSixteenWhoWantOneDatasetAtOnceOneSucceeds() throws Exception {
        List<String> files = IntStream.range(0, 16)
                .mapToObj(i -> rig.source("race" + i + ".bam", JobRig.bam(i, 10)))
                .toList();
        for (int round = 0; round < 3; round++) {
            String dataset = "one/" + round;
            boolean keyed = round > 0;
            List<Job> accepted = new ArrayList<>();
            try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<Optional<Job>>> all = IntStream.range(0, 16)
                        .mapToObj(i -> (Callable<Optional<Job>>) () -> {
                            try {
                                Optional<String> key = keyed ? Optional.of(dataset + i) : Optional.empty();
                                return Optional.of(idle.jobs().submit(JobRig.request(files.get(i), dataset), key));
                            } catch (ReadsException e) {
                                assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED);
                                assertThat(e.field()).contains("dataset");
                                return Optional.empty();
                            }
                        })
                        .toList();
                for (Future<Optional<Job>> job : racers.invokeAll(all)) {
                    job.get().ifPresent(accepted::add);
                }
            }
            assertThat(accepted).hasSize(1);
            assertThat(all()).hasSize(round + 1);
        }
    }

    /** Its reservation is there, its document is not. */
    @Test
    void whoDiedWhileSubmittingIsInNobodysWay() {
        FaultyObjectStore dying = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        FaultyObjectStore.calls(Operation.PUT)
                                .and(call -> call.key().startsWith(JobDocuments.PREFIX)),
                        Fault.UNAVAILABLE);
        JobService dead = rig.replica(JobRig.IDLE, dying);
        assertThat(kind(() -> JobRig.submit(dead, JobRig.request(source, "a/one"))))
                .isEqualTo(ErrorKind.UNAVAILABLE);
        String other = rig.source("b.bam", JobRig.bam(3, 200));
        assertThat(submit(JobRig.request(other, "a/one")).state()).isEqualTo(JobState.QUEUED);
    }

    /** It was taken for dead and followed; its job must not stay. */
    @Test
    void whoSleepsWhileSubmittingGivesWay() throws Exception {
        FaultyObjectStore sleepy = new FaultyObjectStore(rig.datasets, 1)
                .onNth(
                        1,
                        FaultyObjectStore.calls(Operation.PUT)
                                .and(call -> call.key().startsWith(JobDocuments.PREFIX)),
                        Fault.HANG);
        JobService slow = rig.replica(JobRig.IDLE, sleepy);
        Future<Optional<String>> late = rig.waiting.submit(() -> catchThrowableOfType(
                        ReadsException.class, () -> JobRig.submit(slow, JobRig.request(source, "a/one")))
                .field());
        sleepy.awaitHanging(1);
        String other = rig.source("b.bam", JobRig.bam(3, 200));
        Job accepted = submit(JobRig.request(other, "a/one"));
        sleepy.release();
        assertThat(late.get()).contains("dataset");
        assertThat(all()).filteredOn(job -> !job.state().isFinal()).containsExactly(accepted);
    }

    /** Its submitter has not seen it. */
    @Test
    void whatOthersPublishWhileAReplacementWaitsIsNotReplaced() {
        JobService worker = rig.replica();
        JobRig.ended(worker, submit(JobRig.request(source, "a/one")).id());
        worker.close();
        String other = rig.source("b.bam", JobRig.bam(3, 200));
        Job waiting = submit(JobRig.replacing(other, "a/one"));
        Job absent = submit(JobRig.replacing(other, "a/two"));
        rig.publish("a/one", JobRig.bam(4, 100));
        rig.publish("a/two", JobRig.bam(4, 100));
        rig.replica();
        for (Job job : List.of(waiting, absent)) {
            Job failed = JobRig.ended(idle, job.id());
            assertThat(failed.state()).as("%s", failed).isEqualTo(JobState.FAILED);
            assertThat(failed.error().orElseThrow().kind()).isEqualTo(ErrorKind.CHANGED);
            assertThat(rig.records(job.request().dataset())).isEqualTo(100);
            // Who asks again means what is there now.
            idle.jobs().retry(job.id());
            assertThat(JobRig.ended(idle, job.id()).state()).isEqualTo(JobState.SUCCEEDED);
            assertThat(rig.records(job.request().dataset())).isEqualTo(200);
        }
    }

    private List<Job> all() {
        return idle.jobs()
                .list(Optional.empty(), Optional.empty(), Optional.empty(), 100)
                .jobs();
    }

    @Test
    void otherOptionsOfAJobThatIsNotDoneAreAConflict() {
        submit(JobRig.request(source, "a/one"));
        assertThat(kind(() -> submit(JobRig.replacing(source, "a/one")))).isEqualTo(ErrorKind.CHANGED);
    }

    @Test
    void aKeyNamesOneJobWhateverBecomesOfIt() {
        Job first = idle.jobs().submit(JobRig.request(source, "a/one"), Optional.of("key-1"));
        idle.jobs().cancel(first.id());
        rig.sources.delete(new ObjectKey("a.bam"));
        Job again = idle.jobs().submit(JobRig.request(source, "a/one"), Optional.of("key-1"));
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(again.state()).isEqualTo(JobState.CANCELLED);
        ReadsException misuse = catchThrowableOfType(
                ReadsException.class, () -> idle.jobs().submit(JobRig.request(source, "a/two"), Optional.of("key-1")));
        assertThat(misuse.field()).contains("Idempotency-Key");
        assertThat(catchThrowableOfType(
                                ReadsException.class,
                                () -> idle.jobs().submit(JobRig.request(source, "a"), Optional.of("a b")))
                        .field())
                .contains("Idempotency-Key");
    }

    @Test
    void sixteenSubmittersAtOnceMakeOneJob() throws Exception {
        for (int round = 0; round < 5; round++) {
            String dataset = "race/" + round;
            Set<Job> jobs = new HashSet<>();
            try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<Job>> all = IntStream.range(0, 16)
                        .mapToObj(i -> (Callable<Job>) () -> submit(JobRig.request(source, dataset)))
                        .toList();
                for (Future<Job> job : racers.invokeAll(all)) {
                    jobs.add(job.get());
                }
            }
            assertThat(jobs).hasSize(1);
        }
        assertThat(idle.jobs()
                        .list(Optional.empty(), Optional.empty(), Optional.empty(), 100)
                        .jobs())
                .hasSize(5);
    }

    @Test
    void aDatasetThatIsThereIsReplacedOnlyOnRequest() {
        JobService worker = rig.replica();
        Job made = JobRig.ended(worker, submit(JobRig.request(source, "a/one")).id());
        assertThat(made.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(submit(JobRig.request(source, "a/one"))).as("is done").isEqualTo(made);
        String other = rig.source("b.bam", JobRig.bam(3, 200));
        ReadsException exists =
                catchThrowableOfType(ReadsException.class, () -> submit(JobRig.request(other, "a/one")));
        assertThat(exists.kind()).isEqualTo(ErrorKind.CHANGED);
        assertThat(exists.field()).contains("dataset");
        Job replaced =
                JobRig.ended(worker, submit(JobRig.replacing(other, "a/one")).id());
        assertThat(replaced.state()).as("%s", replaced).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.isSound("a/one")).isTrue();
        // What was made first is not there any more, so that it is made again where that may be.
        Job again =
                JobRig.ended(worker, submit(JobRig.replacing(source, "a/one")).id());
        assertThat(again.id()).isEqualTo(made.id());
        assertThat(again.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(again.result()).isNotEqualTo(made.result());
    }

    @Test
    void aJobThatWaitsIsCancelledAtOnceAndCanBeRetried() {
        Job job = submit(JobRig.request(source, "a/one"));
        assertThat(kind(() -> idle.jobs().retry(job.id()))).isEqualTo(ErrorKind.CHANGED);
        assertThat(idle.jobs().cancel(job.id()).state()).isEqualTo(JobState.CANCELLED);
        assertThat(idle.jobs().cancel(job.id()).state()).isEqualTo(JobState.CANCELLED);
        assertThat(idle.jobs().retry(job.id()).state()).isEqualTo(JobState.QUEUED);
        JobService worker = rig.replica();
        assertThat(JobRig.ended(worker, job.id()).state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(kind(() -> worker.jobs().cancel(job.id()))).isEqualTo(ErrorKind.CHANGED);
        assertThat(kind(() -> worker.jobs().retry(job.id()))).isEqualTo(ErrorKind.CHANGED);
    }

    @Test
    void jobsAreListedInPagesNewestFirst() {
        for (int i = 0; i < 7; i++) {
            submit(JobRig.request(source, "set" + i % 2 + "/" + i));
        }
        Job cancelled = submit(JobRig.request(source, "set0/0"));
        idle.jobs().cancel(cancelled.id());
        List<Job> all = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            Jobs.Page page = idle.jobs().list(Optional.empty(), Optional.empty(), after, 3);
            assertThat(page.jobs().size()).isLessThanOrEqualTo(3);
            all.addAll(page.jobs());
            after = page.next();
        } while (after.isPresent());
        assertThat(all).hasSize(7).doesNotHaveDuplicates();
        assertThat(all).extracting(Job::created).isSortedAccordingTo((a, b) -> b.compareTo(a));
        assertThat(idle.jobs()
                        .list(Optional.of(JobState.CANCELLED), Optional.empty(), Optional.empty(), 9)
                        .jobs())
                .extracting(Job::id)
                .containsExactly(cancelled.id());
        assertThat(idle.jobs()
                        .list(Optional.empty(), Optional.of("set1/1"), Optional.empty(), 9)
                        .jobs())
                .hasSize(1);
        assertThat(kind(() -> idle.jobs().list(Optional.empty(), Optional.empty(), Optional.of("x"), 9)))
                .isEqualTo(ErrorKind.INVALID_INPUT);
    }

    @Test
    void jobsThatAreNotThereAreNotFound() {
        assertThat(kind(() -> idle.jobs().get(new JobId("0".repeat(32))))).isEqualTo(ErrorKind.NOT_FOUND);
        assertThat(kind(() -> new JobId("../x"))).isEqualTo(ErrorKind.NOT_FOUND);
        assertThat(kind(() -> idle.jobs().cancel(new JobId("0".repeat(32))))).isEqualTo(ErrorKind.NOT_FOUND);
    }

    @Test
    void submittingCostsAFewCalls() {
        CountingObjectStore counting = new CountingObjectStore(rig.datasets);
        JobService counted = rig.replica(JobRig.IDLE, counting);
        JobRig.submit(counted, JobRig.request(source, "a/one"));
        assertThat(counting.calls(Operation.PUT)).as("reservation and document").hasSize(2);
        assertThat(counting.calls().size()).as("%s", counting.calls()).isLessThanOrEqualTo(7);
    }

    @Test
    void otherFormatsAreTaken() {
        String text = "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:c\tLN:1000\nr\t0\tc\t5\t9\t3M\t*\t0\t0\tACG\tIII\n";
        String sam = rig.source("a.sam", text.getBytes(StandardCharsets.US_ASCII));
        assertThat(submit(JobRig.request(sam, "sam")).source().format()).isEqualTo("SAM");
        byte[] cram = {'C', 'R', 'A', 'M', 3, 0, 0, 0};
        assertThat(submit(JobRig.request(rig.source("a.cram", cram), "cram"))
                        .source()
                        .format())
                .isEqualTo("CRAM");
    }

    private Job submit(JobRequest request) {
        return JobRig.submit(idle, request);
    }

    private static ErrorKind kind(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(ReadsException.class, call).kind();
    }
}
