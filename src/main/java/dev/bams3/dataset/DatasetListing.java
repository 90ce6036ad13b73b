package dev.bams3.dataset;

import dev.bams3.format.DatasetLayout;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.util.ArrayList;
import java.util.List;

/** Finds the commits among all keys of a store, jumping over the other objects of each dataset. Used once. */
final class DatasetListing {
    private static final String END_OF_ID = ".bams3/";

    /** No id begins with a dot, and what the service keeps for itself does: `/` follows it. */
    private static final String BEHIND_DOTS = "/";

    private final ObjectStore store;
    private final String prefix;
    private final int limit;
    private final List<DatasetId> found = new ArrayList<>();

    DatasetListing(ObjectStore store, String prefix, int limit) {
        this.store = store;
        this.prefix = prefix;
        this.limit = limit;
    }

    List<DatasetId> after(String id) {
        String after = id.isEmpty() ? "" : behind(id);
        while (true) {
            List<ObjectInfo> page = store.list(prefix, after, ObjectStore.MAX_LISTED);
            for (ObjectInfo object : page) {
                String key = object.key().value();
                if (ObjectKey.compare(key, after) > 0) {
                    after = visit(key);
                }
                if (found.size() == limit) {
                    return found;
                }
            }
            if (page.size() < ObjectStore.MAX_LISTED) {
                return found;
            }
        }
    }

    /** Notes the key if it is a commit; says behind which key the next commit is to be looked for. */
    private String visit(String key) {
        if (key.startsWith(".")) {
            return BEHIND_DOTS;
        }
        int end = key.indexOf(END_OF_ID);
        if (end < 0) {
            return key;
        }
        String id = key.substring(0, end);
        String commit = id + END_OF_ID + DatasetLayout.METADATA;
        if (ObjectKey.compare(key, commit) < 0) {
            String beforeCommit = commit.substring(0, commit.length() - 1);
            return ObjectKey.compare(key, beforeCommit) > 0 ? key : beforeCommit;
        }
        if (key.equals(commit) && DatasetId.isValid(id)) {
            found.add(new DatasetId(id));
        }
        return behind(id);
    }

    /** Returns a key after all of the dataset's: `0` follows `/`. */
    private static String behind(String id) {
        return id + END_OF_ID.replace('/', '0');
    }
}
