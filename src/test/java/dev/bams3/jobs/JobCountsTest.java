package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.Wait;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What operators are told of conversions. */
@Timeout(60)
class JobCountsTest {
    private final JobRig rig = new JobRig();
    private final JobService idle = rig.replica(JobRig.IDLE, rig.datasets);

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void whatWorkersSeeAndWhatTheyEndIsCounted() {
        String source = rig.source("a.bam", JobRig.bam(1, 300));
        idle.jobs()
                .cancel(JobRig.submit(idle, JobRig.request(source, "cancelled")).id());
        Job good = JobRig.submit(idle, JobRig.request(source, "good"));
        byte[] broken = JobRig.bam(2, 300);
        broken[broken.length / 2] ^= 0x55;
        Job bad = JobRig.submit(idle, JobRig.request(rig.source("b.bam", broken), "bad"));
        JobService worker = rig.replica();
        JobRig.ended(idle, good.id());
        JobRig.ended(idle, bad.id());
        Wait.until(
                "a look after the end of all",
                () -> worker.counts().inState(JobState.SUCCEEDED) == 1
                        && worker.counts().inState(JobState.FAILED) == 1);
        assertThat(worker.counts().inState(JobState.CANCELLED)).isEqualTo(1);
        assertThat(worker.counts().inState(JobState.QUEUED)).isZero();
        assertThat(worker.counts().inState(JobState.RUNNING)).isZero();
        assertThat(worker.counts().ended(JobState.SUCCEEDED)).isEqualTo(1);
        assertThat(worker.counts().ended(JobState.FAILED)).isEqualTo(1);
        assertThat(worker.counts().ended(JobState.CANCELLED)).isZero();
        assertThat(worker.counts().records()).isEqualTo(300);
        assertThat(idle.counts().ended(JobState.CANCELLED)).isEqualTo(1);
        assertThat(idle.counts().records()).isZero();
        assertThat(idle.counts().inState(JobState.SUCCEEDED))
                .as("it never looks")
                .isZero();
    }

    /** One that waits is seen by who has another to do. */
    @Test
    void aQueueIsSeen() {
        String source = rig.source("a.bam", JobRig.bam(1, 300));
        FaultyObjectStore held = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        FaultyObjectStore.calls(Operation.COMPLETE)
                                .and(call -> call.key().contains(".b3c")),
                        Fault.HANG);
        JobRig.submit(idle, JobRig.request(source, "one"));
        JobRig.submit(idle, JobRig.request(source, "two"));
        JobService worker = rig.replica(JobRig.QUICK, held);
        Wait.until(
                "one runs and one waits",
                () -> worker.counts().inState(JobState.RUNNING) == 1
                        && worker.counts().inState(JobState.QUEUED) == 1);
        held.release();
    }
}
