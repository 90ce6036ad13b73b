package dev.bams3.security;

import dev.bams3.web.RequestTarget;
import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a request was made by a program of this machine for itself: not through a proxy, and not by a browser on behalf
 * of a page from elsewhere, be it by a form, a script, or a host name that was made to lead here (DNS rebinding).
 */
final class LocalRequest {
    private static final List<String> OF_PROXIES =
            List.of("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via");
    private static final Set<String> HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");

    private LocalRequest() {}

    /** Why the request is not local; empty where it is. */
    static Optional<String> objection(HttpServletRequest request) {
        // Filters wrap requests to show what a proxy says of the client; what matters here is the connection itself.
        HttpServletRequest received = RequestTarget.received(request);
        if (!isLoopback(received.getRemoteAddr())) {
            return Optional.of("it is open to this machine only");
        }
        if (OF_PROXIES.stream().anyMatch(name -> received.getHeader(name) != null)) {
            return Optional.of("it is not open to requests that came through a proxy");
        }
        String host = received.getHeader("Host");
        if (host == null || !HOSTS.contains(host.replaceFirst(":[0-9]+$", ""))) {
            return Optional.of("it is open under the name localhost only");
        }
        String origin = received.getHeader("Origin");
        if (origin != null && !origin.equals(received.getScheme() + "://" + host)) {
            return Optional.of("it is not open to pages of other origins");
        }
        String site = received.getHeader("Sec-Fetch-Site");
        return site == null || site.equals("same-origin") || site.equals("none")
                ? Optional.empty()
                : Optional.of("it is not open to pages of other origins");
    }

    private static boolean isLoopback(String address) {
        try {
            // A numeric address, so nothing is looked up.
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
