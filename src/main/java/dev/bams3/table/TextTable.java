package dev.bams3.table;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.io.JsonStringEncoder;

/** JSON, or TSV, in which a missing value is an empty field and control characters of texts are spaces. */
final class TextTable extends TableWriter {
    private static final int BUFFER = 1 << 16;

    private final boolean json;
    private final OutputStream out;
    private final StringBuilder text = new StringBuilder();
    private long rows;

    TextTable(List<TableColumn> columns, boolean json, OutputStream out) {
        super(columns);
        this.json = json;
        this.out = out;
        if (!json) {
            text.append(columns.stream().map(TableColumn::name).collect(Collectors.joining("\t")))
                    .append('\n');
        }
    }

    @Override
    void put(int column, String value) {
        if (json) {
            begin(column).append('"').append(quoted(value)).append('"');
            return;
        }
        begin(column);
        for (int i = 0; i < value.length(); i++) {
            char letter = value.charAt(i);
            text.append(letter < ' ' ? ' ' : letter);
        }
    }

    @Override
    void put(int column, long value) {
        begin(column).append(value);
    }

    @Override
    void put(int column, double value) {
        begin(column).append(value);
    }

    @Override
    void putMissing(int column) {
        begin(column).append(json ? "null" : "");
    }

    private StringBuilder begin(int column) {
        if (!json) {
            return column == 0 ? text : text.append('\t');
        }
        text.append(column > 0 ? "," : rows == 0 ? "[\n{" : ",\n{");
        return text.append('"').append(quoted(columns.get(column).name())).append("\":");
    }

    private static String quoted(String value) {
        return new String(JsonStringEncoder.getInstance().quoteAsCharArray(value));
    }

    @Override
    void putRow() throws IOException {
        text.append(json ? "}" : "\n");
        rows++;
        if (text.length() >= BUFFER) {
            write();
        }
    }

    @Override
    public void end() throws IOException {
        if (json) {
            text.append(rows == 0 ? "[]\n" : "\n]\n");
        }
        write();
    }

    private void write() throws IOException {
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
    }
}
