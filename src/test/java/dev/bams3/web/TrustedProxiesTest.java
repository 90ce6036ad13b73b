package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.app.RunningServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

/** Whose word for the client's address is taken. */
class TrustedProxiesTest {
    @Test
    void aStrangersWordIsNotTaken() throws IOException {
        try (RunningServer server = ServedReads.shared().replica("bams3.proxy.trusted=192.0.2.0/24")) {
            String ticket = new String(
                    TicketClient.get(
                                    server.url("/reads/a/reads?referenceName=chr1"),
                                    "X-Forwarded-Proto",
                                    "https",
                                    "X-Forwarded-Host",
                                    "evil.example",
                                    "Forwarded",
                                    "host=evil.example;proto=https")
                            .body(),
                    StandardCharsets.UTF_8);
            assertThat(ticket)
                    .doesNotContain("evil")
                    .contains("\"url\":\"" + server.url("/stream/reads/a/reads?slice="));
        }
    }

    /** Connections of this test are of a trusted proxy; what a client wrote before it does not make a new caller of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "-                               | -                                      | 127.0.0.1",
                "8.8.8.8                         | -                                      | 8.8.8.8",
                "1.2.3.4, 8.8.8.8                | -                                      | 8.8.8.8",
                "127.0.0.1, 8.8.8.8              | -                                      | 8.8.8.8",
                "1.2.3.4, 8.8.8.8, 127.0.0.1     | -                                      | 8.8.8.8",
                "1.2.3.4, nonsense               | -                                      | 127.0.0.1",
                "8.8.8.8:4711                    | -                                      | 8.8.8.8",
                "2001:db8::1                     | -                                      | 2001:db8:0:0:0:0:0:1",
                "-                               | for=1.2.3.4, for=8.8.8.8;proto=https   | 8.8.8.8",
                "-                               | proto=http;For=\"[2001:db8::1]:80\"    | 2001:db8:0:0:0:0:0:1",
                "-                               | for=1.2.3.4, for=unknown               | 127.0.0.1",
                "-                               | for=1.2.3.4, for=\"8.8.8.8, 9.9.9.9\"  | 127.0.0.1",
                "8.8.8.8                         | for=8.8.8.8                            | 8.8.8.8",
                "8.8.8.8                         | for=1.2.3.4                            | 127.0.0.1",
            })
    void theClientIsWhomTheLastTrustedProxyNames(String usual, String standard, String client) {
        MockHttpServletRequest request = new MockHttpServletRequest();
        if (usual != null) {
            request.addHeader("X-Forwarded-For", usual);
        }
        if (standard != null) {
            request.addHeader("Forwarded", standard);
        }
        assertThat(ForwardedFor.client(request, "127.0.0.1", "127.0.0.1"::equals))
                .isEqualTo(client);
    }

    @Test
    void aLimitIsNotEvadedByInventedAddresses() throws IOException {
        try (RunningServer server = ServedReads.shared()
                .replica(
                        "bams3.limit.requests-per-second=1",
                        "bams3.limit.burst=2",
                        "bams3.proxy.trusted=127.0.0.1,::1")) {
            List<Integer> statuses = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                statuses.add(TicketClient.get(
                                server.url("/reads/service-info"), "X-Forwarded-For", "9.9.9." + i + ", 192.0.2.1")
                        .statusCode());
            }
            assertThat(statuses).contains(429);
            // Another client of the same proxy has turns of its own.
            assertThat(TicketClient.get(server.url("/reads/service-info"), "X-Forwarded-For", "192.0.2.1, 192.0.2.2")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "172.16.0.0/12, 172.31.255.255, true",
        "172.16.0.0/12, 172.32.0.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "0.0.0.0/0, 8.8.8.8, true",
        "fc00::/7, fd12::1, true",
        "fc00::/7, fe80::1, false",
        "::1, ::1, true",
        "::1, 127.0.0.1, false",
    })
    void networksHoldTheirAddresses(String network, String address, boolean held) {
        assertThat(TrustedProxies.Network.parse(network)
                        .holds(InetAddress.ofLiteral(address).getAddress()))
                .isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0/8x", "::/129", ""})
    void whatIsNoNetworkIsRefused(String text) {
        assertThatThrownBy(() -> TrustedProxies.Network.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
