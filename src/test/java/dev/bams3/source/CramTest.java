package dev.bams3.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.RawBam;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A CRAM gives the records and the header that htslib gives, byte for byte. */
class CramTest {
    /** Cut, or of a version without an end: refused on purpose, though htslib reads what there is. */
    private static final Set<String> WITHOUT_END = Set.of(
            "0000_empty_noeof.cram",
            "5.quickcheck.scramble30.truncated.cram",
            "ex1_half.cram",
            "ex1_noeof.cram",
            "ce#5b.cram");

    /** Of another length than the header says: htslib changes the length, which here stays the header's. */
    private static final Set<String> OTHER_LENGTHS = Set.of("xx#large_aux_java.cram", "ce#5b.cram", "ex1_noeof.cram");

    private final ExecutorService cpu = Executors.newFixedThreadPool(3);
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private final BgzfInflaters inflaters = new BgzfInflaters(3);

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        cpu.shutdownNow();
        waiting.shutdownNow();
        inflaters.close();
    }

    @Test
    void theFilesOfTheSpecificationAndOfHtslibAreAsHtslibReadsThem() throws IOException {
        assumeTrue(Htslib.isInstalled(), "htslib is not installed");
        List<Path> files = shared();
        assumeTrue(!files.isEmpty(), "BAMS3_TEST_DATA has no CRAM files");
        Map<String, Path> fastas = fastas();
        List<String> differing = new ArrayList<>();
        for (Path file : files) {
            Optional<Path> fasta = Optional.ofNullable(fastas.get(fasta(file)));
            SourceOptions options = SourceOptions.DEFAULT.withReference(fasta.map(CramTest::reference));
            String name = file.getFileName().toString();
            if (WITHOUT_END.contains(name)) {
                ReadsException refused = refused(file, options);
                assertThat(refused).hasMessageContaining("end-of-file container");
                continue;
            }
            compare(file, options, fasta).ifPresent(problem -> differing.add(name + ": " + problem));
        }
        assertThat(differing).isEmpty();
    }

    @Test
    void aFileWithoutItsEndIsReadWhenThatIsAccepted() throws IOException {
        assumeTrue(Htslib.isInstalled(), "htslib is not installed");
        List<Path> files = shared().stream()
                .filter(file -> file.endsWith("ce#5b.cram") || file.endsWith("ex1_noeof.cram"))
                .toList();
        assumeTrue(!files.isEmpty(), "BAMS3_TEST_DATA has no CRAM files");
        Map<String, Path> fastas = fastas();
        for (Path file : files) {
            Optional<Path> fasta = Optional.ofNullable(fastas.get(fasta(file)));
            SourceOptions options = SourceOptions.DEFAULT
                    .withReference(fasta.map(CramTest::reference))
                    .withAllowMissingEndOfFile(true);
            assertThat(compare(file, options, fasta)).as(file.toString()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "version=3.0,no_ref=1",
        "version=3.0,embed_ref=2",
        "version=3.1,no_ref=1,fast",
        "version=3.1,embed_ref=2",
        "version=3.1,no_ref=1,small",
        "version=3.1,embed_ref=2,archive",
        "version=3.0,no_ref=1,archive,use_lzma=1,use_bzip2=1",
        "version=2.1,no_ref=1",
        "version=3.1,no_ref=1,lossy_names=1,seqs_per_slice=500,slices_per_container=3",
        "version=3.1,no_ref=1,multi_seq_per_slice=1",
    })
    void whatHtslibMakesOfEachRealBamIsAsHtslibReadsIt(String options) throws IOException {
        assumeTrue(Htslib.isInstalled(), "htslib is not installed");
        List<String> differing = new ArrayList<>();
        for (Path bam : Bams.real()) {
            if (Files.size(bam) > MOST) {
                continue;
            }
            Path cram = folder.resolve("made.cram");
            Htslib.Answer made = Htslib.samtools(
                    "view", "-C", "-O", "cram," + options, "--no-PG", "-o", cram.toString(), bam.toString());
            if (made.exit() == 0) {
                compare(cram, SourceOptions.DEFAULT, Optional.empty())
                        .ifPresent(problem -> differing.add(bam.getFileName() + ": " + problem));
            }
        }
        assertThat(differing).isEmpty();
    }

    /** CRAM numbers read groups, and htslib counts one that stands twice once. */
    @Test
    void readGroupsThatStandTwiceAreAsHtslibReadsThem() throws IOException {
        assumeTrue(Htslib.isInstalled(), "htslib is not installed");
        Path sam = Files.writeString(folder.resolve("groups.sam"), """
                @SQ\tSN:a\tLN:100
                @RG\tID:one
                @RG\tID:one\tSM:x
                @RG\tID:two
                r1\t0\ta\t1\t9\t4M\t*\t0\t0\tACGT\tIIII\tRG:Z:one
                r2\t0\ta\t2\t9\t4M\t*\t0\t0\tACGT\tIIII\tRG:Z:two
                """);
        Path cram = folder.resolve("groups.cram");
        Htslib.samtools("view", "-C", "-O", "cram,no_ref=1", "--no-PG", "-o", cram.toString(), sam.toString());
        assertThat(compare(cram, SourceOptions.DEFAULT, Optional.empty())).isEmpty();
    }

    /** Larger ones only take longer. */
    private static final long MOST = 500_000;

    private Optional<String> compare(Path file, SourceOptions options, Optional<Path> fasta) {
        String[] withFasta =
                fasta.map(path -> new String[] {"-T", path.toString()}).orElse(new String[0]);
        Optional<RawBam> expected = Htslib.read(file, withFasta).bam();
        RawBam found;
        try {
            found = read(file, options);
        } catch (ReadsException e) {
            return expected.map(bam -> "refused: " + e.getMessage());
        }
        if (expected.isEmpty()) {
            return Optional.of("read, though htslib refuses it");
        }
        RawBam bam = expected.get();
        if (!Arrays.equals(bam.header().text(), found.header().text())) {
            return Optional.of("header text");
        }
        if (!bam.header().references().equals(found.header().references())
                && !OTHER_LENGTHS.contains(file.getFileName().toString())) {
            return Optional.of("references");
        }
        if (bam.records().size() != found.records().size()) {
            return Optional.of(
                    found.records().size() + " records, not " + bam.records().size());
        }
        for (int i = 0; i < bam.records().size(); i++) {
            if (!Arrays.equals(bam.records().get(i), found.records().get(i))) {
                return Optional.of("record " + i);
            }
        }
        return Optional.empty();
    }

    private ReadsException refused(Path file, SourceOptions options) {
        try {
            read(file, options);
        } catch (ReadsException e) {
            assertThat(e.kind()).isIn(ErrorKind.CORRUPT, ErrorKind.INVALID_INPUT);
            return e;
        }
        throw new AssertionError(file + " was read");
    }

    private RawBam read(Path file, SourceOptions options) {
        SourceHead head = SourceHead.read(source(file), options, inflaters, cpu, waiting);
        List<byte[]> records = new ArrayList<>();
        try (SourceFile source = SourceFile.open(head, inflaters, cpu, waiting)) {
            RecordSource from = source.records();
            while (from.next()) {
                records.add(Arrays.copyOfRange(from.buffer(), from.offset(), from.offset() + from.length()));
            }
        }
        return new RawBam(head.header(), records);
    }

    private static SourceObject source(Path file) {
        return SourceObject.open(store(file), key(file));
    }

    private static ReferenceFile reference(Path fasta) {
        return new ReferenceFile(store(fasta), key(fasta));
    }

    private static ObjectStore store(Path file) {
        return new FolderObjectStore(new StoreUri.Folder(file.resolveSibling("")));
    }

    private static ObjectKey key(Path file) {
        return new ObjectKey(file.getFileName().toString());
    }

    /** All CRAM files beside and below the folder of test data. */
    private static List<Path> shared() throws IOException {
        @org.jspecify.annotations.Nullable String data = System.getenv("BAMS3_TEST_DATA");
        if (data == null) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        for (Path place : List.of(Path.of(data), Path.of(data).resolveSibling("cases/sources"))) {
            if (Files.isDirectory(place)) {
                try (Stream<Path> files = Files.walk(place)) {
                    files.filter(file -> file.toString().endsWith(".cram"))
                            .sorted()
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    /** Copies of their references, each by folder and name, indexed. */
    private Map<String, Path> fastas() throws IOException {
        Map<String, Path> copies = new java.util.TreeMap<>();
        Path data = Path.of(System.getenv("BAMS3_TEST_DATA"));
        for (String name : List.of(
                "hts-specs/cram/ce.fa", "htslib/ce.fa", "htslib/auxf.fa", "htslib/xx.fa", "../cases/sources/chr1.fa")) {
            Path original = data.resolve(name);
            if (Files.exists(original)) {
                Path copy = Files.createDirectories(folder.resolve("fasta" + copies.size()))
                        .resolve(original.getFileName());
                Files.copy(original, copy);
                Htslib.samtools("faidx", copy.toString());
                copies.put(name, copy);
            }
        }
        return copies;
    }

    private static String fasta(Path file) {
        String name = file.getFileName().toString();
        if (file.toString().contains("hts-specs") || name.startsWith("0")) {
            return "hts-specs/cram/ce.fa";
        }
        if (name.startsWith("ce#") || name.startsWith("range")) {
            return "htslib/ce.fa";
        }
        if (name.startsWith("auxf")) {
            return "htslib/auxf.fa";
        }
        return name.startsWith("xx#") ? "htslib/xx.fa" : "../cases/sources/chr1.fa";
    }
}
