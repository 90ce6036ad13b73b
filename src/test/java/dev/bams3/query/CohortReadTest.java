package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.cohort.CohortMember;
import dev.bams3.cohort.CohortName;
import dev.bams3.cohort.CohortStore;
import dev.bams3.cohort.Cohorts;
import dev.bams3.cohort.OpenCohort;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ReadsException;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.fixtures.Tool;
import dev.bams3.format.BlockSizing;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.OpenRead.Slice;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.RecordView;
import dev.bams3.sam.SamHeader;
import dev.bams3.sam.SamTags;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Answers of cohorts are what samtools makes of their members: its {@code merge} of whole members, of which a naive scan selects
 * a region's records. IDs that both rename are compared by the place of their lines in the header, because samtools draws them
 * at random, and tags of one record as a set, because samtools moves RG and PG to the end. Which member comes first at one place
 * is compared with the test's own merge.
 */
class CohortReadTest {
    private static final BlockSizing SMALL = new BlockSizing(4 << 10, 4, 16 << 10, 40 << 10);

    @TempDir
    Path folder;

    @Test
    void generatedMembersAreMergedAsSamtoolsDoes() throws IOException {
        long seed = Seed.draw();
        Random random = new Random(seed);
        for (int round = 0; round < 6; round++) {
            List<RawBam> members = new ArrayList<>();
            for (int i = 0; i < 1 + round; i++) {
                List<byte[]> records = new ArrayList<>(new RandomRecords(random.nextLong())
                        .list(20 + random.nextInt(150)).stream()
                                .filter(CohortReadTest::isKeptBySamtools)
                                .toList());
                records.addAll(withTag("RG", "same"));
                records.addAll(withTag("PG", "next"));
                records.sort(Comparator.comparingLong(MergedMembers::place));
                members.add(new RawBam(withGroups(RandomRecords.header(), i), records));
            }
            compare(members, "generated" + round, random, regions(5), "seed " + seed);
        }
    }

    /** samtools 1.16 and 1.24 crash where RG or PG is no text, change one of two, and write a CIGAR of CG in its place. */
    private static boolean isKeptBySamtools(byte[] record) {
        Set<String> seen = new HashSet<>();
        for (int at = MergedMembers.withoutTags(record); at < record.length; at = SamTags.end(record, at)) {
            String name = new String(record, at, 3, StandardCharsets.ISO_8859_1);
            if (name.matches("(?s)CG.|(RG|PG)[^Z]") || (name.matches("(RG|PG)Z") && !seen.add(name))) {
                return false;
            }
        }
        return true;
    }

    @Test
    void realFilesOfOneDictionaryAreMergedAsSamtoolsDoes() throws IOException {
        Map<ReferenceDictionary, List<RawBam>> groups = new LinkedHashMap<>();
        for (Path file : Bams.real()) {
            RawBam bam = RawBam.read(file);
            groups.computeIfAbsent(bam.header().references(), _ -> new ArrayList<>())
                    .add(bam.isSorted() ? bam : bam.sorted());
        }
        long seed = Seed.draw();
        Random random = new Random(seed);
        int cohorts = 0;
        for (List<RawBam> group : groups.values()) {
            List<RawBam> members = group.size() > 1 ? group : dealt(group.getFirst(), 2 + random.nextInt(4), random);
            compare(members, "real" + cohorts++, random, 1 + regions(100), "seed " + seed);
        }
    }

    /** The records of a file as those of several, each with the same header. */
    private static List<RawBam> dealt(RawBam bam, int members, Random random) {
        List<List<byte[]>> dealt = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            dealt.add(new ArrayList<>());
        }
        bam.records().forEach(record -> dealt.get(random.nextInt(members)).add(record));
        return dealt.stream()
                .filter(some -> !some.isEmpty())
                .map(some -> new RawBam(bam.header(), some))
                .toList();
    }

    private static SamHeader withGroups(SamHeader header, int member) {
        String text = new String(header.text(), StandardCharsets.UTF_8) + "@RG\tID:same\tSM:S" + member
                + "\tPG:tool\n@RG\tID:own" + member + "\tSM:T" + member
                + "\n@PG\tID:tool\tPN:t\n@PG\tID:next\tPN:n\tPP:tool\n"
                + "@CO\tcomment " + member + "\n";
        return new SamHeader(text.getBytes(StandardCharsets.UTF_8), header.references());
    }

    private static int regions(int share) {
        String many = System.getenv("BAMS3_TEST_REGIONS");
        return (many == null ? 200 : Integer.parseInt(many)) / share;
    }

    private void compare(List<RawBam> members, String name, Random random, int rounds, String seed) throws IOException {
        long merging = 1L << (18 + random.nextInt(8));
        try (Fixture fixture = new Fixture(members, merging)) {
            MergedMembers expected = new MergedMembers(members, samtoolsMerge(members, name));
            for (int round = 0; round < rounds; round++) {
                ReadSelection selection = round == 0 ? ReadSelection.everything() : selection(members, random);
                String what = name + ", " + selection + ", " + merging + " bytes to merge, " + seed;
                RawBam answer = RawBam.read(fixture.write(selection, RecordView.ALL, ReadFormat.BAM));
                expected.assertAnswer(answer, selection, what);
                try (CohortRead read = fixture.open(selection, RecordView.ALL)) {
                    assertThat(read.count().records())
                            .as(what)
                            .isEqualTo(answer.records().size());
                    if (round % 4 == 1) {
                        assertSlices(read, answer, random, what);
                    }
                }
            }
        }
    }

    private static ReadSelection selection(List<RawBam> members, Random random) {
        ReferenceDictionary references = members.getFirst().header().references();
        List<Region> regions = new ArrayList<>();
        for (int i = random.nextInt(8) == 0 ? 3 : 1; i > 0; i--) {
            RawBam member = members.get(random.nextInt(members.size()));
            byte[] near = member.records().get(random.nextInt(member.records().size()));
            int reference = RawBam.int32(near, 4);
            if (reference < 0) {
                return ReadSelection.unplacedReads();
            }
            Reference chosen = references.get(reference);
            long start = Math.max(0, RawBam.int32(near, 8) - random.nextInt(100));
            long end = start + 1 + random.nextInt(1 << random.nextInt(18));
            regions.add(new Region(chosen.name(), start, OptionalLong.of(end)));
        }
        return new ReadSelection.Regions(regions, random.nextInt(20) == 0);
    }

    /** Slices one after the other are the answer, and any stretch of one is the same bytes again. */
    private static void assertSlices(CohortRead read, RawBam answer, Random random, String what) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        read.writeTo(ReadFormat.BAM, new Part(true, 0, 0, false), all);
        List<Slice> slices = read.slices(1 + random.nextInt(1 << 16));
        for (Slice slice : slices) {
            BamSlice bytes =
                    read.bam(new Part(false, slice.firstBlock(), slice.blocks(), slice.equals(slices.getLast())));
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            SliceMeasure measure = bytes.unmeasured();
            ReadTotals totals = bytes.writeTo(whole, measure);
            assertThat(totals.records() > 0 || slice.equals(slices.getLast()))
                    .as(what)
                    .isTrue();
            all.write(whole.toByteArray());
            BlockLengths lengths = measure.whole().orElseThrow();
            assertThat(lengths.total()).as(what).isEqualTo(whole.size());
            if (whole.size() > 0) {
                int first = random.nextInt(whole.size());
                int count = 1 + random.nextInt(whole.size() - first);
                ByteArrayOutputStream stretch = new ByteArrayOutputStream();
                bytes.writeTo(stretch, lengths, first, count);
                assertThat(stretch.toByteArray())
                        .as(what)
                        .isEqualTo(Arrays.copyOfRange(whole.toByteArray(), first, first + count));
            }
        }
        if (!slices.isEmpty()) {
            List<byte[]> records = RawBam.read(all.toByteArray()).records();
            assertThat(records.size()).as(what).isEqualTo(answer.records().size());
            for (int i = 0; i < records.size(); i++) {
                assertThat(records.get(i)).as(what).isEqualTo(answer.records().get(i));
            }
        }
    }

    @Test
    void limitsColumnsAndCriteriaAreThoseOfTheMergedAnswer() throws IOException {
        List<RawBam> members = IntStream.range(0, 4)
                .mapToObj(i -> new RawBam(withGroups(RandomRecords.header(), i), new RandomRecords(i).sortedList(100)))
                .toList();
        try (Fixture fixture = new Fixture(members, 1 << 20)) {
            List<byte[]> all = RawBam.read(fixture.write(ReadSelection.everything(), RecordView.ALL, ReadFormat.BAM))
                    .records();
            RecordView limited = new RecordView(RecordCriteria.NONE, RecordView.ALL.columns(), OptionalLong.of(37));
            List<byte[]> first = RawBam.read(fixture.write(ReadSelection.everything(), limited, ReadFormat.BAM))
                    .records();
            assertThat(first).hasSize(37);
            for (int i = 0; i < first.size(); i++) {
                assertThat(first.get(i)).isEqualTo(all.get(i));
            }
            try (CohortRead read = fixture.open(ReadSelection.everything(), limited)) {
                assertThat(read.count().records()).isEqualTo(37);
                assertThat(read.slices(1)).hasSize(1);
            }
            String tsv = new String(
                    fixture.write(ReadSelection.everything(), limited, ReadFormat.TSV), StandardCharsets.UTF_8);
            assertThat(tsv).startsWith("SAMPLE\tQNAME\t");
            assertThat(tsv.lines().skip(1)).allMatch(line -> line.matches("(sample one|[ST]\\d)\t.*"));
            RecordColumns names = new RecordColumns(Set.of(RecordField.QNAME), Optional.of(List.of("NM")), List.of());
            RecordView bare = new RecordView(RecordCriteria.NONE, names, OptionalLong.empty());
            List<String> merged =
                    RawBam.read(fixture.write(ReadSelection.everything(), bare, ReadFormat.BAM)).records().stream()
                            .map(record -> new String(record, 36, (record[12] & 0xFF) - 1, StandardCharsets.ISO_8859_1))
                            .toList();
            assertThat(merged)
                    .isEqualTo(all.stream()
                            .map(record -> new String(record, 36, (record[12] & 0xFF) - 1, StandardCharsets.ISO_8859_1))
                            .toList());
            String json = new String(
                    fixture.write(ReadSelection.everything(), limited, ReadFormat.NDJSON), StandardCharsets.UTF_8);
            assertThat(json.lines()).hasSize(37).allMatch(line -> line.startsWith("{\"SAMPLE\":\""));
        }
    }

    @Test
    void readGroupsAreNamedAsTheMergedHeaderNamesThem() throws IOException {
        List<RawBam> members = IntStream.range(0, 3)
                .mapToObj(i ->
                        new RawBam(withGroups(RandomRecords.header(), i), withTag("RG", i == 1 ? "same" : "own" + i)))
                .toList();
        try (Fixture fixture = new Fixture(members, 1 << 20)) {
            assertThat(records(fixture, criteria(List.of("same-2"), List.of()))).hasSize(5);
            assertThat(records(fixture, criteria(List.of("same"), List.of()))).isEmpty();
            assertThat(records(fixture, criteria(List.of("own0", "own2"), List.of())))
                    .hasSize(10);
            assertThat(records(fixture, criteria(List.of(), List.of("S1", "T2"))))
                    .hasSize(10);
            assertThatThrownBy(() -> records(fixture, criteria(List.of("none"), List.of())))
                    .isInstanceOf(ReadsException.class)
                    .hasMessageContaining("no read group 'none'");
        }
    }

    private static List<byte[]> records(Fixture fixture, RecordCriteria criteria) throws IOException {
        RecordView view = new RecordView(criteria, RecordView.ALL.columns(), OptionalLong.empty());
        return RawBam.read(fixture.write(ReadSelection.everything(), view, ReadFormat.BAM))
                .records();
    }

    private static RecordCriteria criteria(List<String> groups, List<String> samples) {
        return new RecordCriteria(0, 0, 0, groups, samples, List.of(), List.of(), Optional.empty());
    }

    /** Five short records with one tag. */
    private static List<byte[]> withTag(String tag, String value) {
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            byte[] bare = Arrays.copyOf(new byte[] {0}, 38);
            put(bare, 8, 10 * i);
            bare[12] = 2;
            put(bare, 16, 4 << 16);
            put(bare, 24, -1);
            put(bare, 28, -1);
            bare[36] = 'r';
            byte[] end = (tag + "Z" + value + "\0").getBytes(StandardCharsets.US_ASCII);
            byte[] record = Arrays.copyOf(bare, bare.length + end.length);
            System.arraycopy(end, 0, record, bare.length, end.length);
            put(record, 0, record.length - 4);
            records.add(record);
        }
        return records;
    }

    private static void put(byte[] record, int at, int value) {
        for (int i = 0; i < 4; i++) {
            record[at + i] = (byte) (value >>> 8 * i);
        }
    }

    @Test
    void aMemberThatIsBrokenIsNamed() {
        List<RawBam> members = IntStream.range(0, 3)
                .mapToObj(i -> new RawBam(RandomRecords.header(), new RandomRecords(i).sortedList(300)))
                .toList();
        try (Fixture fixture = new Fixture(members, 1 << 20)) {
            fixture.damage("m/1");
            assertThatThrownBy(() -> fixture.write(ReadSelection.everything(), RecordView.ALL, ReadFormat.BAM))
                    .isInstanceOf(ReadsException.class)
                    .hasMessageContaining("member 'm/1' of the cohort");
        }
    }

    @Test
    void aMemberOfOtherReferencesIsNamed() {
        SamHeader other = new SamHeader(
                "@SQ\tSN:x\tLN:10\n".getBytes(StandardCharsets.US_ASCII),
                new ReferenceDictionary(List.of(new Reference("x", 10))));
        List<RawBam> members = List.of(
                new RawBam(RandomRecords.header(), new RandomRecords(1).sortedList(10)), new RawBam(other, List.of()));
        try (Fixture fixture = new Fixture(members, 1 << 20)) {
            assertThatThrownBy(() -> fixture.open(ReadSelection.everything(), RecordView.ALL))
                    .isInstanceOf(ReadsException.class)
                    .hasMessageContaining("m/1")
                    .hasMessageContaining("other references than 'm/0'");
        }
    }

    private Optional<RawBam> samtoolsMerge(List<RawBam> members, String name) throws IOException {
        if (!Tool.isOnPath("samtools")) {
            return Optional.empty();
        }
        Path place = Files.createDirectory(folder.resolve(name));
        List<String> command = new ArrayList<>(List.of("merge", "-u", "--no-PG", "-o", "merged.bam"));
        for (int i = 0; i < members.size(); i++) {
            RawBam member = members.get(i);
            new RawBam(member.header().sortedByCoordinate(), member.records()).writeStored(place.resolve(i + ".bam"));
            command.add(i + ".bam");
        }
        Tool.Result result = Tool.run(place, "samtools", command.toArray(String[]::new));
        assertThat(result.exit()).as(result.errors()).isZero();
        return Optional.of(RawBam.read(place.resolve("merged.bam")));
    }

    /** Datasets m/0, m/1 and so on in memory, and a query over them. Closing asserts that nothing leaked. */
    private static final class Fixture implements AutoCloseable {
        private final MemoryObjectStore store = new MemoryObjectStore();
        private final Datasets datasets = new Datasets(store, DatasetCacheSettings.DEFAULT);
        private final Cohorts cohorts =
                new Cohorts(datasets, new CohortStore(store), 100, Duration.ofSeconds(10), 1 << 20);
        private final List<CohortMember> members = new ArrayList<>();
        private final ExecutorService cpu = Executors.newFixedThreadPool(2);
        private final BamCompression compression = new BamCompression(1, 2);
        private final ChunkFetcher fetcher = new ChunkFetcher(QueryFixture.FETCH);
        private final ReadsQuery query;

        Fixture(List<RawBam> bams, long merging) {
            query = new ReadsQuery(
                    fetcher, cpu, compression, new QueryLimits(4, 64L * QueryFixture.MIB, 64 << 20, merging));
            for (int i = 0; i < bams.size(); i++) {
                DatasetId id = new DatasetId("m/" + i);
                TestDatasets.write(
                        store, id.prefix(), bams.get(i).header(), bams.get(i).records(), SMALL);
                members.add(new CohortMember(id));
            }
        }

        CohortRead open(ReadSelection selection, RecordView view) {
            OpenCohort cohort = cohorts.open(CohortName.parse("m/*"), members, () -> {});
            return query.open(cohort, selection, view, () -> {});
        }

        byte[] write(ReadSelection selection, RecordView view, ReadFormat format) throws IOException {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (CohortRead read = open(selection, view)) {
                read.writeTo(format, Part.WHOLE, out);
            }
            return out.toByteArray();
        }

        /** Changes a byte in the middle of each chunk of a dataset. */
        void damage(String id) {
            for (var object : store.list(id + ".bams3/", "", 1000)) {
                String key = object.key().value();
                if (key.contains("chunk")) {
                    byte[] bytes = store.get(new ObjectKey(key), 1 << 30).body();
                    bytes[bytes.length / 2] ^= 1;
                    store.put(new ObjectKey(key), bytes, PutCondition.always());
                }
            }
        }

        @Override
        public void close() {
            assertThat(fetcher.bytesHeld()).isZero();
            assertThat(query.encodedBytesHeld()).isZero();
            assertThat(query.mergedBytesHeld()).isZero();
            query.close();
            compression.close();
            fetcher.close();
            cpu.shutdown();
        }
    }
}
