package dev.bams3.jobs;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Wakes the threads of this process that wait for jobs to change; what other processes write, they see by looking. */
final class JobSignal {
    private long changes;

    synchronized void changed() {
        changes++;
        notifyAll();
    }

    /** Returns the number of changes so far; a waiter passes it to wait for the next one. */
    synchronized long changes() {
        return changes;
    }

    /** Waits until there were more changes than {@code seen}, or the time is over; how many there were. */
    synchronized long await(long seen, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (changes == seen) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                break;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return changes;
    }
}
