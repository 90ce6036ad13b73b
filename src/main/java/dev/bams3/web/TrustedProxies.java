package dev.bams3.web;

import dev.bams3.htsget.HtsgetError;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.web.filter.ForwardedHeaderFilter;

/**
 * Believes {@code Forwarded} and {@code X-Forwarded-*} of proxies that are configured; of anybody else they are dropped before
 * anything reads them. Who may set them says under which address tickets are fetched, and who the client is.
 */
public final class TrustedProxies extends HttpFilter {
    private final transient List<Network> trusted;
    /** One or several, by commas: what Spring's filter puts before the paths of addresses. */
    private static final Pattern PREFIX = Pattern.compile("[\\w.~!$&'()*+;=:@/, -]*");

    private static final Pattern PROTOCOLS = Pattern.compile("\\s*https?\\s*(?:,\\s*https?\\s*)*+");

    /** The longest value that is read; a chain of proxies does not need more. */
    private static final int MAX_LENGTH = 2000;

    private static final List<String> NAMES = List.of(
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Port",
            "X-Forwarded-Prefix",
            "X-Forwarded-Proto",
            "X-Forwarded-Ssl");

    /** A name or an address, that of IPv6 with or without brackets. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._~-]+|\\[?[0-9A-Fa-f:.]+(?:%[A-Za-z0-9._~-]+)?]?");

    private final transient ForwardedHeaderFilter believing = new ForwardedHeaderFilter();
    private final transient ForwardedHeaderFilter dropping = new ForwardedHeaderFilter();

    /** @param trusted networks of proxies, as {@link Network#parse} reads them */
    public TrustedProxies(List<String> trusted) {
        this.trusted = trusted.stream().map(Network::parse).toList();
        dropping.setRemoveOnly(true);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String peer = request.getRemoteAddr();
        RequestContext context = RequestContext.of(request);
        context.from(peer);
        if (!isTrusted(peer)) {
            dropping.doFilter(request, response, chain);
            return;
        }
        Optional<String> objection = objection(request);
        if (objection.isPresent()) {
            refuse(objection.get(), request, response);
            return;
        }
        String client = ForwardedFor.client(request, peer, this::isTrusted);
        context.from(client);
        believing.doFilter(request, response, (inner, answer) -> {
            if (!HOST.matcher(inner.getServerName()).matches()) {
                refuse("X-Forwarded-Host or Forwarded: not a host, such as reads.example.org", request, response);
            } else if (!inner.getScheme().equals("http") && !inner.getScheme().equals("https")) {
                refuse("Forwarded: proto is neither http nor https", request, response);
            } else {
                chain.doFilter(
                        new AsForwarded((HttpServletRequest) inner, client, ForwardedPort.of(request, inner)), answer);
            }
        });
    }

    /** Returns what is wrong with the headers, before anything else reads them. */
    private static Optional<String> objection(HttpServletRequest request) {
        for (String name : NAMES) {
            for (String value : Collections.list(request.getHeaders(name))) {
                if (value.length() > MAX_LENGTH) {
                    return Optional.of(name + ": longer than " + MAX_LENGTH + " characters");
                }
            }
        }
        for (String value : Collections.list(request.getHeaders("X-Forwarded-Prefix"))) {
            if (!PREFIX.matcher(value).matches() || !Stream.of(value.split(",")).allMatch(TrustedProxies::isPrefix)) {
                return Optional.of("X-Forwarded-Prefix: not the beginning of a path, such as /genomics");
            }
        }
        return Collections.list(request.getHeaders("X-Forwarded-Proto")).stream()
                        .allMatch(value -> PROTOCOLS.matcher(value).matches())
                ? Optional.empty()
                : Optional.of("X-Forwarded-Proto: neither http nor https");
    }

    private static boolean isPrefix(String text) {
        String prefix = text.strip();
        return prefix.isEmpty()
                || (prefix.startsWith("/")
                        && prefix.length() > 1
                        && !prefix.contains("//")
                        && prefix.chars().noneMatch(Character::isWhitespace));
    }

    private static void refuse(String message, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        ErrorWriter.write(HtsgetError.ofStatus(400, message + "; mend the proxy"), request, response);
    }

    private boolean isTrusted(String peer) {
        byte[] address;
        try {
            address = InetAddress.ofLiteral(peer).getAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
        return trusted.stream().anyMatch(network -> network.holds(address));
    }

    /**
     * A request under the address of its client, of whom Spring's filter takes the first of a list, which anybody can
     * begin; and under the port that its client named, which Spring's filter drops where a proxy names the scheme alone.
     */
    private static final class AsForwarded extends HttpServletRequestWrapper {
        private final String client;
        private final int port;

        AsForwarded(HttpServletRequest request, String client, int port) {
            super(request);
            this.client = client;
            this.port = port;
        }

        @Override
        public String getRemoteAddr() {
            return client;
        }

        @Override
        public String getRemoteHost() {
            return client;
        }

        @Override
        public int getServerPort() {
            return port;
        }

        @Override
        public StringBuffer getRequestURL() {
            return new StringBuffer(PublicAddress.origin(this)).append(getRequestURI());
        }
    }

    /**
     * A network.
     *
     * @param address 4 or 16 bytes
     * @param prefix bits of it that count
     */
    public record Network(byte[] address, int prefix) {
        /**
         * Reads `10.0.0.0/8`, `fc00::/7`, or one address.
         *
         * @throws IllegalArgumentException for anything else, host names among it
         */
        public static Network parse(String text) {
            int slash = text.indexOf('/');
            byte[] address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                    .getAddress();
            int bits = 8 * address.length;
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            if (prefix < 0 || prefix > bits) {
                throw new IllegalArgumentException("'" + text + "': a prefix of 0 to " + bits + " bits");
            }
            return new Network(address, prefix);
        }

        boolean holds(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < prefix; bit++) {
                int mask = 0x80 >>> (bit & 7);
                if (((address[bit >>> 3] ^ other[bit >>> 3]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
