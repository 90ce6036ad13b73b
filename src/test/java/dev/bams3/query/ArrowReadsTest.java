package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.TableReaders;
import dev.bams3.fixtures.Tool;
import dev.bams3.genome.Region;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.RecordView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrow, read by pyarrow, pandas, polars and DuckDB and compared with NDJSON and TSV row for row. */
class ArrowReadsTest {
    /** Of random records these have values of every type; only columns of text take all of them. */
    private static final List<String> RANDOM_TAGS = List.of("MD", "RG", "XT", "XA", "CG", "ZZ");

    private static final List<String> REAL_TAGS =
            List.of("NM", "AS", "MD", "RG", "ML", "MM", "XA", "SA", "XS", "XM", "NH", "FZ", "de", "rl", "OQ");
    /** Of real records, {@code de} has a fraction. */
    private static final Map<String, Character> TYPES = Map.of("de", 'f', "NH", 'Z');

    private static final int ROUNDS = 12;
    private static final int MOST = 300;

    @TempDir
    private Path folder;

    private final long seed = Seed.draw();
    private final Random random = new Random(seed);
    private final List<String> files = new ArrayList<>();

    @Test
    void randomRecords() throws IOException {
        TableReaders.assumeInstalled();
        RawBam bam = new RawBam(RandomRecords.header(), new RandomRecords(seed).sortedList(400));
        try (QueryFixture fixture = new QueryFixture(bam.header(), bam.records(), QueryFixture.SMALL)) {
            for (int round = 0; round < ROUNDS; round++) {
                Set<RecordField> fields = EnumSet.of(RecordField.values()[random.nextInt(11)]);
                fields.addAll(Arrays.stream(RecordField.values())
                        .filter(_ -> random.nextBoolean())
                        .toList());
                List<String> tags =
                        RANDOM_TAGS.stream().filter(_ -> random.nextBoolean()).toList();
                OptionalLong limit =
                        random.nextInt(3) == 0 ? OptionalLong.of(1 + random.nextInt(400)) : OptionalLong.empty();
                ReadSelection selection = random.nextBoolean()
                        ? ReadSelection.everything()
                        : ReadSelection.region(new Region("chr1", random.nextInt(200_000), OptionalLong.empty()));
                write(fixture, selection, new RecordColumns(fields, Optional.of(tags), List.of()), limit);
            }
        }
        assertRows();
    }

    @Test
    void realRecords() throws IOException {
        TableReaders.assumeInstalled();
        for (Path file : Bams.real()) {
            RawBam source = RawBam.read(file);
            RawBam sorted = source.isSorted() ? source : source.sorted();
            List<byte[]> some =
                    sorted.records().subList(0, Math.min(MOST, sorted.records().size()));
            try (QueryFixture fixture = new QueryFixture(sorted.header(), some, QueryFixture.SMALL)) {
                RecordColumns columns =
                        new RecordColumns(EnumSet.allOf(RecordField.class), Optional.of(REAL_TAGS), List.of(), TYPES);
                write(fixture, ReadSelection.everything(), columns, OptionalLong.empty());
            }
        }
        assertRows();
    }

    private void write(QueryFixture fixture, ReadSelection selection, RecordColumns columns, OptionalLong limit)
            throws IOException {
        RecordView view = new RecordView(RecordCriteria.NONE, columns, limit);
        for (ReadFormat format : List.of(ReadFormat.ARROW, ReadFormat.NDJSON, ReadFormat.TSV)) {
            // NDJSON with all fields, because FLAG and others are made up where they are not asked for.
            RecordView own =
                    format == ReadFormat.NDJSON ? new RecordView(RecordCriteria.NONE, RecordColumns.ALL, limit) : view;
            Path file = folder.resolve(files.size() + "." + format);
            Files.write(file, fixture.write(selection, own, format));
            files.add(file.toString());
        }
    }

    private void assertRows() {
        Tool.Result result = TableReaders.run(folder, "reads.py", files.toArray(String[]::new));
        assertThat(result.exit()).as("%s, seed %s", result.errors(), seed).isZero();
        assertThat(result.output()).endsWith("rows\n");
    }

    /** A whole number in text, text for a whole number, one of more than 32 bits, an array of others. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "NMZfoo\0",
                "NMf\0\0\0\0",
                "NMI\0\0\0\u00ff",
                "MLZ1\0",
                "MLBs\1\0\0\0\0\1",
                "MLBc\1\0\0\0\u00ff",
                "FZBi\1\0\0\0\0\0\1\0"
            })
    void aValueThatDoesNotFitItsColumnIsAnError(String tag) {
        byte[] record = record(tag);
        try (QueryFixture fixture = new QueryFixture(RandomRecords.header(), List.of(record), QueryFixture.SMALL)) {
            RecordView view = new RecordView(
                    RecordCriteria.NONE,
                    new RecordColumns(
                            EnumSet.of(RecordField.POS), Optional.of(List.of(tag.substring(0, 2))), List.of()),
                    OptionalLong.empty());
            assertThatThrownBy(() -> fixture.write(ReadSelection.everything(), view, ReadFormat.ARROW))
                    .isInstanceOfSatisfying(ReadsException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(ErrorKind.UNSUPPORTED_FORMAT);
                        assertThat(failure).hasMessageContaining("'odd'").hasMessageContaining(tag.substring(0, 2));
                    });
            assertThat(fixture.write(ReadSelection.everything(), view, ReadFormat.TSV))
                    .isNotEmpty();
            RecordColumns text = new RecordColumns(
                    view.columns().fields(), view.columns().tags(), List.of(), Map.of(tag.substring(0, 2), 'Z'));
            assertThat(fixture.write(
                            ReadSelection.everything(),
                            new RecordView(RecordCriteria.NONE, text, OptionalLong.empty()),
                            ReadFormat.ARROW))
                    .isNotEmpty();
        }
    }

    private static byte[] record(String tag) {
        byte[] tags = tag.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer out =
                ByteBuffer.allocate(BamRecord.FIXED_LENGTH + 4 + tags.length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(out.capacity() - 4).putInt(-1).putInt(-1).putInt(4 | 4680 << 16);
        out.putInt(4 << 16).putInt(0).putInt(-1).putInt(-1).putInt(0);
        return out.put("odd\0".getBytes(StandardCharsets.US_ASCII)).put(tags).array();
    }
}
