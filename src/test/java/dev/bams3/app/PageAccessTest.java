package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.access.CapabilityLink;
import dev.bams3.access.Grant;
import dev.bams3.access.LinkTokens;
import dev.bams3.security.TestIssuer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** Datasets that are not public, on the page: what it says of them, and that a token or a link opens them. */
class PageAccessTest {
    @TempDir
    private static Path folder;

    private static TestIssuer issuer;
    private static RunningServer server;
    private static PageBrowser page;

    @BeforeAll
    static void start() throws IOException {
        page = PageBrowser.start(folder);
        issuer = new TestIssuer();
        Path rules = Files.writeString(folder.resolve("rules.yaml"), """
                rules:
                  - {claims: {groups: readers}, datasets: ["**"]}
                  - {claims: {groups: part}, datasets: ["**"], regions: ["chr1:50001-60000"]}
                """);
        server = RunningServer.start(
                "bams3.store=file:" + folder.resolve("store"),
                "bams3.demo=true",
                "bams3.access.public-datasets=",
                "bams3.access.rules=" + rules,
                "bams3.access.count-hidden=true",
                "bams3.auth.issuer=" + issuer.uri(),
                "bams3.auth.audience=bams3",
                "bams3.link.key=" + "k".repeat(32));
    }

    @AfterAll
    static void stop() {
        if (page != null) {
            page.close();
        }
        if (server != null) {
            server.close();
        }
        if (issuer != null) {
            issuer.close();
        }
    }

    @BeforeEach
    void openThePage() {
        page.open(server.url("/"));
        page.script("sessionStorage.clear()");
        page.open(server.url("/"));
    }

    private static String token(String group) {
        return issuer.sign(issuer.claims("ann").claim("groups", List.of(group)));
    }

    private static void give(String field, String secret) {
        page.click("#open-access");
        page.write(field, secret);
        page.click("#use-access");
    }

    /** Secrets are neither in an address nor stored for later. */
    private static void assertKeptNowhere(String secret) {
        assertThat(String.valueOf(page.script("return location.href + JSON.stringify(localStorage)")))
                .doesNotContain(secret);
        assertThat(String.valueOf(page.script("return JSON.stringify(sessionStorage)")))
                .doesNotContain(secret);
        assertThat(String.valueOf(
                        page.script("return performance.getEntriesByType('resource').map(e => e.name).join(' ')")))
                .doesNotContain(secret);
    }

    @Test
    void nothingPublicIsNotNoDataset() throws IOException {
        page.untilText("#list-state", "No dataset is public here: datasets may need a token or a link.");
        page.untilText("#list-state", "1 dataset here may not be seen");
        page.screenshot("nothing-public");
        page.click("#list-state button");
        page.until("#reader-token");
        page.type("#reader-token", Keys.ESCAPE);
        page.driver().get(server.url("/#/demo"));
        page.untilText("#detail-state.bad", "not public");
        page.click("#detail-state button");
        page.until("#reader-token");
    }

    @Test
    void aReaderTokenOpensTheDatasetWithItsViewer() throws IOException {
        String token = token("readers");
        give("#reader-token", "Bearer " + token);
        page.untilText("h1", "demo");
        page.untilText("#open-access", "reader token");
        page.until(".coverage svg");
        page.untilText(".card .note", "reads of 1 kb");
        page.openIgv();
        assertThat(page.readsInIgv()).isGreaterThan(100);
        page.untilText("#command", "-H \"Authorization: Bearer $BAMS3_TOKEN\"");
        assertThat(page.until("#command").getText()).doesNotContain(token);
        assertKeptNowhere(token);
        page.screenshot("with-token");
        page.click("#open-access");
        page.click("#forget");
        page.untilText("#list-state", "No dataset is public here");
        page.untilText("#detail-state.bad", "not public");
    }

    @Test
    void aTokenIsKeptForTheTabWhereTheUserWantsIt() {
        page.click("#open-access");
        page.write("#reader-token", token("readers"));
        page.click("#keep");
        page.click("#use-access");
        page.untilText("h1", "demo");
        page.driver().navigate().refresh();
        page.untilText("h1", "demo");
        page.click("#open-access");
        page.click("#forget");
        page.untilText("#detail-state.bad", "not public");
        assertThat(page.script("return sessionStorage.length")).isEqualTo(0L);
    }

    @Test
    void aWrongTokenIsSaid() {
        give("#reader-token", "no-token");
        page.untilText("#list-state.bad", "token");
        give("#link", "https://example.org/reads/demo");
        page.untilText("#access-state.bad", "no link of this service");
    }

    @Test
    void aLinkOpensItsDataset() {
        String token = server.bean(LinkTokens.class)
                .sign(new CapabilityLink(
                        "demo", Grant.everything(), Instant.now().plus(Duration.ofHours(1))));
        give("#link", server.url("/t/" + token + "/reads/demo"));
        page.untilText("h1", "demo");
        page.untilText("#datasets a", "demo");
        page.until(".coverage svg");
        page.openIgv();
        assertThat(page.readsInIgv()).isGreaterThan(100);
        assertThat(String.valueOf(page.script("return location.href + JSON.stringify(localStorage)")))
                .doesNotContain(token);
    }

    @Test
    void whoMayReadARegionSeesItsReads() {
        page.driver().get(server.url("/#/demo?region=chr1:54001-55000"));
        give("#reader-token", token("part"));
        page.untilText("h1", "demo");
        page.untilText(".facts", "You may read only some regions");
        page.untilText(".card .note", "reads of 1 kb");
        page.openIgv();
        assertThat(page.readsInIgv()).isGreaterThan(100);
        page.write("#region", "chr1:100,001-101,000", Keys.ENTER);
        page.untilText(".state.bad", "regions");
    }
}
