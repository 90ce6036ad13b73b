package dev.bams3.encode;

import dev.bams3.sam.BamRecord;
import dev.bams3.table.ArrowStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The message of one batch while it is written: the buffers of its columns, one after the other, and then the head in front of
 * them, for which room was left. Nodes and buffers come in the order of {@link ArrowStream.Layout}.
 */
final class ArrowBody {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final ArrowStream stream;
    private final OutputBuffer out;
    private final int rows;
    private final int head;
    private final int start;
    private final long[] lengths;
    private final long[] nulls;
    private final long[] offsets;
    private final long[] sizes;
    private int nodes;
    private int buffers;

    ArrowBody(ArrowStream stream, int rows, OutputBuffer out) {
        this.stream = stream;
        this.rows = rows;
        this.out = out;
        head = out.length();
        start = head + stream.batchHeadLength();
        out.reserve(stream.batchHeadLength());
        out.setLength(start);
        lengths = new long[stream.nodes()];
        nulls = new long[stream.nodes()];
        offsets = new long[stream.buffers()];
        sizes = new long[stream.buffers()];
    }

    /** A number of a record. */
    interface Value {
        long of(byte[] records, int record);
    }

    /** Text, bytes or elements of a record. */
    interface Content {
        /** Adds it to the output; returns false, with nothing added, where the record has none. */
        boolean put(byte[] records, int record, OutputBuffer out);
    }

    /** Writes a column of numbers, which every record has. */
    void numbers(Value value, int width, byte[] records, int from, int end) {
        lengths[nodes++] = rows;
        buffer(0);
        int at = buffer(Math.multiplyExact(width, rows));
        byte[] target = out.reserve(0);
        for (int record = from; record < end; record += BamRecord.length(records, record), at += width) {
            put(target, at, width, value.of(records, record));
        }
    }

    /** Writes a column of numbers of 32 bits, of which {@code none} stands for a missing one. */
    void numbersOrNull(Value value, long none, byte[] records, int from, int end) {
        numbersOrNull(value, none, Integer.BYTES, records, from, end);
    }

    /** Writes a column of numbers, of which {@code none} stands for a missing one. */
    void numbersOrNull(Value value, long none, int width, byte[] records, int from, int end) {
        int bits = nullable();
        int at = buffer(Math.multiplyExact(width, rows));
        byte[] target = out.reserve(0);
        int row = 0;
        for (int record = from; record < end; record += BamRecord.length(records, record), row++) {
            long number = value.of(records, record);
            if (number == none) {
                nulls[nodes - 1]++;
            } else {
                put(target, at + width * row, width, number);
                setValid(target, bits, row);
            }
        }
    }

    /** Writes a column of texts or bytes. */
    void contents(Content content, byte[] records, int from, int end) {
        int bits = nullable();
        int ends = buffer(Math.multiplyExact(Integer.BYTES, rows + 1));
        endsOf(content, 1, bits, ends, records, from, end);
    }

    /**
     * Writes a column of lists.
     *
     * @param width of an element, of which the content adds any number
     */
    void lists(Content content, int width, byte[] records, int from, int end) {
        int bits = nullable();
        int ends = buffer(Math.multiplyExact(Integer.BYTES, rows + 1));
        // The elements are a node of their own, in which none is missing.
        buffer(0);
        int length = endsOf(content, width, bits, ends, records, from, end);
        lengths[nodes++] = length / width;
    }

    /** Writes the values one after the other, and where each ends; returns the bytes of all. */
    private int endsOf(Content content, int width, int bits, int ends, byte[] records, int from, int end) {
        int node = nodes - 1;
        int offset = begin();
        int row = 0;
        for (int record = from; record < end; record += BamRecord.length(records, record), row++) {
            boolean has = content.put(records, record, out);
            byte[] target = out.reserve(0);
            if (has) {
                setValid(target, bits, row);
            } else {
                nulls[node]++;
            }
            INT.set(target, ends + Integer.BYTES * (row + 1), (out.length() - start - offset) / width);
        }
        int length = out.length() - start - offset;
        offsets[buffers] = offset;
        sizes[buffers++] = length;
        return length;
    }

    private static void put(byte[] target, int at, int width, long value) {
        switch (width) {
            case Byte.BYTES -> target[at] = (byte) value;
            case Short.BYTES -> SHORT.set(target, at, (short) value);
            case Integer.BYTES -> INT.set(target, at, (int) value);
            default -> LONG.set(target, at, value);
        }
    }

    private static void setValid(byte[] target, int bits, int row) {
        target[bits + (row >>> 3)] |= (byte) (1 << (row & 7));
    }

    /** Begins a column in which values may be missing; returns where its bits are, all of them clear. */
    private int nullable() {
        lengths[nodes++] = rows;
        return buffer((rows + 7) / 8);
    }

    /** Adds a buffer of zeros; returns where it is in the output. */
    private int buffer(int length) {
        int offset = begin();
        byte[] target = out.reserve(length);
        Arrays.fill(target, start + offset, start + offset + length, (byte) 0);
        out.setLength(start + offset + length);
        offsets[buffers] = offset;
        sizes[buffers++] = length;
        return start + offset;
    }

    /** Fills up to where a buffer may begin, and returns its offset in the body. */
    private int begin() {
        int length = out.length() - start;
        int offset = ArrowStream.aligned(length);
        byte[] target = out.reserve(offset - length);
        Arrays.fill(target, start + length, start + offset, (byte) 0);
        out.setLength(start + offset);
        return offset;
    }

    /** Ends the message. */
    void finish() {
        int length = begin();
        byte[] bytes = stream.batchHead(new ArrowStream.Layout(rows, lengths, nulls, offsets, sizes, length));
        System.arraycopy(bytes, 0, out.reserve(0), head, bytes.length);
    }
}
