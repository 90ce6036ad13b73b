package dev.bams3.format.block;

import dev.bams3.format.ByteSink;
import dev.bams3.sam.BamRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Read names. A name seen before in the block is a link to its last record. A new one is a template of the block's
 * dictionary (texts with gaps) and the numbers that fill the gaps; what does not fit is kept as it is. How many of the
 * numbers of a name belong to the template (flow cell, lane) is decided on the first names of each block.
 */
final class NameEncoder {
    private static final int SAMPLE = 128;
    private static final int MAX_SAMPLE_TEMPLATES = 16;
    private static final int MAX_TEMPLATES = 255;
    private static final int MAX_DIGITS = 9;

    private final ByteSink template = new ByteSink(256);
    private final ByteSink templates = new ByteSink(1 << 12);
    private final ByteSink text = new ByteSink(1 << 12);
    private final ByteSink links = new ByteSink(1 << 12);
    private final ByteSink planes = new ByteSink(1 << 12);
    private final NumberPlanes numberPlanes = new NumberPlanes();
    private final List<byte[]> dictionary = new ArrayList<>();

    /** Where the numbers of a name begin and end, counted from its first byte. */
    private final int[] tokenStart = new int[256];

    private final int[] tokenEnd = new int[256];
    private int tokens;
    /** The name whose numbers these are; none where it has no bytes. */
    private int tokenized;

    private int tokenizedLength;

    private final int[][] numbers = new int[StreamIds.NAME_NUMBERS][16];
    private final int[] numberCounts = new int[StreamIds.NAME_NUMBERS];

    /** Open-addressed hash of names: the last record of each, plus one. */
    private int[] table = new int[16];

    private int[] hashes = new int[0];
    private int[] fresh = new int[0];
    private int freshCount;

    /** Sets the name links of the columns, which the mates depend on. */
    void link(byte[] buffer, int[] recordAt, BlockColumns columns) {
        int records = columns.records;
        if (hashes.length < records) {
            hashes = new int[records + records / 4];
            fresh = new int[hashes.length];
        }
        int size = Integer.highestOneBit(Math.max(8, records)) * 4;
        if (table.length < size) {
            table = new int[size];
        }
        Arrays.fill(table, 0, size, 0);
        freshCount = 0;
        for (int i = 0; i < records; i++) {
            int from = BamRecord.nameOffset(recordAt[i]);
            int length = BamRecord.nameLength(buffer, recordAt[i]);
            int hash = hash(buffer, from, from + length);
            hashes[i] = hash;
            int slot = hash & size - 1;
            int link = 0;
            while (table[slot] != 0) {
                int other = table[slot] - 1;
                if (hashes[other] == hash && sameName(buffer, from, length, recordAt[other])) {
                    link = i - other;
                    break;
                }
                slot = slot + 1 & size - 1;
            }
            table[slot] = i + 1;
            columns.nameLink[i] = link;
            if (link == 0) {
                fresh[freshCount++] = i;
            }
        }
    }

    private static boolean sameName(byte[] buffer, int from, int length, int otherRecord) {
        int other = BamRecord.nameOffset(otherRecord);
        return BamRecord.nameLength(buffer, otherRecord) == length
                && Arrays.equals(buffer, from, from + length, buffer, other, other + length);
    }

    private static int hash(byte[] buffer, int from, int to) {
        int hash = to - from;
        int i = from;
        for (; i + 4 <= to; i += 4) {
            hash = (hash ^ BamRecord.int32(buffer, i)) * 0x9E3779B1;
            hash ^= hash >>> 15;
        }
        for (; i < to; i++) {
            hash = (hash ^ buffer[i]) * 0x01000193;
        }
        hash ^= hash >>> 13;
        hash *= 0x85EBCA6B;
        return hash ^ hash >>> 16;
    }

    /** Adds the streams, after {@link #link}. */
    void encode(byte[] buffer, int[] recordAt, BlockColumns columns, BlockFrameWriter frame) {
        links.clear();
        for (int i = 0; i < columns.records; i++) {
            links.varint(columns.nameLink[i]);
        }
        frame.add(StreamIds.NAME_LINK, StreamIds.PLAIN, links.array(), 0, links.size());
        dictionary.clear();
        templates.clear();
        text.clear();
        Arrays.fill(numberCounts, 0);
        tokenizedLength = 0;
        int folded = chooseFolded(buffer, recordAt);
        int last = 0;
        for (int k = 0; k < freshCount; k++) {
            int from = BamRecord.nameOffset(recordAt[fresh[k]]);
            int length = BamRecord.nameLength(buffer, recordAt[fresh[k]]);
            int index = 0;
            if (tokenize(buffer, from, length) && tokens - folded <= StreamIds.NAME_NUMBERS) {
                buildTemplate(buffer, from, length, folded);
                index = find(last);
            }
            templates.varint(index);
            if (index == 0) {
                text.u8(length);
                text.bytes(buffer, from, length);
            } else {
                last = index;
                for (int t = folded; t < tokens; t++) {
                    addNumber(t - folded, number(buffer, from + tokenStart[t], from + tokenEnd[t]));
                }
            }
        }
        frame.add(StreamIds.NAME_TEMPLATE, StreamIds.PLAIN, templates.array(), 0, templates.size());
        ByteSink out = template;
        out.clear();
        if (!dictionary.isEmpty()) {
            out.varint(dictionary.size());
            for (byte[] entry : dictionary) {
                out.varint(entry.length);
                out.bytes(entry);
            }
        }
        frame.add(StreamIds.NAME_DICTIONARY, StreamIds.PLAIN, out.array(), 0, out.size());
        frame.add(StreamIds.NAME_TEXT, StreamIds.PLAIN, text.array(), 0, text.size());
    }

    /** Adds the streams of the numbers, which come later in the order of ids. */
    void encodeNumbers(BlockFrameWriter frame) {
        for (int column = 0; column < StreamIds.NAME_NUMBERS; column++) {
            if (numberCounts[column] > 0) {
                numberPlanes.encode(
                        frame, planes, StreamIds.NAME_NUMBER + column, numbers[column], numberCounts[column]);
            }
        }
    }

    private void addNumber(int column, int value) {
        int[] values = numbers[column];
        if (numberCounts[column] == values.length) {
            values = Arrays.copyOf(values, values.length * 2);
            numbers[column] = values;
        }
        values[numberCounts[column]++] = value;
    }

    /** How many leading numbers stay in the text: as many as leave few templates among the first names. */
    private int chooseFolded(byte[] buffer, int[] recordAt) {
        int sample = Math.min(SAMPLE, freshCount);
        int limit = Math.max(1, Math.min(MAX_SAMPLE_TEMPLATES, sample / 8));
        int folded = 0;
        while (folded < StreamIds.NAME_NUMBERS) {
            dictionary.clear();
            boolean any = false;
            for (int k = 0; k < sample && dictionary.size() <= limit; k++) {
                int from = BamRecord.nameOffset(recordAt[fresh[k]]);
                int length = BamRecord.nameLength(buffer, recordAt[fresh[k]]);
                if (tokenize(buffer, from, length)) {
                    any |= tokens > folded;
                    buildTemplate(buffer, from, length, folded + 1);
                    find(0);
                }
            }
            if (dictionary.size() > limit || !any) {
                break;
            }
            folded++;
        }
        dictionary.clear();
        return folded;
    }

    /** Finds the numbers of a name; false where it cannot be a template: an inner NUL, or none at its end. */
    private boolean tokenize(byte[] buffer, int from, int length) {
        int end = from + length - 1;
        int at = from + keepTokens(buffer, from, length);
        tokenizedLength = 0;
        if (buffer[end] != 0) {
            return false;
        }
        while (at < end) {
            int c = buffer[at];
            if (c == 0) {
                return false;
            }
            if (c > '0' && c <= '9' || c == '0' && (at + 1 == end || !isDigit(buffer[at + 1]))) {
                int first = at;
                do {
                    at++;
                } while (at < end && at - first < MAX_DIGITS && isDigit(buffer[at]));
                tokenStart[tokens] = first - from;
                tokenEnd[tokens++] = at - from;
            } else {
                at++;
            }
        }
        tokenized = from;
        tokenizedLength = length;
        return true;
    }

    /**
     * Keeps the numbers that this name has in common with the one before it: those that end before the first difference.
     *
     * @return where the last of them ends, counted from the first byte
     */
    private int keepTokens(byte[] buffer, int from, int length) {
        if (tokenizedLength == 0) {
            tokens = 0;
            return 0;
        }
        int same = Arrays.mismatch(buffer, from, from + length, buffer, tokenized, tokenized + tokenizedLength);
        while (tokens > 0 && same >= 0 && tokenEnd[tokens - 1] >= same) {
            tokens--;
        }
        return tokens == 0 ? 0 : tokenEnd[tokens - 1];
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static int number(byte[] buffer, int from, int to) {
        int value = 0;
        for (int i = from; i < to; i++) {
            value = value * 10 + (buffer[i] - '0');
        }
        return value;
    }

    /** The name's text with a NUL for each number but the first {@code folded}, without its own NUL. */
    private void buildTemplate(byte[] buffer, int from, int length, int folded) {
        template.clear();
        int at = from;
        for (int t = folded; t < tokens; t++) {
            template.bytes(buffer, at, from + tokenStart[t] - at);
            template.u8(0);
            at = from + tokenEnd[t];
        }
        template.bytes(buffer, at, from + length - 1 - at);
    }

    /** Number, from 1, of the template in the dictionary; 0 when that is full. The likeliest is looked at first. */
    private int find(int likely) {
        if (likely > 0 && isTemplate(dictionary.get(likely - 1))) {
            return likely;
        }
        for (int i = 0; i < dictionary.size(); i++) {
            if (isTemplate(dictionary.get(i))) {
                return i + 1;
            }
        }
        if (dictionary.size() == MAX_TEMPLATES) {
            return 0;
        }
        dictionary.add(template.toByteArray());
        return dictionary.size();
    }

    private boolean isTemplate(byte[] entry) {
        return Arrays.equals(entry, 0, entry.length, template.array(), 0, template.size());
    }
}
