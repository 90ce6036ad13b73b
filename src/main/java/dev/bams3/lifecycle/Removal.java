package dev.bams3.lifecycle;

import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes objects that no reader can see, as far as the store permits; the rest is swept later. */
public final class Removal {
    private static final Logger LOG = LoggerFactory.getLogger(Removal.class);
    private static final int AT_ONCE = 16;

    private final ObjectStore store;
    private final ExecutorService waiting;

    public Removal(ObjectStore store, ExecutorService waiting) {
        this.store = store;
        this.waiting = waiting;
    }

    /** Removes all objects whose key begins so. */
    public void removeBelow(String prefix) {
        List<ObjectKey> keys = new ArrayList<>();
        try {
            store.listAll(prefix).forEach(object -> keys.add(object.key()));
        } catch (ReadsException e) {
            LOG.debug("left behind, to be swept later: {}", prefix, e);
        }
        remove(keys);
    }

    /** Removes these objects; says how many are gone. */
    int remove(List<ObjectKey> keys) {
        int removed = 0;
        try (OrderedTasks<Boolean> deletions = new OrderedTasks<>(waiting)) {
            for (ObjectKey key : keys) {
                if (deletions.pending() >= AT_ONCE) {
                    removed += deletions.take() ? 1 : 0;
                }
                deletions.submit(() -> delete(key));
            }
            while (deletions.pending() > 0) {
                removed += deletions.take() ? 1 : 0;
            }
        }
        return removed;
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
