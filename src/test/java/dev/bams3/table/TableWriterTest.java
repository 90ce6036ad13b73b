package dev.bams3.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.TableReaders;
import dev.bams3.fixtures.Tool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("fast")
class TableWriterTest {
    private static final List<TableColumn> COLUMNS = List.of(
            new TableColumn("name", ColumnType.TEXT),
            new TableColumn("start", ColumnType.INT32),
            new TableColumn("bases", ColumnType.INT64),
            new TableColumn("mean \"depth\"", ColumnType.FLOAT64));

    @TempDir
    private Path folder;

    private final long seed = Seed.draw();

    private record Row(
            @Nullable String name,
            @Nullable Integer start,
            @Nullable Long bases,
            @Nullable Double mean) {}

    private List<Row> rows(int count) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new Row(
                    random.nextInt(9) == 0 ? null : "r\"\u00e9\t" + "x".repeat(random.nextInt(20)),
                    random.nextInt(9) == 0 ? null : random.nextInt(),
                    random.nextInt(9) == 0 ? null : random.nextLong(),
                    random.nextInt(9) == 0 ? null : random.nextGaussian()));
        }
        return rows;
    }

    private static byte[] written(TableFormat format, List<Row> rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            TableWriter table = TableWriter.begin(format, COLUMNS, Map.of("what", "a test"), out);
            for (Row row : rows) {
                put(table, row);
                table.endRow();
            }
            table.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void put(TableWriter table, Row row) {
        if (row.name == null) {
            table.missing();
        } else {
            table.text(row.name);
        }
        if (row.start == null) {
            table.missing();
        } else {
            table.whole(row.start);
        }
        if (row.bases == null) {
            table.missing();
        } else {
            table.whole(row.bases);
        }
        table.real(row.mean == null ? Double.NaN : row.mean);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000})
    void jsonIsAnArrayOfObjects(int count) {
        List<Row> rows = rows(count);
        JsonNode document = JsonMapper.shared().readTree(written(TableFormat.JSON, rows));
        assertThat(document.size()).isEqualTo(count);
        for (int i = 0; i < count; i++) {
            assertThat(row(document.get(i))).as("seed %s", seed).isEqualTo(rows.get(i));
        }
    }

    private static Row row(JsonNode object) {
        JsonNode name = object.get("name");
        JsonNode start = object.get("start");
        JsonNode bases = object.get("bases");
        JsonNode mean = object.get("mean \"depth\"");
        return new Row(
                name.isNull() ? null : name.stringValue(),
                start.isNull() ? null : start.intValue(),
                bases.isNull() ? null : bases.longValue(),
                mean.isNull() ? null : mean.doubleValue());
    }

    @Test
    void tsvHasALineForEachRow() {
        List<Row> rows = rows(1_000);
        List<String> lines = new String(written(TableFormat.TSV, rows), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(lines.getFirst()).isEqualTo("name\tstart\tbases\tmean \"depth\"");
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            assertThat(lines.get(i + 1))
                    .as("seed %s", seed)
                    .isEqualTo("%s\t%s\t%s\t%s"
                            .formatted(
                                    row.name == null ? "" : row.name.replace('\t', ' '),
                                    row.start == null ? "" : row.start,
                                    row.bases == null ? "" : row.bases,
                                    row.mean == null ? "" : row.mean));
        }
    }

    /** Python compares the table with its JSON. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8_192, 20_001})
    void arrowHasTheRowsOfJson(int count) throws IOException {
        TableReaders.assumeInstalled();
        List<Row> rows = rows(count);
        Files.write(folder.resolve("table.arrows"), written(TableFormat.ARROW, rows));
        Files.write(folder.resolve("table.json"), written(TableFormat.JSON, rows));
        Tool.Result result = TableReaders.run(folder, "table.py", "table.arrows", "table.json");
        assertThat(result.exit()).as("%s, seed %s", result.errors(), seed).isZero();
        assertThat(result.output()).contains(count + " rows");
    }

    @ParameterizedTest
    @EnumSource
    void aRowOfOtherValuesIsADefect(TableFormat format) throws IOException {
        TableWriter table = TableWriter.begin(format, COLUMNS, Map.of(), new ByteArrayOutputStream());
        assertThatThrownBy(() -> table.whole(1)).isInstanceOf(IllegalStateException.class);
        table.text("a");
        assertThatThrownBy(() -> table.whole(1L << 40)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(table::endRow).isInstanceOf(IllegalStateException.class);
    }
}
