package dev.bams3.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A stream of record batches, each of which is kept in memory until it is full. */
final class ArrowTable extends TableWriter {
    /** Bytes of text of a batch. */
    private static final int MAX_TEXT = 1 << 20;

    private final ArrowStream stream;
    private final int batch;
    private final OutputStream out;
    private final List<Values> values = new ArrayList<>();
    private int rows;
    private boolean isFull;

    /** The values of a column of the batch. Missing ones have a place, too. */
    private static final class Values {
        final ByteBuffer valid;
        final ByteBuffer fixed;
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        int nulls;

        /** @param width of a number, or of the end of a text */
        Values(int rows, int width) {
            valid = buffer(ArrowStream.aligned((rows + 7) / 8));
            fixed = buffer(ArrowStream.aligned((rows + 1) * width));
        }

        private static ByteBuffer buffer(int length) {
            return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    ArrowTable(List<TableColumn> columns, Map<String, String> metadata, int batch, OutputStream out)
            throws IOException {
        super(columns);
        this.batch = batch;
        this.out = out;
        stream = new ArrowStream(columns, metadata);
        out.write(stream.schema());
        begin();
    }

    private void begin() {
        values.clear();
        for (TableColumn column : columns) {
            Values empty = new Values(
                    batch, isText(column) ? Integer.BYTES : column.type().width());
            if (isText(column)) {
                empty.fixed.putInt(0);
            }
            values.add(empty);
        }
        rows = 0;
        isFull = false;
    }

    private static boolean isText(TableColumn column) {
        return column.type() == ColumnType.TEXT;
    }

    @Override
    void put(int column, String value) {
        Values of = valid(column);
        of.text.writeBytes(value.getBytes(StandardCharsets.UTF_8));
        of.fixed.putInt(of.text.size());
        isFull |= of.text.size() > MAX_TEXT;
    }

    @Override
    void put(int column, long value) {
        Values of = valid(column);
        if (columns.get(column).type() == ColumnType.INT32) {
            of.fixed.putInt((int) value);
        } else {
            of.fixed.putLong(value);
        }
    }

    @Override
    void put(int column, double value) {
        valid(column).fixed.putDouble(value);
    }

    @Override
    void putMissing(int column) {
        Values of = values.get(column);
        of.nulls++;
        if (isText(columns.get(column))) {
            of.fixed.putInt(of.text.size());
        } else {
            of.fixed.position(of.fixed.position() + columns.get(column).type().width());
        }
    }

    private Values valid(int column) {
        Values of = values.get(column);
        of.valid.put(rows / 8, (byte) (of.valid.get(rows / 8) | 1 << rows % 8));
        return of;
    }

    @Override
    void putRow() throws IOException {
        rows++;
        if (rows == batch || isFull) {
            write();
        }
    }

    @Override
    public void end() throws IOException {
        if (rows > 0) {
            write();
        }
        out.write(ArrowStream.end());
    }

    private void write() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        long[] lengths = new long[stream.nodes()];
        long[] nulls = new long[stream.nodes()];
        long[] offsets = new long[stream.buffers()];
        long[] sizes = new long[stream.buffers()];
        int buffer = 0;
        for (int column = 0; column < columns.size(); column++) {
            Values of = values.get(column);
            lengths[column] = rows;
            nulls[column] = of.nulls;
            List<byte[]> parts = new ArrayList<>();
            parts.add(of.nulls == 0 ? new byte[0] : first(of.valid, (rows + 7) / 8));
            parts.add(first(of.fixed, of.fixed.position()));
            if (isText(columns.get(column))) {
                parts.add(of.text.toByteArray());
            }
            for (byte[] part : parts) {
                offsets[buffer] = body.size();
                sizes[buffer++] = part.length;
                body.writeBytes(part);
                body.writeBytes(new byte[ArrowStream.aligned(part.length) - part.length]);
            }
        }
        out.write(stream.batchHead(new ArrowStream.Layout(rows, lengths, nulls, offsets, sizes, body.size())));
        body.writeTo(out);
        begin();
    }

    private static byte[] first(ByteBuffer bytes, int count) {
        byte[] copy = new byte[count];
        bytes.get(0, copy);
        return copy;
    }
}
