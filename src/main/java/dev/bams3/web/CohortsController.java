package dev.bams3.web;

import dev.bams3.cohort.CohortName;
import dev.bams3.cohort.Cohorts;
import dev.bams3.cohort.OpenCohort;
import dev.bams3.discovery.CohortDescription;
import dev.bams3.discovery.CohortList;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import dev.bams3.htsget.HtsgetFormat;
import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.query.CohortRead;
import dev.bams3.query.CohortRead.MemberTotals;
import dev.bams3.query.ReadTotals;
import dev.bams3.sam.ReadSelection;
import dev.bams3.table.ColumnType;
import dev.bams3.table.TableColumn;
import dev.bams3.table.TableFormat;
import dev.bams3.table.TableWriter;
import dev.bams3.web.GrantedCohorts.Granted;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;

/** Lists and describes cohorts, and counts in many regions of all their members. */
@Controller
public final class CohortsController {
    private static final String COUNT = "/count";
    private static final int MOST_LISTED = 1000;

    private final GrantedCohorts granted;
    private final Cohorts cohorts;
    private final Requests requests;

    public CohortsController(GrantedCohorts granted, Cohorts cohorts, Requests requests) {
        this.granted = granted;
        this.cohorts = cohorts;
        this.requests = requests;
    }

    /** Lists the kept cohorts of which the caller may see a member. */
    @RequestMapping(
            path = "/cohorts",
            method = {RequestMethod.GET, RequestMethod.HEAD})
    ResponseEntity<byte[]> list(RequestContext context) {
        List<CohortName.Kept> shown = cohorts.kept().list("", MOST_LISTED).stream()
                .filter(name -> granted.shows(context, name))
                .toList();
        return json(new CohortList(shown).toJson());
    }

    @RequestMapping(
            path = "/cohorts/{*path}",
            method = {RequestMethod.GET, RequestMethod.HEAD, RequestMethod.POST})
    @Nullable
    ResponseEntity<byte[]> cohort(
            @PathVariable String path, RequestContext context, HttpServletRequest request, HttpServletResponse response)
            throws IOException, HttpRequestMethodNotSupportedException {
        String asked = path.startsWith("/") ? path.substring(1) : path;
        if (asked.endsWith(COUNT)) {
            count(name(asked.substring(0, asked.length() - COUNT.length())), context, request, response);
            return null;
        }
        if (request.getMethod().equals("POST")) {
            throw new HttpRequestMethodNotSupportedException("POST", List.of("GET", "HEAD"));
        }
        Granted whole = granted.openWhole(context, name(asked), "its description", wantsAllowed(request));
        whole.audit(context, ReadSelection.everything(), "description", OptionalLong.empty());
        return json(new CohortDescription(whole.cohort(), whole.leftOut()).toJson());
    }

    private boolean wantsAllowed(HttpServletRequest request) {
        return HtsgetRequest.parse(requests.parameters(request)).allowed();
    }

    /** The name of a kept list, with or without its prefix, or a pattern. */
    private static CohortName name(String text) {
        return CohortName.parse(CohortName.isCohort(text) ? text : CohortName.PREFIX + text);
    }

    private void count(
            CohortName name, RequestContext context, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        HtsgetRequest wanted = requests.read(request, response);
        TableFormat format = format(wanted.format());
        List<Region> regions = regions(wanted.selection());
        Granted cohort = granted.open(context, name, wanted.selection(), false, wanted.allowed());
        cohort.describe(response);
        List<Region> rows =
                regions.stream().map(region -> ended(region, cohort.cohort())).toList();
        response.setContentType(format.mediaType());
        response.setHeader("Cache-Control", "no-cache");
        if (context.isHead()) {
            return;
        }
        context.releases(cohort.release(wanted.selection(), "count", Optional.empty()));
        Streaming.write(context, response, out -> write(cohort, rows, wanted, format, context, out));
    }

    private static TableFormat format(Optional<HtsgetFormat> wanted) {
        return switch (wanted.orElse(HtsgetFormat.JSON)) {
            case JSON -> TableFormat.JSON;
            case TSV -> TableFormat.TSV;
            case ARROW -> TableFormat.ARROW;
            default -> throw ReadsException.of(ErrorKind.UNSUPPORTED_FORMAT, "format: a table is JSON, TSV or ARROW");
        };
    }

    private static List<Region> regions(ReadSelection selection) {
        if (selection instanceof ReadSelection.Regions(List<Region> regions, boolean unplaced)
                && !unplaced
                && !regions.isEmpty()) {
            return regions;
        }
        throw ReadsException.invalidInput(
                "regions", "a table of counts has a row for each region; name one or more, without unplaced reads");
    }

    /** The region with an end, as a row shows it. */
    private static Region ended(Region region, OpenCohort cohort) {
        int index = cohort.references()
                .indexOf(region.referenceName())
                .orElseThrow(() -> ReadsException.notFound(
                        "referenceName", "the cohort has no reference '" + region.referenceName() + "'"));
        return region.end().isPresent()
                ? region
                : new Region(
                        region.referenceName(),
                        region.start(),
                        OptionalLong.of(Math.max(
                                region.start(), cohort.references().get(index).length())));
    }

    private ReadTotals write(
            Granted cohort,
            List<Region> rows,
            HtsgetRequest wanted,
            TableFormat format,
            RequestContext context,
            OutputStream out)
            throws IOException {
        List<OpenCohort.Member> members = cohort.cohort().members();
        List<TableColumn> columns = new ArrayList<>(List.of(
                new TableColumn("referenceName", ColumnType.TEXT),
                new TableColumn("start", ColumnType.INT64),
                new TableColumn("end", ColumnType.INT64)));
        names(members).forEach(name -> columns.add(new TableColumn(name, ColumnType.INT64)));
        ReadTotals all = new ReadTotals(0, 0, 0, 0, 0);
        // Begun after the first row, so that a member that fails there is an error answer.
        @Nullable TableWriter table = null;
        for (Region row : rows) {
            Map<String, Long> counts = new HashMap<>();
            try (CohortRead read = granted.read(context, cohort, ReadSelection.region(row), wanted.view())) {
                read.watch(context.clientWatch());
                for (MemberTotals member : read.countEach()) {
                    counts.put(member.id(), member.totals().records());
                    all = all.plus(member.totals());
                }
            }
            if (table == null) {
                table = TableWriter.begin(format, columns, Map.of(), out);
            }
            table.text(row.referenceName()).whole(row.start()).whole(row.end().orElseThrow());
            for (OpenCohort.Member member : members) {
                table.whole(counts.getOrDefault(member.id(), 0L));
            }
            table.endRow();
        }
        if (table != null) {
            table.end();
        }
        return all;
    }

    /** Names of samples where they differ, else ids. */
    private static List<String> names(List<OpenCohort.Member> members) {
        List<String> samples = members.stream().map(OpenCohort.Member::sample).toList();
        boolean differ = new HashSet<>(samples).size() == samples.size()
                && samples.stream().noneMatch(List.of("referenceName", "start", "end")::contains);
        return differ ? samples : members.stream().map(OpenCohort.Member::id).toList();
    }

    private static ResponseEntity<byte[]> json(byte[] json) {
        return GrantedDatasets.answer(json, MediaType.APPLICATION_JSON);
    }
}
