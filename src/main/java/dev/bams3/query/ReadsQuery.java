package dev.bams3.query;

import dev.bams3.dataset.DatasetId;
import dev.bams3.sam.ReadSelection;

/** The read use case: opens a dataset, plans a selection, and hands out the request's one object. */
public final class ReadsQuery {
    /**
     * Plans a request. No chunk object is touched.
     *
     * @throws dev.bams3.error.ReadsException NOT_FOUND for an unknown dataset or reference name
     */
    public OpenRead open(DatasetId id, ReadSelection selection) {
        throw new UnsupportedOperationException("owner: query");
    }
}
