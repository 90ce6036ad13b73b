package dev.bams3.web;

import dev.bams3.cohort.CohortName;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.ReservedNames;
import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.Answer;
import dev.bams3.htsget.HtsgetFormat;
import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.htsget.ServiceInfo;
import dev.bams3.htsget.SliceTokens;
import dev.bams3.htsget.Ticket;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.ReadTotals;
import dev.bams3.query.ReadsAnswer;
import dev.bams3.query.ReadsQuery;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Reads by htsget. `/reads/{id}` answers tickets, and records to those who name them; `/stream/reads/{id}` answers records
 * always, and is where tickets lead. Records are written by the request's own (virtual) thread straight to the response.
 */
@Controller
public final class ReadsController {
    static final String STREAM = "/stream/reads/";

    private static final Logger LOG = LoggerFactory.getLogger(ReadsController.class);
    private static final String SLICE = "slice";

    private final GrantedDatasets granted;
    private final GrantedCohorts cohorts;
    private final ReadsQuery query;
    private final Requests requests;
    private final Tickets tickets;
    private final Slices slices;
    private final PublicAddress address;
    private final byte[] serviceInfo;

    public ReadsController(
            GrantedDatasets granted,
            GrantedCohorts cohorts,
            ReadsQuery query,
            Requests requests,
            Tickets tickets,
            Slices slices,
            PublicAddress address,
            ServiceInfo serviceInfo) {
        this.granted = granted;
        this.cohorts = cohorts;
        this.query = query;
        this.requests = requests;
        this.tickets = tickets;
        this.slices = slices;
        this.address = address;
        this.serviceInfo = serviceInfo.toJson();
    }

    /** Answers POST, too, as clients of htsget-rs send it; the path would otherwise name a dataset. */
    @RequestMapping(
            path = "/reads/" + ReservedNames.SERVICE_INFO,
            method = {RequestMethod.GET, RequestMethod.HEAD, RequestMethod.POST})
    ResponseEntity<byte[]> serviceInfo() {
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8")
                .body(serviceInfo);
    }

    @RequestMapping(
            path = "/reads/{*path}",
            method = {RequestMethod.GET, RequestMethod.HEAD, RequestMethod.POST})
    void reads(
            @PathVariable String path, RequestContext context, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String id = id(path);
        HtsgetRequest wanted = requests.read(request, response);
        response.addHeader("Vary", "Accept");
        switch (Answer.ofReads(wanted.format(), requests.accept(request))) {
            case Answer.OfTicket(String version) -> ticket(id, wanted, version, context, request, response);
            case Answer.OfRecords(HtsgetFormat format) -> stream(id, wanted, format, context, request, response);
        }
    }

    /** Answers records as they are read, and by {@code explain=true} the plan instead. */
    @RequestMapping(
            path = STREAM + "{*path}",
            method = {RequestMethod.GET, RequestMethod.HEAD, RequestMethod.POST})
    @Nullable
    ResponseEntity<byte[]> stream(
            @PathVariable String path, RequestContext context, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        String id = id(path);
        Map<String, List<String>> parameters = requests.parameters(request);
        if (parameters.containsKey(SLICE)) {
            slices.answer(id, requests.only(SLICE, parameters), context, request, response);
            return null;
        }
        HtsgetRequest wanted = requests.read(request, response);
        if (requests.asksForPlan(request)) {
            // Accept speaks of the plan.
            wanted.checkForm(wanted.format().orElse(HtsgetFormat.BAM));
            return CohortName.isCohort(id)
                    ? cohorts.plan(context, CohortName.parse(id), wanted.selection(), wanted.view(), wanted.allowed())
                    : granted.plan(context, new DatasetId(id), wanted.selection(), wanted.view());
        }
        response.addHeader("Vary", "Accept");
        stream(id, wanted, Answer.ofStream(wanted.format(), requests.accept(request)), context, request, response);
        return null;
    }

    private void ticket(
            String id,
            HtsgetRequest wanted,
            String version,
            RequestContext context,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        wanted.checkForm(HtsgetFormat.BAM);
        context.is(RequestContext.Kind.TICKET);
        try (Asked asked = open(id, wanted, context, response)) {
            ReadsAnswer read = asked.read();
            String base = address.base(request);
            response.setContentType(Ticket.contentType(version));
            // Its addresses expire.
            response.setHeader("Cache-Control", "no-store");
            if (context.caller().link().isEmpty()) {
                // The path of a link is not that of the request any more.
                requests.alternate(request, base + STREAM + id).ifPresent(link -> response.setHeader("Link", link));
            }
            if (!context.isHead()) {
                String ticketId = SliceTokens.newTicketId();
                byte[] json = tickets.of(id, asked.members(), wanted, read, base, ticketId)
                        .toJson();
                if (!wanted.headerOnly()) {
                    Audit.ticket(context, asked.release(id, wanted, "ticket", Optional.of(ticketId)));
                }
                response.setContentLength(json.length);
                response.getOutputStream().write(json);
            }
        }
    }

    private void stream(
            String id,
            HtsgetRequest wanted,
            HtsgetFormat format,
            RequestContext context,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        wanted.checkForm(format);
        context.is(wanted.headerOnly() ? RequestContext.Kind.HEADER : RequestContext.Kind.STREAM)
                .in(format.name());
        try (Asked asked = open(id, wanted, context, response)) {
            ReadsAnswer read = asked.read();
            if (!wanted.headerOnly()) {
                context.releases(asked.release(id, wanted, format.name(), Optional.empty()));
            }
            wanted.level().ifPresent(read::compressAt);
            read.writeEndLine(wanted.endLine());
            write(read, readFormat(format), wanted.headerOnly() ? Part.HEADER : Part.WHOLE, context, request, response);
        }
    }

    /**
     * An opened answer.
     *
     * @param members of a cohort, as tickets name them; empty for a dataset
     */
    private record Asked(ReadsAnswer read, List<String> members) implements AutoCloseable {
        Audit.Release release(String id, HtsgetRequest wanted, String form, Optional<String> ticket) {
            return new Audit.Release(id, members, read.generation(), wanted.selection(), form, ticket);
        }

        @Override
        public void close() {
            read.close();
        }
    }

    private Asked open(String id, HtsgetRequest wanted, RequestContext context, HttpServletResponse response) {
        if (CohortName.isCohort(id)) {
            GrantedCohorts.Granted cohort = cohorts.open(
                    context, CohortName.parse(id), wanted.selection(), wanted.headerOnly(), wanted.allowed());
            cohort.describe(response);
            return new Asked(cohorts.read(context, cohort, wanted.selection(), wanted.view()), cohort.named());
        }
        DatasetId name = new DatasetId(id);
        OpenDataset dataset = (wanted.headerOnly()
                        ? granted.openHeader(context, name, wanted.selection())
                        : granted.open(context, name, wanted.selection()))
                .dataset();
        if (!context.isHead()) {
            // Tickets and streams both begin with it; the plan needs the index meanwhile.
            dataset.prepareHeader();
        }
        return new Asked(query.open(dataset, wanted.selection(), wanted.view()), List.of());
    }

    private static void write(
            ReadsAnswer read,
            ReadFormat format,
            Part part,
            RequestContext context,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        response.setContentType(format.mediaType());
        if (context.isHead()) {
            return;
        }
        read.watch(context.clientWatch());
        RecordCount count = RecordCount.announce(request, response);
        ReadTotals totals = Streaming.write(context, response, out -> read.writeTo(format, part, out));
        count.whole(totals.records());
        LOG.debug("request {}: {} as {}, {}", context.requestId(), request.getRequestURI(), format, totals);
    }

    /** What the rest of a path names, a dataset or a cohort. The index files that htslib looks for beside a BAM are never there. */
    private static String id(String path) {
        String id = path.startsWith("/") ? path.substring(1) : path;
        if (id.isEmpty() || ReservedNames.isIndex(id)) {
            throw ReadsException.of(
                    ErrorKind.NOT_FOUND,
                    id.isEmpty()
                            ? "no dataset is named; the path is /reads/{id}"
                            : "there are no index files; ask for a region by referenceName, start and end; a dataset whose id"
                                    + " ends so is at /files/{id}.bam");
        }
        return id;
    }

    private static ReadFormat readFormat(HtsgetFormat format) {
        return switch (format) {
            case BAM -> ReadFormat.BAM;
            case SAM -> ReadFormat.SAM;
            case JSON -> ReadFormat.JSON;
            case NDJSON -> ReadFormat.NDJSON;
            case TSV -> ReadFormat.TSV;
            case ARROW -> ReadFormat.ARROW;
        };
    }
}
