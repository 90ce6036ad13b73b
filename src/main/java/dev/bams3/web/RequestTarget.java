package dev.bams3.web;

import dev.bams3.dataset.DatasetId;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The target of a request, decided in this one place for every filter: from the path as the server routes it, decoded and
 * normalized, of the request as it was received, so neither an encoding nor a header of a proxy changes it.
 *
 * @param link token of a capability link, {@code /t/<token>/...}
 * @param path the path without it; begins with a slash
 */
public record RequestTarget(Optional<String> link, String path) {
    private static final String LINK = "/t/";
    private static final String ADMIN = "/admin";
    private static final String ACTUATOR = "/actuator";
    private static final String DATASETS = "/datasets/";

    /** Addresses whose rest begins with the id of a dataset. */
    private static final Pattern WITH_ID = Pattern.compile(
            "(?<before>(?:/t/[^/%;]+)?(?<place>/reads/|/stream/reads/|/files/|/datasets/|/admin/datasets/|/cohorts/))(?<rest>.+)");

    private static final Pattern ESCAPED_SLASH = Pattern.compile("(?i)%2F");
    private static final Pattern ESCAPE = Pattern.compile("%([0-7][0-9A-Fa-f])");

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

    /**
     * Returns an address with plain slashes in its id where a client encoded them, as generated ones do: `/reads/a%2Fb`.
     * Only ids of datasets are rewritten, and only if every segment could be one of an id. Such a segment has neither
     * dots at its beginning, nor a percent sign, nor path parameters, so nothing behind or before this server can read
     * another path in it. Any other encoded slash stays as it is, and the server refuses it.
     *
     * @param sent path of a request as it was received, without the query
     * @return the path to route; empty where it is the one that was sent
     */
    static Optional<String> withPlainSlashes(String sent) {
        Matcher matcher = WITH_ID.matcher(sent);
        if (!matcher.matches() || !ESCAPED_SLASH.matcher(matcher.group("rest")).find()) {
            return Optional.empty();
        }
        String rest = matcher.group("rest");
        String decoded = decode(rest);
        String named = decoded.endsWith("/") ? decoded.substring(0, decoded.length() - 1) : decoded;
        if (!Stream.of(named.split("/", -1)).allMatch(RequestTarget::isOfName)) {
            return Optional.empty();
        }
        String plain = ESCAPED_SLASH.matcher(rest).replaceAll("/");
        // An encoded slash belongs to the id, so `x%2Fcount` is a dataset and no question about `x`.
        boolean ofId = rest.lastIndexOf('/') < rest.toUpperCase(Locale.ROOT).lastIndexOf("%2F");
        boolean closed = ofId && matcher.group("place").equals(DATASETS);
        return Optional.of(matcher.group("before") + plain + (closed ? "/" : ""));
    }

    /** Whether a segment may be one of an id, or of a pattern of ids. */
    private static boolean isOfName(String segment) {
        return DatasetId.isValid(segment.replace('*', 'x'));
    }

    /** Decodes the escapes of ASCII once. */
    private static String decode(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(escape ->
                        Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(escape.group(1), 16))));
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
