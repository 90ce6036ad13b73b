package dev.bams3.table;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

/**
 * Writes a table row after row, with the same calls for every form: for each row a value of each column in their order, then
 * {@link #endRow}; {@link #end} after the last row, on success only. Used by one thread.
 */
public abstract class TableWriter {
    /** Rows of a batch of Arrow. */
    private static final int BATCH = 8192;

    final List<TableColumn> columns;
    private int cell;

    TableWriter(List<TableColumn> columns) {
        this.columns = List.copyOf(columns);
    }

    /**
     * Begins a table.
     *
     * @param columns of whole numbers ({@link ColumnType#INT32}, {@link ColumnType#INT64}), {@link ColumnType#FLOAT64} and
     *     {@link ColumnType#TEXT}
     * @param metadata of the table, which Arrow alone has
     * @param out stays the caller's, and is neither flushed nor closed
     * @throws IOException only when {@code out} throws it
     */
    public static TableWriter begin(
            TableFormat format, List<TableColumn> columns, Map<String, String> metadata, OutputStream out)
            throws IOException {
        return switch (format) {
            case JSON -> new TextTable(columns, true, out);
            case TSV -> new TextTable(columns, false, out);
            case ARROW -> new ArrowTable(columns, metadata, BATCH, out);
        };
    }

    /** Writes a text as the next value of the row. */
    public final TableWriter text(String value) {
        put(next(ColumnType.TEXT, ColumnType.TEXT), value);
        return this;
    }

    /** Writes a whole number as the next value of the row. */
    public final TableWriter whole(long value) {
        int column = next(ColumnType.INT32, ColumnType.INT64);
        if (columns.get(column).type() == ColumnType.INT32) {
            Math.toIntExact(value);
        }
        put(column, value);
        return this;
    }

    /** Writes a number as the next value of the row; one that is not finite is a missing value. */
    public final TableWriter real(double value) {
        if (!Double.isFinite(value)) {
            return missing();
        }
        put(next(ColumnType.FLOAT64, ColumnType.FLOAT64), value);
        return this;
    }

    /** Leaves out the next value of the row. */
    public final TableWriter missing() {
        putMissing(cell++);
        return this;
    }

    /** Ends the row. */
    public final void endRow() throws IOException {
        if (cell != columns.size()) {
            throw new IllegalStateException(cell + " values in a row of " + columns.size());
        }
        cell = 0;
        putRow();
    }

    /** Writes the rest of the table and its end. */
    public abstract void end() throws IOException;

    private int next(ColumnType either, ColumnType or) {
        TableColumn column = columns.get(cell);
        if (column.type() != either && column.type() != or) {
            throw new IllegalStateException("column " + column.name() + " is of " + column.type());
        }
        return cell++;
    }

    abstract void put(int column, String value);

    abstract void put(int column, long value);

    abstract void put(int column, double value);

    abstract void putMissing(int column);

    abstract void putRow() throws IOException;
}
