package dev.bams3.security;

import jakarta.servlet.http.HttpServletRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** The key by which limits know a client without credentials. */
final class ClientAddress {
    /** Bytes of an IPv6 address that name a network (RFC 4291 § 2.5.4); one client has all addresses of one. */
    private static final int NETWORK_BYTES = 8;

    private ClientAddress() {}

    /**
     * Returns the address of the client, of IPv6 its network of 64 bits. Behind a trusted proxy it is the one that the proxy
     * says.
     */
    static String of(HttpServletRequest request) {
        return networkOf(request.getRemoteAddr());
    }

    static String networkOf(String address) {
        try {
            return InetAddress.ofLiteral(address) instanceof Inet6Address six
                    ? HexFormat.of().formatHex(Arrays.copyOf(six.getAddress(), NETWORK_BYTES)) + "/64"
                    : address;
        } catch (IllegalArgumentException e) {
            // What a proxy wrote instead of an address.
            return address;
        }
    }
}
