package dev.bams3.jobs;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts jobs, for metrics: how many there were when this process last looked for work, and how many it has ended.
 * Reading them asks the store nothing. Safe for use by many threads.
 */
public final class JobCounts {
    private final Map<JobState, LongAdder> ended = new EnumMap<>(JobState.class);
    private final LongAdder records = new LongAdder();
    private volatile Map<JobState, Long> seen = Map.of();

    JobCounts() {
        for (JobState state : JobState.values()) {
            ended.put(state, new LongAdder());
        }
    }

    void looked(List<JobOutline> jobs) {
        Map<JobState, Long> now = new EnumMap<>(JobState.class);
        jobs.forEach(job -> now.merge(job.state(), 1L, Long::sum));
        seen = now;
    }

    /** Records that this process has written a revision which is still the highest. */
    void written(Job job) {
        if (job.state().isFinal()) {
            ended.getOrDefault(job.state(), new LongAdder()).increment();
            job.result().ifPresent(result -> records.add(result.records()));
        }
    }

    /** Jobs in this state by the last look of this process, which is none where it has no workers. */
    public long inState(JobState state) {
        return seen.getOrDefault(state, 0L);
    }

    /** Jobs that this process has brought to this end. */
    public long ended(JobState end) {
        return ended.getOrDefault(end, new LongAdder()).sum();
    }

    /** Records of the datasets that this process has published. */
    public long records() {
        return records.sum();
    }
}
