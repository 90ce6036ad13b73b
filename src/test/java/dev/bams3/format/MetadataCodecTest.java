package dev.bams3.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata.Blocks;
import dev.bams3.format.DatasetMetadata.Chunks;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.DatasetMetadata.DepthObject;
import dev.bams3.format.DatasetMetadata.HeaderObject;
import dev.bams3.format.DatasetMetadata.IndexObject;
import dev.bams3.format.DatasetMetadata.Source;
import dev.bams3.sam.SamHeader.ReadGroup;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The metadata document: round trip, and a named field for every way in which it can be wrong. */
@Tag("fast")
class MetadataCodecTest {
    private static final String OBJECT = "x.bams3/_metadata.json";

    static DatasetMetadata sample() {
        long[] passed = new long[Flagstat.Category.values().length];
        passed[Flagstat.Category.TOTAL.ordinal()] = 12;
        passed[Flagstat.Category.MAPPED.ordinal()] = 9;
        return new DatasetMetadata(
                "1.0.0",
                Instant.parse("2026-01-02T03:04:05Z"),
                "a test",
                new Source(
                        "s3://bucket/in.bam",
                        OptionalLong.of(1234),
                        Optional.of("\"e\""),
                        "BAM",
                        Optional.empty(),
                        true),
                UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                "20260102T030405Z-00112233",
                List.of(),
                Compression.DEFAULT,
                new HeaderObject(70, 100, 0xDEADBEEF),
                new IndexObject(
                        300,
                        Optional.of(StoredSection.inline(new byte[] {1, 2, 3, -1})),
                        Optional.of(StoredSection.at(new StoredRange(64, 40, 7))),
                        Optional.of(StoredSection.inline(new byte[16])),
                        Optional.of(StoredSection.at(new StoredRange(200, 100, -1)))),
                3366,
                new ReadsTotals(0, 2, 300, 600),
                1800,
                new Blocks(3, 700),
                new Chunks(2, 5000),
                List.of(new ReadGroup("a", Optional.of("NA12878"), Optional.empty(), Optional.of("ILLUMINA"))),
                Flagstat.ofCounts(passed, new long[passed.length]),
                new StreamDigest(1, -2, 3600, 12),
                Optional.of("0123456789abcdef".repeat(4)));
    }

    @Test
    void whatWasWrittenIsRead() {
        byte[] json = MetadataCodec.encode(sample());
        assertThat(MetadataCodec.decode(OBJECT, json)).isEqualTo(sample());
        assertThat(MetadataCodec.encode(MetadataCodec.decode(OBJECT, json))).isEqualTo(json);
        assertThat(sample().samples()).containsExactly("NA12878");
    }

    @Test
    void unknownNamesAreSkipped() {
        String json = text().replaceFirst("\\{", "{\"later\":{\"a\":[1,2]},");
        assertThat(read(sealed(json))).isEqualTo(sample());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            delimiter = '|',
            value = {
                "\"version\":\"1.0.0\" | \"version\":\"2.0.0\" | 2.0.0",
                "\"version\":\"1.0.0\" | \"version\":\"0.2.0\" | 0.2.0",
                "\"version\":\"1.0.0\" | \"version\":\"0.1.0-poc\" | 0.1.0-poc",
                "\"required_features\":[] | \"required_features\":[\"rans\"] | rans",
                "\"references\":3366 | \"references\":[] | convert its source again",
            })
    void whatNeedsAnotherReaderIsUnsupported(String found, String replacement, String named) {
        assertThatThrownBy(() -> read(replace(found, replacement))).isInstanceOfSatisfying(ReadsException.class, e -> {
            assertThat(e.kind()).isEqualTo(ErrorKind.UNSUPPORTED_VERSION);
            assertThat(e.resource()).contains(OBJECT);
            assertThat(e.text()).contains(named);
        });
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            delimiter = '|',
            value = {
                "\"format\":\"BAMS3\" | \"format\":\"BAMS4\" | format",
                "\"version\":\"1.0.0\" | \"version\":1 | version",
                "\"version\":\"1.0.0\" | \"version\":\"one\" | version",
                "\"references\":3366 | \"references\":-1 | references",
                "\"references\":3366 | \"references\":2147483648 | references",
                "\"references\":3366 | \"references\":1.5 | references",
                "\"references\":3366 | \"references\":0 | references",
                "\"inline\":\"AQID/w==\" | \"inline\":\"AQID/w=\" | index.references.inline",
                "\"inline\":\"AQID/w==\" | \"inline\":\"\" | index.references.inline",
                "\"crc32c\":\"00000007\" | \"crc32c\":\"7\" | index.totals.crc32c",
                "\"offset\":64 | \"offset\":63 | index.totals",
                "\"offset\":64 | \"offset\":261 | index.totals",
                "\"offset\":64 | \"offset\":9007199254740991 | index.totals",
                "\"offset\":64 | \"offset\":9007199254740992 | index.totals.offset",
                "\"mapped\":0, | \"mapped\":13, | unplaced",
                "\"mapped\":0, | \"mapped\":-9, | unplaced.mapped",
                "\"mapped_reads\":9 | \"mapped_reads\":8 | statistics.mapped_reads",
                "\"unmapped_reads\":3 | \"unmapped_reads\":2 | statistics.unmapped_reads",
                "\"duplicate_reads\":0 | \"duplicate_reads\":3 | statistics.duplicate_reads",
                "\"records\":12 | \"records\":13 | digest.records",
                "\"count\":3 | \"count\":0 | blocks",
                "\"count\":3 | \"count\":200 | blocks",
                "\"count\":2 | \"count\":0 | blocks",
                "\"count\":2 | \"count\":99999999 | chunks.count",
                "\"size\":5000 | \"size\":600 | blocks",
                "\"uuid\":\"0011 | \"uuid\":\"x011 | uuid",
                "\"generation\":\"2026 | \"generation\":\"../2026 | generation",
                "\"created\":\"2026-01 | \"created\":\"2026-13 | created",
                "\"sort_order\":\"coordinate\" | \"sort_order\":\"queryname\" | sort_order",
                "\"sorted_on_conversion\":true | \"sorted_on_conversion\":1 | source.sorted_on_conversion",
                "\"total\":[12,0] | \"total\":[12] | statistics.flagstat.total",
                "\"total\":[12,0] | \"total\":[13,0] | statistics.total_reads",
            })
    void aWrongFieldIsNamed(String found, String replacement, String field) {
        assertCorrupt(replace(found, replacement), field);
    }

    @Test
    void everyRequiredNameIsMissed() {
        for (String name : List.of(
                "format",
                "version",
                "created",
                "created_by",
                "source",
                "uuid",
                "generation",
                "required_features",
                "sort_order",
                "compression",
                "statistics",
                "digest",
                "header",
                "index",
                "chunks",
                "read_groups",
                "unplaced",
                "blocks",
                "references")) {
            String found = "\"" + name + "\":";
            String replaced = "\"no_" + name + "\":";
            // The index has a section of that name.
            assertCorrupt(name.equals("chunks") ? replaceLast(found, replaced) : replace(found, replaced), name);
        }
    }

    @Test
    void everyTruncationIsCorrupt() {
        String json = text();
        for (int length = 0; length < json.length(); length++) {
            assertCorrupt(json.substring(0, length), "JSON");
        }
        assertCorrupt(json + "{}", "JSON");
        assertCorrupt(sealed(json.replaceFirst("\"uuid\"", "\"created\":\"\",\"uuid\"")), "JSON");
    }

    @Test
    void everyFlippedBitIsCorrupt() {
        byte[] json = MetadataCodec.encode(sample());
        for (int bit = 0; bit < 8 * json.length; bit++) {
            byte[] damaged = json.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            int flipped = bit;
            assertThatThrownBy(() -> MetadataCodec.decode(OBJECT, damaged))
                    .as("bit %s", flipped)
                    .isInstanceOfSatisfying(
                            ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT));
        }
    }

    @Test
    void aDocumentWithoutItsChecksumIsCorrupt() {
        String json = text();
        assertCorrupt(json.substring(0, json.lastIndexOf(",\"checksum\"")) + "}", "checksum");
        assertCorrupt(json + "\n", "checksum");
    }

    private static void assertCorrupt(String json, String field) {
        assertThatThrownBy(() -> read(json)).isInstanceOfSatisfying(ReadsException.class, e -> {
            assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT);
            assertThat(e.resource()).contains(OBJECT);
            assertThat(e.field()).contains(field);
        });
    }

    @Test
    void aSummaryIsAddedAndAllElseStays() {
        String unknown = replace(",\"read_groups\"", ",\"example.org/x\":[1],\"read_groups\"");
        DepthObject depth =
                new DepthObject(1234, List.of(50, 500), Optional.of(StoredSection.at(new StoredRange(64, 9, 7))));
        String more = new String(
                MetadataCodec.withDepth(unknown.getBytes(StandardCharsets.UTF_8), depth), StandardCharsets.UTF_8);
        assertThat(more).startsWith(unknown.substring(0, unknown.lastIndexOf(",\"checksum\"")) + ",\"depth\":{");
        assertThat(read(more)).isEqualTo(sample().withDepth(Optional.of(depth)));
    }

    @Test
    void summariesThatCannotBe() {
        String depth = ",\"depth\":{\"size\":%s,\"widths\":%s%s}";
        List<String> wrong = List.of(
                depth.formatted("63", "[50]", ""),
                depth.formatted("64", "[]", ""),
                depth.formatted("64", "[0]", ""),
                depth.formatted("64", "[50,50]", ""),
                depth.formatted("64", "[50,75]", ""),
                depth.formatted("64", "[500,50]", ""),
                depth.formatted("64", "[2147483648]", ""),
                depth.formatted("64", "[1,2,4,8,16,32,64,128,256,512,1024,2048,4096,8192,16384,32768,65536]", ""),
                depth.formatted("64", "[50]", ",\"pages\":{\"offset\":64,\"size\":1,\"crc32c\":\"00000000\"}"),
                depth.formatted("80", "[50]", ",\"pages\":{\"offset\":63,\"size\":9,\"crc32c\":\"00000000\"}"),
                depth.formatted("80", "[50]", ",\"pages\":{\"inline\":\"?\"}"));
        for (String each : wrong) {
            assertThatThrownBy(() -> read(replace(",\"read_groups\"", each + ",\"read_groups\"")))
                    .as(each)
                    .isInstanceOfSatisfying(ReadsException.class, e -> {
                        assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT);
                        assertThat(e.field().orElseThrow()).startsWith("depth");
                    });
        }
    }

    private static String text() {
        return new String(MetadataCodec.encode(sample()), StandardCharsets.UTF_8);
    }

    private static String replace(String found, String replacement) {
        assertThat(text()).contains(found);
        return sealed(text().replaceFirst(Pattern.quote(found), replacement.replace("\\", "\\\\")));
    }

    private static String replaceLast(String found, String replacement) {
        int at = text().lastIndexOf(found);
        assertThat(at).as(found).isNotNegative();
        return sealed(text().substring(0, at) + replacement + text().substring(at + found.length()));
    }

    /** The same document with a checksum that agrees with it, so that what follows the checksum is tested. */
    private static String sealed(String json) {
        String open = json.substring(0, json.lastIndexOf(",\"checksum\"")) + "}";
        return new String(MetadataChecksum.seal(open.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    private static DatasetMetadata read(String json) {
        return MetadataCodec.decode(OBJECT, json.getBytes(StandardCharsets.UTF_8));
    }
}
