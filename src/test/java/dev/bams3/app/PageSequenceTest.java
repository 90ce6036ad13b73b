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
import org.openqa.selenium.Keys;
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
        Files.writeString(files.resolve("genes.bed"), "chr1\t120000\t122000\tGENE7\n");
        Path genomes = Files.writeString(folder.resolve("genomes.json"), """
                [{"id": "lab", "name": "Our strain", "lengths": {"1": 400000},
                  "fastaURL": "sequences/genome.fa", "indexURL": "sequences/genome.fa.fai",
                  "tracks": [{"name": "Genes", "url": "sequences/genes.bed", "format": "bed", "indexed": false, "searchable": true}]}]""");
        server = RunningServer.start(
                store -> store,
                List.of(new Served(files)),
                "bams3.page.genomes=" + genomes,
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
    void aChosenGenomeHasItsSequenceAndFindsItsGenes() throws IOException {
        page.write("#region", "GENE7", Keys.ENTER);
        page.untilText("#region-state.bad", "no reference 'GENE7'");
        page.untilText("#genome", "Our strain: fits these references");
        assertThat(asked()).isFalse();
        page.untilScript("document.getElementById('genome').focus(); return 1");
        page.driver().switchTo().activeElement().sendKeys("Our", Keys.ENTER);
        page.untilScript("return document.getElementById('genome').value === 'lab' || null");
        page.openIgv();
        assertThat(page.readsInIgv()).isGreaterThan(100);
        assertThat(bases()).isEqualTo(LINE);
        assertThat(asked()).isTrue();
        page.untilScript("""
                return document.getElementById('igv').browser?.findTracks(track => track.name === 'Genes').length === 1 || null;""");
        page.write("#region", "gene7", Keys.ENTER);
        // The gene, and what igv.js shows beside it.
        page.untilScript("""
                const found = /region=chr1:(\\d+)-(\\d+)$/.exec(location.hash);
                return found && found[1] > 110000 && found[1] <= 120001 && found[2] >= 122000 && found[2] < 132000 || null;""");
        page.screenshot("genome");
        page.assertCleanConsole();
    }

    /** Whether anything of the genome was loaded. */
    private static boolean asked() {
        return Boolean.TRUE.equals(page.script(
                "return performance.getEntriesByType('resource').some(one => one.name.includes('/sequences/'))"));
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
