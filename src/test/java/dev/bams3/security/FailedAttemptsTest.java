package dev.bams3.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.app.RunningServer;
import dev.bams3.htsget.SignedSlice;
import dev.bams3.htsget.SliceTokens;
import dev.bams3.sam.ReadSelection;
import dev.bams3.web.RawHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Failed authentications by address, over real connections behind a proxy that says who the client is. */
class FailedAttemptsTest {
    private static final String ADMIN = "0123456789abcdef0123456789abcdef";
    private static final String TICKETS = "t".repeat(32);
    private static final int PER_MINUTE = 6;

    private static TestIssuer issuer;
    private static RunningServer server;

    @BeforeAll
    static void start() {
        issuer = new TestIssuer();
        server = start("bams3.proxy.trusted=127.0.0.0/8,::1");
    }

    private static RunningServer start(String proxies) {
        return RunningServer.start(
                "bams3.limit.failed-authentications=" + PER_MINUTE,
                proxies,
                "bams3.admin.token=" + ADMIN,
                "bams3.link.key=" + "k".repeat(32),
                "bams3.ticket.key=" + TICKETS,
                "bams3.auth.issuer=" + issuer.uri(),
                "bams3.auth.audience=bams3");
    }

    @AfterAll
    static void stop() {
        server.close();
        issuer.close();
    }

    private static RawHttp.Answer get(String client, String path, String bearer) throws IOException {
        return get(server, client, path, bearer);
    }

    private static RawHttp.Answer get(RunningServer asked, String client, String path, String bearer)
            throws IOException {
        String authorization = bearer.isEmpty() ? "" : "\r\nAuthorization: Bearer " + bearer;
        return RawHttp.send(asked.port(), "GET " + path + " HTTP/1.1\r\nX-Forwarded-For: " + client + authorization);
    }

    private static void assertIsTooMany(RawHttp.Answer answer) {
        assertThat(answer.status()).isEqualTo(429);
        assertThat(Integer.parseInt(answer.header("Retry-After").orElseThrow())).isBetween(1, 60 / PER_MINUTE);
        assertThat(answer.body()).contains("not accepted");
    }

    /** Bad tokens, admin tokens and links count together; what is right, or needs no token, goes on. */
    @Test
    void anAddressThatFailsOftenIsRefused() throws IOException {
        String client = "192.0.2.7";
        String good = issuer.sign(issuer.claims("ann"));
        assertThat(get(client, "/datasets", good).status()).isEqualTo(200);
        assertThat(get(client, "/admin/conversions", ADMIN).status()).isEqualTo(200);
        String link = link();
        assertThat(get(client, link, "").status()).isEqualTo(404);

        for (int i = 0; i < 2; i++) {
            assertThat(get(client, "/datasets", good + i).status()).isEqualTo(401);
            assertThat(get(client, "/admin/conversions", "wrong" + i).status()).isEqualTo(401);
            assertThat(get(client, "/t/forged" + i + "/reads/x", "").status()).isEqualTo(403);
        }
        assertIsTooMany(get(client, "/datasets", "another"));
        RawHttp.Answer admin = get(client, "/admin/conversions", "another");
        assertIsTooMany(admin);
        assertThat(admin.header("Content-Type").orElseThrow()).contains("problem");
        RawHttp.Answer forged = get(client, "/t/another/reads/x", "");
        assertIsTooMany(forged);
        assertThat(forged.text()).doesNotContain("/t/another");

        assertThat(get(client, "/datasets", "").status()).isEqualTo(200);
        assertThat(get(client, "/datasets", good).status()).isEqualTo(200);
        assertThat(get(client, "/admin/conversions", ADMIN).status()).isEqualTo(200);
        assertThat(get(client, link, "").status()).isEqualTo(404);
        // What another address sends is looked at.
        String elsewhere = "192.0.2.8";
        assertThat(get(elsewhere, "/datasets", issuer.sign(issuer.claims("bob")))
                        .status())
                .isEqualTo(200);
        assertThat(get(elsewhere, "/datasets", "another").status()).isEqualTo(401);
    }

    private static String link() {
        return link(server, Duration.ofMinutes(10));
    }

    private static String link(RunningServer asked, Duration lifetime) {
        LinkTokens tokens = asked.bean(LinkTokens.class);
        return "/t/"
                + tokens.sign(
                        new CapabilityLink("x", Grant.everything(), tokens.now().plus(lifetime)))
                + "/reads/x";
    }

    private static String slice(String dataset, Instant signed) {
        SliceTokens tokens = new SliceTokens(
                List.of(TICKETS.getBytes(StandardCharsets.US_ASCII)),
                Duration.ofMinutes(10),
                Clock.fixed(signed, ZoneOffset.UTC));
        SignedSlice slice = new SignedSlice(dataset, "generation", ReadSelection.everything(), 0, 1, false);
        return "/stream/reads/x?slice=" + tokens.sign(slice);
    }

    /** A token that another key signed, was changed, or is for another dataset. */
    @Test
    void forgedAddressesOfTicketsCountAndGenuineOnesGoOn() throws IOException {
        String client = "192.0.2.20";
        String genuine = slice("x", Instant.now());
        String changed = genuine.substring(0, genuine.length() - 5) + "AAAAA";
        List<String> forged =
                List.of(changed, slice("y", Instant.now()), "/stream/reads/x?%73lice=A", "/stream/reads/x?slice=!");
        for (int i = 0; i < PER_MINUTE; i++) {
            RawHttp.Answer refused = get(client, forged.get(i % forged.size()), "");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.text()).contains("not an address of a ticket");
        }
        assertIsTooMany(get(client, changed, ""));
        assertIsTooMany(get(client, "/stream/reads/x?%73lice=A", ""));
        assertIsTooMany(get(client, "/datasets", "another"));
        assertIsTooMany(get(client, "/t/forged/reads/x", ""));
        // A ticket of somebody behind the same address; there is no such dataset.
        assertThat(get(client, genuine, "").status()).isEqualTo(404);
        assertThat(get("192.0.2.21", changed, "").status()).isEqualTo(403);
    }

    @Test
    void whatHasExpiredIsNotForged() throws IOException {
        String client = "192.0.2.30";
        String old = slice("x", Instant.now().minus(Duration.ofHours(1)));
        for (int i = 0; i < 2 * PER_MINUTE; i++) {
            RawHttp.Answer slice = get(client, old, "");
            assertThat(slice.status()).isEqualTo(403);
            assertThat(slice.body()).contains("expired");
            RawHttp.Answer link = get(client, link(server, Duration.ofMinutes(-1)), "");
            assertThat(link.status()).isEqualTo(403);
            assertThat(link.body()).contains("expired");
        }
    }

    /** One client has all addresses of its network. */
    @Test
    void anIpv6ClientIsKnownByItsNetwork() throws IOException {
        for (int i = 0; i < PER_MINUTE; i++) {
            assertThat(get("2001:db8:1:2::" + i, "/datasets", "wrong").status()).isEqualTo(401);
        }
        assertIsTooMany(get("[2001:db8:1:2:ffff::9]:4711", "/datasets", "wrong"));
        assertThat(get("2001:db8:1:3::1", "/datasets", "wrong").status()).isEqualTo(401);
    }

    @Test
    void aStrangerCannotSayThatItIsAnother() throws IOException {
        try (RunningServer direct = start("bams3.proxy.trusted=198.51.100.1")) {
            for (int i = 0; i < PER_MINUTE; i++) {
                assertThat(get(direct, "192.0.2." + i, "/datasets", "wrong").status())
                        .isEqualTo(401);
            }
            assertIsTooMany(get(direct, "192.0.2.99", "/datasets", "wrong"));
        }
    }

    @Test
    void memoryIsBounded() {
        FailedAttempts attempts = new FailedAttempts(1);
        IntStream.range(0, 250_000).forEach(i -> attempts.failed("address " + i, "wrong"));
        IntStream.range(0, 50_000).forEach(i -> attempts.succeeded("token " + i));
        assertThat(attempts.remembered()).isBetween(50_000L, 121_000L);
    }

    @Test
    void zeroIsNoLimit() {
        FailedAttempts attempts = new FailedAttempts(0);
        for (int i = 0; i < 1000; i++) {
            attempts.failed("192.0.2.1", "wrong");
        }
        assertThat(attempts.refusal("192.0.2.1", "wrong")).isEmpty();
        assertThat(attempts.remembered()).isZero();
    }

    @Test
    void anAddressOfIpv6IsItsNetwork() {
        assertThat(List.of(
                        ClientAddress.networkOf("2001:db8:1:2:3:4:5:6"),
                        ClientAddress.networkOf("2001:db8:1:2::9"),
                        ClientAddress.networkOf("192.0.2.1"),
                        ClientAddress.networkOf("::ffff:192.0.2.1"),
                        ClientAddress.networkOf("unknown")))
                .containsExactly(
                        "20010db800010002/64", "20010db800010002/64", "192.0.2.1", "::ffff:192.0.2.1", "unknown");
    }
}
