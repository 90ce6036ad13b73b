package dev.bams3.format.block;

import dev.bams3.format.ByteSink;
import dev.bams3.sam.BamRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Optional fields: a dictionary of fields (tag and type), a dictionary of lines (which fields a record has, in its order),
 * and one stream of values for each field. Bytes that are not sound optional fields are kept as they are.
 */
final class TagEncoder {
    private static final int MAX_LINES = 1 << 16;
    private static final int MAX_LINE_LENGTH = 255;
    private static final int TABLE = 1 << 12;

    private final int[] fieldTable = new int[TABLE];
    private final int[] lineTable = new int[4 * MAX_LINES];
    private int lineTableSize;
    private final List<TagColumn> pool = new ArrayList<>();
    private int fieldCount;
    private final List<int[]> lines = new ArrayList<>();

    private final int[] field = new int[MAX_LINE_LENGTH];
    private final int[] valueAt = new int[MAX_LINE_LENGTH];
    private final int[] valueLength = new int[MAX_LINE_LENGTH];

    private final ByteSink lineBytes = new ByteSink(1 << 12);
    private final ByteSink oddBytes = new ByteSink(64);
    private final ByteSink dictionary = new ByteSink(256);

    void collect(byte[] buffer, int[] recordAt, BlockColumns columns) {
        Arrays.fill(fieldTable, 0);
        lineTableSize = 1 << 8;
        Arrays.fill(lineTable, 0, lineTableSize, 0);
        fieldCount = 0;
        lines.clear();
        lineBytes.clear();
        oddBytes.clear();
        int last = 0;
        for (int i = 0; i < columns.records; i++) {
            int from = BamRecord.tagsOffset(buffer, recordAt[i]);
            int to = recordAt[i] + BamRecord.length(buffer, recordAt[i]);
            int count = parse(buffer, from, to);
            int line = count < 0 ? 0 : line(count, last);
            lineBytes.varint(line);
            if (line == 0) {
                oddBytes.varint(to - from);
                oddBytes.bytes(buffer, from, to - from);
                continue;
            }
            last = line;
            for (int k = 0; k < count; k++) {
                pool.get(field[k]).add(buffer, valueAt[k], valueLength[k], columns.sequenceLength[i]);
            }
        }
    }

    /** Adds dictionary and lines. */
    void encodeLines(BlockFrameWriter frame) {
        dictionary.clear();
        dictionary.varint(fieldCount);
        for (int i = 0; i < fieldCount; i++) {
            int key = pool.get(i).key;
            dictionary.u8(key);
            dictionary.u8(key >> 8);
            dictionary.u8(key >> 16);
            if ((key >> 16 & 0xFF) == 'B') {
                dictionary.u8(key >> 24);
            }
        }
        dictionary.varint(lines.size());
        for (int[] line : lines) {
            dictionary.varint(line.length);
            for (int index : line) {
                dictionary.varint(index);
            }
        }
        frame.add(StreamIds.TAG_DICTIONARY, StreamIds.PLAIN, dictionary.array(), 0, dictionary.size());
        frame.add(StreamIds.TAG_LINE, StreamIds.PLAIN, lineBytes.array(), 0, lineBytes.size());
        frame.add(StreamIds.TAG_BYTES, StreamIds.PLAIN, oddBytes.array(), 0, oddBytes.size());
    }

    /** Adds the streams of values. */
    void encodeFields(BlockFrameWriter frame, TagColumn.Scratch scratch, boolean longReads) {
        for (int i = 0; i < fieldCount; i++) {
            pool.get(i).encode(frame, StreamIds.TAG_FIELD + i, scratch, longReads);
        }
    }

    /** Finds the fields of a record; -1 where its bytes are not sound optional fields, or too many. */
    private int parse(byte[] buffer, int from, int to) {
        int count = 0;
        int at = from;
        while (at < to) {
            if (to - at < 4 || count == MAX_LINE_LENGTH) {
                return -1;
            }
            int key = buffer[at] & 0xFF | (buffer[at + 1] & 0xFF) << 8 | (buffer[at + 2] & 0xFF) << 16;
            int value = at + 3;
            long length = TagTypes.valueLength(buffer, buffer[at + 2], value, to);
            if (length < 0 || length > to - value) {
                return -1;
            }
            if (buffer[at + 2] == 'B') {
                key |= (buffer[value] & 0xFF) << 24;
            }
            int index = field(key);
            if (index < 0) {
                return -1;
            }
            field[count] = index;
            valueAt[count] = value;
            valueLength[count++] = (int) length;
            at = value + (int) length;
        }
        return count;
    }

    private int field(int key) {
        int slot = (key * 0x9E3779B1) >>> 20;
        while (fieldTable[slot] != 0) {
            int index = fieldTable[slot] - 1;
            if (pool.get(index).key == key) {
                return index;
            }
            slot = slot + 1 & TABLE - 1;
        }
        if (fieldCount == StreamIds.MAX_TAG_FIELDS) {
            return -1;
        }
        if (fieldCount == pool.size()) {
            pool.add(new TagColumn());
        }
        pool.get(fieldCount).begin(key);
        fieldTable[slot] = ++fieldCount;
        return fieldCount - 1;
    }

    /** Number, from 1, of the line; 0 when there are too many. */
    private int line(int count, int likely) {
        if (likely > 0 && isLine(lines.get(likely - 1), count)) {
            return likely;
        }
        int hash = count;
        for (int k = 0; k < count; k++) {
            hash = (hash ^ field[k]) * 0x01000193;
        }
        hash = (hash ^ hash >>> 15) * 0x9E3779B1;
        int slot = hash & lineTableSize - 1;
        while (lineTable[slot] != 0) {
            int index = lineTable[slot];
            if (isLine(lines.get(index - 1), count)) {
                return index;
            }
            slot = slot + 1 & lineTableSize - 1;
        }
        if (lines.size() == MAX_LINES - 1) {
            return 0;
        }
        lines.add(Arrays.copyOf(field, count));
        lineTable[slot] = lines.size();
        if (lines.size() * 2 > lineTableSize) {
            growLineTable();
        }
        return lines.size();
    }

    private void growLineTable() {
        lineTableSize *= 4;
        Arrays.fill(lineTable, 0, lineTableSize, 0);
        for (int i = 0; i < lines.size(); i++) {
            int[] line = lines.get(i);
            int hash = line.length;
            for (int index : line) {
                hash = (hash ^ index) * 0x01000193;
            }
            hash = (hash ^ hash >>> 15) * 0x9E3779B1;
            int slot = hash & lineTableSize - 1;
            while (lineTable[slot] != 0) {
                slot = slot + 1 & lineTableSize - 1;
            }
            lineTable[slot] = i + 1;
        }
    }

    private boolean isLine(int[] line, int count) {
        return Arrays.equals(line, 0, line.length, field, 0, count);
    }
}
