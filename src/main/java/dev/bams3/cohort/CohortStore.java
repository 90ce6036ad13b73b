package dev.bams3.cohort;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.util.List;

/** The kept lists of a store: small documents below {@code .bams3-cohorts/}, which no id of a dataset can name. */
public final class CohortStore {
    private static final String FOLDER = ".bams3-cohorts/";
    private static final String SUFFIX = ".json";
    private static final int MAX_BYTES = 16 << 20;

    private final ObjectStore store;

    public CohortStore(ObjectStore store) {
        this.store = store;
    }

    /** @throws ReadsException NOT_FOUND naming the cohort */
    public CohortDocument read(CohortName.Kept name) {
        ObjectKey key = key(name);
        return store.find(key, MAX_BYTES)
                .map(stored -> CohortDocument.parse(key.value(), stored.body()))
                .orElseThrow(() -> ReadsException.about(
                        ErrorKind.NOT_FOUND, name.text(), "no such cohort; GET /cohorts lists the cohorts"));
    }

    /** Keeps a list under a name, in place of the one that is there. */
    public void write(CohortName.Kept name, CohortDocument document) {
        store.put(key(name), document.toJson(), PutCondition.always());
    }

    /** Removes a list; one that is not there is no error. */
    public void remove(CohortName.Kept name) {
        store.delete(key(name));
    }

    /** Returns the names after another one, in order. Objects that have no name of a cohort are not listed. */
    public List<CohortName.Kept> list(String after, int limit) {
        String from = after.isEmpty() ? "" : FOLDER + after + SUFFIX;
        return store.list(FOLDER, from, limit).stream()
                .map(object -> object.key().value())
                .filter(key -> key.endsWith(SUFFIX))
                .map(key -> key.substring(FOLDER.length(), key.length() - SUFFIX.length()))
                .filter(CohortName.Kept::isName)
                .map(CohortName.Kept::new)
                .toList();
    }

    private static ObjectKey key(CohortName.Kept name) {
        return new ObjectKey(FOLDER + name.name() + SUFFIX);
    }
}
