package dev.bams3.jobs;

import dev.bams3.error.ReadsException;
import java.time.Duration;

/**
 * Settings of the workers of jobs.
 *
 * @param workers jobs that this process runs at one time, 0 to 64; 0 leaves them to others
 * @param heartbeat how often a worker writes that it is alive, and looks whether it is to stop, 50 ms to 1 min
 * @param lease how long a worker may be silent before another takes its job, at least three heartbeats, at most 1 h
 * @param poll how often a worker without enough jobs looks for more, 50 ms to 1 h
 * @param attempts of a job before it has failed, 1 to 100
 * @param retryDelay before the second attempt; doubled for each further one, up to an hour
 * @param retention how long a job that has ended is remembered, 1 min or more
 * @param alone whether no other process works on jobs of this store, for which the operator vouches: only then jobs are
 *     worked on where a store cannot keep workers apart
 */
public record JobSettings(
        int workers,
        Duration heartbeat,
        Duration lease,
        Duration poll,
        int attempts,
        Duration retryDelay,
        Duration retention,
        boolean alone) {
    private static final Duration SHORTEST = Duration.ofMillis(50);
    private static final Duration HOUR = Duration.ofHours(1);

    /** @throws ReadsException INVALID_INPUT naming the setting */
    public JobSettings {
        check(workers >= 0 && workers <= 64, "workers", "must be 0 to 64, is " + workers);
        check(within(heartbeat, SHORTEST, Duration.ofMinutes(1)), "heartbeat", "must be 50ms to 1m, is " + heartbeat);
        check(
                within(lease, heartbeat.multipliedBy(3), HOUR),
                "lease",
                "must be three heartbeats to 1h, is " + lease + ": a worker that misses one is not dead");
        check(within(poll, SHORTEST, HOUR), "poll", "must be 50ms to 1h, is " + poll);
        check(attempts >= 1 && attempts <= 100, "attempts", "must be 1 to 100, is " + attempts);
        check(within(retryDelay, Duration.ZERO, HOUR), "retry-delay", "must be 0s to 1h, is " + retryDelay);
        check(retention.compareTo(Duration.ofMinutes(1)) >= 0, "retention", "must be 1m or more, is " + retention);
    }

    /** Returns the delay after a failure in this attempt. */
    Duration delayAfter(int attempt) {
        Duration delay = retryDelay.multipliedBy(1L << Math.min(Math.max(attempt - 1, 0), 20));
        return delay.compareTo(HOUR) > 0 ? HOUR : delay;
    }

    private static boolean within(Duration value, Duration least, Duration most) {
        return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
    }

    private static void check(boolean condition, String name, String message) {
        if (!condition) {
            throw ReadsException.invalidInput("bams3.jobs." + name, "bams3.jobs." + name + ": " + message);
        }
    }
}
