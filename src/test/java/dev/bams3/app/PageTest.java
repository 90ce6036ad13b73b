package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.ExpectedConditions;

/** The page, clicked through. */
class PageTest {
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
        page.open(server.url("/"));
    }

    @Test
    void theOnlyDatasetIsShownWithItsFiguresAndPlots() throws IOException {
        page.untilText("h1", "demo");
        page.untilText("#datasets a[aria-current=page]", "demo");
        for (String figure : List.of("Reads", "Mapped", "Mean depth", "Stored")) {
            page.untilText(".figures", figure);
        }
        page.until(".coverage svg");
        page.untilAttribute(".coverage svg", "aria-label", "Depth along chr1");
        assertThat(page.script("return document.querySelectorAll('.coverage svg .hit').length"))
                .isEqualTo(300L);
        page.untilText("section", "median");
        // Mapping quality; insert size, read length and identity.
        page.untilScript("return document.querySelectorAll('section .plot .bar').length === 13 + 3 * 24 || null");
        assertThat(colours(page.screenshot("dataset"))).isGreaterThan(50);
        page.assertCleanConsole();
    }

    @Test
    void theSearchNarrowsTheListAndSaysWhenNothingIsLeft() throws IOException {
        page.type("body", "/");
        WebElement field = page.driver().switchTo().activeElement();
        assertThat(field.getAttribute("id")).isEqualTo("prefix");
        field.sendKeys("nothing-like-this");
        page.untilText("#list-state", "No dataset, sample or read group contains");
        field.clear();
        field.sendKeys("EM");
        page.untilText("#datasets a", "demo");
        page.untilText("#datasets a small", "121.2K reads");
        field.clear();
        field.sendKeys("simul");
        page.untilText("#datasets a", "demo");
        page.driver().get(server.url("/#/not/there"));
        page.untilText("#detail-state", "There is no dataset “not/there”");
        page.screenshot("unknown");
        page.driver().get(server.url("/#/%"));
        page.untilText("#detail-state", "There is no dataset “%”");
        page.driver().get(server.url("/#/a%2"));
        page.untilText("#detail-state", "There is no dataset “a%2”");
        // Neither a token nor another thing lets anybody see conversions here, so nothing is said of them.
        page.patience().until(ExpectedConditions.invisibilityOfElementLocated(By.id("conversions")));
    }

    @Test
    void theLinesToCopyAreForTheShownRegion() {
        page.untilText(".note", "reads");
        page.untilText("#command", "curl -f 'http://localhost:");
        page.untilText("#command", "format=SAM");
        page.type(".tabs [aria-selected=true]", Keys.ARROW_RIGHT);
        page.untilText("#command", "samtools view 'http://localhost:");
        page.untilText("#command", "/reads/demo?referenceName=");
        page.type(".tabs [aria-selected=true]", Keys.ARROW_RIGHT);
        page.untilText("#command", "import json");
        page.untilText("#command", "NDJSON");
        for (String line : List.of("pysam.AlignmentFile", "scanBam", "File > Load from URL...", "bigDataUrl=http")) {
            page.type(".tabs [aria-selected=true]", Keys.ARROW_RIGHT);
            page.untilText("#command", line);
            page.untilText("#command", "/files/demo.bam");
        }
    }

    @Test
    void anotherReferenceAndAnotherRegionCanBeChosen() {
        page.until(".coverage svg");
        page.type("#coverage-reference", Keys.ARROW_DOWN);
        page.untilAttribute(".coverage svg", "aria-label", "Depth along chr2");
        page.write("#region", "nonsense", Keys.ENTER);
        page.untilText(".state.bad", "Write a region");
        page.write("#region", "chr9:1-1,000", Keys.ENTER);
        page.untilText(".state.bad", "no reference 'chr9'");
        page.write("#region", "chr1:100,001-100,010", Keys.ENTER);
        page.untilText(".note", "all 29 reads");
    }

    @Test
    void igvDrawsTheReadsOfTheDataset() throws IOException {
        page.openIgv();
        Object reads = page.readsInIgv();
        String locus = String.valueOf(page.script("return document.getElementById('igv').dataset.locus"));
        assertThat(locus).startsWith("chr1:");
        assertThat((Long) reads).as("reads that igv.js packed").isGreaterThan(100);
        assertThat(colours(page.screenshot("igv"))).isGreaterThan(50);
        page.assertCleanConsole();
    }

    @Test
    void igvDrawsTheReadsOfTheFile() {
        // Elsewhere a read may end where the view begins, which igv.js takes from a file but does not ask a service
        // for.
        page.open(server.url("/#/demo?region=chr1:199501-200500"));
        page.openIgv();
        long reads = page.readsInIgv();
        page.script("""
                const browser = document.getElementById('igv').browser;
                browser.removeTrack(browser.findTracks(track => track.type === 'alignment')[0]);
                browser.loadTrack({type: 'alignment', format: 'bam', height: 320, autoHeight: false,
                    url: arguments[0], indexURL: arguments[0] + '.bai'});
                """, server.url("/files/demo.bam"));
        assertThat(page.readsInIgv()).as("reads that igv.js packed").isEqualTo(reads);
        page.assertCleanConsole();
    }

    @Test
    void aPhoneShowsItAllWithoutScrollingSideways() throws IOException {
        page.driver().manage().window().setSize(new Dimension(500, 900));
        try {
            page.driver()
                    .executeCdpCommand(
                            "Emulation.setDeviceMetricsOverride",
                            Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true));
            page.driver().get(server.url("/#/demo"));
            page.driver().navigate().refresh();
            page.until(".coverage svg");
            page.untilText("section", "median");
            assertThat(page.script("return document.documentElement.scrollWidth"))
                    .isEqualTo(390L);
            page.screenshot("phone");
        } finally {
            page.driver().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
            page.driver().manage().window().setSize(new Dimension(1360, 1000));
        }
    }

    @Test
    void darkAndLightAreRemembered() throws IOException {
        Object before = page.script("return getComputedStyle(document.body).backgroundColor");
        page.click("#theme");
        assertThat(page.script("return getComputedStyle(document.body).backgroundColor"))
                .isNotEqualTo(before);
        page.driver().navigate().refresh();
        page.until("h1");
        assertThat(page.script("return getComputedStyle(document.body).backgroundColor"))
                .isNotEqualTo(before);
        page.until(".coverage svg");
        page.screenshot("dark");
        page.click("#theme");
        assertThat(page.script("return getComputedStyle(document.body).backgroundColor"))
                .isEqualTo(before);
    }

    private static int colours(BufferedImage image) {
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y += 2) {
            for (int x = 0; x < image.getWidth(); x += 2) {
                colours.add(image.getRGB(x, y));
            }
        }
        return colours.size();
    }
}
