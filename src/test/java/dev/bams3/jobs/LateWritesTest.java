package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.Wait;
import dev.bams3.storage.ObjectStore;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commits and deletions of a worker that arrive when somebody else has its job: no visible dataset lacks a chunk. */
@Timeout(60)
class LateWritesTest {
    private final JobRig rig = new JobRig();
    private final JobService idle = rig.replica(JobRig.IDLE, rig.datasets);

    @AfterEach
    void close() {
        rig.close();
    }

    /** Keeps a commit on its way until it is told to arrive; from then on the job's documents are out of reach, or not. */
    private static final class SlowCommit extends ForwardingObjectStore {
        private final AtomicReference<@Nullable Supplier<?>> commit = new AtomicReference<>();
        private final boolean thenSilent;

        SlowCommit(ObjectStore store, boolean thenSilent) {
            super(store);
            this.thenSilent = thenSilent;
        }

        @Override
        protected <T> T around(Call call, Supplier<T> body) {
            if (call.operation() == Operation.PUT && call.key().endsWith("_metadata.json")) {
                commit.compareAndSet(null, body);
                throw ReadsException.of(ErrorKind.UNAVAILABLE, "no answer");
            }
            if (thenSilent && isSent() && call.key().startsWith(JobDocuments.PREFIX)) {
                throw ReadsException.of(ErrorKind.UNAVAILABLE, "no answer");
            }
            return body.get();
        }

        boolean isSent() {
            return commit.get() != null;
        }

        void arrive() {
            var _ = Objects.requireNonNull(commit.get()).get();
        }
    }

    @Test
    void aCommitThatArrivesAfterTheSuccessorHasFailedFindsItsChunks() {
        SlowCommit slow = new SlowCommit(rig.datasets, true);
        Job job = submit(JobRig.bam(1, 500));
        rig.replica(JobRig.QUICK, slow);
        Wait.until("the commit is on its way", slow::isSent);
        // For good, by what the successor finds.
        rig.source("one.bam", JobRig.bam(2, 500));
        rig.replica();
        Job failed = JobRig.ended(idle, job.id());
        assertThat(failed.state()).as("%s", failed).isEqualTo(JobState.FAILED);
        assertThat(failed.worker()).contains("replica-3");
        assertThat(failed.error().orElseThrow().kind()).isEqualTo(ErrorKind.CHANGED);
        slow.arrive();
        assertThat(rig.isSound("one")).isTrue();
    }

    @Test
    void aCommitThatArrivesAfterTheJobWasCancelledFindsItsChunks() {
        SlowCommit slow = new SlowCommit(rig.datasets, false);
        JobSettings patient = new JobSettings(
                1,
                JobRig.QUICK.heartbeat(),
                JobRig.QUICK.lease(),
                JobRig.QUICK.poll(),
                3,
                Duration.ofMinutes(1),
                JobRig.QUICK.retention(),
                false);
        Job job = submit(JobRig.bam(1, 500));
        rig.replica(patient, slow);
        JobRig.until(idle, job.id(), now -> now.state() == JobState.QUEUED && now.attempt() == 1);
        assertThat(idle.jobs().cancel(job.id()).state()).isEqualTo(JobState.CANCELLED);
        slow.arrive();
        assertThat(rig.isSound("one")).isTrue();
    }

    /** Its successor would use the same chunks, and ends the job instead. */
    @Test
    void whoTakesOverFromAWorkerThatIsRemovingDoesNotGoOn() {
        byte[] broken = JobRig.bam(1, 600);
        broken[broken.length / 2] ^= 1;
        FaultyObjectStore stuck = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        call -> call.operation() == Operation.DELETE
                                && call.key().contains("one.bams3"),
                        Fault.HANG);
        Job job = submit(broken);
        rig.replica(JobRig.QUICK, stuck);
        stuck.awaitHanging(1);
        CountingObjectStore seen = new CountingObjectStore(rig.datasets);
        rig.replica(JobRig.QUICK, seen);
        Job failed = JobRig.ended(idle, job.id());
        assertThat(failed.state()).as("%s", failed).isEqualTo(JobState.FAILED);
        assertThat(failed.worker()).contains("replica-3");
        assertThat(failed.error().orElseThrow().kind()).isEqualTo(ErrorKind.CORRUPT);
        assertThat(seen.calls())
                .as("of the dataset")
                .noneMatch(call -> call.key().contains("one.bams3"));
        stuck.release();
        Wait.until("removed in the end", () -> rig.keys().isEmpty());
        assertThat(idle.jobs().get(job.id())).isEqualTo(failed);
    }

    private Job submit(byte[] bam) {
        return JobRig.submit(idle, JobRig.request(rig.source("one.bam", bam), "one"));
    }
}
