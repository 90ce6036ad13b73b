package dev.bams3.web;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.encode.ReadFormat;
import dev.bams3.files.FileName;
import dev.bams3.files.VirtualBam;
import dev.bams3.files.VirtualBigWig;
import dev.bams3.query.ReadTotals;
import dev.bams3.query.ReadsQuery;
import dev.bams3.sam.ReadSelection;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;

/**
 * Datasets as files, for programs that open a BAM by its address: `/files/{id}.bam` and its indexes `.bam.bai` and `.bam.csi`, and
 * their depth as `/files/{id}.bw`. A
 * range of a file has whole blocks of reads, and an index describes all of them, so a caller who may see only parts of a
 * dataset gets neither.
 */
@Controller
public final class FilesController {
    private static final Logger LOG = LoggerFactory.getLogger(FilesController.class);
    private static final String INDEX_TYPE = "application/octet-stream";

    private final GrantedDatasets granted;
    private final ReadsQuery query;

    public FilesController(GrantedDatasets granted, ReadsQuery query) {
        this.granted = granted;
        this.query = query;
    }

    @RequestMapping(
            path = "/files/{*path}",
            method = {RequestMethod.GET, RequestMethod.HEAD})
    void file(
            @PathVariable String path, RequestContext context, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        FileName name = FileName.parse(path.startsWith("/") ? path.substring(1) : path);
        context.is(RequestContext.Kind.FILE).in(name.form()).asksFor(name.id(), ReadSelection.everything());
        OpenDataset dataset = granted.openWhole(context, name.id(), "a file").dataset();
        if (name.kind() == FileName.Kind.BIGWIG) {
            bigWig(new VirtualBigWig(dataset), name, dataset, context, request, response);
            return;
        }
        VirtualBam bam = new VirtualBam(dataset, query);
        Validators validators = new Validators(bam.etag(name.form()), Optional.of(bam.lastModified()));
        if (name.kind().index().isPresent()) {
            index(bam.index(name), name, dataset, validators, context, request, response);
        } else {
            bam(bam, name, dataset, validators, context, request, response);
        }
    }

    private static void index(
            byte[] index,
            FileName name,
            OpenDataset dataset,
            Validators validators,
            RequestContext context,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Optional<RangeHeader.Stretch> stretch = begin(INDEX_TYPE, index.length, validators, request, response);
        if (stretch.isPresent()) {
            String form = name.form().toLowerCase(Locale.ROOT);
            Audit.figures(context, release(name, dataset, ReadSelection.everything(), form), OptionalLong.empty());
            response.getOutputStream().write(index, (int) stretch.get().first(), (int)
                    stretch.get().count());
        }
    }

    private static void bam(
            VirtualBam bam,
            FileName name,
            OpenDataset dataset,
            Validators validators,
            RequestContext context,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Optional<RangeHeader.Stretch> stretch =
                begin(ReadFormat.BAM.mediaType(), bam.length(), validators, request, response);
        if (stretch.isPresent()) {
            WrittenReads written = new WrittenReads(dataset);
            context.releases(() -> release(name, dataset, written.selection(), "file"));
            ReadTotals totals = Streaming.write(
                    context,
                    response,
                    out -> bam.writeTo(
                            out, stretch.get().first(), stretch.get().count(), context.clientWatch(), written));
            LOG.debug("request {}: {} {}, {}", context.requestId(), request.getRequestURI(), stretch.get(), totals);
        }
    }

    private static void bigWig(
            VirtualBigWig file,
            FileName name,
            OpenDataset dataset,
            RequestContext context,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        Validators validators = new Validators(file.etag(), Optional.of(file.lastModified()));
        Optional<RangeHeader.Stretch> stretch =
                begin(VirtualBigWig.MEDIA_TYPE, file.length(), validators, request, response);
        if (stretch.isPresent()) {
            context.releases(() -> release(name, dataset, ReadSelection.everything(), "bigwig"));
            var _ = Streaming.write(context, response, out -> {
                file.writeTo(out, stretch.get().first(), stretch.get().count(), context.clientWatch());
                return new ReadTotals(0, 0, stretch.get().count(), 0, 0);
            });
        }
    }

    private static Audit.Release release(FileName name, OpenDataset dataset, ReadSelection selection, String form) {
        return new Audit.Release(name.id().value(), dataset.metadata().generation(), selection, form, Optional.empty());
    }

    /**
     * Sets status and headers.
     *
     * @return the bytes to send; absent where the answer is whole without them
     */
    private static Optional<RangeHeader.Stretch> begin(
            String type, long length, Validators validators, HttpServletRequest request, HttpServletResponse response) {
        validators.describe(response);
        response.setHeader("Accept-Ranges", "bytes");
        // Caches may keep it but must ask whether it is still the same, because a dataset may be replaced at any time.
        // A
        // proxy that compresses would break every range.
        response.setHeader("Cache-Control", "no-cache, no-transform");
        if (validators.answers(request, response, "the file")) {
            return Optional.empty();
        }
        response.setContentType(type);
        RangeHeader.Stretch whole = new RangeHeader.Stretch(0, length);
        if (request.getMethod().equals("HEAD")) {
            response.setContentLengthLong(length);
            return Optional.empty();
        }
        Optional<RangeHeader> range = validators.continued(request).orElse(true)
                ? RangeHeader.parse(request.getHeader("Range"))
                : Optional.empty();
        if (range.isEmpty()) {
            response.setContentLengthLong(length);
            return Optional.of(whole);
        }
        return Optional.of(range.get().begin(length, "the file", response));
    }
}
