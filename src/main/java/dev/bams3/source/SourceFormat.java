package dev.bams3.source;

import dev.bams3.error.ReadsException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/** What kind of file a source is, by its first bytes; its name decides nothing. */
public enum SourceFormat {
    BAM,
    SAM,
    CRAM;

    /** Enough for a first BGZF block. */
    private static final int PROBE_LENGTH = 1 << 16;

    /** SAMv1 § 1.3 and 1.4 (2024-11-06). */
    private static final Pattern HEADER_LINE = Pattern.compile("@[A-Za-z]{2}\t");

    private static final Pattern RECORD_LINE =
            Pattern.compile("[!-?A-~]{1,254}\t\\d{1,5}\t[!-~]+\t\\d{1,10}\t\\d{1,3}\t(?:[0-9*]|$)");
    private static final int RECORD_TABS = 10;

    /** Where htslib looks for characters that are no text, before it takes a file without header for SAM. */
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

    /** Whether this begins with a header line, or a record as far as it goes: FLAG, POS and MAPQ are numbers. */
    private static boolean isSam(byte[] start) {
        String text = new String(start, StandardCharsets.ISO_8859_1);
        int lineEnd = text.indexOf('\n');
        String line = lineEnd < 0 ? text : text.substring(0, lineEnd);
        return HEADER_LINE.matcher(line).lookingAt()
                || RECORD_LINE.matcher(line).lookingAt()
                        && line.chars().limit(TEXT_LENGTH).allMatch(c -> c >= ' ' && c < 0x80 || c == '\t' || c == '\r')
                        && (lineEnd < 0 || line.chars().filter(c -> c == '\t').count() >= RECORD_TABS);
    }

    private static ReadsException invalid(SourceObject source, String message) {
        return ReadsException.invalidInput("source", message).in(source.name());
    }
}
