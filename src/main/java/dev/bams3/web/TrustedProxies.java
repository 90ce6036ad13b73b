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
import java.util.Enumeration;
import java.util.List;
import java.util.regex.Pattern;
import org.springframework.web.filter.ForwardedHeaderFilter;

/**
 * Believes {@code Forwarded} and {@code X-Forwarded-*} of proxies that are configured; of anybody else they are dropped before
 * anything reads them. Who may set them says under which address tickets are fetched, and who the client is.
 */
public final class TrustedProxies extends HttpFilter {
    private final transient List<Network> trusted;
    /** One or several, by commas: what Spring's filter puts before the paths of addresses. */
    private static final Pattern PREFIX =
            Pattern.compile("\\s*|\\s*(?:/[\\w.~!$&'()*+;=:@-]+)+/?\\s*(?:,\\s*(?:/[\\w.~!$&'()*+;=:@-]+)+/?\\s*)*");

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
        if (!isTrusted(peer)) {
            dropping.doFilter(request, response, chain);
            return;
        }
        Enumeration<String> prefixes = request.getHeaders("X-Forwarded-Prefix");
        while (prefixes.hasMoreElements()) {
            if (!PREFIX.matcher(prefixes.nextElement()).matches()) {
                refuse("X-Forwarded-Prefix: not the beginning of a path, such as /genomics", request, response);
                return;
            }
        }
        String client = ForwardedFor.client(request, peer, this::isTrusted);
        believing.doFilter(request, response, (inner, answer) -> {
            if (HOST.matcher(inner.getServerName()).matches()) {
                chain.doFilter(new OfClient((HttpServletRequest) inner, client), answer);
            } else {
                refuse("X-Forwarded-Host or Forwarded: not a host, such as reads.example.org", request, response);
            }
        });
    }

    private static void refuse(String message, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Failures.write(HtsgetError.ofStatus(400, message + "; mend the proxy"), request, response);
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

    /** A request under the address of its client: Spring's filter takes the first of a list, which anybody can begin. */
    private static final class OfClient extends HttpServletRequestWrapper {
        private final String client;

        OfClient(HttpServletRequest request, String client) {
            super(request);
            this.client = client;
        }

        @Override
        public String getRemoteAddr() {
            return client;
        }

        @Override
        public String getRemoteHost() {
            return client;
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
