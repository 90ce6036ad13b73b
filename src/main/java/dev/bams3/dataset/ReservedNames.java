package dev.bams3.dataset;

import dev.bams3.error.ReadsException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Names that mean something else in addresses, so that no dataset may be made under them. One that has such a name, because an
 * earlier release or a copy made it, keeps it: it can be listed, described, read as a file and removed.
 */
public final class ReservedNames {
    /** Last segments of {@code /datasets/{id}/...} that ask something of the dataset before them. */
    public static final List<String> QUESTIONS = List.of("count", "coverage", "plan");

    /** Last segment of {@code /reads/...} that is the service itself. */
    public static final String SERVICE_INFO = "service-info";

    /** Ends of the names of index files, for which htslib looks beside whatever it opens. */
    public static final Set<String> INDEX_SUFFIXES = Set.of(".bai", ".csi", ".crai", ".tbi");

    /** Begins the names of cohorts, which stand where ids do. */
    public static final String COHORT = "cohort:";

    private ReservedNames() {}

    /**
     * Checks the id of a dataset that is to be made.
     *
     * @param field that has it
     * @throws ReadsException INVALID_INPUT (the field)
     */
    public static void check(String field, DatasetId id) {
        objection(id.value()).ifPresent(objection -> {
            throw ReadsException.invalidInput(field, "'" + id + "' cannot be the id of a dataset: " + objection);
        });
    }

    /**
     * Checks the folder of a dataset that is to be made, where it is named like one.
     *
     * @param field that has it
     * @param prefix of the dataset's objects
     * @throws ReadsException INVALID_INPUT (the field)
     */
    public static void checkPrefix(String field, String prefix) {
        if (prefix.endsWith(DatasetId.SUFFIX)) {
            String name = prefix.substring(0, prefix.length() - DatasetId.SUFFIX.length());
            objection(name).ifPresent(objection -> {
                throw ReadsException.invalidInput(
                        field, "'" + prefix + "' cannot be the folder of a dataset: " + objection);
            });
        }
    }

    /** Returns whether {@code /reads/{id}} is something else than the reads of a dataset with that id. */
    public static boolean hidesReads(String id) {
        return id.equals(SERVICE_INFO) || isIndex(id);
    }

    /** Returns whether a name is that of an index file. */
    public static boolean isIndex(String name) {
        return INDEX_SUFFIXES.stream().anyMatch(name::endsWith);
    }

    /**
     * Checks the id of a dataset that a link is to lead to.
     *
     * @param field that has it
     * @throws ReadsException INVALID_INPUT (the field)
     */
    public static void checkReads(String field, DatasetId id) {
        if (hidesReads(id.value())) {
            throw ReadsException.invalidInput(
                    field,
                    "no link can lead to '" + id + "', because /reads/" + id
                            + " is something else; copy the dataset to another name");
        }
    }

    /** Why a dataset cannot have a name; empty where it can. */
    private static Optional<String> objection(String name) {
        if (name.startsWith(COHORT)) {
            return Optional.of("'" + COHORT + "' begins the names of cohorts; choose another beginning");
        }
        List<String> segments = Arrays.asList(name.split("/", -1));
        String last = segments.getLast();
        if (last.equals(SERVICE_INFO) || QUESTIONS.contains(last)) {
            return Optional.of("'" + last + "' is an endpoint of the service; choose another last segment");
        }
        Optional<String> suffix = INDEX_SUFFIXES.stream().filter(name::endsWith).findFirst();
        if (suffix.isPresent()) {
            return Optional.of("'" + suffix.get() + "' is the end of an index file's name; choose another");
        }
        return segments.subList(0, segments.size() - 1).stream()
                .filter(segment -> segment.endsWith(DatasetId.SUFFIX))
                .findFirst()
                .map(segment -> "'" + segment + "' is the folder of another dataset; choose another segment");
    }
}
