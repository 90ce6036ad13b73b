package dev.bams3.source;

import dev.bams3.error.ReadsException;
import dev.bams3.legacy.LegacyDataset;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** The format of a source, detected by its first bytes; its name is ignored. */
public enum SourceFormat {
    BAM,
    SAM,
    CRAM,
    /** The metadata of a dataset of version 0.x, whose other objects lie beside it. */
    BAMS3;

    /** Enough for a first BGZF block. */
    private static final int PROBE_LENGTH = 1 << 16;

    /** SAMv1 § 1.3 and 1.4 (2024-11-06). */
    private static final Pattern HEADER_LINE = Pattern.compile("@[A-Za-z]{2}\t");

    /**
     * Columns of a record: {@code i} is a number, {@code C} a CIGAR or {@code *}, {@code O} a tag, {@code Z} anything. Of
     * these, a line that is whole in the probe needs the first eleven, and a longer one nine.
     */
    private static final String RECORD_COLUMNS = "ZiZiiCZiiZZOOOOOOOOOOOO";

    private static final int COLUMNS_OF_WHOLE_LINE = 11;
    private static final int COLUMNS_OF_CUT_LINE = 9;
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+");
    private static final Pattern CIGAR =
            Pattern.compile("\\*|(?=.*[MIDNSHP=XB])[0-9](?:[0-9]|(?<=[0-9])[MIDNSHP=XB])*");
    private static final Pattern TAG = Pattern.compile("..:.:.*");

    /** Number of bytes in which htslib looks for non-text characters before it takes a file without a header for SAM. */
    private static final int TEXT_LENGTH = 1024;

    private static final byte[] BAM_MAGIC = {'B', 'A', 'M', 1};
    private static final byte[] CRAM_MAGIC = {'C', 'R', 'A', 'M'};

    /** @throws ReadsException INVALID_INPUT for an empty file or another kind */
    static SourceFormat of(SourceObject source) {
        if (source.size() == 0) {
            throw invalid(source, "the file is empty");
        }
        byte[] first = source.read(0, (int) Math.min(PROBE_LENGTH, source.size()));
        if (startsWith(first, CRAM_MAGIC)) {
            return CRAM;
        }
        if (startsWith(first, BAM_MAGIC)) {
            throw invalid(source, "an uncompressed BAM is not accepted; compress it with 'samtools view -b'");
        }
        byte[] text = isGzip(first) ? inflatedStart(first) : first;
        if (startsWith(text, BAM_MAGIC)) {
            return BAM;
        }
        if (isGzip(first) && text.length == 0) {
            // Too broken to look into: the BAM reader says where.
            return BAM;
        }
        if (LegacyDataset.isMetadata(first)) {
            return BAMS3;
        }
        if (isSam(text)) {
            return SAM;
        }
        throw invalid(source, "neither BAM, SAM nor CRAM");
    }

    static boolean isGzip(byte[] bytes) {
        return bytes.length > 1 && bytes[0] == 0x1f && bytes[1] == (byte) 0x8b;
    }

    private static byte[] inflatedStart(byte[] gzip) {
        byte[] inflated = new byte[1024];
        int length = 0;
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
            length = in.readNBytes(inflated, 0, inflated.length);
        } catch (EOFException e) {
            // The probe ends inside the first block; what came before it is enough, or nothing is.
        } catch (IOException e) {
            return new byte[0];
        }
        return Arrays.copyOf(inflated, length);
    }

    private static boolean startsWith(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }

    /** Whether this begins with a header line, or with a record as htslib knows one. */
    private static boolean isSam(byte[] start) {
        String text = new String(start, 0, Math.min(TEXT_LENGTH, start.length), StandardCharsets.ISO_8859_1);
        return HEADER_LINE.matcher(text).lookingAt() || isRecord(text);
    }

    private static boolean isRecord(String text) {
        int end = 0;
        while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
            char c = text.charAt(end);
            if ((c < ' ' && c != '\t') || c >= 0x80) {
                return false;
            }
            end++;
        }
        boolean whole = end < text.length();
        // A last column that may go on says nothing.
        String[] columns = text.substring(0, end).split("\t", -1);
        int known = Math.min(whole ? columns.length : columns.length - 1, RECORD_COLUMNS.length());
        for (int i = 0; i < known; i++) {
            if (!isOfKind(RECORD_COLUMNS.charAt(i), columns[i])) {
                return false;
            }
        }
        return known >= (whole ? COLUMNS_OF_WHOLE_LINE : COLUMNS_OF_CUT_LINE);
    }

    private static boolean isOfKind(char kind, String column) {
        return switch (kind) {
            case 'i' -> NUMBER.matcher(column).matches();
            case 'C' -> CIGAR.matcher(column).matches();
            case 'O' -> TAG.matcher(column).matches();
            default -> true;
        };
    }

    private static ReadsException invalid(SourceObject source, String message) {
        return ReadsException.invalidInput("source", message).in(source.name());
    }
}
