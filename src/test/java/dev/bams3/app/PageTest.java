package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.ExpectedConditions;
import org.openqa.selenium.support.ui.FluentWait;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * The page in a real browser, clicked through. Skipped where Debian's {@code chromium} and {@code chromium-driver} are not
 * installed. {@code -Dpage.screenshots=folder} keeps pictures for people to look at.
 */
class PageTest {
    private static final Path BROWSER = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static ChromeDriver browser;

    @BeforeAll
    static void start() {
        assumeTrue(
                Files.isExecutable(BROWSER) && Files.isExecutable(DRIVER),
                "chromium and chromium-driver are not installed");
        server = RunningServer.start("bams3.store=file:" + folder.resolve("store"), "bams3.demo=true");
        LoggingPreferences console = new LoggingPreferences();
        console.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions();
        options.setBinary(BROWSER.toFile());
        options.setCapability("goog:loggingPrefs", console);
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--lang=en",
                "--user-data-dir=" + folder.resolve("profile"));
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .withLogFile(folder.resolve("driver.log").toFile())
                        .build(),
                options);
        browser.manage().window().setSize(new Dimension(1360, 1000));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.quit();
        }
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void openThePage() {
        browser.get("about:blank");
        browser.manage().logs().get(LogType.BROWSER);
        browser.get(server.url("/"));
        until("h1");
    }

    /** The page may redraw between finding an element and asking it something: then it is asked again. */
    private static FluentWait<WebDriver> patience() {
        return new WebDriverWait(browser, PATIENCE).ignoring(StaleElementReferenceException.class);
    }

    private static WebElement until(String css) {
        WebElement found = patience().until(ExpectedConditions.visibilityOfElementLocated(By.cssSelector(css)));
        if (found == null) {
            throw new AssertionError("nothing is at " + css);
        }
        return found;
    }

    private static void untilAttribute(String css, String name, String text) {
        patience().until(driver -> {
            String value = driver.findElement(By.cssSelector(css)).getAttribute(name);
            return value != null && value.contains(text);
        });
    }

    private static void untilText(String css, String text) {
        patience()
                .until(driver -> driver.findElements(By.cssSelector(css)).stream()
                        .anyMatch(element ->
                                element.isDisplayed() && element.getText().contains(text)));
    }

    private static @Nullable Object script(String text, Object... arguments) {
        return ((JavascriptExecutor) browser).executeScript(text, arguments);
    }

    /** No script failed, nothing was refused by the policy, and nothing came from elsewhere. */
    private static void assertCleanConsole() {
        List<LogEntry> bad = browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.SEVERE.intValue())
                // The admin surface is asked whether the viewer may see it; the answer may be no.
                .filter(entry -> !entry.getMessage().contains("/admin/conversions"))
                // igv.js says so of a genome of which only names and lengths are known.
                .filter(entry -> !entry.getMessage().contains("No sequence for"))
                .toList();
        assertThat(bad).isEmpty();
        assertThat(
                        script(
                                "return performance.getEntriesByType('resource').map(e => e.name)"
                                        + ".filter(n => !n.startsWith(location.origin) && !n.startsWith('blob:') && !n.startsWith('data:'))"))
                .isEqualTo(List.of());
    }

    private static BufferedImage screenshot(String name) throws IOException {
        byte[] png = browser.getScreenshotAs(OutputType.BYTES);
        String keep = System.getProperty("page.screenshots");
        if (keep != null) {
            Files.createDirectories(Path.of(keep));
            Files.write(Path.of(keep, name + ".png"), png);
        }
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    @Test
    void theOnlyDatasetIsShownWithItsFiguresAndPlots() throws IOException {
        untilText("h1", "demo");
        untilText("#datasets a[aria-current=page]", "demo");
        for (String figure : List.of("Reads", "Mapped", "Mean depth", "Stored")) {
            untilText(".figures", figure);
        }
        until(".coverage svg");
        untilAttribute(".coverage svg", "aria-label", "Depth along chr1");
        assertThat(script("return document.querySelectorAll('.coverage svg .hit').length"))
                .isEqualTo(300L);
        untilText("section", "median");
        assertThat(script("return document.querySelectorAll('section .plot .bar').length"))
                .isEqualTo(37L);
        assertThat(colours(screenshot("dataset"))).isGreaterThan(50);
        assertCleanConsole();
    }

    @Test
    void theSearchNarrowsTheListAndSaysWhenNothingIsLeft() {
        until("body").sendKeys("/");
        WebElement field = browser.switchTo().activeElement();
        assertThat(field.getAttribute("id")).isEqualTo("prefix");
        field.sendKeys("nothing-like-this");
        untilText("#list-state", "No dataset begins with");
        field.clear();
        field.sendKeys("de");
        until("#datasets a");
        field.sendKeys("!");
        untilText("#list-state.bad", "prefix");
        browser.get(server.url("/#/not/there"));
        untilText("#detail-state", "There is no dataset “not/there”");
    }

    @Test
    void theLinesToCopyAreForTheShownRegion() {
        untilText(".note", "reads");
        untilText("#command", "curl -f 'http://localhost:");
        untilText("#command", "format=SAM");
        until(".tabs [aria-selected=true]").sendKeys(Keys.ARROW_RIGHT);
        untilText("#command", "samtools view 'http://localhost:");
        untilText("#command", "/reads/demo?referenceName=");
        until(".tabs [aria-selected=true]").sendKeys(Keys.ARROW_RIGHT);
        untilText("#command", "import json");
        untilText("#command", "NDJSON");
    }

    @Test
    void anotherReferenceAndAnotherRegionCanBeChosen() {
        until(".coverage svg");
        until("#coverage-reference").sendKeys(Keys.ARROW_DOWN);
        untilAttribute(".coverage svg", "aria-label", "Depth along chr2");
        WebElement region = until("#region");
        region.clear();
        region.sendKeys("nonsense", Keys.ENTER);
        untilText(".state.bad", "Write a region");
        region.clear();
        region.sendKeys("chr9:1-1,000", Keys.ENTER);
        untilText(".state.bad", "no reference 'chr9'");
        region.clear();
        region.sendKeys("chr1:100,001-100,010", Keys.ENTER);
        untilText(".note", "all 29 reads");
    }

    @Test
    void igvDrawsTheReadsOfTheDataset() throws IOException {
        assumeTrue(
                PageTest.class.getResource("/META-INF/resources/webjars/igv/dist/igv.esm.min.js") != null,
                "built without npm, so the page has no igv.js");
        WebElement open = until("#open-igv");
        script("arguments[0].scrollIntoView({block: 'start'})", until("#viewer-title"));
        open.click();
        // What the track itself holds, asked of igv.js.
        Object reads = patience().until(driver -> {
            Object found = script("""
                    const browser = document.getElementById('igv').browser;
                    const view = browser && browser.findTracks(track => track.type === 'alignment')[0]?.trackView;
                    const features = view?.viewports[0]?.cachedFeatures;
                    if (!features) return null;
                    let count = 0;
                    const groups = features.packedGroups ? [...features.packedGroups.values()] : [];
                    for (const group of groups)
                      for (const row of group.rows)
                        for (const one of row.alignments) count += one.firstAlignment ? 1 + (one.secondAlignment ? 1 : 0) : 1;
                    return count || features.alignments?.length || null;""");
            return found instanceof Long count && count > 0 ? count : null;
        });
        String locus = String.valueOf(script("return document.getElementById('igv').dataset.locus"));
        assertThat(locus).startsWith("chr1:");
        assertThat((Long) reads).as("reads that igv.js packed").isGreaterThan(100);
        assertThat(colours(screenshot("igv"))).isGreaterThan(50);
        assertCleanConsole();
    }

    @Test
    void aPhoneShowsItAllWithoutScrollingSideways() throws IOException {
        browser.manage().window().setSize(new Dimension(500, 900));
        try {
            browser.executeCdpCommand(
                    "Emulation.setDeviceMetricsOverride",
                    Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true));
            browser.get(server.url("/#/demo"));
            browser.navigate().refresh();
            until(".coverage svg");
            untilText("section", "median");
            assertThat(script("return document.documentElement.scrollWidth")).isEqualTo(390L);
            screenshot("phone");
        } finally {
            browser.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
            browser.manage().window().setSize(new Dimension(1360, 1000));
        }
    }

    @Test
    void darkAndLightAreRemembered() throws IOException {
        Object before = script("return getComputedStyle(document.body).backgroundColor");
        until("#theme").click();
        assertThat(script("return getComputedStyle(document.body).backgroundColor"))
                .isNotEqualTo(before);
        browser.navigate().refresh();
        until("h1");
        assertThat(script("return getComputedStyle(document.body).backgroundColor"))
                .isNotEqualTo(before);
        until(".coverage svg");
        screenshot("dark");
        until("#theme").click();
        assertThat(script("return getComputedStyle(document.body).backgroundColor"))
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
