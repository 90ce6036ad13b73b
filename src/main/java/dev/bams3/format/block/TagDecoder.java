package dev.bams3.format.block;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rebuilds the optional fields of one record after the other from the streams that {@link TagEncoder} writes. */
final class TagDecoder {
    private final List<TagValues> pool = new ArrayList<>();
    private TagValues[][] lines = new TagValues[0][];
    private StreamCursor choices = new StreamCursor();
    private StreamCursor odd = new StreamCursor();

    /**
     * @param limit the most bytes that the fields of all records can have
     * @param wanted which tags are rebuilt; odd lines of optional fields are whole
     */
    void begin(BlockStreams streams, BlockColumns columns, int limit, RadixPacking radix, WantedColumns wanted) {
        choices = streams.plain(StreamIds.TAG_LINE);
        odd = streams.plain(StreamIds.TAG_BYTES);
        StreamCursor dictionary = streams.plain(StreamIds.TAG_DICTIONARY);
        // A stream that is absent is a dictionary without entries.
        int fields = dictionary.remaining() == 0 ? 0 : dictionary.varint();
        if (fields < 0 || fields > StreamIds.MAX_TAG_FIELDS) {
            throw dictionary.malformed(fields + " fields");
        }
        // Each field keeps the buffers of the block in which it had most; all together no more than a few blocks have.
        if (heldBytes() > 8L * limit + (1 << 20)) {
            pool.clear();
        }
        while (pool.size() < fields) {
            pool.add(new TagValues());
        }
        for (int i = 0; i < fields; i++) {
            int first = dictionary.u8();
            int second = dictionary.u8();
            int type = dictionary.u8();
            pool.get(i).begin(first, second, type, type == 'B' ? dictionary.u8() : 0, dictionary);
            pool.get(i).isWanted = wanted.all || wanted.tag(first, second);
        }
        readLines(dictionary, fields);
        countValues(columns, limit);
        int left = limit;
        for (int i = 0; i < fields; i++) {
            if (pool.get(i).isWanted) {
                left -= pool.get(i).open(streams.open(StreamIds.TAG_FIELD + i), left, radix);
            }
        }
    }

    /** Whether the block has the tag CG, in which a record may have its CIGAR. */
    static boolean haveCigars(StreamCursor dictionary, boolean readAgain) {
        int start = dictionary.at;
        boolean found = false;
        int fields = dictionary.remaining() == 0 ? 0 : dictionary.varint();
        for (int i = 0; i < fields && !found; i++) {
            int first = dictionary.u8();
            int second = dictionary.u8();
            found = first == 'C' && second == 'G';
            if (dictionary.u8() == 'B') {
                dictionary.u8();
            }
        }
        dictionary.at = readAgain ? start : dictionary.end;
        return found;
    }

    /** Bytes of buffers that are kept for the next block. */
    long heldBytes() {
        long held = 0;
        for (TagValues field : pool) {
            held += field.heldBytes();
        }
        return held;
    }

    private void readLines(StreamCursor dictionary, int fields) {
        int count = dictionary.remaining() == 0 ? 0 : dictionary.varint();
        if (count < 0 || count > dictionary.remaining()) {
            throw dictionary.malformed(count + " lines");
        }
        lines = new TagValues[count][];
        for (int i = 0; i < count; i++) {
            int length = dictionary.varint();
            if (length < 0 || length > dictionary.remaining()) {
                throw dictionary.malformed("a line of " + length + " fields");
            }
            TagValues[] line = new TagValues[length];
            int kept = 0;
            for (int k = 0; k < length; k++) {
                int field = dictionary.varint();
                if (field < 0 || field >= fields) {
                    throw dictionary.malformed("field " + field + " of " + fields);
                }
                if (pool.get(field).isWanted) {
                    line[kept++] = pool.get(field);
                }
            }
            lines[i] = kept == length ? line : Arrays.copyOf(line, kept);
        }
    }

    private void countValues(BlockColumns columns, int limit) {
        int[] uses = new int[lines.length];
        long[] bases = new long[lines.length];
        int start = choices.at;
        for (int i = 0; i < columns.records; i++) {
            int line = choices.varint();
            if (line < 0 || line > lines.length) {
                throw choices.malformed("line " + line + " of " + lines.length);
            }
            if (line > 0) {
                uses[line - 1]++;
                bases[line - 1] += columns.sequenceLength[i];
            }
        }
        choices.at = start;
        long bytes = 0;
        for (int i = 0; i < lines.length; i++) {
            bytes += uses[i] * (long) lines[i].length * TagValues.MIN_BYTES;
            if (bytes > limit) {
                throw choices.malformed("fields of more than " + limit + " bytes");
            }
            for (TagValues field : lines[i]) {
                field.expect(uses[i], bases[i]);
            }
        }
    }

    /** Writes the optional fields of the next record; returns where they end. */
    int next(int sequenceLength, byte[] out, int at) {
        int line = choices.varint();
        if (line == 0) {
            int length = odd.varint();
            System.arraycopy(odd.data, odd.take(length), out, at, length);
            return at + length;
        }
        int to = at;
        for (TagValues field : lines[line - 1]) {
            to = field.next(sequenceLength, out, to);
        }
        return to;
    }
}
