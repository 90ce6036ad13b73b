package dev.bams3.sort;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** Records in memory, sorted stably by {@link RecordOrder}. Filled by one thread, sorted and written by another. */
final class SortRun {
    private byte[] bytes;
    private int length;
    private long[] keys = new long[1024];
    private int[] offsets = new int[1024];
    private int records;

    /** @param capacity bytes of records; one record alone may be larger */
    SortRun(int capacity) {
        bytes = new byte[capacity];
    }

    boolean isEmpty() {
        return records == 0;
    }

    boolean hasRoom(int recordLength) {
        return records == 0 || recordLength <= bytes.length - length;
    }

    void add(byte[] buffer, int offset, int recordLength) {
        if (recordLength > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, length + recordLength);
        }
        if (records == keys.length) {
            keys = Arrays.copyOf(keys, 2 * records);
            offsets = Arrays.copyOf(offsets, 2 * records);
        }
        keys[records] = RecordOrder.key(buffer, offset);
        offsets[records] = length;
        records++;
        System.arraycopy(buffer, offset, bytes, length, recordLength);
        length += recordLength;
    }

    /** Writes the records in order; equal ones as they were added. */
    void writeSorted(OutputStream out) throws IOException {
        for (int index : sorted()) {
            int end = index + 1 < records ? offsets[index + 1] : length;
            out.write(bytes, offsets[index], end - offsets[index]);
        }
    }

    /** Indexes of the records in sorted order: a merge sort from the bottom, because it is stable and needs no objects. */
    private int[] sorted() {
        int[] from = new int[records];
        for (int i = 0; i < records; i++) {
            from[i] = i;
        }
        int[] to = new int[records];
        for (int width = 1; width > 0 && width < records; width *= 2) {
            for (int left = 0; left < records; left += 2 * width) {
                merge(from, to, left, Math.min(left + width, records), Math.min(left + 2 * width, records));
            }
            int[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private void merge(int[] from, int[] to, int left, int middle, int right) {
        if (middle == right || keys[from[middle - 1]] <= keys[from[middle]]) {
            System.arraycopy(from, left, to, left, right - left);
            return;
        }
        int a = left;
        int b = middle;
        for (int i = left; i < right; i++) {
            boolean takeLeft = a < middle && (b >= right || keys[from[a]] <= keys[from[b]]);
            to[i] = takeLeft ? from[a++] : from[b++];
        }
    }
}
