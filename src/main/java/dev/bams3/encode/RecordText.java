package dev.bams3.encode;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamTags;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The parts of a record that every text format writes the same way. Every method writes at an index and returns the index
 * after what it wrote.
 */
final class RecordText {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Letters of the CIGAR operations as htslib prints them, the unknown ones of a CG tag included. */
    private static final byte[] OPERATIONS = "MIDNSHP=XB??????".getBytes(StandardCharsets.US_ASCII);

    private static final byte[] BASES = "=ACMGRSVTWYHKDBN".getBytes(StandardCharsets.US_ASCII);

    /** Both bases of a byte of SEQ, the first in the low byte. */
    private static final long[] BASE_PAIRS = new long[256];

    static {
        for (int i = 0; i < 256; i++) {
            BASE_PAIRS[i] = BASES[i >>> 4] | BASES[i & 0xF] << 8;
        }
    }

    private static final long EACH = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private RecordText() {}

    /** Most bytes that a CIGAR of this many operations needs. */
    static long maxCigar(int operations) {
        return 10L * operations + 1;
    }

    /** The CIGAR, from the CG tag if {@code tag} is its index, or an asterisk. */
    static int putCigar(byte[] target, int at, byte[] records, int record, int tag) {
        int from = tag < 0 ? BamRecord.cigarOffset(records, record) : tag + SamTags.ARRAY;
        int count = cigarLength(records, record, tag);
        if (count == 0) {
            target[at] = '*';
            return at + 1;
        }
        int next = at;
        for (int i = 0; i < count; i++) {
            int operation = BamRecord.int32(records, from + 4 * i);
            next = DecimalText.putInt(target, next, operation >>> 4);
            target[next++] = OPERATIONS[operation & 0xF];
        }
        return next;
    }

    static int cigarLength(byte[] records, int record, int tag) {
        return tag < 0 ? BamRecord.cigarLength(records, record) : SamTags.elementCount(records, tag);
    }

    /** Letters of SEQ. */
    static int putBases(byte[] target, int at, byte[] records, int from, int bases) {
        int whole = bases >>> 1;
        int next = at;
        int i = 0;
        for (; i + 4 <= whole; i += 4) {
            int packed = BamRecord.int32(records, from + i);
            long letters = BASE_PAIRS[packed & 0xFF]
                    | BASE_PAIRS[packed >>> 8 & 0xFF] << 16
                    | BASE_PAIRS[packed >>> 16 & 0xFF] << 32
                    | BASE_PAIRS[packed >>> 24] << 48;
            LONG.set(target, next, letters);
            next += 8;
        }
        for (; i < whole; i++) {
            int packed = records[from + i] & 0xFF;
            target[next++] = BASES[packed >>> 4];
            target[next++] = BASES[packed & 0xF];
        }
        if ((bases & 1) != 0) {
            target[next++] = BASES[records[from + whole] >>> 4 & 0xF];
        }
        return next;
    }

    /** Letters of QUAL. */
    static int putQualities(byte[] target, int at, byte[] records, int from, int bases) {
        int i = 0;
        for (; i + 8 <= bases; i += 8) {
            LONG.set(target, at + i, letters((long) LONG.get(records, from + i)));
        }
        for (; i < bases; i++) {
            target[at + i] = (byte) (records[from + i] + '!');
        }
        return at + bases;
    }

    /** Puts it inside a JSON string. May overwrite up to 7 bytes behind it. */
    static int putQualitiesEscaped(byte[] target, int at, byte[] records, int from, int bases) {
        int next = at;
        int i = 0;
        for (; i + 8 <= bases; i += 8) {
            long letters = letters((long) LONG.get(records, from + i));
            if (needsNoEscape(letters)) {
                LONG.set(target, next, letters);
                next += 8;
            } else {
                for (int k = 0; k < 64; k += 8) {
                    next = JsonText.putLetter(target, next, (int) (letters >>> k) & 0xFF);
                }
            }
        }
        int rest = bases - i;
        if (rest > 0 && from + i + 8 <= records.length) {
            long letters = firstOf(letters((long) LONG.get(records, from + i)), rest);
            if (needsNoEscape(letters)) {
                LONG.set(target, next, letters);
                return next + rest;
            }
        }
        for (; i < bases; i++) {
            next = JsonText.putLetter(target, next, records[from + i] + '!' & 0xFF);
        }
        return next;
    }

    /**
     * Some bytes inside a JSON string: text in UTF-8, as headers have it, or in Latin-1 if they are no UTF-8. May overwrite
     * up to 7 bytes behind it.
     */
    static int putEscaped(byte[] target, int at, byte[] source, int from, int length) {
        int next = at;
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            long letters = (long) LONG.get(source, from + i);
            if (needsNoEscape(letters)) {
                LONG.set(target, next, letters);
                next += 8;
            } else if ((letters & HIGH_BITS) != 0) {
                return JsonText.putText(target, at, source, from, length);
            } else {
                for (int k = 0; k < 64; k += 8) {
                    next = JsonText.putLetter(target, next, (int) (letters >>> k) & 0xFF);
                }
            }
        }
        int rest = length - i;
        if (rest > 0 && from + i + 8 <= source.length) {
            long letters = firstOf((long) LONG.get(source, from + i), rest);
            if (needsNoEscape(letters)) {
                LONG.set(target, next, letters);
                return next + rest;
            }
        }
        for (; i < length; i++) {
            if (source[from + i] < 0) {
                return JsonText.putText(target, at, source, from, length);
            }
            next = JsonText.putLetter(target, next, source[from + i]);
        }
        return next;
    }

    /** Adds '!' to each of eight bytes, without carry from one to the next. */
    private static long letters(long qualities) {
        return (qualities & ~HIGH_BITS) + '!' * EACH ^ qualities & HIGH_BITS;
    }

    /** The first {@code count} (1 to 7) of eight letters, the others replaced by one that needs no escape. */
    private static long firstOf(long letters, int count) {
        long others = -1L << 8 * count;
        return letters & ~others | 'x' * EACH & others;
    }

    /** Whether none of eight bytes is a control, a quote, a backslash or above '~'. May be false for others too. */
    private static boolean needsNoEscape(long letters) {
        long quote = letters ^ '"' * EACH;
        long backslash = letters ^ '\\' * EACH;
        long found = letters | letters + EACH | letters - ' ' * EACH | quote - EACH | backslash - EACH;
        return (found & HIGH_BITS) == 0;
    }
}
