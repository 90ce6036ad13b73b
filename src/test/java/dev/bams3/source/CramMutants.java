package dev.bams3.source;

import dev.bams3.fixtures.Htslib;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

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

    /** Writes what htslib makes of a BAM in each format to a folder. */
    public static void write(Path bam, Path folder) {
        for (String format : FORMATS) {
            Path cram = folder.resolve(FORMATS.indexOf(format) + ".cram");
            Htslib.samtools("view", "-C", "-O", "cram," + format, "--no-PG", "-o", cram.toString(), bam.toString());
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
