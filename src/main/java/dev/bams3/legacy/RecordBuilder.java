package dev.bams3.legacy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Makes BAM records of the fields that the prototypes stored. Mate fields are empty. One thread. */
final class RecordBuilder {
    private static final String BASES = "=ACMGRSVTWYHKDBN";
    private static final String OPERATIONS = "MIDNSHP=XB";
    private static final int UNKNOWN_BASE = 15;
    private static final int MAX_NAME = 254;
    private static final int MAX_OPERATIONS = 65_535;
    private static final int SOFT_CLIP = 4;
    private static final int SKIP = 3;
    private static final int FIXED = 36;
    private static final int OVERHEAD = 64;

    private final String object;
    private final int references;
    private final long mostBytes;
    private final List<byte[]> records = new ArrayList<>();
    private long bytes;

    // The read at hand.
    byte[] name = new byte[0];
    int flag;
    int reference;
    int position;
    int quality;
    int[] cigar = new int[0];
    int operations;
    byte[] bases = new byte[0];
    int length;
    /** Phred values; absent: 0xFF. */
    byte[] qualities = new byte[0];

    private byte[] tags = new byte[256];
    private int tagBytes;

    /** @param mostBytes of records, with what they take in memory */
    RecordBuilder(String object, int references, long mostBytes) {
        this.object = object;
        this.references = references;
        this.mostBytes = mostBytes;
    }

    ReadsException corrupt(String field, String message) {
        return ReadsException.corrupt(object, 0, field, "read " + records.size() + ": " + message);
    }

    /** Begins a read, all of whose fields are empty. */
    void begin() {
        name = new byte[0];
        flag = 0;
        reference = -1;
        position = -1;
        quality = 0;
        operations = 0;
        length = 0;
        qualities = new byte[0];
        tagBytes = 0;
    }

    void bases(byte[] letters) {
        boolean none = letters.length == 0 || letters.length == 1 && letters[0] == '*';
        length = none ? 0 : letters.length;
        bases = new byte[length];
        for (int i = 0; i < length; i++) {
            int code = BASES.indexOf(Character.toUpperCase((char) (letters[i] & 0xFF)));
            bases[i] = (byte) (code < 0 ? UNKNOWN_BASE : code);
        }
    }

    /** Qualities as letters; no letters, `*` or blanks say that there are none. Set after the bases. */
    void qualities(byte[] letters) {
        qualities = new byte[length];
        Arrays.fill(qualities, (byte) 0xFF);
        if (letters.length != length || letters.length == 1 && letters[0] == '*') {
            return;
        }
        for (int i = 0; i < length; i++) {
            int value = (letters[i] & 0xFF) - '!';
            if (value < 0 || value > '~' - '!') {
                Arrays.fill(qualities, (byte) 0xFF);
                return;
            }
            qualities[i] = (byte) value;
        }
    }

    void cigar(String text) {
        operations = 0;
        if (text.isEmpty() || text.equals("*")) {
            return;
        }
        long number = -1;
        for (int i = 0; i < text.length(); i++) {
            char next = text.charAt(i);
            if (next >= '0' && next <= '9') {
                number = Math.max(0, number) * 10 + next - '0';
            } else {
                int code = OPERATIONS.indexOf(next);
                if (code < 0 || number < 0 || number >= 1 << 28) {
                    throw corrupt("cigar", "'" + shortened(text) + "'");
                }
                operation((int) number << 4 | code);
                number = -1;
            }
            if (number >= 1 << 28) {
                throw corrupt("cigar", "'" + shortened(text) + "'");
            }
        }
        if (number >= 0) {
            throw corrupt("cigar", "'" + shortened(text) + "'");
        }
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }

    void operation(int operation) {
        if (operations == cigar.length) {
            cigar = Arrays.copyOf(cigar, Math.max(16, 2 * operations));
        }
        cigar[operations++] = operation;
    }

    /** Adds bytes of an optional field. */
    void tag(byte[] field) {
        if (field.length > tags.length - tagBytes) {
            tags = Arrays.copyOf(tags, Math.max(tagBytes + field.length, 2 * tags.length));
        }
        System.arraycopy(field, 0, tags, tagBytes, field.length);
        tagBytes += field.length;
    }

    /** Adds the read as a record. */
    void end() {
        if (name.length > MAX_NAME) {
            throw corrupt("name", name.length + " letters");
        }
        if (reference < -1 || reference >= references || position < -1) {
            throw corrupt("reference", reference + " of " + references + ", position " + position);
        }
        if (reference < 0) {
            position = -1;
        }
        byte[] shown = name.length == 0 ? "*".getBytes(StandardCharsets.US_ASCII) : name;
        boolean isLong = operations > MAX_OPERATIONS;
        int stored = isLong ? 2 : operations;
        long size = FIXED
                + shown.length
                + 1L
                + 4L * stored
                + (length + 1) / 2
                + length
                + tagBytes
                + (isLong ? 8 + 4L * operations : 0);
        bytes += size + OVERHEAD;
        if (bytes > mostBytes || size > Integer.MAX_VALUE - 16) {
            throw ReadsException.about(
                    ErrorKind.TOO_LARGE,
                    object,
                    "has more than " + (mostBytes >> 20)
                            + " MB of records, a share of the heap; give this process a larger one (-Xmx)");
        }
        ByteBuffer out = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        long span = span();
        boolean isUnmapped = (flag & 4) != 0;
        int end = (int) Math.min(Integer.MAX_VALUE, position + Math.max(1, isUnmapped ? 0 : span));
        out.putInt((int) size - 4).putInt(reference).putInt(position);
        out.put((byte) (shown.length + 1)).put((byte) quality);
        out.putShort((short) BamRecord.computedBin(position, end));
        out.putShort((short) stored).putShort((short) flag).putInt(length);
        out.putInt(-1).putInt(-1).putInt(0);
        out.put(shown).put((byte) 0);
        if (isLong) {
            out.putInt(length << 4 | SOFT_CLIP);
            out.putInt((int) Math.min(span, (1 << 28) - 1) << 4 | SKIP);
        } else {
            putOperations(out);
        }
        for (int i = 0; i < length; i += 2) {
            out.put((byte) (bases[i] << 4 | (i + 1 < length ? bases[i + 1] : 0)));
        }
        out.put(qualities.length == length ? qualities : missing());
        out.put(tags, 0, tagBytes);
        if (isLong) {
            out.put("CGBI".getBytes(StandardCharsets.US_ASCII)).putInt(operations);
            putOperations(out);
        }
        byte[] record = out.array();
        String problem = BamRecordCheck.problem(record, 0, record.length);
        if (problem != null) {
            throw corrupt("record", problem);
        }
        records.add(record);
    }

    private byte[] missing() {
        byte[] none = new byte[length];
        Arrays.fill(none, (byte) 0xFF);
        return none;
    }

    private void putOperations(ByteBuffer out) {
        for (int i = 0; i < operations; i++) {
            out.putInt(cigar[i]);
        }
    }

    private long span() {
        long span = 0;
        for (int i = 0; i < operations; i++) {
            int code = cigar[i] & 0xF;
            span += code == 0 || code == 2 || code == SKIP || code == 7 || code == 8 ? cigar[i] >>> 4 : 0;
        }
        return span;
    }

    /** Returns all records in coordinate order; ties as they came. */
    List<byte[]> sorted() {
        records.sort(Comparator.<byte[]>comparingInt(record -> BamRecord.referenceIndex(record, 0) & Integer.MAX_VALUE)
                .thenComparingInt(record -> BamRecord.start(record, 0)));
        return records;
    }

    int count() {
        return records.size();
    }
}
