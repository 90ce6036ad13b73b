package dev.bams3.format.block;

import dev.bams3.format.ByteSink;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamTags;
import java.util.Arrays;

/** Values of one field (tag and type) of a block, collected and encoded. */
final class TagColumn {
    /** Distinct texts that a one-byte index can name. */
    private static final int MAX_TEXTS = 256;

    int key;
    int width;
    private boolean text;
    private int[] numbers = new int[16];
    private int count;
    private final ByteSink bytes = new ByteSink(64);
    private boolean sequenceSized;

    /** Buffers that the columns of one encoder share. */
    static final class Scratch {
        final ByteSink out = new ByteSink(1 << 12);
        final NumberPlanes planes = new NumberPlanes();
        final RadixPacking radix = new RadixPacking();
        private final int[] table = new int[4 * MAX_TEXTS];
        private final int[] textAt = new int[MAX_TEXTS];
        private final int[] textEnd = new int[MAX_TEXTS];
        private final ByteSink indices = new ByteSink(1 << 10);

        /** Whether this text of the dictionary stands at {@code at} of the array that it was found in. */
        private boolean isText(int index, byte[] source, int at, int end) {
            int length = textEnd[index] - textAt[index];
            return length <= end - at && Arrays.equals(source, at, at + length, source, textAt[index], textEnd[index]);
        }
    }

    void begin(int key) {
        this.key = key;
        int type = key >> 16 & 0xFF;
        width = TagTypes.width(type);
        text = TagTypes.isText(type);
        count = 0;
        bytes.clear();
        sequenceSized = text;
    }

    void add(byte[] buffer, int at, int length, int sequenceLength) {
        if (width > 0) {
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, count * 2);
            }
            numbers[count++] = number(buffer, at);
        } else {
            count++;
            sequenceSized &= length - 1 == sequenceLength;
            // The array's type is part of the field.
            int skipped = text ? 0 : 1;
            bytes.bytes(buffer, at + skipped, length - skipped);
        }
    }

    private int number(byte[] buffer, int at) {
        return switch (key >> 16 & 0xFF) {
            case 'c' -> buffer[at];
            case 'A', 'C' -> buffer[at] & 0xFF;
            case 's' -> (short) BamRecord.uint16(buffer, at);
            case 'S' -> BamRecord.uint16(buffer, at);
            default -> BamRecord.int32(buffer, at);
        };
    }

    void encode(BlockFrameWriter frame, int id, Scratch scratch, boolean longReads) {
        if (count == 0) {
            // Only records whose optional fields turned out not to be sound had it.
            return;
        }
        if (width > 0) {
            scratch.planes.encode(frame, scratch.out, id, numbers, count);
        } else if (text) {
            encodeText(frame, id, scratch, longReads);
        } else {
            add(frame, id, StreamIds.PLAIN, bytes, longReads);
        }
    }

    private void encodeText(BlockFrameWriter frame, int id, Scratch scratch, boolean longReads) {
        if (buildDictionary(scratch)) {
            add(frame, id, StreamIds.DICTIONARY, scratch.out, false);
        } else if (sequenceSized && bytes.size() > count) {
            byte[] values = withoutTerminators();
            scratch.out.clear();
            if (scratch.radix.pack(values, values.length, scratch.out)) {
                add(frame, id, StreamIds.SEQUENCE_SIZED_RADIX, scratch.out, longReads);
            } else {
                scratch.out.bytes(values);
                add(frame, id, StreamIds.SEQUENCE_SIZED, scratch.out, longReads);
            }
        } else {
            add(frame, id, StreamIds.PLAIN, bytes, longReads);
        }
    }

    private static void add(BlockFrameWriter frame, int id, int transform, ByteSink raw, boolean longReads) {
        if (longReads) {
            frame.addSmaller(id, transform, raw.array(), 0, raw.size());
        } else {
            frame.add(id, transform, raw.array(), 0, raw.size());
        }
    }

    private byte[] withoutTerminators() {
        byte[] source = bytes.array();
        byte[] values = new byte[bytes.size() - count];
        int to = 0;
        for (int i = 0; i < bytes.size(); i++) {
            if (source[i] != 0) {
                values[to++] = source[i];
            }
        }
        return values;
    }

    /** Writes the texts and an index for each value, where a list of at most 256 texts is much shorter than the values. */
    private boolean buildDictionary(Scratch scratch) {
        byte[] source = bytes.array();
        Arrays.fill(scratch.table, 0);
        scratch.indices.clear();
        int texts = 0;
        int textBytes = 0;
        int last = -1;
        int at = 0;
        int end = bytes.size();
        while (at < end) {
            int from = at;
            // Most texts are the one before them; a text holds its NUL, so none is the beginning of another.
            if (last >= 0 && scratch.isText(last, source, from, end)) {
                at += scratch.textEnd[last] - scratch.textAt[last];
                scratch.indices.u8(last);
                continue;
            }
            at = SamTags.findNul(source, from, end) + 1;
            int slot = (hash(source, from, at) * 0x9E3779B1) >>> 22;
            int index = -1;
            while (scratch.table[slot] != 0) {
                int candidate = scratch.table[slot] - 1;
                if (Arrays.equals(source, from, at, source, scratch.textAt[candidate], scratch.textEnd[candidate])) {
                    index = candidate;
                    break;
                }
                slot = slot + 1 & scratch.table.length - 1;
            }
            if (index < 0) {
                textBytes += at - from;
                if (texts == MAX_TEXTS || textBytes * 4L > end) {
                    return false;
                }
                index = texts++;
                scratch.textAt[index] = from;
                scratch.textEnd[index] = at;
                scratch.table[slot] = texts;
            }
            scratch.indices.u8(index);
            last = index;
        }
        scratch.out.clear();
        scratch.out.varint(texts);
        for (int i = 0; i < texts; i++) {
            scratch.out.bytes(source, scratch.textAt[i], scratch.textEnd[i] - scratch.textAt[i]);
        }
        scratch.out.bytes(scratch.indices.array(), 0, scratch.indices.size());
        return true;
    }

    private static int hash(byte[] source, int from, int end) {
        int hash = end - from;
        int at = from;
        for (; at + Integer.BYTES <= end; at += Integer.BYTES) {
            hash = (hash ^ BamRecord.int32(source, at)) * 0x85EBCA6B;
            hash ^= hash >>> 15;
        }
        for (; at < end; at++) {
            hash = hash * 31 + source[at];
        }
        return hash;
    }
}
