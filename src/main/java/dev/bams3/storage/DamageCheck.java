package dev.bams3.storage;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Distinguishes bytes that were damaged on their way from those that are damaged in the store: before stored bytes are called
 * corrupt they are read once more, over another connection ({@link ObjectStore#fresh}). Counts and logs which it was. Safe for
 * use by many threads.
 */
public final class DamageCheck {
    private static final Logger LOG = LoggerFactory.getLogger(DamageCheck.class);

    private final LongAdder inFlight = new LongAdder();
    private final LongAdder atRest = new LongAdder();

    /**
     * Returns what the second read gives.
     *
     * @param found what is wrong with the bytes that were read first
     * @param secondRead reads and decodes them again
     * @throws ReadsException what {@code secondRead} throws; {@code found} for a failure that is neither CORRUPT nor TOO_LARGE,
     *     which a damaged size may be
     */
    public <T> T again(ReadsException found, Supplier<T> secondRead) {
        if (found.kind() != ErrorKind.CORRUPT && found.kind() != ErrorKind.TOO_LARGE) {
            throw found;
        }
        T right;
        try {
            right = secondRead.get();
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.CORRUPT) {
                atRest.increment();
                LOG.error("damaged in the store, read twice: {}", e.getMessage());
            }
            throw e;
        }
        inFlight.increment();
        LOG.warn("damaged in flight, right when read again: {}", found.getMessage());
        return right;
    }

    /**
     * Reads a range and makes something of it; if its bytes are damaged and came over a connection, reads them once more.
     *
     * @param use throws CORRUPT for damaged bytes
     */
    public <T> T read(ObjectStore store, ObjectKey key, ByteRange range, ETag ifMatch, Function<byte[], T> use) {
        try {
            return use.apply(store.getRange(key, range, ifMatch));
        } catch (ReadsException e) {
            ObjectStore fresh = store.fresh();
            if (fresh == store) {
                throw e;
            }
            return again(e, () -> use.apply(fresh.getRange(key, range, ifMatch)));
        }
    }

    /** Reads so far whose bytes were damaged on their way from the store. */
    public long inFlight() {
        return inFlight.sum();
    }

    /** Reads so far whose bytes are damaged in the store. */
    public long atRest() {
        return atRest.sum();
    }
}
