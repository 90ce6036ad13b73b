package dev.bams3.web;

import dev.bams3.cohort.CohortName;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.StoredDepth;
import dev.bams3.discovery.CountDocument;
import dev.bams3.discovery.CountRequest;
import dev.bams3.discovery.CoverageDocument;
import dev.bams3.discovery.CoverageRequest;
import dev.bams3.discovery.DatasetDocument;
import dev.bams3.discovery.DatasetPath;
import dev.bams3.discovery.ListRequest;
import dev.bams3.discovery.PlanRequest;
import dev.bams3.discovery.TargetsRequest;
import dev.bams3.discovery.TargetsTable;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.query.Bins;
import dev.bams3.query.Coverage;
import dev.bams3.query.DepthSource;
import dev.bams3.query.OpenRead;
import dev.bams3.query.ReadTotals;
import dev.bams3.query.ReadsQuery;
import dev.bams3.query.SummaryDepth;
import dev.bams3.query.TargetDepth;
import dev.bams3.sam.ReadSelection;
import dev.bams3.web.GrantedDatasets.Granted;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Lists, describes and counts datasets. Lists and descriptions never touch a chunk object; counts read the blocks at
 * the edges of a region, and depth reads records only where these are few and the bins narrower than those of a summary.
 */
@Controller
public final class DatasetsController {
    /** Stored bytes up to which depth is counted from the records unasked: about a megabase at 30x. */
    private static final long CHEAP_BYTES = 8L << 20;

    /** Stored bytes that are read for depth when records are asked for. */
    private static final long MAX_BYTES = 256L << 20;

    private final Access access;
    private final Datasets datasets;
    private final GrantedDatasets granted;
    private final GrantedCohorts cohorts;
    private final ReadsQuery query;
    private final Requests requests;

    public DatasetsController(
            Access access,
            Datasets datasets,
            GrantedDatasets granted,
            GrantedCohorts cohorts,
            ReadsQuery query,
            Requests requests) {
        this.access = access;
        this.datasets = datasets;
        this.granted = granted;
        this.cohorts = cohorts;
        this.query = query;
        this.requests = requests;
    }

    @RequestMapping(
            path = "/datasets",
            method = {RequestMethod.GET, RequestMethod.HEAD})
    ResponseEntity<byte[]> list(RequestContext context, HttpServletRequest request) {
        ListRequest wanted = ListRequest.parse(requests.parameters(request));
        return json(new ListedDatasets(access, datasets)
                .page(wanted, context.caller())
                .toJson());
    }

    @RequestMapping(
            path = "/datasets/{*path}",
            method = {RequestMethod.GET, RequestMethod.HEAD})
    ResponseEntity<byte[]> dataset(
            @PathVariable String path,
            RequestContext context,
            HttpServletRequest request,
            HttpServletResponse response) {
        DatasetPath view = DatasetPath.parse(path);
        Map<String, List<String>> parameters = requests.parameters(request);
        if (CohortName.isCohort(view.name())) {
            return ofCohort(CohortName.parse(view.name()), view.kind(), parameters, context);
        }
        return switch (view.kind()) {
            case DESCRIPTION -> describe(view.id(), context);
            case COUNT -> count(view.id(), CountRequest.parse(parameters), context);
            case COVERAGE -> {
                response.addHeader("Vary", "Accept");
                yield coverage(view.id(), CoverageRequest.parse(parameters, requests.accept(request)), context);
            }
            case PLAN -> {
                PlanRequest wanted = PlanRequest.parse(parameters);
                yield granted.plan(context, view.id(), wanted.selection(), wanted.view());
            }
        };
    }

    private ResponseEntity<byte[]> ofCohort(
            CohortName name, DatasetPath.Kind kind, Map<String, List<String>> parameters, RequestContext context) {
        return switch (kind) {
            case COUNT -> {
                CountRequest wanted = CountRequest.parse(parameters);
                yield cohorts.count(context, name, wanted.selection(), wanted.view(), wanted.allowed());
            }
            case PLAN -> {
                PlanRequest wanted = PlanRequest.parse(parameters);
                yield cohorts.plan(context, name, wanted.selection(), wanted.view(), wanted.allowed());
            }
            case DESCRIPTION, COVERAGE ->
                throw ReadsException.about(
                        ErrorKind.INVALID_INPUT,
                        name.text(),
                        "names several datasets, of which /datasets/ answers count and plan");
        };
    }

    /** Answers the depth of targets as a table. */
    @RequestMapping(path = "/datasets/{*path}", method = RequestMethod.POST)
    ResponseEntity<byte[]> targets(
            @PathVariable String path, RequestContext context, HttpServletRequest request, HttpServletResponse response)
            throws IOException, HttpRequestMethodNotSupportedException {
        DatasetPath view = DatasetPath.parse(path);
        if (view.kind() != DatasetPath.Kind.COVERAGE) {
            throw new HttpRequestMethodNotSupportedException("POST", List.of("GET", "HEAD", "OPTIONS"));
        }
        TargetsRequest wanted = requests.targets(request, response);
        response.addHeader("Vary", "Accept");
        ReadSelection selection = new ReadSelection.Regions(wanted.regions(), false);
        Granted part = granted.open(context, view.id(), selection);
        long[] thresholds =
                wanted.thresholds().stream().mapToLong(Long::longValue).toArray();
        List<TargetDepth.Target> targets =
                TargetDepth.of(query, part.dataset(), wanted.regions(), thresholds, context.clientWatch());
        part.audit(context, selection, "coverage", OptionalLong.empty());
        return GrantedDatasets.answer(TargetsTable.of(wanted, targets), MediaType.parseMediaType(wanted.mediaType()));
    }

    private ResponseEntity<byte[]> describe(DatasetId id, RequestContext context) {
        Granted whole = granted.openWhole(context, id, "its description");
        whole.audit(context, ReadSelection.everything(), "description", OptionalLong.empty());
        return json(new DatasetDocument(id, whole.dataset()).toJson());
    }

    private ResponseEntity<byte[]> count(DatasetId id, CountRequest wanted, RequestContext context) {
        Granted part = granted.open(context, id, wanted.selection());
        OpenDataset dataset = part.dataset();
        ReadTotals totals;
        if (wanted.isEverything()) {
            // The plan would read the index of every reference for the same number.
            totals = new ReadTotals(dataset.metadata().digest().records(), 0, 0, 0, 0);
        } else {
            try (OpenRead read = query.open(dataset, wanted.selection(), wanted.view())) {
                read.watch(context.clientWatch());
                totals = read.count();
            }
        }
        part.audit(context, wanted.selection(), "count", OptionalLong.of(totals.records()));
        Optional<ReadTotals> work = Optional.of(totals).filter(_ -> part.grant().showsBlocks());
        return json(new CountDocument(id, dataset.metadata().generation(), totals.records(), work).toJson());
    }

    private ResponseEntity<byte[]> coverage(DatasetId id, CoverageRequest wanted, RequestContext context) {
        ReadSelection selection = ReadSelection.region(wanted.region());
        Granted part = granted.open(context, id, selection);
        OpenDataset dataset = part.dataset();
        boolean showsBlocks = part.grant().showsBlocks();
        Bins bins = wanted.cut(dataset.references());
        Coverage coverage = coverage(part, dataset, wanted, bins, selection, context);
        part.audit(context, selection, "coverage", OptionalLong.empty());
        CoverageDocument document = new CoverageDocument(
                id, dataset.metadata().generation(), wanted.region().referenceName(), coverage, showsBlocks);
        return GrantedDatasets.answer(
                document.toBytes(wanted.form()),
                MediaType.parseMediaType(wanted.form().mediaType()));
    }

    private Coverage coverage(
            Granted part,
            OpenDataset dataset,
            CoverageRequest wanted,
            Bins bins,
            ReadSelection selection,
            RequestContext context) {
        boolean showsBlocks = part.grant().showsBlocks();
        Optional<StoredDepth> summary = dataset.depth();
        try (OpenRead read = query.open(dataset, selection)) {
            read.watch(context.clientWatch());
            long bytes = read.storedBytes();
            DepthSource source = wanted.source().orElseGet(() -> source(summary, bins, bytes, showsBlocks));
            if (source == DepthSource.INDEX) {
                part.grant().checkWhole("depth from the index");
            } else if (source == DepthSource.RECORDS && bytes > MAX_BYTES) {
                throw ReadsException.of(
                        ErrorKind.TOO_LARGE,
                        "source: more than the " + (MAX_BYTES >> 20) + " MB of records that are read for depth"
                                + (showsBlocks
                                        ? ": " + (bytes >> 20) + " MB; ask for less, or for source=index"
                                        : "; ask for a smaller region"));
            }
            return switch (source) {
                case RECORDS -> read.coverage(bins);
                case INDEX -> read.estimatedCoverage(bins);
                case SUMMARY ->
                    SummaryDepth.of(
                            query,
                            dataset,
                            summary.orElseThrow(() -> ReadsException.invalidInput(
                                    "source",
                                    "the dataset has no summary of depth (the command summarize adds one); ask for "
                                            + "records or index")),
                            wanted.reference(dataset.references()),
                            bins,
                            context.clientWatch());
            };
        }
    }

    /** The source where none was asked for: bins that are narrower than those of a summary need the records, if these are few. */
    private static DepthSource source(Optional<StoredDepth> summary, Bins bins, long bytes, boolean showsBlocks) {
        boolean isCheap = bytes <= CHEAP_BYTES;
        if (summary.isPresent() && (!isCheap || SummaryDepth.isFineEnough(summary.get(), bins))) {
            return DepthSource.SUMMARY;
        }
        return isCheap || !showsBlocks ? DepthSource.RECORDS : DepthSource.INDEX;
    }

    private static ResponseEntity<byte[]> json(byte[] json) {
        return GrantedDatasets.answer(json, MediaType.APPLICATION_JSON);
    }
}
