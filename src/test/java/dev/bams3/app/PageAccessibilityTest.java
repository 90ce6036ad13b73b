package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/** The page for people who use a keyboard or a screen reader, or a small screen; with the rules of axe-core once {@code .ci/axe} has run. */
class PageAccessibilityTest {
    private static final Path AXE = Path.of("target/clients/axe/node_modules/axe-core/axe.min.js");

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static PageBrowser page;

    @BeforeAll
    static void start() {
        page = PageBrowser.start(folder);
        server = RunningServer.start("bams3.store=file:" + folder.resolve("store"), "bams3.demo=true");
    }

    @AfterAll
    static void stop() {
        if (page != null) {
            page.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void openThePage() {
        screen(1400, "light");
        page.open(server.url("/#/demo"));
        page.until(".coverage svg");
        page.until(".plots svg");
        // The viewer, or that there is none.
        page.untilScript(
                "return document.getElementById('igv').browser || document.querySelector('.viewer .state.bad') ? 1 : null");
    }

    private static void screen(int width, String scheme) {
        page.driver()
                .executeCdpCommand(
                        "Emulation.setDeviceMetricsOverride",
                        Map.of("width", width, "height", 900, "deviceScaleFactor", 1, "mobile", false));
        page.driver()
                .executeCdpCommand(
                        "Emulation.setEmulatedMedia",
                        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    @ParameterizedTest
    @CsvSource({"1400, light", "1024, dark", "390, light", "390, dark"})
    void axeFindsNothing(int width, String scheme) throws IOException {
        assumeTrue(Files.exists(AXE), "axe-core is not installed: .ci/axe");
        screen(width, scheme);
        page.script("document.querySelectorAll('details').forEach(one => one.open = true)");
        page.script(Files.readString(AXE));
        assertNoViolation("dataset");
        page.screenshot("axe-" + width + "-" + scheme);
        page.script("document.getElementById('open-access').click()");
        assertNoViolation("access");
        page.script("document.getElementById('close-access').click()");
        page.script("document.body.classList.add('listing')");
        assertNoViolation("list");
    }

    private static void assertNoViolation(String what) {
        page.script("""
                delete document.body.dataset.axe;
                axe.run(document, {resultTypes: ['violations']}).then(found => document.body.dataset.axe =
                    found.violations.map(one => one.id + ' at ' + one.nodes.map(node => node.target.join(' ')).join(', ')).join('; '));""");
        Object found = page.untilScript("return document.body.dataset.axe ?? null");
        assertThat(found).as(what).isEqualTo("");
    }

    @Test
    void textIsNeverSmallerThanTwelvePixels() {
        for (int width : new int[] {1400, 390}) {
            screen(width, "light");
            Object small = page.script("""
                    return [...document.querySelectorAll('body *')]
                        .filter(one => one.checkVisibility() && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
                        .filter(one => {
                          const matrix = one.getScreenCTM?.();
                          const scale = matrix ? Math.hypot(matrix.a, matrix.b) : 1;
                          return parseFloat(getComputedStyle(one).fontSize) * scale < 11.99;
                        }).map(one => one.outerHTML.slice(0, 80));""");
            assertThat(small).as(width + " pixels").isEqualTo(List.of());
        }
    }

    @Test
    void everythingIsReachedByKeys() {
        page.type("body", "/");
        assertThat(focused()).isEqualTo("prefix");
        page.driver().switchTo().activeElement().sendKeys(Keys.TAB, Keys.ENTER);
        page.untilText("h1", "demo");
        page.script("document.getElementById('region').focus()");
        page.driver().switchTo().activeElement().sendKeys(Keys.chord(Keys.CONTROL, "a"), "chr2:1001-2000", Keys.ENTER);
        page.untilScript("return location.hash.endsWith('region=chr2:1001-2000') || null");
        page.script("document.getElementById('zoom-out').focus()");
        page.driver().switchTo().activeElement().sendKeys(Keys.SPACE);
        page.untilScript("return location.hash.endsWith('region=chr2:1-3000') || null");
        page.script("document.getElementById('open-access').focus()");
        page.driver().switchTo().activeElement().sendKeys(Keys.ENTER);
        page.patience().until(_ -> "reader-token".equals(focused()));
        page.driver().switchTo().activeElement().sendKeys(Keys.ESCAPE);
        page.patience().until(_ -> "open-access".equals(focused()));
    }

    private static String focused() {
        return String.valueOf(page.script("return document.activeElement.id"));
    }

    @Test
    void aPhoneShowsTheChosenDatasetOrTheList() {
        screen(390, "light");
        Object top = page.untilScript("return document.querySelector('#dataset h1').getBoundingClientRect().top");
        assertThat(((Number) top).doubleValue()).isBetween(0.0, 300.0);
        page.click("#show-list");
        page.until("#prefix");
        page.click("#datasets a");
        page.until("#dataset h1");
        assertThat(page.script("return document.getElementById('prefix').checkVisibility()"))
                .isEqualTo(false);
    }
}
