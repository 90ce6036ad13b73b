package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.genome.Reference;
import dev.bams3.genome.Region;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.OpenRead.Slice;
import dev.bams3.sam.ReadNameHash;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordCriteria.Subsample;
import dev.bams3.sam.RecordCriteria.TagCondition;
import dev.bams3.sam.RecordView;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import htsjdk.samtools.SAMRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Criteria, limits and shares: compared with a naive filter of htsjdk's records, and with samtools view. */
class RecordCriteriaTest {
    private static final RawBam SIMULATED = simulated();
    private static final List<SAMRecord> RECORDS = RecordColumnsTest.htsjdk(bytes(SIMULATED));
    private static final ReadSelection ALL = ReadSelection.everything();

    @TempDir
    private Path folder;

    private final long seed = Seed.draw();
    private final Random random = new Random(seed);

    private static RawBam simulated() {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        List<Reference> references = List.of(new Reference("chr1", 60_000), new Reference("chr2", 9_000));
        try (ExecutorService cpu = Executors.newFixedThreadPool(2)) {
            new Simulator(cpu, 1)
                    .simulate(SimulationOptions.illumina(5, references).withDepth(12), bam);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return RawBam.read(bam.toByteArray());
    }

    private static byte[] bytes(RawBam bam) {
        return Bams.file(bam.header(), bam.records());
    }

    @Test
    void randomCriteriaKeepWhatANaiveFilterKeeps() throws IOException {
        try (QueryFixture fixture = fixture()) {
            for (int round = 0; round < 60; round++) {
                RecordCriteria criteria = criteria();
                boolean region = random.nextBoolean();
                ReadSelection selection = region
                        ? new ReadSelection.Regions(
                                List.of(new Region("chr1", 9_000, OptionalLong.of(30_000)), Region.whole("chr2")),
                                random.nextBoolean())
                        : ALL;
                List<String> expected = RecordColumnsTest.htsjdk(fixture.bam(selection)).stream()
                        .filter(record -> meets(record, criteria))
                        .map(SAMRecord::getSAMString)
                        .toList();
                List<String> found =
                        RecordColumnsTest.htsjdk(fixture.write(selection, view(criteria), ReadFormat.BAM)).stream()
                                .map(SAMRecord::getSAMString)
                                .toList();
                assertThat(found)
                        .as("%s, %s, seed %s", criteria, selection, seed)
                        .isEqualTo(expected);
                try (OpenRead read = fixture.open(selection, view(criteria))) {
                    assertThat(read.count().records()).isEqualTo(expected.size());
                    if (!criteria.equals(RecordCriteria.NONE)) {
                        assertThat(read.slices(1).size()).isLessThanOrEqualTo(1);
                    }
                }
            }
        }
    }

    private RecordCriteria criteria() {
        SAMRecord some = RECORDS.get(random.nextInt(RECORDS.size()));
        List<TagCondition> tags = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            tags.add(new TagCondition("NM", Optional.of("0")));
            tags.add(new TagCondition("NM", Optional.of("" + random.nextInt(4))));
        }
        if (random.nextInt(4) == 0) {
            tags.add(new TagCondition("MD", Optional.empty()));
        }
        int required = random.nextInt(3) == 0 ? 1 << random.nextInt(12) : 0;
        return new RecordCriteria(
                required,
                random.nextInt(2) == 0 ? random.nextInt(1 << 12) & random.nextInt(1 << 11) & ~required : 0,
                random.nextInt(2) == 0 ? random.nextInt(70) : 0,
                random.nextInt(3) == 0 ? List.of(some.getStringAttribute("RG")) : List.of(),
                random.nextInt(5) == 0 ? List.of("simulated") : List.of(),
                random.nextInt(5) == 0 ? names(200) : List.of(),
                tags,
                random.nextInt(4) == 0
                        ? Optional.of(new Subsample(random.nextDouble(), random.nextLong()))
                        : Optional.empty());
    }

    private List<String> names(int count) {
        return random.ints(count, 0, RECORDS.size())
                .mapToObj(i -> RECORDS.get(i).getReadName())
                .distinct()
                .toList();
    }

    private static boolean meets(SAMRecord record, RecordCriteria criteria) {
        for (TagCondition tag : criteria.tags()) {
            boolean one = criteria.tags().stream()
                    .filter(other -> other.name().equals(tag.name()))
                    .anyMatch(other -> record.getAttribute(other.name()) != null
                            && other.value()
                                    .map(value -> value.equals(String.valueOf(record.getAttribute(other.name()))))
                                    .orElse(true));
            if (!one) {
                return false;
            }
        }
        byte[] name = record.getReadName().getBytes(StandardCharsets.ISO_8859_1);
        return (record.getFlags() & criteria.requiredFlags()) == criteria.requiredFlags()
                && (record.getFlags() & criteria.excludedFlags()) == 0
                && record.getMappingQuality() >= criteria.minMappingQuality()
                && (criteria.readGroups().isEmpty() || criteria.readGroups().contains(record.getStringAttribute("RG")))
                && (criteria.names().isEmpty() || criteria.names().contains(record.getReadName()))
                && criteria.subsample()
                        .map(share -> ReadNameHash.place(ReadNameHash.of(name, 0, name.length), share.seed())
                                < share.fraction())
                        .orElse(true);
    }

    @Test
    void samtoolsKeepsTheSame() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/samtools")), "samtools is not installed");
        Path bam = folder.resolve("all.bam");
        Files.write(bam, bytes(SIMULATED));
        Path names = folder.resolve("names");
        List<String> some = names(50);
        Files.write(names, some);
        RecordCriteria none = RecordCriteria.NONE;
        try (QueryFixture fixture = fixture()) {
            assertSame(fixture, flags(0x3, 0), bam, "-f", "3");
            assertSame(fixture, flags(0, 0x900), bam, "-F", "0x900");
            assertSame(fixture, flags(0x10, 0x4), bam, "-f", "REVERSE", "-F", "UNMAP");
            for (int quality : new int[] {1, 30, 60, 61}) {
                assertSame(
                        fixture,
                        new RecordCriteria(0, 0, quality, List.of(), List.of(), List.of(), List.of(), Optional.empty()),
                        bam,
                        "-q",
                        "" + quality);
            }
            String group = SIMULATED.header().readGroups().getFirst().id();
            assertSame(
                    fixture,
                    new RecordCriteria(0, 0, 0, List.of(group), List.of(), List.of(), List.of(), Optional.empty()),
                    bam,
                    "-d",
                    "RG:" + group);
            assertSame(
                    fixture,
                    new RecordCriteria(0, 0, 0, List.of(), List.of(), some, List.of(), Optional.empty()),
                    bam,
                    "-N",
                    names.toString());
            for (String tag : new String[] {"NM:0", "NM:2", "MD", "MD:150", "ZZ"}) {
                String[] parts = tag.split(":");
                TagCondition condition =
                        new TagCondition(parts[0], parts.length > 1 ? Optional.of(parts[1]) : Optional.empty());
                assertSame(
                        fixture,
                        new RecordCriteria(
                                0, 0, 0, List.of(), List.of(), List.of(), List.of(condition), Optional.empty()),
                        bam,
                        "-d",
                        tag);
            }
            assertSame(fixture, none, bam);
        }
    }

    private static RecordCriteria flags(int required, int excluded) {
        return new RecordCriteria(required, excluded, 0, List.of(), List.of(), List.of(), List.of(), Optional.empty());
    }

    private static void assertSame(QueryFixture fixture, RecordCriteria criteria, Path bam, String... options)
            throws Exception {
        List<String> command = new ArrayList<>(List.of("samtools", "view", "-h", "--no-PG"));
        command.addAll(List.of(options));
        command.add(bam.toString());
        Process samtools = new ProcessBuilder(command).start();
        byte[] printed = samtools.getInputStream().readAllBytes();
        assertThat(samtools.waitFor()).isZero();
        assertThat(new String(fixture.write(ALL, view(criteria), ReadFormat.SAM), StandardCharsets.ISO_8859_1))
                .as("%s", Arrays.asList(options))
                .isEqualTo(new String(printed, StandardCharsets.ISO_8859_1));
    }

    @Test
    void aLimitIsTheFirstRecordsInEveryFormatAndSlice() throws IOException {
        try (QueryFixture fixture = fixture()) {
            List<String> all = sam(fixture, RecordView.ALL);
            for (RecordCriteria criteria : List.of(RecordCriteria.NONE, flags(0x40, 0x400))) {
                List<String> matching = sam(fixture, view(criteria));
                for (int limit : new int[] {1, 2, 37, 500, 1 + random.nextInt(all.size()), 1_000_000}) {
                    RecordView view = new RecordView(criteria, RecordColumns.ALL, OptionalLong.of(limit));
                    String what = "limit " + limit + ", seed " + seed;
                    int count = Math.min(limit, matching.size());
                    assertThat(sam(fixture, view)).as(what).isEqualTo(matching.subList(0, count));
                    assertThat(RawBam.read(fixture.write(ALL, view, ReadFormat.BAM))
                                    .records())
                            .as(what)
                            .hasSize(count);
                    assertThat(new String(fixture.write(ALL, view, ReadFormat.NDJSON), StandardCharsets.UTF_8).lines())
                            .as(what)
                            .hasSize(count);
                    assertThat(new String(fixture.write(ALL, view, ReadFormat.TSV), StandardCharsets.UTF_8).lines())
                            .as(what)
                            .hasSize(1 + count);
                    assertThat(new String(fixture.write(ALL, view, ReadFormat.JSON), StandardCharsets.UTF_8))
                            .as(what)
                            .endsWith("\n],\"count\":" + count + "}\n");
                    assertSlices(fixture, view, count, what);
                }
            }
        }
    }

    private void assertSlices(QueryFixture fixture, RecordView view, int count, String what) throws IOException {
        try (OpenRead read = fixture.open(ALL, view)) {
            assertThat(read.count().records()).as(what).isEqualTo(count);
            List<Slice> slices = read.slices(1);
            assertThat(slices).hasSize(1);
            BamSlice slice = read.bam(new Part(false, 0, slices.getFirst().blocks(), true));
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            BlockLengths lengths = slice.measure(slice.unmeasured());
            SliceMeasure written = slice.unmeasured();
            slice.writeTo(whole, written);
            assertThat(written.whole().orElseThrow().blocks()).isEqualTo(lengths.blocks());
            assertThat(lengths.total()).isEqualTo(whole.size());
            int first = random.nextInt(whole.size());
            int size = 1 + random.nextInt(whole.size() - first);
            ByteArrayOutputStream stretch = new ByteArrayOutputStream();
            slice.writeTo(stretch, lengths, first, size);
            assertThat(stretch.toByteArray())
                    .as(what)
                    .isEqualTo(Arrays.copyOfRange(whole.toByteArray(), first, first + size));
            assertThat(RawBam.records(whole.toByteArray())).hasSize(count);
        }
    }

    @Test
    void aSmallLimitReadsLittle() throws IOException {
        try (QueryFixture fixture = fixture();
                OpenRead read =
                        fixture.open(ALL, new RecordView(RecordCriteria.NONE, RecordColumns.ALL, OptionalLong.of(5)))) {
            ReadTotals totals = read.writeTo(ReadFormat.SAM, Part.WHOLE, new ByteArrayOutputStream());
            assertThat(totals.records()).isEqualTo(5);
            assertThat(totals.gets()).isEqualTo(1);
            assertThat(totals.scanned()).isLessThan(RECORDS.size() / 10);
        }
    }

    @Test
    void aShareKeepsMatesTogetherAndGrows() {
        try (QueryFixture fixture = fixture()) {
            Set<String> smaller = shared(fixture, 0.2, 7);
            Set<String> larger = shared(fixture, 0.5, 7);
            assertThat(larger).containsAll(smaller);
            long templates =
                    RECORDS.stream().map(SAMRecord::getReadName).distinct().count();
            assertThat(larger.size() / (double) templates).isBetween(0.44, 0.56);
            assertThat(shared(fixture, 0.5, 8)).isNotEqualTo(larger);
            assertThat(shared(fixture, 1, 8)).hasSize((int) templates);
            long expected = RECORDS.stream()
                    .filter(record -> larger.contains(record.getReadName()))
                    .count();
            assertThat(RecordColumnsTest.htsjdk(fixture.write(ALL, share(0.5, 7), ReadFormat.BAM)))
                    .hasSize((int) expected);
        }
    }

    /** Part of the interface: a share is the same in every release. */
    @Test
    void theHashIsTheDocumentedOne() {
        byte[] name = "HISEQ:1:1101:1000:2000".getBytes(StandardCharsets.US_ASCII);
        // FNV-1a's published value of the empty text, and of "a".
        assertThat(ReadNameHash.of(name, 0, 0)).isEqualTo(0xcbf29ce484222325L);
        assertThat(ReadNameHash.of(new byte[] {'a'}, 0, 1)).isEqualTo(0xaf63dc4c8601ec8cL);
        assertThat(ReadNameHash.place(0, 0)).isZero();
        // MurmurHash3's fmix64 of 1.
        assertThat(ReadNameHash.place(0, 1)).isEqualTo((0xb456bcfc34c2cb2cL >>> 11) * 0x1.0p-53);
    }

    private static Set<String> shared(QueryFixture fixture, double fraction, long shareSeed) {
        return RecordColumnsTest.htsjdk(fixture.write(ALL, share(fraction, shareSeed), ReadFormat.BAM)).stream()
                .map(SAMRecord::getReadName)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static RecordView share(double fraction, long shareSeed) {
        return view(new RecordCriteria(
                0, 0, 0, List.of(), List.of(), List.of(), List.of(), Optional.of(new Subsample(fraction, shareSeed))));
    }

    @Test
    void samplesAndReadGroupsThatAreNotThereAreNamed() {
        RawBam bam = new RawBam(RandomRecords.header(), new RandomRecords(seed).sortedList(10));
        try (QueryFixture fixture = new QueryFixture(bam.header(), bam.records(), QueryFixture.SMALL)) {
            assertMissing(fixture, List.of("rg3"), List.of(), "bams3.readGroup");
            assertMissing(fixture, List.of(), List.of("three"), "bams3.sample");
            fixture.open(ALL, groups(List.of("rg1"), List.of("sample one"))).close();
            // Of one sample and of a group of the other: possible to ask, and nothing.
            assertThat(sam(fixture, groups(List.of("rg2"), List.of("sample one"))))
                    .isEmpty();
        }
    }

    private static void assertMissing(QueryFixture fixture, List<String> groups, List<String> samples, String field) {
        assertThatThrownBy(() -> fixture.open(ALL, groups(groups, samples)))
                .isInstanceOfSatisfying(ReadsException.class, failure -> {
                    assertThat(failure.kind()).isEqualTo(ErrorKind.NOT_FOUND);
                    assertThat(failure.field()).contains(field);
                });
    }

    private static RecordView groups(List<String> groups, List<String> samples) {
        return view(new RecordCriteria(0, 0, 0, groups, samples, List.of(), List.of(), Optional.empty()));
    }

    private static List<String> sam(QueryFixture fixture, RecordView view) {
        return new String(fixture.write(ALL, view, ReadFormat.SAM), StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.startsWith("@"))
                .toList();
    }

    private static RecordView view(RecordCriteria criteria) {
        return new RecordView(criteria, RecordColumns.ALL, OptionalLong.empty());
    }

    private static QueryFixture fixture() {
        return new QueryFixture(SIMULATED.header(), SIMULATED.records(), QueryFixture.SMALL);
    }
}
