package dev.bams3.cohort;

import dev.bams3.dataset.DatasetId;
import java.util.Optional;

/**
 * One dataset of a cohort.
 *
 * @param id of the dataset
 * @param label name of its sample in tables; absent for the name that the dataset's header has
 */
public record CohortMember(DatasetId id, Optional<String> label) {
    /** A member whose header names its sample. */
    public CohortMember(DatasetId id) {
        this(id, Optional.empty());
    }
}
