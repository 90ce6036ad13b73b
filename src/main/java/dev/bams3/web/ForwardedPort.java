package dev.bams3.web;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The port that clients of a proxy use. A proxy that names a host or a port has said it. One that passes on {@code Host} as it
 * came and names the scheme alone has not; then the port is that of {@code Host}, and the scheme's own where that has none.
 */
final class ForwardedPort {
    private static final Pattern PORT = Pattern.compile(":(?<port>[0-9]{1,5})$");
    private static final Pattern HOST_PARAMETER = Pattern.compile("(?i)(?:^|[;,])\\s*host\\s*=");

    private ForwardedPort() {}

    /**
     * @param received as the proxy sent it
     * @param forwarded as Spring's filter reads it
     */
    static int of(HttpServletRequest received, ServletRequest forwarded) {
        @Nullable String host = received.getHeader("Host");
        if (host == null || namesHostOrPort(received)) {
            return forwarded.getServerPort();
        }
        Matcher port = PORT.matcher(host);
        return port.find() ? Integer.parseInt(port.group("port")) : forwarded.getServerPort();
    }

    /** Spring's filter reads `X-Forwarded-*` only where there is no {@code Forwarded}. */
    private static boolean namesHostOrPort(HttpServletRequest received) {
        return received.getHeader("Forwarded") == null
                ? received.getHeader("X-Forwarded-Host") != null || received.getHeader("X-Forwarded-Port") != null
                : Collections.list(received.getHeaders("Forwarded")).stream()
                        .anyMatch(value -> HOST_PARAMETER.matcher(value).find());
    }
}
