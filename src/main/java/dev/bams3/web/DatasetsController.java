package dev.bams3.web;

import dev.bams3.access.Caller;
import dev.bams3.access.Grant;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.discovery.CountDocument;
import dev.bams3.discovery.CountRequest;
import dev.bams3.discovery.CoverageDocument;
import dev.bams3.discovery.CoverageRequest;
import dev.bams3.discovery.CoverageRequest.Source;
import dev.bams3.discovery.DatasetDocument;
import dev.bams3.discovery.DatasetList;
import dev.bams3.discovery.DatasetPath;
import dev.bams3.discovery.ListRequest;
import dev.bams3.discovery.PlanDocument;
import dev.bams3.discovery.PlanRequest;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.query.Bins;
import dev.bams3.query.Coverage;
import dev.bams3.query.OpenRead;
import dev.bams3.query.ReadTotals;
import dev.bams3.query.ReadsQuery;
import dev.bams3.sam.ReadSelection;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;

/**
 * What datasets there are and what is in them. Lists and descriptions never touch a chunk object; counts read the blocks at
 * the edges of a region, and depth reads records only where these are few.
 */
@Controller
public final class DatasetsController {
    /** Stored bytes up to which depth is counted from the records unasked: about a megabase at 30x. */
    private static final long CHEAP_BYTES = 8L << 20;

    /** Stored bytes that are read for depth when records are asked for. */
    private static final long MAX_BYTES = 256L << 20;

    static final String JSON = "application/json";

    private final Access access;
    private final Datasets datasets;
    private final ReadsQuery query;
    private final Requests requests;

    public DatasetsController(Access access, Datasets datasets, ReadsQuery query, Requests requests) {
        this.access = access;
        this.datasets = datasets;
        this.query = query;
        this.requests = requests;
    }

    @RequestMapping(
            path = "/datasets",
            method = {RequestMethod.GET, RequestMethod.HEAD})
    void list(RequestContext context, HttpServletRequest request, HttpServletResponse response) throws IOException {
        ListRequest wanted = ListRequest.parse(requests.parameters(request));
        List<DatasetId> ids = visible(wanted, context.caller());
        boolean more = ids.size() > wanted.limit();
        List<DatasetId> page = more ? ids.subList(0, wanted.limit()) : ids;
        write(new DatasetList(wanted, page, more).toJson(), JSON, context, response);
    }

    /** What the caller may know of; one more than the limit, where there are more. */
    private List<DatasetId> visible(ListRequest wanted, Caller caller) {
        int enough = wanted.limit() + 1;
        List<DatasetId> visible = new ArrayList<>();
        String after = wanted.after();
        List<DatasetId> listed;
        do {
            listed = datasets.list(wanted.prefix(), after, enough);
            listed.stream().filter(id -> access.shows(caller, id)).forEach(visible::add);
            after = listed.isEmpty() ? after : listed.getLast().value();
        } while (listed.size() == enough && visible.size() < enough);
        return visible.subList(0, Math.min(enough, visible.size()));
    }

    @RequestMapping(
            path = "/datasets/{*path}",
            method = {RequestMethod.GET, RequestMethod.HEAD})
    void dataset(
            @PathVariable String path, RequestContext context, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        DatasetPath view = DatasetPath.parse(path);
        Map<String, List<String>> parameters = requests.parameters(request);
        switch (view.kind()) {
            case DESCRIPTION -> describe(view.id(), context, response);
            case COUNT -> count(view.id(), CountRequest.parse(parameters), context, response);
            case COVERAGE -> {
                response.addHeader("Vary", "Accept");
                coverage(view.id(), CoverageRequest.parse(parameters, requests.accept(request)), context, response);
            }
            case PLAN -> plan(view.id(), PlanRequest.parse(parameters), context, response);
        }
    }

    private void describe(DatasetId id, RequestContext context, HttpServletResponse response) throws IOException {
        access.require(context.caller(), id).checkWhole("its description");
        OpenDataset dataset = datasets.open(id);
        audit(context, id, dataset, ReadSelection.everything(), "description", OptionalLong.empty());
        write(new DatasetDocument(id, dataset).toJson(), JSON, context, response);
    }

    /** A dataset of which a caller asks for a part that the grant has. */
    private record Granted(OpenDataset dataset, Grant grant) {}

    /** The one place where a dataset is opened for a caller who asks for a part of it. */
    private Granted open(DatasetId id, ReadSelection selection, RequestContext context) {
        context.asksFor(id, selection);
        Grant grant = access.require(context.caller(), id);
        OpenDataset dataset = datasets.open(id);
        grant.check(selection, dataset.references());
        return new Granted(dataset, grant);
    }

    private void count(DatasetId id, CountRequest wanted, RequestContext context, HttpServletResponse response)
            throws IOException {
        Granted granted = open(id, wanted.selection(), context);
        OpenDataset dataset = granted.dataset();
        ReadTotals totals;
        if (wanted.isEverything()) {
            // The plan would read the index of every reference to say the same.
            totals = new ReadTotals(dataset.metadata().digest().records(), 0, 0, 0, 0);
        } else {
            try (OpenRead read = query.open(dataset, wanted.selection(), wanted.view())) {
                read.watch(context.clientWatch());
                totals = read.count();
            }
        }
        audit(context, id, dataset, wanted.selection(), "count", OptionalLong.of(totals.records()));
        Optional<ReadTotals> work =
                Optional.of(totals).filter(_ -> granted.grant().showsBlocks());
        byte[] json = new CountDocument(id, dataset.metadata().generation(), totals.records(), work).toJson();
        write(json, JSON, context, response);
    }

    private void plan(DatasetId id, PlanRequest wanted, RequestContext context, HttpServletResponse response)
            throws IOException {
        context.is(RequestContext.Kind.PLAN);
        access.require(context.caller(), id).checkWhole("a plan");
        OpenDataset dataset = open(id, wanted.selection(), context).dataset();
        try (OpenRead read = query.open(dataset, wanted.selection(), wanted.view())) {
            audit(context, id, dataset, wanted.selection(), "plan", OptionalLong.empty());
            write(new PlanDocument(id, read).toJson(), JSON, context, response);
        }
    }

    private void coverage(DatasetId id, CoverageRequest wanted, RequestContext context, HttpServletResponse response)
            throws IOException {
        ReadSelection selection = ReadSelection.region(wanted.region());
        Granted granted = open(id, selection, context);
        OpenDataset dataset = granted.dataset();
        boolean showsBlocks = granted.grant().showsBlocks();
        Bins bins = wanted.cut(dataset.references());
        Coverage coverage;
        try (OpenRead read = query.open(dataset, selection)) {
            read.watch(context.clientWatch());
            long bytes = read.storedBytes();
            Source source =
                    wanted.source().orElse(bytes <= CHEAP_BYTES || !showsBlocks ? Source.RECORDS : Source.INDEX);
            if (source == Source.INDEX) {
                granted.grant().checkWhole("depth from the index");
            } else if (bytes > MAX_BYTES) {
                throw ReadsException.of(
                        ErrorKind.TOO_LARGE,
                        "source: more than the " + (MAX_BYTES >> 20) + " MB of records that are read for depth"
                                + (showsBlocks
                                        ? ": " + (bytes >> 20) + " MB; ask for less, or for source=index"
                                        : "; ask for a smaller region"));
            }
            coverage = source == Source.RECORDS ? read.coverage(bins) : read.estimatedCoverage(bins);
        }
        audit(context, id, dataset, selection, "coverage", OptionalLong.empty());
        CoverageDocument document = new CoverageDocument(
                id, dataset.metadata().generation(), wanted.region().referenceName(), coverage, showsBlocks);
        write(document.toBytes(wanted.form()), wanted.form().mediaType(), context, response);
    }

    private static void audit(
            RequestContext context,
            DatasetId id,
            OpenDataset dataset,
            ReadSelection selection,
            String form,
            OptionalLong records) {
        String generation = dataset.metadata().generation();
        Audit.figures(context, new Audit.Release(id.value(), generation, selection, form, Optional.empty()), records);
    }

    static void write(byte[] body, String mediaType, RequestContext context, HttpServletResponse response)
            throws IOException {
        response.setContentType(mediaType);
        // A dataset may be replaced at any time.
        response.setHeader("Cache-Control", "no-cache");
        response.setContentLength(body.length);
        if (!context.isHead()) {
            response.getOutputStream().write(body);
        }
    }
}
