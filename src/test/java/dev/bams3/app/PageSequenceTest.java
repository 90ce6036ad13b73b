package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The viewer of the page over a reference sequence that its user gives: by address, and from this machine. */
class PageSequenceTest {
    private static final String LINE = "GATTACA".repeat(10);
    private static final int LENGTH = 400_000;

    @TempDir
    private static Path folder;

    private static RunningServer server;
    private static PageBrowser page;

    /** Another path of the service, as an address that the page may ask. */
    private record Served(Path folder) implements WebMvcConfigurer {
        @Override
        public void addResourceHandlers(ResourceHandlerRegistry registry) {
            registry.addResourceHandler("/sequences/**").addResourceLocations("file:" + folder + "/");
        }
    }

    @BeforeAll
    static void start() throws IOException {
        page = PageBrowser.start(folder);
        Path files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(
                files.resolve("genome.fa"),
                ">chr1 of this test\n" + (LINE + "\n").repeat(LENGTH / LINE.length())
                        + LINE.substring(0, LENGTH % LINE.length()) + "\n");
        Files.writeString(
                files.resolve("genome.fa.fai"),
                "chr1\t%d\t19\t%d\t%d\n".formatted(LENGTH, LINE.length(), LINE.length() + 1));
        server = RunningServer.start(
                store -> store,
                List.of(new Served(files)),
                "bams3.store=file:" + folder.resolve("store"),
                "bams3.demo=true");
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
        page.until("#fasta-url");
    }

    @Test
    void aSequenceIsReadFromAnAddress() throws IOException {
        page.write("#fasta-url", server.url("/sequences/genome.fa"));
        page.openIgv();
        assertThat(page.readsInIgv()).isGreaterThan(100);
        assertThat(bases()).isEqualTo(LINE);
        page.screenshot("sequence");
        page.assertCleanConsole();
    }

    @Test
    void aSequenceIsReadFromFilesOfThisMachine() {
        Path fasta = folder.resolve("files/genome.fa");
        page.patience().until(driver -> {
            // Both at once, as somebody chooses them in the dialog.
            driver.findElement(By.id("fasta-file")).sendKeys(fasta + "\n" + fasta + ".fai");
            return true;
        });
        page.openIgv();
        assertThat(page.readsInIgv()).isGreaterThan(100);
        assertThat(bases()).isEqualTo(LINE);
        page.assertCleanConsole();
    }

    @Test
    void anAddressWithoutASequenceIsSaidAndCanBeTakenBack() throws IOException {
        page.write("#fasta-url", server.url("/sequences/other.fa"));
        page.openIgv();
        page.untilText(".state.bad", "The viewer could not open");
        page.screenshot("no-sequence");
        page.write("#fasta-url", "");
        page.openIgv();
        assertThat(page.readsInIgv()).isGreaterThan(100);
    }

    /** Of the second line of the FASTA, as igv.js has them. */
    private static Object bases() {
        page.script("""
                document.getElementById('igv').browser.genome.getSequence('chr1', %d, %d)
                  .then(bases => document.body.dataset.bases = bases);""".formatted(LINE.length(), 2 * LINE.length()));
        return page.untilScript("return document.body.dataset.bases ?? null");
    }
}
