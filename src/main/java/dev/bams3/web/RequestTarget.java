package dev.bams3.web;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a request is for: the one place that decides it, for every filter. It is decided from the path as the server routes it,
 * decoded and normalized, of the request as it was received, so neither an encoding nor a header of a proxy changes it.
 *
 * @param link token of a capability link, {@code /t/<token>/...}
 * @param path the path without it; begins with a slash
 */
public record RequestTarget(Optional<String> link, String path) {
    private static final String LINK = "/t/";
    private static final String ADMIN = "/admin";
    private static final String ACTUATOR = "/actuator";

    /** Returns the target of a request, wrapped or not. */
    public static RequestTarget of(HttpServletRequest request) {
        HttpServletRequest received = received(request);
        String path = routed(received);
        if (!path.startsWith(LINK)) {
            return new RequestTarget(Optional.empty(), path);
        }
        int end = path.indexOf('/', LINK.length());
        return end < 0
                ? new RequestTarget(Optional.of(path.substring(LINK.length())), "/t")
                : new RequestTarget(Optional.of(path.substring(LINK.length(), end)), path.substring(end));
    }

    /** Returns the request that the server made, without what filters changed of it. */
    public static HttpServletRequest received(HttpServletRequest request) {
        ServletRequest inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) {
            inner = wrapper.getRequest();
        }
        return (HttpServletRequest) inner;
    }

    /**
     * Whether each % of the address begins an escape, that is, has two hexadecimal digits behind it. The server looks at the
     * path alone; Spring decodes path parameters (RFC 3986 § 3.3), too, and fails at others.
     */
    static boolean hasWholeEscapes(HttpServletRequest request) {
        String address = orEmpty(received(request).getRequestURI());
        for (int at = address.indexOf('%'); at >= 0; at = address.indexOf('%', at + 1)) {
            if (at + 2 >= address.length()
                    || !HexFormat.isHexDigit(address.charAt(at + 1))
                    || !HexFormat.isHexDigit(address.charAt(at + 2))) {
                return false;
            }
        }
        return true;
    }

    private static String routed(HttpServletRequest received) {
        String info = received.getPathInfo();
        String path = orEmpty(received.getServletPath()) + orEmpty(info);
        // A malformed request is refused before it is routed, and one whose first line could not be read has no path at
        // all.
        return path.isEmpty() ? orEmpty(received.getRequestURI()) : path;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Whether it is of the admin surface. */
    public boolean isAdmin() {
        return link.isEmpty() && isIn(ADMIN);
    }

    /** Whether it is of health, metrics and the like, where they share the port. */
    public boolean isActuator() {
        return link.isEmpty() && isIn(ACTUATOR);
    }

    /** Whether the path is a place or below it. */
    public boolean isIn(String place) {
        return path.startsWith(place) && (path.length() == place.length() || path.charAt(place.length()) == '/');
    }
}
