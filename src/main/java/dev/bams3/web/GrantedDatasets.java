package dev.bams3.web;

import dev.bams3.access.Grant;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.discovery.PlanDocument;
import dev.bams3.query.OpenRead;
import dev.bams3.query.ReadsQuery;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordView;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * The one door to datasets for callers; slices of tickets alone bring an authorization of their own. What the caller may see
 * is decided before the dataset is looked up, what is asked for is noted for the logs, and a selection is compared with the
 * grant before a read is opened.
 */
public final class GrantedDatasets {
    private final Access access;
    private final Datasets datasets;
    private final ReadsQuery query;

    public GrantedDatasets(Access access, Datasets datasets, ReadsQuery query) {
        this.access = access;
        this.datasets = datasets;
        this.query = query;
    }

    /** A dataset, and what the caller may see of it. */
    record Granted(DatasetId id, OpenDataset dataset, Grant grant) {
        /** Writes the line of the audit log for an answer about reads that has none. */
        void audit(RequestContext context, ReadSelection selection, String form, OptionalLong records) {
            Audit.figures(context, release(selection, form), records);
        }

        Audit.Release release(ReadSelection selection, String form) {
            return new Audit.Release(id.value(), dataset.metadata().generation(), selection, form, Optional.empty());
        }
    }

    /** Opens a dataset for a caller who asks for these reads of it. */
    Granted open(RequestContext context, DatasetId id, ReadSelection selection) {
        Granted granted = openHeader(context, id, selection);
        granted.grant().check(selection, granted.dataset().references());
        return granted;
    }

    /** Opens a dataset whose header alone is asked for, by a request that names these reads. */
    Granted openHeader(RequestContext context, DatasetId id, ReadSelection selection) {
        context.asksFor(id, selection);
        Grant grant = access.require(context.caller(), id);
        return new Granted(id, datasets.open(id), grant);
    }

    /**
     * Opens a dataset for a caller who may see all of it.
     *
     * @param what needs that, for the message: "a file"
     */
    Granted openWhole(RequestContext context, DatasetId id, String what) {
        Grant grant = access.require(context.caller(), id);
        grant.checkWhole(what);
        return new Granted(id, datasets.open(id), grant);
    }

    /** Answers what a stream of these reads would fetch. */
    ResponseEntity<byte[]> plan(RequestContext context, DatasetId id, ReadSelection selection, RecordView view) {
        context.is(RequestContext.Kind.PLAN).asksFor(id, selection);
        Granted granted = openWhole(context, id, "a plan");
        try (OpenRead read = query.open(granted.dataset(), selection, view)) {
            granted.audit(context, selection, "plan", OptionalLong.empty());
            return answer(new PlanDocument(id, read).toJson(), MediaType.APPLICATION_JSON);
        }
    }

    /** Returns an answer that caches must ask about again, because a dataset may be replaced at any time. */
    static ResponseEntity<byte[]> answer(byte[] body, MediaType type) {
        return ResponseEntity.ok()
                .contentType(type)
                .cacheControl(CacheControl.noCache())
                .body(body);
    }
}
