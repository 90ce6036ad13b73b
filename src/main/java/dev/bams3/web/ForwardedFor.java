package dev.bams3.web;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds the client behind proxies that each append the address of their peer. The list is read from its end, for as long as
 * the one who appended is trusted; what stands before was written by a stranger.
 */
final class ForwardedFor {
    /** {@code for=} of RFC 7239 § 4, its value quoted or a token; other parameters are skipped. */
    private static final Pattern FOR =
            Pattern.compile("(?i)(?:^|;)\\s*for\\s*=\\s*(?:\"([^\"]*)\"|([^;\"\\s]*))\\s*(?=;|$)");

    /** Brackets of an IPv6 address, and a port, which some proxies add. */
    private static final Pattern NODE = Pattern.compile("\\[([0-9A-Fa-f:.]+)\\](?::[0-9]+)?|([0-9.]+)(?::[0-9]+)?");

    private ForwardedFor() {}

    /**
     * The address of the client.
     *
     * @param peer who made the connection, a trusted proxy
     * @param trusted whose word is taken
     */
    static String client(HttpServletRequest request, String peer, Predicate<String> trusted) {
        List<String> standard =
                elements(request, "Forwarded").stream().map(ForwardedFor::forOf).toList();
        List<String> usual = elements(request, "X-Forwarded-For");
        if (standard.isEmpty() || usual.isEmpty()) {
            return last(standard.isEmpty() ? usual : standard, peer, trusted);
        }
        // A proxy that knows one of them passes on the other as a stranger wrote it.
        String client = last(usual, peer, trusted);
        return last(standard, peer, trusted).equals(client) ? client : peer;
    }

    private static String last(List<String> hops, String peer, Predicate<String> trusted) {
        String client = peer;
        for (int i = hops.size() - 1; i >= 0 && trusted.test(client); i--) {
            Optional<String> hop = address(hops.get(i));
            if (hop.isEmpty()) {
                return client;
            }
            client = hop.get();
        }
        return client;
    }

    private static List<String> elements(HttpServletRequest request, String header) {
        List<String> elements = new ArrayList<>();
        // A comma within quotes can be no part of an address, so what it splits is taken for none.
        Collections.list(request.getHeaders(header)).forEach(value -> elements.addAll(List.of(value.split(",", -1))));
        return elements;
    }

    private static String forOf(String element) {
        Matcher matcher = FOR.matcher(element);
        if (!matcher.find()) {
            return "";
        }
        return matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    }

    /** Absent for names, which RFC 7239 allows, and everything else that is no address. */
    private static Optional<String> address(String text) {
        String literal = text.strip();
        Matcher node = NODE.matcher(literal);
        if (node.matches()) {
            literal = node.group(1) == null ? node.group(2) : node.group(1);
        }
        try {
            return Optional.of(InetAddress.ofLiteral(literal).getHostAddress());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
