package dev.bams3.jobs.kubernetes;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Wakes threads that wait for a Job to change. It only saves waiting: the state itself is read from the API, so a watch that breaks or is
 * refused costs promptness and nothing else. One thread waits.
 */
final class JobChanges implements AutoCloseable {
    private final Function<Watcher<Job>, Watch> open;
    private @Nullable Watch watch;

    // Guarded by this.
    private boolean changed;
    private boolean broken = true;

    /** @param open begins to watch */
    JobChanges(Function<Watcher<Job>, Watch> open) {
        this.open = open;
    }

    /**
     * Waits for a change since the last call, or the time.
     *
     * @throws ReadsException CANCELLED when this thread was interrupted
     */
    void await(Duration atMost) {
        if (isBroken()) {
            reopen();
        }
        try {
            synchronized (this) {
                long end = System.nanoTime() + atMost.toNanos();
                long left = atMost.toNanos();
                while (!changed && left > 0) {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                    left = end - System.nanoTime();
                }
                changed = false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ReadsException.of(ErrorKind.CANCELLED, "interrupted", e);
        }
    }

    private synchronized boolean isBroken() {
        return broken;
    }

    private void reopen() {
        close();
        synchronized (this) {
            broken = false;
        }
        try {
            watch = open.apply(new Listener());
        } catch (KubernetesClientException e) {
            broke();
        }
    }

    private synchronized void broke() {
        broken = true;
    }

    private final class Listener implements Watcher<Job> {
        @Override
        public void eventReceived(Action action, Job job) {
            synchronized (JobChanges.this) {
                changed = true;
                JobChanges.this.notifyAll();
            }
        }

        @Override
        public void onClose() {
            broke();
        }

        @Override
        public void onClose(WatcherException cause) {
            broke();
        }
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.close();
            watch = null;
        }
    }
}
