package dev.bams3.lifecycle;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.RevisionLog;
import dev.bams3.storage.RevisionLog.Entry;
import dev.bams3.storage.RevisionLog.Revision;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * The lease of a generation under way: a {@link RevisionLog} whose age says when a conversion was last worked on, and whose
 * value says whether a sweep has claimed the generation. Conversions and sweeps follow the revision that they have seen, so a
 * generation is never claimed and continued at the same time.
 */
public final class SignOfLife {
    public static final String FOLDER = "alive/";

    /** Far less than any grace time. */
    private static final Duration INTERVAL = Duration.ofMinutes(5);

    private static final int MAX_LENGTH = 100;
    private static final int MOST_RIVALS = 100;
    private static final byte[] ALIVE = "alive\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLAIMED = "claimed by a sweep\n".getBytes(StandardCharsets.US_ASCII);

    private final RevisionLog log;
    private final String folder;
    private long given;
    private volatile boolean givenOnce;

    /** @param folder beginning of the keys of its objects, with its closing `/` */
    public SignOfLife(ObjectStore store, String folder) {
        log = new RevisionLog(store, folder, "");
        this.folder = folder;
    }

    /** Renews the lease if the last renewal is some time ago. */
    public void giveSometimes() {
        long now = System.nanoTime();
        synchronized (this) {
            if (now - given < INTERVAL.toNanos()) {
                return;
            }
            given = now;
        }
        give();
    }

    /** @throws ReadsException CHANGED when a sweep has claimed the generation */
    public void give() {
        synchronized (this) {
            given = System.nanoTime();
        }
        for (int attempt = 0; attempt <= MOST_RIVALS; attempt++) {
            Optional<Entry> last = log.latest(MAX_LENGTH);
            // Where the log is gone after this process wrote to it, it was swept with all the rest.
            boolean claimed =
                    last.map(entry -> Arrays.equals(entry.body(), CLAIMED)).orElse(givenOnce);
            if (claimed) {
                throw ReadsException.about(
                        ErrorKind.CHANGED,
                        folder,
                        "what earlier runs had made was old and is being swept; run the conversion again");
            }
            // A revision of a rival, such as another shard that begins, is as good as one's own.
            boolean renewed = attempt > 0 && last.isPresent();
            if (renewed || log.follow(last.map(Entry::revision), ALIVE).isPresent()) {
                givenOnce = true;
                return;
            }
        }
        throw ReadsException.about(ErrorKind.OVERLOADED, folder, "too many concurrent updates; retry");
    }

    /**
     * Claims the generation for a sweep.
     *
     * @param seen the revision, or its absence, that was old enough
     * @return false if a conversion has renewed the lease since
     */
    boolean claim(Optional<Revision> seen) {
        return log.follow(seen, CLAIMED).isPresent();
    }

    /** Removes the claim, when all the rest is removed: until then no conversion writes here. */
    void remove() {
        log.remove();
    }
}
