package dev.bams3.lifecycle;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoredObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * An object that says by its age when a conversion was last worked on, and by its content whether a sweep has claimed the
 * generation. Both change it by conditional writes, so that a generation is never claimed and gone on with at one time.
 */
public final class SignOfLife {
    public static final String NAME = "alive";

    /** Far less than any grace time. */
    private static final Duration INTERVAL = Duration.ofMinutes(5);

    private static final int MAX_LENGTH = 100;
    private static final int MOST_RIVALS = 100;
    private static final byte[] ALIVE = "alive\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CLAIMED = "claimed by a sweep\n".getBytes(StandardCharsets.US_ASCII);

    private final ObjectStore store;
    private final ObjectKey key;
    private long given;
    private volatile boolean givenOnce;

    public SignOfLife(ObjectStore store, ObjectKey key) {
        this.store = store;
        this.key = key;
    }

    /** Gives the sign again if the last one is some time ago. */
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
        for (int attempt = 0; ; attempt++) {
            Optional<StoredObject> present = present();
            boolean claimed = present.isPresent()
                    ? Arrays.equals(present.get().body(), CLAIMED)
                    // Removed with all the rest, while this process slept.
                    : givenOnce;
            if (attempt > 0 && !claimed && present.isPresent()) {
                // A rival, such as another shard that begins, was faster: the sign is given.
                givenOnce = true;
                return;
            }
            if (claimed) {
                throw ReadsException.about(
                        ErrorKind.CHANGED,
                        key.value(),
                        "what earlier runs had made was old and is being swept; run the conversion again");
            }
            PutCondition unchanged =
                    present.map(object -> PutCondition.ifMatch(object.etag())).orElse(PutCondition.ifAbsent());
            try {
                store.put(key, ALIVE, unchanged);
                givenOnce = true;
                return;
            } catch (ReadsException e) {
                if (e.kind() == ErrorKind.UNAVAILABLE && unchanged instanceof PutCondition.IfMatch) {
                    // A server that cannot replace on a condition; a sweep cannot claim anything there either.
                    store.put(key, ALIVE, PutCondition.always());
                    givenOnce = true;
                    return;
                }
                if (e.kind() != ErrorKind.CHANGED || attempt == MOST_RIVALS) {
                    throw e;
                }
            }
        }
    }

    private Optional<StoredObject> present() {
        try {
            return Optional.of(store.get(key, MAX_LENGTH));
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Claims the generation for a sweep.
     *
     * @param unchanged the sign, or its absence, that was seen
     */
    static void claim(ObjectStore store, ObjectKey key, PutCondition unchanged) {
        store.put(key, CLAIMED, unchanged);
    }
}
