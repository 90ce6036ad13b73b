package dev.bams3.source;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;

/**
 * The records of a SAM file, whose lines are parsed in blocks on all cores, ahead of the one thread that takes them.
 *
 * <p>Memory: text of about 256 KiB and its records for each block ahead; a longer line as much as it takes, up to
 * twice the longest record.
 */
final class SamRecords implements RecordSource {
    /** Below half a region of G1 at small heaps: larger arrays are collected by full cycles only. */
    private static final int BLOCK = 256 << 10;

    /** Longest line that is accepted, bytes. */
    private static final int MAX_LINE = (int) Math.min(1 << 28, 2L * BamRecords.MAX_RECORD_LENGTH);

    private final SamText source;
    private final OrderedTasks<SamBlock> blocks;
    private final int ahead;
    private final boolean acceptUnknown;
    private final SourceWarnings warnings = new SourceWarnings();
    private final SamHeader header;
    private final SamReferences references;
    private final ArrayDeque<byte[]> spareText = new ArrayDeque<>();
    private final ArrayDeque<byte[]> spareRecords = new ArrayDeque<>();

    // Text that was read and not yet given to a task: whole lines and the beginning of one.
    private byte[] text = new byte[BLOCK];
    private int textLength;
    private boolean ended;

    private SamBlock current = new SamBlock(new byte[0], new byte[0], 0, 0, Map.of(), null);
    private int offset;
    private int length;
    private long lines;

    /**
     * Reads the header.
     *
     * @param source closed with this, and at once when the header cannot be read
     * @param ahead blocks that may be parsed or waiting, 1 or more
     * @param acceptUnknown whether reads of references that the header lacks become unmapped; else they are refused
     */
    SamRecords(SamText source, ExecutorService cpu, int ahead, boolean acceptUnknown) {
        this.source = source;
        this.ahead = ahead;
        this.acceptUnknown = acceptUnknown;
        try {
            SamHeaderText lead = readHeader();
            header = lead.header();
            references = lead.names(header);
            lines = lead.lines();
        } catch (ReadsException e) {
            ReadsException explained = source.explained(e);
            source.close();
            throw explained;
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
        blocks = new OrderedTasks<>(cpu);
    }

    private SamHeaderText readHeader() {
        SamHeaderText lead = new SamHeaderText(source.resource());
        int at = 0;
        while (true) {
            if (at == textLength && !more()) {
                break;
            }
            if (text[at] != '@') {
                break;
            }
            int newline = TextBytes.find(text, at, textLength, (byte) '\n');
            if (newline < 0 && more()) {
                continue;
            }
            int next = newline < 0 ? textLength : newline;
            // As htslib has it, a carriage return without a newline is text.
            int end = newline > at && text[next - 1] == '\r' ? next - 1 : next;
            lead.add(new String(text, at, end - at, StandardCharsets.ISO_8859_1));
            at = Math.min(next + 1, textLength);
            if (at > BLOCK / 2) {
                drop(at);
                at = 0;
            }
        }
        drop(at);
        return lead;
    }

    private void drop(int count) {
        System.arraycopy(text, count, text, 0, textLength - count);
        textLength -= count;
    }

    /** Reads more text behind what is there; false at the end. Keeps room for one byte behind it. */
    private boolean more() {
        if (ended) {
            return false;
        }
        if (textLength >= text.length - 1) {
            if (text.length >= MAX_LINE) {
                throw source.explained(ReadsException.about(
                        ErrorKind.TOO_LARGE,
                        source.resource(),
                        "line " + (lines + 1) + " or one soon after is longer than " + MAX_LINE + " bytes"));
            }
            text = Arrays.copyOf(text, 2 * text.length);
        }
        int count = source.read(text, textLength, text.length - 1 - textLength);
        if (count < 0) {
            ended = true;
            return false;
        }
        textLength += count;
        return true;
    }

    @Override
    public SamHeader header() {
        return header;
    }

    @Override
    public boolean next() {
        offset += length;
        length = 0;
        while (offset == current.length()) {
            finish(current);
            parseAhead();
            if (blocks.pending() == 0) {
                current = new SamBlock(new byte[0], new byte[0], 0, 0, Map.of(), null);
                offset = 0;
                return false;
            }
            current = blocks.take();
            offset = 0;
            count(current);
        }
        length = BamRecord.length(current.records(), offset);
        return true;
    }

    /** Goes on behind a block: fails where its lines ended with one that is no record, and keeps its arrays for others. */
    private void finish(SamBlock block) {
        lines += block.lines();
        SamLineException problem = block.problem();
        if (problem != null) {
            throw source.explained(ReadsException.invalidInput(
                            "source", "line " + (lines + 1) + ", " + problem.field() + ": " + problem.getMessage())
                    .in(source.resource()));
        }
        if (block.text().length == BLOCK) {
            spareText.addLast(block.text());
        }
        if (block.records().length <= 2 * BLOCK && block.records().length > 0) {
            spareRecords.addLast(block.records());
        }
    }

    private void count(SamBlock block) {
        block.warnings()
                .forEach((kind, seen) ->
                        warnings.add(kind, seen.count(), "line " + (lines + seen.line() + 1) + ": " + seen.text()));
    }

    private void parseAhead() {
        while (blocks.pending() < ahead) {
            int cut = wholeLines();
            if (cut == 0) {
                return;
            }
            byte[] full = text;
            int rest = textLength - cut;
            byte[] kept = spareText.pollLast();
            text = kept != null && rest < kept.length ? kept : new byte[Math.max(BLOCK, rest + 1)];
            System.arraycopy(full, cut, text, 0, rest);
            textLength = rest;
            byte[] records = spareRecords.pollLast();
            byte[] target = records != null ? records : new byte[BLOCK];
            blocks.submit(() -> SamBlock.parse(full, cut, target, references, acceptUnknown));
        }
    }

    /** Fills the text and returns how many bytes of it are whole lines; 0 at the end. */
    private int wholeLines() {
        while (true) {
            while (textLength < BLOCK - 1 && more()) {
                // Filled.
            }
            if (ended) {
                return textLength;
            }
            int cut = textLength;
            while (cut > 0 && text[cut - 1] != '\n') {
                cut--;
            }
            if (cut > 0 || !more()) {
                return cut > 0 ? cut : textLength;
            }
        }
    }

    @Override
    public byte[] buffer() {
        return current.records();
    }

    @Override
    public int offset() {
        return offset;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public List<SourceWarnings.Warning> takeWarnings() {
        return warnings.take();
    }

    @Override
    public void close() {
        try {
            blocks.close();
        } finally {
            source.close();
        }
    }
}
