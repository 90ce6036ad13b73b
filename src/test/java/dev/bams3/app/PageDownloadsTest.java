package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Wait;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files that the page gives: reads, tables, plots and the view of igv.js. */
class PageDownloadsTest {
    private static final String REGION = "demo.chr1_100001-101000";

    @TempDir
    private static Path folder;

    private static Path downloads;
    private static RunningServer server;
    private static PageBrowser page;

    @BeforeAll
    static void start() throws IOException {
        page = PageBrowser.start(folder);
        downloads = Files.createDirectory(folder.resolve("downloads"));
        server = RunningServer.start("bams3.store=file:" + folder.resolve("store"), "bams3.demo=true");
        page.driver()
                .executeCdpCommand(
                        "Browser.setDownloadBehavior",
                        Map.of("behavior", "allow", "downloadPath", downloads.toString()));
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
        page.open(server.url("/#/demo?region=chr1:100001-101000"));
        page.until(".near svg");
        page.until(".plots svg");
    }

    private static byte[] file(String button, String name) throws IOException {
        page.script("document.querySelector(arguments[0]).click()", button);
        Path file = downloads.resolve(name);
        // The browser reserves the name by an empty file, which the whole one replaces.
        Wait.until(name, () -> file.toFile().length() > 0);
        return Files.readAllBytes(file);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void readsAreTheStreamsOfTheService() throws IOException {
        for (String format : List.of("BAM", "SAM")) {
            byte[] served;
            try (InputStream stream = URI.create(server.url(
                            "/stream/reads/demo?referenceName=chr1&start=100000&end=101000&format=" + format))
                    .toURL()
                    .openStream()) {
                served = stream.readAllBytes();
            }
            String small = format.toLowerCase(Locale.ROOT);
            assertThat(file("#download-" + small, REGION + "." + small))
                    .as(format)
                    .isEqualTo(served);
        }
    }

    @Test
    void tablesHaveALineForEachBinAndRead() throws IOException {
        List<String> depth =
                text(file("#depth-tsv", REGION + ".depth.tsv")).lines().toList();
        assertThat(depth).hasSize(1001).first().isEqualTo("reference\tstart0\tend0\tdepth");
        assertThat(depth.get(1)).startsWith("chr1\t100000\t100001\t");
        List<String> reads = text(file("#reads-tsv", "demo.reads.tsv")).lines().toList();
        assertThat(reads)
                .hasSizeGreaterThan(100)
                .first()
                .isEqualTo("name\tflag\treference\tposition\tmapq\tcigar\tinsert\tlength\tidentity");
        assertThat(reads.get(1).split("\t")).hasSize(9).contains("chr1", "150");
    }

    @Test
    void plotsAreDrawnWithoutAStyleSheet() throws IOException {
        String svg = text(file("[aria-label='Identity as SVG']", "identity.svg"));
        assertThat(svg)
                .startsWith("<svg")
                .contains("columns without an edit", "fill: rgb", "font-size: 12px")
                .doesNotContain("var(");
        byte[] png = file("[aria-label='Read length as PNG']", "read-length.png");
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isGreaterThan(400);
    }

    @Test
    void theViewIsAPicture() throws IOException {
        page.openIgv();
        page.readsInIgv();
        assertThat(text(file("#viewer-svg", REGION + ".svg"))).contains("<svg");
        assertThat(ImageIO.read(new ByteArrayInputStream(file("#viewer-png", REGION + ".png")))
                        .getHeight())
                .isGreaterThan(100);
    }
}
