package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.encode.ReadFormat;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.genome.Region;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.RecordView;
import dev.bams3.sam.SamTags;
import htsjdk.samtools.SAMRecord;
import htsjdk.samtools.SamInputResource;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import htsjdk.samtools.ValidationStringency;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers with some columns are those that htsjdk makes of the whole records by its setters, and sound BAM. */
class RecordColumnsTest {
    private static final Set<String> REAL =
            Set.of("freebayes_na12878_chr22.bam", "basemod_5hmC.bam", "gatk_hapmap20plex.bam", "chm1_pacbio_clip2.bam");
    private static final List<String> TAGS = List.of("NM", "MD", "AS", "RG", "XT", "XA", "MQ", "CG", "SA", "MM", "ML");

    @TempDir
    private Path folder;

    private final long seed = Seed.draw();

    @Test
    void randomRecordsWithRandomColumns() {
        // htsjdk refuses CG tags of at most 65,535 operations; samtools, below, reads the short ones,
        // too.
        List<byte[]> records = new RandomRecords(seed)
                .sortedList(400).stream()
                        .filter(record -> SamTags.find(record, 0, SamTags.name('C', 'G')) < 0)
                        .toList();
        compare(new RawBam(RandomRecords.header(), records), 60, "random");
    }

    @Test
    void realRecordsWithRandomColumns() {
        for (Path file : Bams.real()) {
            if (REAL.contains(file.getFileName().toString())) {
                RawBam source = RawBam.read(file);
                RawBam sorted = source.isSorted() ? source : source.sorted();
                RawBam some = new RawBam(
                        sorted.header(),
                        sorted.records()
                                .subList(0, Math.min(500, sorted.records().size())));
                compare(some, 12, file.getFileName().toString());
            }
        }
    }

    private void compare(RawBam bam, int rounds, String name) {
        Random random = new Random(seed);
        String reference = bam.header().references().get(0).name();
        try (QueryFixture fixture = new QueryFixture(bam.header(), bam.records(), QueryFixture.SMALL)) {
            for (int round = 0; round < rounds; round++) {
                RecordColumns columns = columns(random);
                ReadSelection selection = random.nextInt(3) > 0
                        ? ReadSelection.everything()
                        : new ReadSelection.Regions(List.of(Region.whole(reference)), random.nextBoolean());
                RawBam whole = RawBam.read(fixture.bam(selection));
                byte[] answer = fixture.write(selection, view(columns), ReadFormat.BAM);
                List<byte[]> records = RawBam.read(answer).records();
                String what = name + ", " + columns + ", " + selection + ", seed " + seed;
                records.forEach(record -> assertThat(BamRecordCheck.problem(record, 0, record.length))
                        .as(what)
                        .isNull());
                assertThat(records.size()).as(what).isEqualTo(whole.records().size());
                List<SAMRecord> expected = htsjdk(fixture.bam(selection));
                List<SAMRecord> found = htsjdk(answer);
                for (int i = 0; i < found.size(); i++) {
                    mask(expected.get(i), whole.records().get(i), columns, selection instanceof ReadSelection.Regions);
                    assertThat(text(found.get(i))).as(what).isEqualTo(text(expected.get(i)));
                    assertBin(records.get(i), whole.records().get(i), what);
                }
            }
        }
    }

    private static void assertBin(byte[] record, byte[] whole, String what) {
        boolean samePlace = BamRecord.referenceIndex(record, 0) == BamRecord.referenceIndex(whole, 0)
                && BamRecord.start(record, 0) == BamRecord.start(whole, 0)
                && BamRecord.alignmentEnd(record, 0) == BamRecord.alignmentEnd(whole, 0);
        int computed = BamRecord.computedBin(BamRecord.start(record, 0), BamRecord.alignmentEnd(record, 0));
        if (!samePlace) {
            assertThat(BamRecord.bin(record, 0)).as(what).isEqualTo(computed);
        } else {
            assertThat(BamRecord.bin(record, 0)).as(what).isIn(computed, BamRecord.bin(whole, 0));
        }
    }

    /** What the documentation promises, in htsjdk's words. */
    private static void mask(SAMRecord record, byte[] raw, RecordColumns columns, boolean regions) {
        // Reads the CIGAR from the CG tag while the record still has its place.
        record.getCigar();
        Set<RecordField> keep = EnumSet.noneOf(RecordField.class);
        keep.addAll(columns.fields());
        if (keep.contains(RecordField.QUAL)) {
            keep.add(RecordField.SEQ);
        }
        if (regions) {
            keep.addAll(Set.of(RecordField.FLAG, RecordField.RNAME, RecordField.POS, RecordField.CIGAR));
        }
        if (keep.contains(RecordField.CIGAR) && BamRecord.cigarTag(raw, 0) >= 0) {
            keep.addAll(Set.of(RecordField.RNAME, RecordField.POS));
        }
        if (!keep.contains(RecordField.FLAG)) {
            boolean mapped = keep.containsAll(Set.of(RecordField.RNAME, RecordField.POS, RecordField.CIGAR))
                    && record.getReferenceIndex() >= 0
                    && record.getAlignmentStart() > 0
                    && !record.getReadUnmappedFlag();
            record.setFlags(mapped ? 0 : 4);
        }
        int unknownQuality = record.getReadUnmappedFlag() ? 0 : 255;
        for (RecordField field :
                EnumSet.complementOf(EnumSet.copyOf(keep.isEmpty() ? Set.of(RecordField.FLAG) : keep))) {
            switch (field) {
                case QNAME -> record.setReadName("*");
                case FLAG -> assertThat(record.getFlags()).isIn(0, 4);
                case RNAME -> record.setReferenceName("*");
                case POS -> record.setAlignmentStart(0);
                case MAPQ -> record.setMappingQuality(unknownQuality);
                case CIGAR -> record.setCigarString("*");
                case RNEXT -> record.setMateReferenceName("*");
                case PNEXT -> record.setMateAlignmentStart(0);
                case TLEN -> record.setInferredInsertSize(0);
                case SEQ -> record.setReadString("*");
                case QUAL -> record.setBaseQualityString("*");
            }
        }
        for (SAMRecord.SAMTagAndValue tag : record.getAttributes()) {
            boolean wanted = columns.tags().map(list -> list.contains(tag.tag)).orElse(true)
                    && !columns.noTags().contains(tag.tag);
            if (!wanted) {
                record.setAttribute(tag.tag, null);
            }
        }
    }

    /** SEQ is needed: a read without bases is an error there. So is what FLAG says of a place, and of a mate's. */
    @ParameterizedTest
    @ValueSource(strings = {"gatk_hiseq_2k.bam", "htsnexus_test_NA12878.bam", "sim_nova_wgs30x_300kb.bam"})
    void answersAreValidForHtsjdkWhereTheSelectionAllows(String name) throws IOException {
        Path file = Bams.real().stream()
                .filter(path -> path.endsWith(name))
                .findFirst()
                .orElse(null);
        assumeTrue(file != null, name + " is not there");
        RawBam source = RawBam.read(file);
        List<byte[]> records = new ArrayList<>(source.records().subList(0, 700));
        records.addAll(source.records()
                .subList(source.records().size() - 300, source.records().size()));
        Set<RecordField> place = Set.of(RecordField.RNAME, RecordField.POS, RecordField.CIGAR);
        Set<RecordField> all = EnumSet.of(RecordField.FLAG, RecordField.RNEXT, RecordField.PNEXT);
        all.addAll(place);
        Random random = new Random(seed);
        try (QueryFixture fixture = new QueryFixture(source.header(), records, QueryFixture.SMALL)) {
            strictly(fixture.bam(ReadSelection.everything()));
            for (Set<RecordField> group : List.of(Set.<RecordField>of(), place, all)) {
                for (int round = 0; round < 6; round++) {
                    Set<RecordField> fields = EnumSet.of(RecordField.SEQ);
                    fields.addAll(group);
                    for (RecordField field : List.of(RecordField.QNAME, RecordField.TLEN, RecordField.QUAL)) {
                        if (random.nextBoolean()) {
                            fields.add(field);
                        }
                    }
                    if (!group.isEmpty() && random.nextBoolean()) {
                        fields.add(RecordField.MAPQ);
                    }
                    List<String> tags =
                            TAGS.stream().filter(tag -> random.nextBoolean()).toList();
                    strictly(fixture.write(
                            ReadSelection.everything(),
                            view(new RecordColumns(fields, Optional.of(tags), List.of())),
                            ReadFormat.BAM));
                }
            }
        }
    }

    private static void strictly(byte[] bam) throws IOException {
        SamReaderFactory factory = SamReaderFactory.makeDefault().validationStringency(ValidationStringency.STRICT);
        try (SamReader reader = factory.open(SamInputResource.of(new ByteArrayInputStream(bam)))) {
            reader.forEach(record ->
                    assertThat(record.isValid()).as(record.getSAMString()).isNull());
        }
    }

    @Test
    void everyFormatHasTheSameColumns() throws IOException {
        RawBam bam = new RawBam(RandomRecords.header(), new RandomRecords(seed).sortedList(200));
        Random random = new Random(seed);
        try (QueryFixture fixture = new QueryFixture(bam.header(), bam.records(), QueryFixture.SMALL)) {
            for (int round = 0; round < 8; round++) {
                RecordView view = view(columns(random));
                ReadSelection all = ReadSelection.everything();
                List<String> sam = lines(fixture.write(all, view, ReadFormat.SAM)).stream()
                        .filter(line -> !line.startsWith("@"))
                        .toList();
                List<String> ndjson = lines(fixture.write(all, view, ReadFormat.NDJSON));
                JsonNode json = JsonMapper.shared().readTree(fixture.write(all, view, ReadFormat.JSON));
                assertThat(ndjson).hasSize(sam.size());
                assertThat(json.get("count").longValue()).isEqualTo(sam.size());
                for (int i = 0; i < sam.size(); i++) {
                    JsonNode record = JsonMapper.shared().readTree(ndjson.get(i));
                    assertThat(json.get("records").get(i)).isEqualTo(record);
                    String[] columns = sam.get(i).split("\t", -1);
                    for (RecordField field : RecordField.values()) {
                        assertThat(record.get(field.name()).asString())
                                .as("%s, %s, seed %s", field, view, seed)
                                .isEqualTo(columns[field.ordinal()]);
                    }
                    assertThat(record.get("TAGS").size()).isLessThanOrEqualTo(columns.length - 11);
                }
            }
        }
    }

    @Test
    void samtoolsReadsTheBamAsTheSam() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/samtools")), "samtools is not installed");
        RawBam bam = new RawBam(RandomRecords.header(), new RandomRecords(seed).sortedList(300));
        Random random = new Random(seed);
        try (QueryFixture fixture = new QueryFixture(bam.header(), bam.records(), QueryFixture.SMALL)) {
            for (int round = 0; round < 8; round++) {
                RecordView view = view(columns(random));
                Path file = folder.resolve("some.bam");
                Files.write(file, fixture.write(ReadSelection.everything(), view, ReadFormat.BAM));
                Process samtools = new ProcessBuilder("samtools", "view", "-h", "--no-PG", file.toString())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                byte[] printed = samtools.getInputStream().readAllBytes();
                assertThat(samtools.waitFor()).isZero();
                assertThat(printed)
                        .as("%s, seed %s", view, seed)
                        .isEqualTo(fixture.write(ReadSelection.everything(), view, ReadFormat.SAM));
            }
        }
    }

    private static RecordColumns columns(Random random) {
        Set<RecordField> fields = EnumSet.allOf(RecordField.class);
        if (random.nextInt(4) > 0) {
            fields.removeIf(field -> random.nextInt(3) > 0);
            if (fields.isEmpty()) {
                fields.add(RecordField.QNAME);
            }
        }
        List<String> some = TAGS.stream().filter(tag -> random.nextInt(3) == 0).toList();
        return switch (random.nextInt(4)) {
            case 0 -> new RecordColumns(fields, Optional.of(some), List.of());
            case 1 -> new RecordColumns(fields, Optional.empty(), some);
            case 2 -> new RecordColumns(fields, Optional.of(List.of()), List.of());
            default -> new RecordColumns(fields, Optional.empty(), List.of());
        };
    }

    private static RecordView view(RecordColumns columns) {
        return new RecordView(RecordCriteria.NONE, columns, OptionalLong.empty());
    }

    private static List<String> lines(byte[] text) {
        return new String(text, StandardCharsets.ISO_8859_1).lines().toList();
    }

    private static String text(SAMRecord record) {
        record.getCigar();
        String[] columns = record.getSAMString().strip().split("\t");
        Arrays.sort(columns, 11, columns.length);
        return String.join("\t", columns);
    }

    static List<SAMRecord> htsjdk(byte[] bam) {
        SamReaderFactory factory = SamReaderFactory.makeDefault().validationStringency(ValidationStringency.SILENT);
        try (SamReader reader = factory.open(SamInputResource.of(new ByteArrayInputStream(bam)))) {
            List<SAMRecord> records = new ArrayList<>();
            reader.forEach(records::add);
            return records;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
