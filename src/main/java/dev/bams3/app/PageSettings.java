package dev.bams3.app;

import dev.bams3.error.ReadsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The page at `/`.
 *
 * @param genomes file with the genomes that the page offers, a JSON array of genomes as igv.js defines them, each with the
 *     `lengths` by which the page recognizes it; absent: hg38, hg19, T2T-CHM13 and mm39 from the servers of UCSC and IGV,
 *     which a browser asks only after its user has chosen one
 */
public record PageSettings(@Nullable String genomes) {
    public PageSettings {
        genomes = genomes == null || genomes.isBlank() ? null : genomes.strip();
        if (genomes != null) {
            check(genomes);
        }
    }

    private static void check(String file) {
        JsonNode found;
        try {
            found = JsonMapper.shared().readTree(Files.readAllBytes(Path.of(file)));
        } catch (IOException | JacksonException e) {
            throw wrong("cannot read '" + file + "' as JSON");
        }
        if (!found.isArray()) {
            throw wrong("'" + file + "' is not a JSON array of genomes");
        }
        for (JsonNode genome : found) {
            if (!genome.path("id").isString()) {
                throw wrong("a genome in '" + file + "' has no id");
            }
        }
    }

    private static ReadsException wrong(String what) {
        return ReadsException.invalidInput("bams3.page.genomes", "bams3.page.genomes: " + what);
    }
}
