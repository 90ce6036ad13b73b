package dev.bams3.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/**
 * The base of every address in a ticket: where callers reach this service.
 *
 * @param configured `http(s)://host[:port][/prefix]` without a closing slash; where absent, each request's own address is
 *     taken, with what a proxy says in {@code Forwarded} or {@code X-Forwarded-*} already in it
 */
public record PublicAddress(Optional<String> configured) {
    String base(HttpServletRequest request) {
        return configured.orElseGet(() -> origin(request) + request.getContextPath());
    }

    /** Returns `http(s)://host[:port]` of a request. */
    static String origin(HttpServletRequest request) {
        String scheme = request.getScheme();
        int port = request.getServerPort();
        boolean usual = port == (scheme.equals("https") ? 443 : 80);
        return scheme + "://" + request.getServerName() + (usual ? "" : ":" + port);
    }
}
