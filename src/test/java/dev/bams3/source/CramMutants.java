package dev.bams3.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Htslib;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Small CRAMs of every codec, and damage that gets past their lengths and checksums. */
public final class CramMutants {
    private static final List<String> FORMATS = List.of(
            "version=3.0,no_ref=1",
            "version=3.0,embed_ref=2,use_lzma=1,use_bzip2=1,use_rans=1",
            "version=3.1,no_ref=1",
            "version=3.1,embed_ref=2,small",
            "version=3.1,no_ref=1,archive",
            "version=3.1,no_ref=1,archive,use_arith=1,use_fqz=1,use_tok=1,seqs_per_slice=10");

    private CramMutants() {}

    /** Writes what htslib makes of simulated reads to a folder, in each format. */
    public static void write(long seed, Path folder) throws IOException {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        try (ExecutorService cpu = Executors.newFixedThreadPool(2)) {
            SimulationOptions options = SimulationOptions.illumina(seed, List.of(new Reference("chr1", 3_000)));
            new Simulator(cpu, 1).simulate(options.withDepth(10), bam);
        }
        Path source = Files.write(folder.resolve("made.bam"), bam.toByteArray());
        for (String format : FORMATS) {
            Path cram = folder.resolve(FORMATS.indexOf(format) + ".cram");
            Htslib.Answer made = Htslib.samtools(
                    "view", "-C", "-O", "cram," + format, "--no-PG", "-o", cram.toString(), source.toString());
            assertThat(made.exit()).as(made.errors()).isZero();
        }
    }

    /** A mutant of one of the folder's files. */
    public static byte[] of(Path folder, Random random) throws IOException {
        byte[] cram = Files.readAllBytes(folder.resolve(random.nextInt(FORMATS.size()) + ".cram"));
        CramParts parts = CramParts.of(cram).orElseThrow();
        parts.damage(random, new Mutations(random), cram);
        return parts.bytes();
    }
}
