package dev.bams3.source;

import dev.bams3.sam.QuotedBytes;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The records of some lines of SAM text.
 *
 * @param text array that the lines were in, free again
 * @param records back to back, from index 0
 * @param length bytes of all of them
 * @param lines how many lines there were, up to the first that is no record
 * @param warnings what lines have that their records have not
 * @param problem of the line after them; null if all are records
 */
record SamBlock(
        byte[] text,
        byte[] records,
        int length,
        int lines,
        Map<WarningKind, Seen> warnings,
        @Nullable SamLineException problem) {

    /**
     * Lines of one warning.
     *
     * @param count how many
     * @param line number of the first of them, counted from 0
     * @param text of that
     */
    record Seen(long count, int line, String text) {
        Seen more() {
            return new Seen(count + 1, line, text);
        }
    }

    /**
     * Parses whole lines.
     *
     * @param text array holding them from index 0, with room for a byte behind them
     * @param length bytes of all of them
     * @param target array for the records, if it is large enough
     */
    static SamBlock parse(byte[] text, int length, byte[] target, SamReferences references, boolean acceptUnknown) {
        // Ends numbers in a last line that lacks its end.
        text[length] = '\n';
        RecordBytes out = new RecordBytes(target);
        SamLineParser parser = new SamLineParser(text, out, references, acceptUnknown);
        boolean anyNul = TextBytes.find(text, 0, length, (byte) 0) >= 0;
        Map<WarningKind, Seen> warnings = new EnumMap<>(WarningKind.class);
        int lines = 0;
        for (int from = 0; from < length; lines++) {
            int newline = TextBytes.find(text, from, length + 1, (byte) '\n');
            // As htslib has it, a carriage return without a newline is text.
            boolean isEnded = newline < length;
            int end = isEnded && newline > from && text[newline - 1] == '\r' ? newline - 1 : newline;
            int record = out.size;
            try {
                if (anyNul && TextBytes.find(text, from, end, (byte) 0) >= 0) {
                    throw new SamLineException("line", "has a NUL byte");
                }
                parser.parse(from, end);
            } catch (SamLineException e) {
                return new SamBlock(text, out.array, record, lines, warnings, e);
            }
            for (WarningKind kind : parser.warnings()) {
                Seen seen = warnings.get(kind);
                warnings.put(kind, seen == null ? new Seen(1, lines, quoted(text, from, end)) : seen.more());
            }
            from = newline + 1;
        }
        return new SamBlock(text, out.array, out.size, lines, warnings, null);
    }

    private static String quoted(byte[] text, int from, int end) {
        return QuotedBytes.of(new String(text, from, end - from, StandardCharsets.ISO_8859_1));
    }
}
