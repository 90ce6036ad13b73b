package dev.bams3.convert;

import dev.bams3.error.ReadsException;
import java.time.Duration;

/**
 * Tells a listener of progress, and from time to time those who watch from another process, by a document. Of a source that
 * is sorted, or read from its begin to its end, nothing else tells how far it is. One thread.
 */
final class ToldProgress implements Progress.Listener {
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final Progress.Listener listener;
    private final Workspace workspace;
    private final Shard shard;
    private long told = System.nanoTime() - INTERVAL.toNanos();

    ToldProgress(Progress.Listener listener, Workspace workspace, Shard shard) {
        this.listener = listener;
        this.workspace = workspace;
        this.shard = shard;
    }

    @Override
    public void progressed(Progress progress) {
        listener.progressed(progress);
        long now = System.nanoTime();
        if (now - told < INTERVAL.toNanos()) {
            return;
        }
        told = now;
        try {
            workspace.tell(shard, progress);
        } catch (ReadsException e) {
            // The next one may be stored; the work does not depend on it.
        }
    }
}
