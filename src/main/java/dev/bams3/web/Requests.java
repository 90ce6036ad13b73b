package dev.bams3.web;

import dev.bams3.discovery.TargetsRequest;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.htsget.QueryString;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.server.ResponseStatusException;

/** Takes from a servlet request what the protocol reads: query string, body, {@code Accept}. */
public final class Requests {
    static final String IGNORED_HEADER = "X-Htsget-Ignored-Parameters";

    private static final String EXPLAIN = "explain";
    private static final Pattern PRINTABLE = Pattern.compile("[A-Za-z0-9._~/-]{1,64}");
    private static final int MAX_IGNORED_NAMES = 10;

    /** Longer queries are not worth repeating in a header. */
    private static final int MAX_LINK_LENGTH = 2000;

    private final HtsgetRequest.Limits limits;

    public Requests(HtsgetRequest.Limits limits) {
        this.limits = limits;
    }

    /**
     * Reads the request of a GET, HEAD or POST; parameters without effect are named in a header of the response.
     *
     * @throws ReadsException INVALID_INPUT, INVALID_RANGE, UNSUPPORTED_FORMAT, TOO_LARGE
     * @throws ResponseStatusException 415 for a body that is not declared as JSON, or is compressed
     */
    HtsgetRequest read(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Map<String, List<String>> parameters = parameters(request);
        if (RequestTarget.of(request).path().startsWith(ReadsController.STREAM)) {
            parameters.remove(EXPLAIN);
        }
        HtsgetRequest wanted = request.getMethod().equals("POST")
                ? HtsgetRequest.parseBody(body(request, response), parameters, limits)
                : HtsgetRequest.parse(parameters);
        List<String> ignored = wanted.ignored();
        if (!ignored.isEmpty()) {
            Set<String> names = ignored.stream()
                    .map(name -> PRINTABLE.matcher(name).matches() ? name : "(unprintable)")
                    .limit(MAX_IGNORED_NAMES)
                    .collect(Collectors.toCollection(TreeSet::new));
            response.setHeader(IGNORED_HEADER, String.join(", ", names));
        }
        return wanted;
    }

    /**
     * Whether a stream's plan is asked for instead of its records, in the query string also of a POST.
     *
     * @throws ReadsException INVALID_INPUT
     */
    boolean asksForPlan(HttpServletRequest request) {
        List<String> values = parameters(request).getOrDefault(EXPLAIN, List.of("false"));
        if (values.size() != 1 || !(values.contains("true") || values.contains("false"))) {
            throw ReadsException.invalidInput(EXPLAIN, "must be true or false, once");
        }
        return values.contains("true");
    }

    /**
     * Reads the targets of a POST.
     *
     * @throws ReadsException INVALID_INPUT, INVALID_RANGE, UNSUPPORTED_FORMAT, TOO_LARGE
     * @throws ResponseStatusException 415 for a body that is not declared as JSON, or is compressed
     */
    TargetsRequest targets(HttpServletRequest request, HttpServletResponse response) throws IOException {
        return TargetsRequest.parse(body(request, response), limits, accept(request));
    }

    Map<String, List<String>> parameters(HttpServletRequest request) {
        return QueryString.parse(request.getQueryString());
    }

    /** The value of a parameter that stands for all others. */
    String only(String name, Map<String, List<String>> parameters) {
        if (parameters.size() > 1 || parameters.getOrDefault(name, List.of()).size() != 1) {
            throw ReadsException.invalidInput(name, "stands alone, once: it says all there is to say");
        }
        return parameters.getOrDefault(name, List.of()).getFirst();
    }

    List<String> accept(HttpServletRequest request) {
        return Collections.list(request.getHeaders("Accept"));
    }

    /** Value of a {@code Link} header to the same request on the stream path, for people who meet a ticket with curl. */
    Optional<String> alternate(HttpServletRequest request, String streamUrl) {
        String query = request.getQueryString();
        String target = query == null ? streamUrl : streamUrl + "?" + query;
        return target.length() > MAX_LINK_LENGTH || !target.chars().allMatch(Requests::standsInLink)
                ? Optional.empty()
                : Optional.of("<" + target + ">; rel=\"alternate\"; type=\"application/vnd.ga4gh.bam\"");
    }

    private static boolean standsInLink(int c) {
        return c > 0x20 && c < 0x7F && "<>\"\\".indexOf(c) < 0;
    }

    private byte[] body(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // htsjdk probes with a form's type and takes a 4xx as "no POST here". That is the better path for it: its own
        // POST path loses records of all regions but the last.
        boolean declared = request.getContentType() != null;
        if (declared || request.getHeader(HttpHeaders.CONTENT_ENCODING) != null) {
            requireJson(request, response);
        }
        byte[] body = request.getInputStream().readNBytes(limits.maxBodyBytes() + 1);
        if (!declared && body.length > 0) {
            requireJson(request, response);
        }
        return body;
    }

    /**
     * Refuses a body that is not declared as JSON, a type that no form of another page can send without asking first, and
     * one that is compressed.
     *
     * @throws ResponseStatusException 415
     */
    public static void requireJson(HttpServletRequest request, HttpServletResponse response) {
        String coding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (coding != null && !coding.strip().equalsIgnoreCase("identity")) {
            response.setHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
            throw new ResponseStatusException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding: bodies of requests are sent uncompressed");
        }
        if (!isJson(request.getContentType())) {
            throw new ResponseStatusException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be sent as Content-Type: application/json");
        }
    }

    private static boolean isJson(@Nullable String contentType) {
        try {
            return contentType != null
                    && MediaType.APPLICATION_JSON.equalsTypeAndSubtype(MediaType.parseMediaType(contentType));
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }
}
