package dev.bams3.web;

import dev.bams3.access.Caller;
import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.ReservedNames;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.ReadSelection;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * Makes capability links: addresses that viewers can use, which can send no token. A caller can pass on what it may see
 * itself, or less; the admin surface any dataset.
 */
@Controller
public final class LinksController {
    private static final JsonFactory JSON = new JsonFactory();

    private final Access access;
    private final Datasets datasets;
    private final LinkTokens tokens;
    private final PublicAddress address;
    private final Duration maxTtl;

    /** @param maxTtl how long a link may last */
    public LinksController(
            Access access, Datasets datasets, LinkTokens tokens, PublicAddress address, Duration maxTtl) {
        this.access = access;
        this.datasets = datasets;
        this.tokens = tokens;
        this.address = address;
        this.maxTtl = maxTtl;
    }

    @PostMapping("/links")
    ResponseEntity<byte[]> own(RequestContext context, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Caller caller = context.caller();
        if (!caller.authenticated()) {
            throw ReadsException.of(
                    ErrorKind.UNAUTHENTICATED,
                    "links are made by those with a token; without an issuer of tokens, by POST /admin/links or the"
                            + " command 'link'");
        }
        Requests.requireJson(request, response);
        LinkRequest wanted = LinkRequest.read(request, maxTtl);
        return make(wanted, access.require(caller, wanted.dataset()), caller.name(), context, request);
    }

    @PostMapping("/admin/links")
    ResponseEntity<byte[]> any(RequestContext context, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        // The bearer's name where it is a token of the issuer.
        String by = Objects.requireNonNullElse(request.getRemoteUser(), "admin");
        Requests.requireJson(request, response);
        return make(LinkRequest.read(request, maxTtl), Grant.everything(), by, context, request);
    }

    private ResponseEntity<byte[]> make(
            LinkRequest wanted, Grant own, String by, RequestContext context, HttpServletRequest request) {
        if (!tokens.canSign()) {
            throw ReadsException.of(
                    ErrorKind.NOT_FOUND, "there are no links here; the operator can set BAMS3_LINK_KEY");
        }
        DatasetId id = wanted.dataset();
        ReservedNames.checkReads("dataset", id);
        ReferenceDictionary references = datasets.open(id).references();
        Grant passedOn = own;
        if (wanted.grant() instanceof Grant.Regions regions) {
            wanted.checkNames(references);
            own.check(new ReadSelection.Regions(regions.regions(), regions.unplaced()), references);
            passedOn = regions;
        }
        Instant expiry = tokens.now().plus(wanted.ttl()).truncatedTo(ChronoUnit.SECONDS);
        String token = tokens.sign(new CapabilityLink(id.value(), passedOn, expiry));
        Audit.link(context, by, LinkTokens.id(token), id.value(), expiry.toString());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            String base = address.base(request) + "/t/" + token;
            json.writeStringProperty("url", base + "/reads/" + id);
            if (passedOn.isEverything()) {
                json.writeStringProperty("file", base + "/files/" + id + ".bam");
            }
            json.writeStringProperty("expiry", expiry.toString());
            json.writeStringProperty("id", LinkTokens.id(token));
            json.writeEndObject();
        }
        return ResponseEntity.status(HttpStatus.CREATED)
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .body(bytes.toByteArray());
    }
}
