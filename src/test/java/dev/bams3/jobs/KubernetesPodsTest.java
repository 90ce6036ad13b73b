package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.Kubelet;
import dev.bams3.fixtures.Kubelet.Exit;
import dev.bams3.fixtures.Wait;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How pods end, and what becomes of their conversion. */
class KubernetesPodsTest extends KubernetesRig {
    /** Without anybody who removes its Job: the document alone tells it. */
    @Test
    void aPodOfACancelledConversionStopsByItself() {
        FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        FaultyObjectStore.calls(Operation.COMPLETE)
                                .and(call -> call.key().contains(".b3c")),
                        Fault.HANG);
        Job job = submit("cut");
        AtomicInteger ended = new AtomicInteger();
        CountDownLatch stopped = new CountDownLatch(1);
        ShardWorker worker = worker(slow);
        try (Kubelet kubelet = new Kubelet(client, NAMESPACE, (args, index) -> {
            try {
                worker.run(new JobId(args.get(1)), Long.parseLong(args.get(2)), index);
            } catch (ReadsException e) {
                ended.incrementAndGet();
                assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED);
                stopped.countDown();
            }
            return new Exit(ShardWorker.FOR_GOOD, "");
        })) {
            JobService first = rig.replica();
            slow.awaitHanging(1);
            first.close();
            JobDocuments documents = new JobDocuments(rig.datasets, rig.waiting, new JobSignal());
            Job queued = documents.find(job.id()).orElseThrow();
            documents.write(queued.cancelled(java.time.Instant.now()));
            Wait.until("the pod has stopped", () -> stopped.getCount() == 0);
            assertThat(kubelet.starts(0)).isEqualTo(1);
            assertThat(ended).hasValue(1);
        }
        assertThatThrownBy(() -> worker.run(job.id(), job.created().toEpochMilli(), 0))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));
    }

    /** The store that it cannot reach for longer than the lease may be reached later. */
    @Test
    void aPodThatLosesSightOfItsConversionIsStartedAgain() {
        AtomicBoolean blind = new AtomicBoolean();
        FaultyObjectStore far = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        FaultyObjectStore.calls(Operation.COMPLETE)
                                .and(call -> call.key().contains(".b3c")),
                        Fault.HANG)
                .onEach(call -> blind.get() && call.key().startsWith(JobDocuments.PREFIX), Fault.UNAVAILABLE);
        ShardWorker worker = worker(far);
        Queue<JobError> errors = new ConcurrentLinkedQueue<>();
        Job job = submit("cut");
        try (Kubelet kubelet = new Kubelet(client, NAMESPACE, (args, index) -> {
            try {
                worker.run(new JobId(args.get(1)), Long.parseLong(args.get(2)), index);
                return new Exit(0, "");
            } catch (ReadsException e) {
                errors.add(JobError.of(e));
                blind.set(false);
                far.release();
                return new Exit(
                        errors.peek().isPassing() ? 1 : ShardWorker.FOR_GOOD,
                        JobError.of(e).toJson());
            }
        })) {
            rig.replica();
            far.awaitHanging(1);
            blind.set(true);
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(done.attempt()).isEqualTo(1);
            assertThat(kubelet.starts(0)).isEqualTo(2);
        }
        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.kind()).isEqualTo(ErrorKind.UNAVAILABLE);
            assertThat(error.message()).contains("could not be looked at for " + JobRig.QUICK.lease());
        });
    }

    /** Each would be a failure for good if it were a reason. */
    @Test
    void thatAPodWasToldToEndIsNoReason() {
        JobError stopped = JobError.of(ErrorKind.CANCELLED, "told to end");
        JobError closing = JobError.of(ErrorKind.INTERNAL, "a defect of this program: closed");
        Queue<Exit> exits = new ConcurrentLinkedQueue<>(List.of(
                new Exit(ShardWorker.FOR_GOOD, stopped.toJson()),
                new Exit(143, closing.toJson()),
                new Exit(143, closing.toJson())));
        ShardWorker worker = worker(rig.datasets);
        Job job = submit("cut");
        try (Kubelet kubelet = new Kubelet(client, NAMESPACE, (args, index) -> {
            Exit exit = exits.poll();
            if (exit == null) {
                worker.run(new JobId(args.get(1)), Long.parseLong(args.get(2)), index);
                exit = new Exit(0, "");
            }
            return exit;
        })) {
            rig.replica();
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(done.attempt()).isEqualTo(3);
            assertThat(kubelet.starts(0)).isEqualTo(4);
        }
    }

    @Test
    void aPodThatFailsForGoodFailsTheConversionWithItsError() throws InterruptedException {
        byte[] broken = bam.clone();
        // Of the last third, and farther than a block of BGZF behind its border: up to there the shard before it reads,
        // too.
        broken[broken.length * 85 / 100] ^= 1;
        Job job = JobRig.submit(idle, JobRig.request(rig.source("broken.bam", broken), "cut"));
        try (Kubelet kubelet = kubelet(rig.datasets)) {
            rig.replica();
            Job failed = JobRig.ended(idle, job.id());
            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            JobError error = failed.error().orElseThrow();
            assertThat(error.kind()).isEqualTo(ErrorKind.CORRUPT);
            assertThat(error.offset()).isPresent();
            assertThat(error.resource().orElseThrow()).endsWith("broken.bam");
            assertThat(rig.keys()).isEmpty();
            assertThat(jobs()).isEmpty();
            assertThat(List.of(kubelet.starts(0), kubelet.starts(1), kubelet.starts(2)))
                    .containsExactly(1, 1, 1);
            assertThat(deletions()).isNotEmpty().allMatch(body -> body.contains("\"uid\":\""));
        }
    }

    /** One that Kubernetes starts again, then one that is beyond its limit and left to the attempts of the conversion. */
    @Test
    void podsThatDieAreStartedAgainAndTheirConversionAfterThem() {
        AtomicInteger deaths = new AtomicInteger();
        ShardWorker worker = worker(rig.datasets);
        Job job = submit("cut");
        try (Kubelet kubelet = new Kubelet(client, NAMESPACE, (args, index) -> {
            if (index == 1 && deaths.incrementAndGet() <= 3) {
                return new Exit(137, "");
            }
            worker.run(new JobId(args.get(1)), Long.parseLong(args.get(2)), index);
            return new Exit(0, "");
        })) {
            rig.replica();
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(done.attempt()).isEqualTo(2);
            assertThat(kubelet.starts(1)).isEqualTo(4);
        }
    }

    /** Bodies of the requests that delete Jobs: each names the very Job that it means. */
    private List<String> deletions() throws InterruptedException {
        List<String> bodies = new ArrayList<>();
        for (RecordedRequest request = server.takeRequest(1, TimeUnit.SECONDS);
                request != null;
                request = server.takeRequest(10, TimeUnit.MILLISECONDS)) {
            if (request.getMethod().equals("DELETE") && request.getPath().contains("/jobs/")) {
                bodies.add(request.getUtf8Body());
            }
        }
        return bodies;
    }
}
