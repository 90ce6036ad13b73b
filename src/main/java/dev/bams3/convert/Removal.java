package dev.bams3.convert;

import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes objects that nobody can see, as far as the store lets it; what stays is swept later. */
final class Removal {
    private static final Logger LOG = LoggerFactory.getLogger(Removal.class);
    private static final int AT_ONCE = 16;

    private final ObjectStore store;
    private final ExecutorService waiting;

    Removal(ObjectStore store, ExecutorService waiting) {
        this.store = store;
        this.waiting = waiting;
    }

    void remove(List<ObjectKey> keys) {
        try (OrderedTasks<Boolean> deletions = new OrderedTasks<>(waiting)) {
            for (ObjectKey key : keys) {
                if (deletions.pending() >= AT_ONCE) {
                    deletions.take();
                }
                deletions.submit(() -> delete(key));
            }
            while (deletions.pending() > 0) {
                deletions.take();
            }
        }
    }

    private boolean delete(ObjectKey key) {
        try {
            store.delete(key);
            return true;
        } catch (ReadsException e) {
            LOG.debug("left behind, to be swept later: {}", key, e);
            return false;
        }
    }
}
