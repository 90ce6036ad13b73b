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
    private static final int[] NONE = {};

    private final int[] fieldTable = new int[TABLE];
    private final int[] lineTable = new int[4 * MAX_LINES];
    private int lineTableSize;
    private TagColumn[] pool = new TagColumn[0];
    private int fieldCount;
    private final List<int[]> lines = new ArrayList<>();

    /** Whether the record that was parsed last has the line that was expected. */
    private boolean asExpected;

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
            int count = parse(buffer, from, to, last == 0 ? NONE : lines.get(last - 1));
            int line = count < 0 ? 0 : asExpected ? last : line(count);
            lineBytes.varint(line);
            if (line == 0) {
                oddBytes.varint(to - from);
                oddBytes.bytes(buffer, from, to - from);
                continue;
            }
            last = line;
            for (int k = 0; k < count; k++) {
                pool[field[k]].add(buffer, valueAt[k], valueLength[k], columns.sequenceLength[i]);
            }
        }
    }

    /** Adds dictionary and lines. */
    void encodeLines(BlockFrameWriter frame) {
        dictionary.clear();
        dictionary.varint(fieldCount);
        for (int i = 0; i < fieldCount; i++) {
            int key = pool[i].key;
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
            pool[i].encode(frame, StreamIds.TAG_FIELD + i, scratch, longReads);
        }
    }

    /**
     * Finds the fields of a record, most often those of the one before it; -1 where its bytes are not sound optional fields, or too
     * many.
     */
    private int parse(byte[] buffer, int from, int to, int[] expected) {
        int count = 0;
        int asLast = 0;
        int at = from;
        while (at < to) {
            if (to - at < 4 || count == MAX_LINE_LENGTH) {
                return -1;
            }
            // Of an array the fourth byte is the type of its elements, which is part of the key.
            int four = BamRecord.int32(buffer, at);
            int key = buffer[at + 2] == 'B' ? four : four & 0xFF_FFFF;
            int value = at + 3;
            boolean likely = count < expected.length && pool[expected[count]].key == key;
            int width = likely ? pool[expected[count]].width : 0;
            long length = width > 0 ? width : TagTypes.valueLength(buffer, buffer[at + 2], value, to);
            if (length < 0 || length > to - value) {
                return -1;
            }
            int index = likely ? expected[count] : field(key);
            if (index < 0) {
                return -1;
            }
            asLast += likely ? 1 : 0;
            field[count] = index;
            valueAt[count] = value;
            valueLength[count++] = (int) length;
            at = value + (int) length;
        }
        asExpected = expected != NONE && asLast == count && count == expected.length;
        return count;
    }

    private int field(int key) {
        int slot = (key * 0x9E3779B1) >>> 20;
        while (fieldTable[slot] != 0) {
            int index = fieldTable[slot] - 1;
            if (pool[index].key == key) {
                return index;
            }
            slot = slot + 1 & TABLE - 1;
        }
        if (fieldCount == StreamIds.MAX_TAG_FIELDS) {
            return -1;
        }
        if (fieldCount == pool.length) {
            pool = Arrays.copyOf(pool, fieldCount + 16);
            for (int i = fieldCount; i < pool.length; i++) {
                pool[i] = new TagColumn();
            }
        }
        pool[fieldCount].begin(key);
        fieldTable[slot] = ++fieldCount;
        return fieldCount - 1;
    }

    /** Number, from 1, of the line; 0 when there are too many. */
    private int line(int count) {
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
