package dev.bams3.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Lets pages of other origins read tickets and data (htsget 1.3 § CORS): the origin and the headers that a preflight
 * announces are mirrored, and a preflight is good for 30 days. A request from an origin that is not allowed is answered
 * without the origin; its browser then refuses.
 */
public final class CrossOrigin extends HttpFilter {
    private static final String MAX_AGE_SECONDS = "2592000";

    private static final Pattern ORIGIN =
            Pattern.compile("null|[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._:\\[\\]-]{1,300}");

    private static final List<String> USUAL_HEADERS =
            List.of("authorization", "cache-control", "content-type", "range", "if-range");

    /** A token of RFC 9110 § 5.6.2. */
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9a-z-]{1,100}");

    private static final int MAX_HEADERS = 100;

    private final transient List<String> origins;

    /** @param origins allowed ones, `https://host[:port]`; `*` allows all */
    public CrossOrigin(List<String> origins) {
        this.origins = List.copyOf(origins);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (RequestTarget.of(request).isAdmin()) {
            // Not for pages of other origins.
            chain.doFilter(request, response);
            return;
        }
        response.addHeader("Vary", "Origin");
        String origin = request.getHeader("Origin");
        if (origin != null && isAllowed(origin)) {
            response.setHeader("Access-Control-Allow-Origin", origin);
            response.setHeader(
                    "Access-Control-Expose-Headers",
                    String.join(
                            ", ",
                            "Content-Type",
                            "Content-Range",
                            "Accept-Ranges",
                            "ETag",
                            "Link",
                            "Retry-After",
                            RequestStart.ID,
                            Requests.IGNORED_HEADER));
        }
        if (request.getMethod().equals("OPTIONS") && request.getHeader("Access-Control-Request-Method") != null) {
            response.addHeader("Vary", "Access-Control-Request-Headers");
            response.setHeader("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS");
            response.setHeader("Access-Control-Allow-Headers", allowedHeaders(request));
            response.setHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
            response.setStatus(HttpServletResponse.SC_NO_CONTENT);
            return;
        }
        chain.doFilter(request, response);
    }

    /** Returns the headers that clients of htsget are known to send, and those that this one announces. */
    private static String allowedHeaders(HttpServletRequest request) {
        Set<String> names = new LinkedHashSet<>(USUAL_HEADERS);
        for (String value : Collections.list(request.getHeaders("Access-Control-Request-Headers"))) {
            for (String name : value.split(",")) {
                String header = name.strip().toLowerCase(Locale.ROOT);
                if (HEADER_NAME.matcher(header).matches() && names.size() < MAX_HEADERS) {
                    names.add(header);
                }
            }
        }
        return String.join(", ", names);
    }

    /** What is mirrored must at least look like an origin (RFC 6454 § 7). */
    private boolean isAllowed(String origin) {
        return origins.contains(origin)
                || (origins.contains("*") && ORIGIN.matcher(origin).matches());
    }
}
