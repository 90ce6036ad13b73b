package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.CountingObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids with slashes as generated clients send them, `a%2Freads`: the same dataset, and nothing else. */
class EncodedIdsTest {
    private static final String ADMIN = "Authorization: Bearer 0123456789abcdef0123456789abcdef";
    private static final List<CountingObjectStore> STORES = new ArrayList<>();

    private static RunningServer server;
    private static String link;

    @BeforeAll
    static void start() {
        server = ServedReads.shared()
                .start(
                        store -> {
                            STORES.add(new CountingObjectStore(store));
                            return STORES.getLast();
                        },
                        "bams3.admin.token=0123456789abcdef0123456789abcdef",
                        "bams3.link.key=0123456789abcdef0123456789abcdef");
        LinkTokens tokens = server.bean(LinkTokens.class);
        link = "/t/"
                + tokens.sign(new CapabilityLink(
                        ServedReads.ID, Grant.everything(), tokens.now().plusSeconds(600)));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawHttp.Answer send(String request) throws IOException {
        return RawHttp.send(server.port(), request.replace("LINK", link) + " HTTP/1.1\r\n" + ADMIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /stream/reads/a@reads?referenceName=chr1&start=1000&end=1100&format=SAM",
                "HEAD /reads/a@reads?class=header",
                "GET /datasets/a@reads",
                "GET /datasets/a@reads/count",
                "GET /datasets/a@reads/plan?referenceName=chr1",
                "GET /files/a@reads.bam.bai",
                "HEAD /files/a@reads.bam",
                "GET LINK/stream/reads/a@reads?format=SAM&bams3.limit=3",
                "GET LINK/datasets/a@reads",
                "GET LINK/files/a@reads.bai",
                "GET /reads/a@none",
                "GET LINK/reads/a@none",
                "DELETE /admin/datasets/a@none",
                "GET /reads/a@reads?referenceName=a%2Fb",
            })
    void theAnswerIsThatOfThePlainAddress(String request) throws IOException {
        RawHttp.Answer plain = send(request.replace("@", "/"));
        for (String slash : List.of("%2F", "%2f")) {
            RawHttp.Answer encoded = send(request.replace("@", slash));
            assertThat(encoded.status()).as(encoded.text()).isEqualTo(plain.status());
            assertThat(encoded.body()).isEqualTo(plain.body());
        }
    }

    /** A slash that is encoded is the id's, so a word behind it is no question. */
    @ParameterizedTest
    @CsvSource({
        "/datasets/a%2Freads%2Fcount, a/reads/count",
        "/datasets/a/reads%2Fplan, a/reads/plan",
        "/datasets/a%2Fcount/count, a/count",
        "/datasets/a%2Fcount/, a/count",
    })
    void aWordWithinAnIdIsNoQuestion(String path, String id) throws IOException {
        RawHttp.Answer answer = send("GET " + path);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains(id + ": no such dataset");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/reads/a%2F..%2Fa%2Freads",
                "/reads/a%2F.%2Freads",
                "/reads/a%2F%2e%2e%2Fa%2Freads",
                "/reads/..%2Fa%2Freads",
                "/reads/%2Fa%2Freads",
                "/reads/a%2F%2Freads",
                "/reads/a%2Freads%2F",
                "/reads/a%2F.hidden",
                "/reads/a%2F%2ebams3-jobs",
                "/reads/a%252Freads",
                "/reads/a%2%46reads",
                "/reads/a%25%32%46reads",
                "/reads/a%2F;x=1/reads",
                "/reads/a%2Freads;x=1",
                "/reads/a%2Freads%3Bx=1",
                "/reads/a%2F..;/reads",
                "/reads/a%2Freads%00",
                "/reads/a%2Freads%5Cx",
                "/reads/a%2Freads%20",
                "/reads/a%2Freads%zz",
                "/reads/a%2Freads%",
                "/reads/a%c0%afreads",
                "/reads/a%2F%ff",
                "/reads%2Fa/reads",
                "/reads%2Fa%2Freads",
                "/%2Freads/a",
                "/stream%2Freads/a/reads",
                "/admin%2Fdatasets/a%2Freads",
                "/x/..%2Fadmin%2Fsweep",
                "/reads/a%2F..%2F..%2Fadmin%2Fsweep",
                "/t%2Fx/reads/a%2Freads",
                "/page/..%2Fx",
                "/swagger-ui%2Findex.html",
            })
    void anyOtherEncodedSlashIsRefused(String path) throws IOException {
        STORES.forEach(CountingObjectStore::reset);
        RawHttp.Answer answer = send("GET " + path);
        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(STORES.stream().flatMap(store -> store.calls().stream())).isEmpty();
    }

    /** What a filter decides by the path is decided as for a plain address. */
    @Test
    void anEncodedIdEvadesNothing() throws IOException {
        assertThat(RawHttp.send(server.port(), "DELETE /admin/datasets/a%2Freads HTTP/1.1")
                        .status())
                .isEqualTo(401);
        assertThat(send("GET /t/x/reads/a%2Freads").status()).isEqualTo(403);
        assertThat(send("GET " + link + "/admin/datasets/a%2Freads").status()).isEqualTo(404);
    }
}
