package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.logging.Level;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.JavascriptExecutor;
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
 * A real browser that looks at the page. The test is skipped where Debian's {@code chromium} and {@code chromium-driver} are
 * not installed. {@code -Dpage.screenshots=folder} keeps pictures for people to look at.
 */
final class PageBrowser implements AutoCloseable {
    private static final Path BROWSER = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ChromeDriver driver;

    private PageBrowser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** @param folder for the browser's own files */
    static PageBrowser start(Path folder) {
        assumeTrue(
                Files.isExecutable(BROWSER) && Files.isExecutable(DRIVER),
                "chromium and chromium-driver are not installed");
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
        ChromeDriver driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .withLogFile(folder.resolve("driver.log").toFile())
                        .build(),
                options);
        driver.manage().window().setSize(new Dimension(1360, 1000));
        return new PageBrowser(driver);
    }

    ChromeDriver driver() {
        return driver;
    }

    /** A page that knows nothing of those before it, with an empty console. */
    void open(String url) {
        driver.get("about:blank");
        driver.manage().logs().get(LogType.BROWSER);
        driver.get(url);
        until(".brand");
    }

    /** The page may redraw between finding an element and asking it something: then it is asked again. */
    FluentWait<WebDriver> patience() {
        return new WebDriverWait(driver, PATIENCE).ignoring(StaleElementReferenceException.class);
    }

    WebElement until(String css) {
        WebElement found = patience().until(ExpectedConditions.visibilityOfElementLocated(By.cssSelector(css)));
        if (found == null) {
            throw new AssertionError("nothing is at " + css);
        }
        return found;
    }

    void untilAttribute(String css, String name, String text) {
        patience().until(page -> {
            String value = page.findElement(By.cssSelector(css)).getAttribute(name);
            return value != null && value.contains(text);
        });
    }

    void untilText(String css, String text) {
        untilAny(css, element -> element.isDisplayed() && element.getText().contains(text));
    }

    private void untilAny(String css, Predicate<WebElement> condition) {
        patience().until(page -> page.findElements(By.cssSelector(css)).stream().anyMatch(condition));
    }

    void click(String css) {
        untilAny(css, element -> {
            if (element.isDisplayed()) {
                element.click();
                return true;
            }
            return false;
        });
    }

    /** After what stands there. */
    void type(String css, CharSequence... keys) {
        untilAny(css, element -> {
            if (element.isDisplayed()) {
                element.sendKeys(keys);
                return true;
            }
            return false;
        });
    }

    /** Instead of what stands there. */
    void write(String css, CharSequence... keys) {
        untilAny(css, element -> {
            if (element.isDisplayed()) {
                element.clear();
                element.sendKeys(keys);
                return true;
            }
            return false;
        });
    }

    void openIgv() {
        assumeTrue(
                PageBrowser.class.getResource("/META-INF/resources/webjars/igv/dist/igv.esm.min.js") != null,
                "built without npm, so the page has no igv.js");
        until("#open-igv");
        script("document.getElementById('viewer-title').scrollIntoView({block: 'start'})");
        click("#open-igv");
    }

    /** How many reads the track itself holds, asked of igv.js; waits for the first. */
    long readsInIgv() {
        return (Long) untilScript("""
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
    }

    @Nullable
    Object script(String text, Object... arguments) {
        return ((JavascriptExecutor) driver).executeScript(text, arguments);
    }

    /** What the script returns as soon as it is not null. */
    Object untilScript(String text) {
        Object found = patience().until(page -> script(text));
        if (found == null) {
            throw new AssertionError("never: " + text);
        }
        return found;
    }

    /** No script failed, nothing was refused by the policy, and nothing came from elsewhere. */
    void assertCleanConsole() {
        List<LogEntry> bad = driver.manage().logs().get(LogType.BROWSER).getAll().stream()
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

    BufferedImage screenshot(String name) throws IOException {
        byte[] png = driver.getScreenshotAs(OutputType.BYTES);
        String keep = System.getProperty("page.screenshots");
        if (keep != null) {
            Files.createDirectories(Path.of(keep));
            Files.write(Path.of(keep, name + ".png"), png);
        }
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
