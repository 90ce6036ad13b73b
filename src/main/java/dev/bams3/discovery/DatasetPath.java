package dev.bams3.discovery;

import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.ReservedNames;
import dev.bams3.error.ReadsException;
import java.util.Locale;

/**
 * A question about a dataset, from the path after `/datasets/`. The last segment decides: `a/b/count` counts in `a/b`. A
 * dataset that is itself named `x/count` is described at `/datasets/x/count/`, and counted at `/datasets/x/count/count`.
 *
 * @param name id of the dataset, or what stands in its place for several
 * @param kind what of it
 */
public record DatasetPath(String name, Kind kind) {
    /** A question; all but the first by its name as the last segment, as {@link ReservedNames#QUESTIONS} has it. */
    public enum Kind {
        DESCRIPTION,
        COUNT,
        COVERAGE,
        PLAN
    }

    /** @param path begins with a slash */
    public static DatasetPath parse(String path) {
        int slash = path.lastIndexOf('/');
        String last = path.substring(slash + 1);
        if (slash >= 0 && ReservedNames.QUESTIONS.contains(last)) {
            return new DatasetPath(name(path.substring(0, slash)), Kind.valueOf(last.toUpperCase(Locale.ROOT)));
        }
        return new DatasetPath(
                name(path.endsWith("/") ? path.substring(0, path.length() - 1) : path), Kind.DESCRIPTION);
    }

    private static String name(String path) {
        return path.startsWith("/") ? path.substring(1) : path;
    }

    /**
     * Returns the dataset.
     *
     * @throws ReadsException INVALID_INPUT for what is not a dataset id
     */
    public DatasetId id() {
        return new DatasetId(name);
    }

    /** Returns the path of the description of a dataset. */
    static String path(DatasetId id) {
        String last = id.value().substring(id.value().lastIndexOf('/') + 1);
        return "/datasets/" + id + (ReservedNames.QUESTIONS.contains(last) ? "/" : "");
    }
}
