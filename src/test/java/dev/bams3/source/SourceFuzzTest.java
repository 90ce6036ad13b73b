package dev.bams3.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.bam.BamReader;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.BgzfReader;
import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRig;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.sam.RecordDifference;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged sources are refused with a message of ours, or give the records that htslib reads in them; nothing else happens.
 * BAM and SAM text that htslib refuses are refused.
 * The files of specification and htslib, and small real ones, are damaged at random: BAM also below its compression and
 * checksums. {@code BAMS3_TEST_FUZZED_SOURCES} says how many of each format, {@code BAMS3_TEST_SEED} repeats a run; what
 * fails is kept in {@code target/fuzz}.
 */
class SourceFuzzTest {
    private static final int COUNT = Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_FUZZED_SOURCES", "300"));
    private static final long SEED = Seed.draw();

    /** Larger files cost time, and have nothing that a small one lacks. */
    private static final int LARGEST = 20_000;

    private static final int MOST_FAILURES = 10;
    private static final int BIN = 14;

    /** Of the sources that can be read, one in so many is made a dataset. */
    private static final int CONVERTED_WHOLE = 4;

    @TempDir
    private Path folder = Path.of("set by JUnit");

    private final SourceReading reading = new SourceReading();
    private final ConversionRig rig = new ConversionRig();
    private final Random random = new Random(SEED);
    private final Mutations mutations = new Mutations(random);
    private SourceOptions options = SourceOptions.DEFAULT.withAllowUnknownReferences(true);
    private String[] htslib = {};
    private boolean mayReadMore;
    private boolean isComparable = true;
    private final List<String> failures = new ArrayList<>();

    @AfterEach
    void close() {
        reading.close();
        rig.close();
    }

    @Test
    void bam() throws IOException {
        List<byte[]> seeds = new ArrayList<>(shared(".bam"));
        seeds.addAll(realHeads());
        seeds.add(randomRecords());
        run(seeds, "bam", file -> {
            if (random.nextInt(4) == 0) {
                return mutations.of(file, any(seeds), false);
            }
            return Bams.compressed(mutations.of(RawBam.inflated(file), RawBam.inflated(any(seeds)), false));
        });
    }

    @Test
    void sam() throws IOException {
        List<byte[]> seeds = new ArrayList<>(shared(".sam"));
        RandomSamLines lines = new RandomSamLines(SEED);
        StringBuilder text = new StringBuilder(RandomSamLines.HEADER);
        for (int i = 0; i < 20; i++) {
            String line = lines.right() + "\n";
            if (isRead((RandomSamLines.HEADER + line).getBytes(StandardCharsets.ISO_8859_1))) {
                text.append(line);
            }
        }
        seeds.add(text.toString().getBytes(StandardCharsets.ISO_8859_1));
        run(seeds, "sam", file -> mutations.of(file, any(seeds), true));
    }

    /** Damaged as a whole, and in parts whose lengths and checksums are right again. */
    @Test
    void cram() throws IOException {
        List<byte[]> seeds = new ArrayList<>(shared(".cram"));
        if (Htslib.isInstalled()) {
            seeds.addAll(crams());
        }
        assumeTrue(!seeds.isEmpty(), "there is no CRAM: BAMS3_TEST_DATA is not set, and htslib not installed");
        // htslib also refuses damage of what no record needs.
        mayReadMore = true;
        Optional<Path> fasta = fasta();
        if (fasta.isPresent()) {
            Path path = fasta.get();
            options = options.withReference(Optional.of(new ReferenceFile(
                    new FolderObjectStore(new StoreUri.Folder(folder)),
                    new ObjectKey(path.getFileName().toString()))));
            htslib = new String[] {"-T", path.toString()};
        }
        run(seeds, "cram", file -> {
            Optional<CramParts> parts = CramParts.of(file);
            isComparable = true;
            if (parts.isEmpty() || random.nextInt(5) == 0) {
                return mutations.of(file, any(seeds), false);
            }
            // What codecs make of streams that are none differs between programs.
            isComparable = false;
            parts.get().damage(random, mutations, any(seeds));
            return parts.get().bytes();
        });
    }

    private static byte[] randomRecords() {
        List<byte[]> records = new RandomRecords(SEED).sortedList(40);
        // htslib moves a CIGAR out of its tag where it is short enough; we keep records as they are.
        records.removeIf(
                record -> record.length > LARGEST || new String(record, StandardCharsets.ISO_8859_1).contains("CGBI"));
        return Bams.file(RandomRecords.header(), records);
    }

    /** CRAMs of random records by every kind of codec, each of which htslib reads. */
    private List<byte[]> crams() throws IOException {
        List<byte[]> records = new ArrayList<>();
        for (byte[] record : RawBam.read(randomRecords()).records()) {
            if (cram(List.of(record), "version=3.0,no_ref=1").isPresent()) {
                records.add(record);
            }
        }
        assertThat(records).hasSizeGreaterThan(10);
        List<byte[]> made = new ArrayList<>();
        for (String format : List.of(
                "version=3.0,no_ref=1",
                "version=3.0,no_ref=1,seqs_per_slice=10,slices_per_container=2",
                "version=3.0,embed_ref=2,use_lzma=1,use_bzip2=1",
                "version=3.1,no_ref=1,archive",
                "version=3.1,embed_ref=2,small",
                "version=2.1,no_ref=1")) {
            Optional<byte[]> cram = cram(records, format);
            assertThat(cram).as(format).isPresent();
            made.add(cram.orElseThrow());
        }
        return made;
    }

    /** Returns what htslib makes of records, unless it refuses to make it or to read it. */
    private Optional<byte[]> cram(List<byte[]> records, String format) throws IOException {
        String bam = Files.write(folder.resolve("made.bam"), Bams.file(RandomRecords.header(), records))
                .toString();
        Path cram = folder.resolve("made.cram");
        boolean made = Htslib.samtools("view", "-C", "-O", "cram," + format, "--no-PG", "-o", cram.toString(), bam)
                        .exit()
                == 0;
        return made && Htslib.samtools("view", cram.toString()).exit() == 0
                ? Optional.of(Files.readAllBytes(cram))
                : Optional.empty();
    }

    private Optional<Path> fasta() throws IOException {
        String data = System.getenv("BAMS3_TEST_DATA");
        Path original = Path.of(data == null ? "" : data, "htslib/ce.fa");
        if (data == null || !Files.exists(original)) {
            return Optional.empty();
        }
        Path copy = Files.copy(original, folder.resolve("ce.fa"));
        Files.copy(original.resolveSibling("ce.fa.fai"), folder.resolve("ce.fa.fai"));
        return Optional.of(copy);
    }

    private boolean isRead(byte[] file) {
        try {
            reading.read(file, options);
            return true;
        } catch (ReadsException e) {
            return false;
        }
    }

    private interface Damage {
        byte[] to(byte[] file);
    }

    private void run(List<byte[]> seeds, String format, Damage damage) throws IOException {
        int converted = 0;
        for (int i = 0; i < COUNT && failures.size() < MOST_FAILURES; i++) {
            byte[] file = damage.to(any(seeds));
            String problem = null;
            try {
                RawBam ours = reading.read(file, options).bam();
                converted++;
                problem = difference(ours.records(), file);
                if (problem == null && converted % CONVERTED_WHOLE == 0) {
                    problem = dataset(ours, file);
                }
            } catch (ReadsException e) {
                problem = complaint(e);
            } catch (RuntimeException | Error e) {
                problem = "an exception that is not ours: " + e + " at "
                        + Arrays.toString(e.getStackTrace()).split(",")[0];
            }
            if (problem != null) {
                Path kept = Files.createDirectories(Path.of("target/fuzz"))
                        .resolve(format + "-" + SEED + "-" + i + "." + format);
                Files.write(kept, file);
                failures.add(kept + ": " + problem);
            }
        }
        System.out.printf("%s: %d damaged sources, %d of them converted, seed %d%n", format, COUNT, converted, SEED);
        assertThat(failures).as("seed %d", SEED).isEmpty();
    }

    /** What is wrong with the dataset of a source. */
    private @Nullable String dataset(RawBam read, byte[] file) {
        rig.convert(file, ConversionOptions.DEFAULT.withReplace(true).withSource(options));
        RawBam back = RawBam.read(rig.export());
        List<byte[]> expected = read.isSorted() ? read.records() : read.sorted().records();
        boolean same = back.records().size() == expected.size();
        for (int i = 0; i < expected.size() && same; i++) {
            same = Arrays.equals(back.records().get(i), expected.get(i));
        }
        return same ? null : "the dataset has other records than its source";
    }

    /** What is wrong with a refusal. */
    private static @Nullable String complaint(ReadsException e) {
        String message = e.getMessage();
        boolean vague = message == null
                || message.contains("null")
                || message.contains("out of bounds")
                || message.contains("Exception")
                || e.text().isBlank();
        return e.kind() == ErrorKind.INTERNAL || e.kind() == ErrorKind.UNAVAILABLE || vague
                ? e.kind() + " " + message
                : null;
    }

    private @Nullable String difference(List<byte[]> ours, byte[] file) throws IOException {
        if (!isComparable || !Htslib.isInstalled()) {
            return null;
        }
        Htslib.Reading theirs = Htslib.read(Files.write(folder.resolve("source.bam"), file), htslib);
        Optional<RawBam> bam = theirs.bam();
        if (bam.isEmpty()) {
            return mayReadMore ? null : "converted, but htslib says: " + theirs.errors();
        }
        List<byte[]> expected = bam.get().records();
        for (int i = 0; i < Math.min(ours.size(), expected.size()); i++) {
            byte[] theirRecord = SourceReading.withFlagOf(ours.get(i), expected.get(i));
            // htslib computes it; we keep that of a BAM.
            System.arraycopy(ours.get(i), BIN, theirRecord, BIN, 2);
            Optional<String> field = RecordDifference.first(ours.get(i), 0, theirRecord, 0);
            if (field.isPresent()) {
                return "record " + i + ", " + field.get() + ": "
                        + HexFormat.of().formatHex(ours.get(i)) + ", htslib: "
                        + HexFormat.of().formatHex(theirRecord);
            }
        }
        return ours.size() == expected.size() ? null : ours.size() + " records, htslib: " + expected.size();
    }

    /** The first records of the real BAM files. */
    private static List<byte[]> realHeads() throws IOException {
        List<byte[]> heads = new ArrayList<>();
        if (System.getenv("BAMS3_TEST_DATA") == null) {
            return heads;
        }
        for (Path file : Bams.real()) {
            try (InputStream in = Files.newInputStream(file);
                    BgzfInflaters inflaters = new BgzfInflaters(1)) {
                BamReader reader = new BamReader(
                        new BgzfReader(in, inflaters, file.toString()), BamReader.MAX_RECORD_LENGTH, Long.MAX_VALUE);
                List<byte[]> records = new ArrayList<>();
                int length = reader.header().text().length;
                while (length <= LARGEST && reader.next() && length + reader.length() <= LARGEST) {
                    length += reader.length();
                    records.add(
                            Arrays.copyOfRange(reader.buffer(), reader.offset(), reader.offset() + reader.length()));
                }
                if (!records.isEmpty()) {
                    heads.add(Bams.file(reader.header(), records));
                }
            }
        }
        return heads;
    }

    private byte[] any(List<byte[]> seeds) {
        return seeds.get(random.nextInt(seeds.size()));
    }

    /** The small files of this kind that the projects share; none where {@code BAMS3_TEST_DATA} is not set. */
    private static List<byte[]> shared(String ending) throws IOException {
        String data = System.getenv("BAMS3_TEST_DATA");
        List<byte[]> found = new ArrayList<>();
        if (data == null) {
            return found;
        }
        for (Path root :
                List.of(Path.of(data, "hts-specs"), Path.of(data, "htslib"), Path.of(data, "../cases/sources"))) {
            if (!Files.isDirectory(root)) {
                continue;
            }
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(path -> path.toString().endsWith(ending))
                        .sorted()
                        .toList()) {
                    if (Files.size(file) <= LARGEST) {
                        found.add(Files.readAllBytes(file));
                    }
                }
            }
        }
        return found;
    }
}
