package dev.bams3.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRig;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Tool;
import dev.bams3.genome.Reference;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The dataset of a CRAM that htslib made of a BAM is that of the BAM, but for what CRAM itself cannot hold. Of the shared BAM
 * files the smallest; {@code BAMS3_TEST_CRAM_BYTES} says how large one may be.
 */
class CramOfBamTest {
    private static final long MOST_BYTES =
            Long.parseLong(System.getenv().getOrDefault("BAMS3_TEST_CRAM_BYTES", "300000"));

    /** Bases of the references of a file that are made for it; what is longer takes longer to write than to read. */
    private static final long MOST_BASES = Math.min(200 * MOST_BYTES, 300_000_000);

    private static final List<String> WITHOUT_REFERENCE = List.of(
            "version=2.1,no_ref=1",
            "version=3.0,no_ref=1",
            "version=3.1,no_ref=1",
            "version=3.0,embed_ref=2",
            "version=3.1,embed_ref=2,small");

    /** Formats that an older samtools of the machine makes, too. */
    private static final List<String> OLDER =
            List.of("version=2.1,no_ref=1", "version=3.0,no_ref=1,small", "version=3.1,no_ref=1,archive");

    private static final List<String> WITH_REFERENCE =
            List.of("version=2.1", "version=3.0", "version=3.1", "version=3.1,archive");

    private final ConversionRig rig = new ConversionRig();

    @TempDir
    private Path folder = Path.of("set by JUnit");

    @AfterEach
    void close() {
        rig.close();
    }

    static List<Path> bams() throws IOException {
        List<Path> small = new ArrayList<>();
        for (Path bam : Bams.real()) {
            if (Files.size(bam) <= MOST_BYTES) {
                small.add(bam);
            }
        }
        assumeTrue(!small.isEmpty(), "BAMS3_TEST_DATA has no small BAM");
        return small;
    }

    @ParameterizedTest
    @MethodSource("bams")
    void theDatasetIsTheBams(Path bam) throws IOException {
        assumeTrue(Htslib.isInstalled(), "htslib is not installed");
        RawBam original = RawBam.read(bam);
        // The references made below have other checksums.
        String text =
                new String(original.header().text(), StandardCharsets.ISO_8859_1).replaceAll("\\tM5:[^\\t\\n]*", "");
        SamHeader header = new SamHeader(
                text.getBytes(StandardCharsets.ISO_8859_1), original.header().references());
        Path source = Files.write(folder.resolve("source.bam"), Bams.file(header, original.records()));
        for (String format : WITHOUT_REFERENCE) {
            compare(original, source, format, Optional.empty());
        }
        for (String format : Tool.isOnPath("samtools") ? OLDER : List.<String>of()) {
            Path cram = folder.resolve("older.cram");
            Tool.Result made = Tool.run(
                    folder, "samtools", "view", "-C", "-O", "cram," + format, "-o", cram.toString(), source.toString());
            assertThat(made.exit()).as("%s: %s", format, made.errors()).isZero();
            compareRecords(original, cram, "older, " + format, Optional.empty());
        }
        Optional<Path> fasta = fasta(original);
        for (String format : fasta.isPresent() ? WITH_REFERENCE : List.<String>of()) {
            compare(original, source, format, fasta);
        }
        System.out.println(bam.getFileName() + ": " + (fasta.isPresent() ? "with" : "without") + " reference");
    }

    private void compare(RawBam original, Path source, String format, Optional<Path> fasta) throws IOException {
        Path cram = folder.resolve("made.cram");
        List<String> command = new ArrayList<>(List.of("view", "-C", "--no-PG", "-o", cram.toString()));
        command.addAll(List.of("-O", "cram," + format));
        fasta.ifPresent(path -> command.addAll(List.of("-T", path.toString())));
        command.add(source.toString());
        Htslib.Answer made = Htslib.samtools(command.toArray(new String[0]));
        assertThat(made.exit()).as("%s: %s", format, made.errors()).isZero();
        compareRecords(original, cram, format, fasta);
    }

    private void compareRecords(RawBam original, Path cram, String format, Optional<Path> fasta) throws IOException {
        SourceOptions source = SourceOptions.DEFAULT.withReference(fasta.map(CramOfBamTest::reference));
        rig.convert(
                Files.readAllBytes(cram),
                ConversionOptions.DEFAULT.withReplace(true).withSource(source));
        RawBam found = RawBam.read(rig.export());
        List<byte[]> expected = (original.isSorted() ? original : original.sorted()).records();
        assertThat(found.header().references())
                .as(format)
                .isEqualTo(original.header().references());
        assertThat(found.records()).as(format).hasSameSizeAs(expected);
        boolean missingHeld = !format.contains("version=2");
        for (int i = 0; i < expected.size(); i++) {
            byte[] record = expected.get(i);
            assertThat(CramRecord.of(found.records().get(i), record, missingHeld))
                    .as("%s, record %s", format, i)
                    .isEqualTo(CramRecord.of(record, record, missingHeld));
        }
    }

    private static ReferenceFile reference(Path fasta) {
        return new ReferenceFile(
                new FolderObjectStore(new StoreUri.Folder(fasta.resolveSibling(""))),
                new ObjectKey(fasta.getFileName().toString()));
    }

    /** A FASTA file, with index, of the references that reads lie on: the first read's base everywhere, else N. */
    private Optional<Path> fasta(RawBam bam) throws IOException {
        List<Reference> references = bam.header().references().references();
        Map<Integer, byte[]> bases = new TreeMap<>();
        long sum = 0;
        for (byte[] record : bam.records()) {
            int reference = RawBam.int32(record, 4);
            if (reference >= 0 && !bases.containsKey(reference)) {
                int length = references.get(reference).length();
                sum += length;
                if (sum > MOST_BASES) {
                    return Optional.empty();
                }
                byte[] unknown = new byte[length];
                Arrays.fill(unknown, (byte) 'N');
                bases.put(reference, unknown);
            }
            if (reference >= 0) {
                CramRecord.align(record, Objects.requireNonNull(bases.get(reference)));
            }
        }
        Path fasta = folder.resolve("made.fa");
        StringBuilder index = new StringBuilder();
        long offset = 0;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(fasta))) {
            for (Map.Entry<Integer, byte[]> sequence : bases.entrySet()) {
                String name = references.get(sequence.getKey()).name();
                int length = sequence.getValue().length;
                byte[] head = (">" + name + "\n").getBytes(StandardCharsets.UTF_8);
                out.write(head);
                out.write(sequence.getValue());
                out.write('\n');
                offset += head.length;
                index.append(name + "\t" + length + "\t" + offset + "\t" + length + "\t" + (length + 1) + "\n");
                offset += length + 1;
            }
        }
        Files.writeString(folder.resolve("made.fa.fai"), index);
        return Optional.of(fasta);
    }
}
