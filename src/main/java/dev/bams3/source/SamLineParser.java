package dev.bams3.source;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.QuotedBytes;
import dev.bams3.sam.SamFlags;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Lines of SAM text as BAM records, byte for byte those that htslib 1.24 makes of them, but for the FLAG: where htslib sets
 * 0x4 because a read has no position or no CIGAR, the FLAG of the text stays. One thread.
 */
final class SamLineParser {
    private static final int MOST_NAME_BYTES = 254;
    private static final int NAME_AND_NUMBERS = 512;
    private static final String NO_NUMBER = "is not a number";
    private static final String LINE_ENDS = "is the last column of the line; a record has eleven or more";

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_QUALITY_BASE = 0x2121_2121_2121_2121L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private final byte[] text;
    private final RecordBytes out;
    private final SamReferences references;
    private final SamReferences.Lookup names;
    private final boolean acceptUnknown;
    private final SamNumbers numbers;
    private final SamTagParser tags;
    private final SamCigar cigar = new SamCigar();
    private final Set<WarningKind> warnings = EnumSet.noneOf(WarningKind.class);

    // The line being read: where it ends, and where its next column begins.
    private int end;
    private int at;

    /**
     * @param text array that lines lie in, with a byte behind each that is no part of a number
     * @param out where records go
     * @param acceptUnknown whether a reference that the header lacks makes a read unmapped; else it is refused
     */
    SamLineParser(byte[] text, RecordBytes out, SamReferences references, boolean acceptUnknown) {
        this.text = text;
        this.out = out;
        this.references = references;
        this.acceptUnknown = acceptUnknown;
        names = references.lookup();
        numbers = new SamNumbers(text);
        tags = new SamTagParser(text, out, numbers);
    }

    /** What the last line has that its record has not; valid until the next line. */
    Set<WarningKind> warnings() {
        return warnings;
    }

    /**
     * Adds the record of a line.
     *
     * @param from index of its first byte
     * @param lineEnd index after its last, line end left out
     * @throws SamLineException naming the column
     */
    void parse(int from, int lineEnd) {
        end = lineEnd;
        at = from;
        if (from == lineEnd) {
            throw new SamLineException("line", "is empty");
        }
        warnings.clear();
        numbers.overflow = false;
        tags.ignoredText = false;
        // No text but that of an array takes more than two bytes in a record for each of its own.
        out.require(2L * (lineEnd - from) + NAME_AND_NUMBERS);
        int record = out.size;
        out.size += BamRecord.FIXED_LENGTH;

        int nameLength = name();
        int flags = flags();
        int reference = reference("RNAME");
        int start = position("POS");
        if (reference == SamReferences.UNKNOWN) {
            warnings.add(WarningKind.UNKNOWN_REFERENCE);
            reference = BamRecord.NO_REFERENCE;
            flags |= SamFlags.UNMAPPED;
        } else if (start < 0 && reference >= 0) {
            warnings.add(WarningKind.REFERENCE_WITHOUT_POSITION);
            reference = BamRecord.NO_REFERENCE;
        }
        int mappingQuality = (int) number("MAPQ", 8);
        cigar();
        // htslib computes BIN from the FLAG that it would set.
        boolean unmapped = (flags & SamFlags.UNMAPPED) != 0 || reference < 0;
        int bin = cigar.bin(start, unmapped);
        int mateReference = mateReference(reference);
        int mateStart = position("PNEXT");
        if (mateStart < 0 && mateReference >= 0) {
            warnings.add(WarningKind.MATE_REFERENCE_WITHOUT_POSITION);
            mateReference = BamRecord.NO_REFERENCE;
        }
        int templateLength = templateLength();

        int cigarAt = out.size;
        cigar.write(out);
        int sequenceAt = out.size;
        int sequenceLength = sequence();
        qualities(sequenceLength);
        int tagsAt = out.size;
        tags.parse(at, end);
        if (tags.ignoredText) {
            warnings.add(WarningKind.IGNORED_TEXT);
        }
        if (reference >= 0
                && start >= 0
                && cigar.clipsAll(sequenceLength)
                && cigar.takeTag(out, cigarAt, sequenceAt, tagsAt)) {
            bin = cigar.bin(start, unmapped);
        }
        cigar.appendLong(out, cigarAt, sequenceLength);
        if (out.size - record > BamRecords.MAX_RECORD_LENGTH) {
            throw new SamLineException("line", "gives a record longer than " + BamRecords.MAX_RECORD_LENGTH + " bytes");
        }

        out.int32(record, out.size - record - 4);
        out.int32(record + 4, reference);
        out.int32(record + 8, start);
        out.int32(record + 12, nameLength + 1 | mappingQuality << 8 | bin << 16);
        out.int32(record + 16, cigar.fieldLength() | flags << 16);
        out.int32(record + 20, sequenceLength);
        out.int32(record + 24, mateReference);
        out.int32(record + 28, mateStart);
        out.int32(record + 32, templateLength);
    }

    private int name() {
        int tab = columnEnd("QNAME");
        int length = tab - at;
        if (length > MOST_NAME_BYTES) {
            throw wrong("QNAME", "is longer than " + MOST_NAME_BYTES + " bytes");
        }
        out.bytes(text, at, length);
        out.int8(0);
        at = tab + 1;
        return length;
    }

    /** Decimal, hexadecimal behind {@code 0x} or octal behind 0. */
    private int flags() {
        if (text[at] == '+') {
            throw wrong("FLAG", NO_NUMBER);
        }
        if (text[at] != '0' || text[at + 1] == '\t') {
            return (int) number("FLAG", 16);
        }
        int tab = columnEnd("FLAG");
        boolean hexadecimal = (text[at + 1] | 0x20) == 'x';
        int radix = hexadecimal ? 16 : 8;
        int first = at + (hexadecimal ? 2 : 1);
        int value = 0;
        for (int i = first; i < tab; i++) {
            int digit = Character.digit(text[i], radix);
            if (digit < 0) {
                throw wrong("FLAG", NO_NUMBER);
            }
            value = value * radix + digit;
            if (value > 0xFFFF) {
                throw wrong("FLAG", "is more than 65535");
            }
        }
        if (first == tab) {
            throw wrong("FLAG", NO_NUMBER);
        }
        at = tab + 1;
        return value;
    }

    /** Index of a reference, -1 for {@code *}; {@link SamReferences#UNKNOWN} if that is accepted. */
    private int reference(String field) {
        int tab = columnEnd(field);
        int index = BamRecord.NO_REFERENCE;
        if (tab - at != 1 || text[at] != '*') {
            index = names.find(text, at, tab);
            if (index == SamReferences.UNKNOWN && references.areNone()) {
                throw wrong(field, "is a reference, but the header has no @SQ line; add the @SQ lines");
            }
            if (index == SamReferences.UNKNOWN && !acceptUnknown) {
                throw wrong(
                        field,
                        "is a reference that no @SQ line of the header names; add that line, or have such reads made"
                                + " unmapped, as samtools does, by --allow-unknown-references (over HTTP"
                                + " options.allowUnknownReferences)");
            }
        }
        at = tab + 1;
        return index;
    }

    private int mateReference(int reference) {
        if (text[at] == '=' && text[at + 1] == '\t') {
            at += 2;
            return reference;
        }
        int index = reference("RNEXT");
        if (index == SamReferences.UNKNOWN) {
            warnings.add(WarningKind.UNKNOWN_REFERENCE);
            return BamRecord.NO_REFERENCE;
        }
        return index;
    }

    /** Counted from 0, of a number that is counted from 1. */
    private int position(String field) {
        int from = at;
        long start = number(field, 62) - 1;
        if (start > Integer.MAX_VALUE) {
            at = from;
            throw wrong(field, "is more than 2147483648, the last position that a BAM record can hold");
        }
        return (int) start;
    }

    private int templateLength() {
        int from = at;
        long length = ended("TLEN", numbers.signed(at, 63));
        if (length != (int) length) {
            at = from;
            throw wrong("TLEN", "is outside the range of 32 bits, which a BAM record has");
        }
        return (int) length;
    }

    private long number(String field, int bits) {
        return ended(field, numbers.unsigned(at, bits));
    }

    /** Goes behind a number, which has to be all of its column. */
    private long ended(String field, long number) {
        int tab = numbers.at;
        if (tab >= end || text[tab] != '\t') {
            throw wrong(field, NO_NUMBER);
        }
        if (numbers.overflow) {
            throw wrong(field, "is outside the range of the field");
        }
        at = tab + 1;
        return number;
    }

    private void cigar() {
        if (text[at] != '*') {
            int after = cigar.parse(numbers, text, at, end);
            if (after < 0) {
                columnEnd("CIGAR");
                throw wrong(
                        "CIGAR", "is not made of numbers below 2^28, each with one of MIDNSHP=XB; '*' stands for none");
            }
            at = after;
            return;
        }
        cigar.clear();
        int tab = columnEnd("CIGAR");
        tags.ignoredText |= tab - at > 1;
        at = tab + 1;
    }

    private int sequence() {
        int tab = columnEnd("SEQ");
        int from = at;
        int length = tab - from;
        at = tab + 1;
        if (length == 1 && text[from] == '*') {
            return 0;
        }
        long covered = cigar.readSpan();
        if (!cigar.isEmpty() && covered != length) {
            throw new SamLineException("CIGAR", "covers " + covered + " bases of the read, but SEQ has " + length);
        }
        if (SamBases.pack(text, from, length, out.array, out.size)) {
            warnings.add(WarningKind.SEQUENCE_LETTER);
        }
        out.size += (length + 1) / 2;
        return length;
    }

    private void qualities(int length) {
        int from = at;
        int to = out.size;
        out.size += length;
        if (from < end && text[from] == '*' && (from + 1 == end || text[from + 1] == '\t')) {
            Arrays.fill(out.array, to, to + length, (byte) 0xFF);
            at = from + 2;
            return;
        }
        if (end - from < length || from + length < end && text[from + length] != '\t') {
            int tab = TextBytes.find(text, from, end, (byte) '\t');
            throw new SamLineException(
                    "QUAL", "has " + ((tab < 0 ? end : tab) - from) + " characters, but SEQ has " + length + " bases");
        }
        int i = 0;
        long over = 0;
        for (; i <= length - 8; i += 8) {
            // A byte below '!' borrows from the next, but sets its own high bit first.
            long eight = (long) LONG.get(text, from + i) - EACH_QUALITY_BASE;
            LONG.set(out.array, to + i, eight);
            over |= eight;
        }
        for (; i < length; i++) {
            int quality = (text[from + i] & 0xFF) - '!';
            out.array[to + i] = (byte) quality;
            over |= quality & 0x80;
        }
        if ((over & HIGH_BITS) != 0) {
            throw wrong("QUAL", "has a character that is no quality");
        }
        at = from + length + 1;
    }

    /** Index of the tab that ends the column which begins here. */
    private int columnEnd(String field) {
        int tab = TextBytes.find(text, at, end, (byte) '\t');
        if (tab < 0) {
            throw wrong(field, LINE_ENDS);
        }
        return tab;
    }

    /** A failure of the column that begins at {@link #at}. */
    private SamLineException wrong(String field, String problem) {
        int from = Math.min(at, end);
        int tab = TextBytes.find(text, from, end, (byte) '\t');
        String value = new String(text, from, (tab < 0 ? end : tab) - from, StandardCharsets.ISO_8859_1);
        return new SamLineException(field, QuotedBytes.of(value) + " " + problem);
    }
}
