package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.Keys;

/** The region of the page: where it begins, how it is written, and that it is one region everywhere. */
class PageRegionTest {
    private static final String REGION_OF_IGV = """
            const frame = document.getElementById('igv')?.browser?.referenceFrameList?.[0];
            return frame ? frame.chr + ':' + Math.round(frame.start + 1) : null;""";

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static PageBrowser page;

    @BeforeAll
    static void start() throws IOException {
        page = PageBrowser.start(folder);
        Path genomes = Files.writeString(folder.resolve("genomes.json"), """
                [{"id": "lab", "name": "Our strain", "fastaURL": "page/genomes.json", "lengths": {"1": 400000, "2": 200000}},
                 {"id": "other", "name": "Another", "fastaURL": "page/genomes.json", "lengths": {"chr1": 400001}}]""");
        server = RunningServer.start(
                "bams3.store=file:" + folder.resolve("store"), "bams3.demo=true", "bams3.page.genomes=" + genomes);
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
        page.open(server.url("/#/demo"));
        page.until(".coverage svg");
    }

    private static String hash() {
        return String.valueOf(page.script("return location.hash"));
    }

    private static void untilEverywhere(String region) {
        String plain = region.replace(",", "");
        page.untilAttribute("#region", "value", region);
        page.untilScript("return location.hash === '#/demo?region=" + plain + "' || null");
        page.untilText(".sub h3", region);
        long start = Long.parseLong(plain.replaceAll(".*:|-.*", "")) - 1;
        page.untilText("#command", "start=" + start + "&");
        page.untilAttribute("#download-bam", "href", "start=" + start + "&");
    }

    @Test
    void aDatasetOpensAtItsDeepestPlace() {
        String region = String.valueOf(page.until("#region").getAttribute("value"));
        untilEverywhere(region);
        assertThat(region).startsWith("chr1:");
        page.untilText(".card .note", "reads of 1 kb");
        assertThat(page.until(".sub .note").getText()).contains("breadth 100 %");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    chr2|chr2:1-200,000
                    2|chr2:1-200,000
                    chr1:399000|chr1:399,000-400,000
                    chr1:1,001-2,000|chr1:1,001-2,000
                    chr1:390001-|chr1:390,001-400,000
                    1:5,001-6000|chr1:5,001-6,000
                    """)
    void aRegionIsWrittenAsOnTheCommandLine(String text, String region) {
        page.write("#region", text, Keys.ENTER);
        untilEverywhere(region);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    chr1:0-10|Positions begin at 1
                    chr1:20-10|the end may not come before
                    chr1:500000|chr1 ends at 400,000
                    chr1:x|is not a region
                    BRCA2|no reference 'BRCA2'
                    """)
    void aMistakeIsSaidAndTheRegionStays(String text, String message) {
        String before = hash();
        page.write("#region", text, Keys.ENTER);
        page.untilText("#region-state.bad", message);
        assertThat(hash()).isEqualTo(before);
    }

    @Test
    void aLinkLeadsToItsRegionAndBackLeadsBack() {
        page.open(server.url("/#/demo?region=chr2:10001-11000"));
        untilEverywhere("chr2:10,001-11,000");
        page.write("#region", "chr1:20001-21000", Keys.ENTER);
        untilEverywhere("chr1:20,001-21,000");
        page.driver().navigate().back();
        untilEverywhere("chr2:10,001-11,000");
        page.open(server.url("/#/demo?region=chr9:1-2"));
        page.untilText("#region-state.bad", "no reference 'chr9'");
        page.untilText(".card .note", "reads of 1 kb");
    }

    @Test
    void stepsAndThePlotMoveTheRegion() {
        page.write("#region", "chr1:100,001-101,000", Keys.ENTER);
        untilEverywhere("chr1:100,001-101,000");
        page.click("#step-right");
        untilEverywhere("chr1:100,501-101,500");
        page.click("#step-left");
        untilEverywhere("chr1:100,001-101,000");
        page.click("#zoom-out");
        untilEverywhere("chr1:99,001-102,000");
        page.click("#zoom-in");
        untilEverywhere("chr1:100,001-101,000");
        // The whole reference is cut into 300 bins of 1,333 positions or one more.
        page.script("document.querySelector('.coverage').scrollIntoView({block: 'center'})");
        page.click(".coverage .hit:nth-of-type(151)");
        page.untilScript("return /region=chr1:(19|20)\\d{4}-20\\d{4}$/.test(location.hash) || null");
        page.click("#busiest");
        page.untilScript("return !/region=chr1:(19|20)\\d{4}-/.test(location.hash) || null");
    }

    @Test
    void theViewerFollowsTheRegionAndLeadsIt() {
        page.openIgv();
        page.readsInIgv();
        page.write("#region", "chr2:50,001-51,000", Keys.ENTER);
        page.untilScript("return (() => {" + REGION_OF_IGV + "})() === 'chr2:50001' || null");
        page.script("document.getElementById('igv').browser.search('chr1:70001-72000')");
        page.untilAttribute("#region", "value", "chr1:70,0");
        page.untilScript("return location.hash.startsWith('#/demo?region=chr1:70') || null");
        page.assertCleanConsole();
    }

    @Test
    void depthIsDrawnWhereReadsAreTooMany() {
        page.openIgv();
        page.readsInIgv();
        page.write("#region", "chr1", Keys.ENTER);
        page.untilAttribute("#igv", "data-wide", "true");
        Object bins = page.untilScript("""
                const view = document.getElementById('igv').browser?.findTracks(t => t.type === 'wig')[0]?.trackView;
                const features = view?.viewports[0]?.cachedFeatures;
                return features?.length > 500 && features[features.length - 1].end >= 399000 ? features.length : null;""");
        assertThat((Long) bins).isGreaterThan(500);
        page.assertCleanConsole();
    }

    @Test
    void genomesAreRecognizedByLengthsAndLoadedOnlyOnWish() {
        page.openIgv();
        page.readsInIgv();
        page.untilText("#genome", "Our strain: fits these references");
        assertThat(page.until("#genome").getText()).contains("Another").doesNotContain("Another: fits");
        page.assertCleanConsole();
    }
}
