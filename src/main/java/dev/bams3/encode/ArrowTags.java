package dev.bams3.encode;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.SamHeader;
import dev.bams3.sam.SamTags;
import dev.bams3.table.ArrowStream;
import dev.bams3.table.ColumnType;
import dev.bams3.table.TableColumn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The columns of tags. A tag that the SAM specification (SAMtags, 2024-11-06) or a common aligner defines as a whole number is a
 * column of 32 bits; ML and FZ are lists of their elements; RG is one of texts of a dictionary, which has the read groups of the
 * header and, behind them, others that a batch needs. Every other tag has the text that SAM has behind its type. A request may
 * name another type, so the type of a column depends on the request alone, whatever records an answer has.
 */
final class ArrowTags {
    /** Read groups. */
    private static final int DICTIONARY = 1;

    private static final Set<String> NUMBERS = Set.of(
            "AM", "AS", "CM", "CP", "FI", "H0", "H1", "H2", "HI", "HP", "IH", "MN", "MQ", "NH", "NM", "OP", "PQ", "PS",
            "SM", "TC", "UQ", "cm", "ms", "nn", "rl", "s1", "s2");

    private static final long NONE = Long.MIN_VALUE;

    /** Bits of no number of 64 bits that a record has: a NaN other than that of Java. */
    private static final long NO_REAL = -1;

    /** The type of a tag of which a request names none. */
    private static final char USUAL = ' ';

    private final List<TableColumn> columns = new ArrayList<>();
    /** The tags' names as {@link SamTags#nameAt} has them. */
    private final int[] names;

    private final List<String> groups;
    private final WordIndex index;
    private final int groupColumn;

    ArrowTags(RecordColumns asked, SamHeader header) {
        List<String> tags = asked.tags().orElse(List.of());
        names = new int[tags.size()];
        for (int i = 0; i < names.length; i++) {
            String tag = tags.get(i);
            names[i] = SamTags.name(tag.charAt(0), tag.charAt(1));
            columns.add(new TableColumn(tag, type(tag, asked.tagTypes().getOrDefault(tag, USUAL)), DICTIONARY));
        }
        groupColumn = columns.stream().map(TableColumn::type).toList().indexOf(ColumnType.WORD);
        groups = header.readGroups().stream().map(SamHeader.ReadGroup::id).toList();
        index = new WordIndex(groups);
    }

    private static ColumnType type(String tag, char asked) {
        return switch (asked) {
            case 'i' -> ColumnType.INT32;
            case 'f' -> ColumnType.FLOAT64;
            case 'Z' -> ColumnType.TEXT;
            default -> usualType(tag);
        };
    }

    private static ColumnType usualType(String tag) {
        if (NUMBERS.contains(tag)) {
            return ColumnType.INT32;
        }
        return switch (tag) {
            case "RG" -> ColumnType.WORD;
            case "ML" -> ColumnType.UINT8_LIST;
            case "FZ" -> ColumnType.UINT16_LIST;
            default -> ColumnType.TEXT;
        };
    }

    List<TableColumn> columns() {
        return columns;
    }

    /** Messages that come before all batches. */
    List<byte[]> dictionaries() {
        return groupColumn < 0 ? List.of() : List.of(ArrowStream.dictionary(DICTIONARY, groups));
    }

    /**
     * The read group of each record of a batch.
     *
     * @param numbers in the dictionary; -1 for none
     * @param messages that come before the batch: the dictionary with more words, where it needs some
     */
    record Words(int[] numbers, List<byte[]> messages) {}

    /** Returns the read groups of some records. */
    Words words(byte[] records, int from, int end, int rows) {
        if (groupColumn < 0) {
            return new Words(new int[0], List.of());
        }
        int[] numbers = new int[rows];
        List<String> all = new ArrayList<>(groups);
        int row = 0;
        for (int record = from; record < end; record += BamRecord.length(records, record)) {
            int tag = SamTags.find(records, record, names[groupColumn]);
            numbers[row++] = tag < 0 ? -1 : number(records, tag, all);
        }
        return new Words(
                numbers, all.size() == groups.size() ? List.of() : List.of(ArrowStream.dictionary(DICTIONARY, all)));
    }

    private int number(byte[] records, int tag, List<String> all) {
        if (SamTags.type(records, tag) == 'Z') {
            int value = tag + SamTags.VALUE;
            int known = index.find(records, value, SamTags.textEnd(records, tag) - value);
            if (known >= 0) {
                return known;
            }
        }
        OutputBuffer text = new OutputBuffer();
        ArrowText.putTag(text, records, tag);
        EncodedBytes bytes = text.encoded();
        String word = new String(bytes.buffer(), 0, bytes.length(), StandardCharsets.UTF_8);
        int known = all.indexOf(word);
        if (known < 0) {
            all.add(word);
        }
        return known < 0 ? all.size() - 1 : known;
    }

    /** Writes the columns. */
    void put(byte[] records, int from, int end, Words words, ArrowBody body) {
        for (int i = 0; i < names.length; i++) {
            int name = names[i];
            TableColumn column = columns.get(i);
            switch (column.type()) {
                case WORD -> {
                    int[] row = {0};
                    body.numbersOrNull((_, _) -> words.numbers()[row[0]++], -1, records, from, end);
                }
                case INT32 ->
                    body.numbersOrNull((b, record) -> number(b, record, name, column), NONE, records, from, end);
                case FLOAT64 ->
                    body.numbersOrNull(
                            (b, record) -> real(b, record, name, column), NO_REAL, Double.BYTES, records, from, end);
                case UINT8_LIST ->
                    body.lists((b, record, out) -> putList(b, record, name, column, 1, out), 1, records, from, end);
                case UINT16_LIST ->
                    body.lists((b, record, out) -> putList(b, record, name, column, 2, out), 2, records, from, end);
                default -> body.contents((b, record, out) -> putText(b, record, name, out), records, from, end);
            }
        }
    }

    private static boolean putText(byte[] records, int record, int name, OutputBuffer out) {
        int tag = SamTags.find(records, record, name);
        if (tag < 0 || tag == BamRecord.cigarTag(records, record)) {
            return false;
        }
        ArrowText.putTag(out, records, tag);
        return true;
    }

    private static long number(byte[] records, int record, int name, TableColumn column) {
        int tag = SamTags.find(records, record, name);
        if (tag < 0) {
            return NONE;
        }
        char type = SamTags.type(records, tag);
        long number = SamTags.isInteger(type) ? TagNumbers.whole(records, tag + SamTags.VALUE, type) : NONE;
        if (number != (int) number) {
            throw misfit(records, record, tag, column, "a whole number of 32 bits");
        }
        return number;
    }

    /** Returns the bits of a number of 64 bits. */
    private static long real(byte[] records, int record, int name, TableColumn column) {
        int tag = SamTags.find(records, record, name);
        if (tag < 0) {
            return NO_REAL;
        }
        char type = SamTags.type(records, tag);
        int value = tag + SamTags.VALUE;
        if (TagNumbers.isReal(type)) {
            return Double.doubleToLongBits(TagNumbers.real(records, value, type));
        }
        if (!SamTags.isInteger(type)) {
            throw misfit(records, record, tag, column, "a number");
        }
        return Double.doubleToLongBits(TagNumbers.whole(records, value, type));
    }

    private static boolean putList(
            byte[] records, int record, int name, TableColumn column, int width, OutputBuffer out) {
        int tag = SamTags.find(records, record, name);
        if (tag < 0) {
            return false;
        }
        char element = SamTags.type(records, tag) == 'B' ? SamTags.elementType(records, tag) : 'Z';
        if (!SamTags.isInteger(element)) {
            throw misfit(records, record, tag, column, "an array of whole numbers");
        }
        int count = SamTags.elementCount(records, tag);
        int elementWidth = SamTags.width(element);
        byte[] target = out.reserve((long) count * width);
        int at = out.length();
        for (int i = 0; i < count; i++, at += width) {
            long number = TagNumbers.whole(records, tag + SamTags.ARRAY + i * elementWidth, element);
            if (number < 0 || number >= 1L << 8 * width) {
                throw misfit(records, record, tag, column, "an array of numbers of " + width + " bytes without sign");
            }
            target[at] = (byte) number;
            if (width > 1) {
                target[at + 1] = (byte) (number >>> 8);
            }
        }
        out.setLength(at);
        return true;
    }

    private static ReadsException misfit(byte[] records, int record, int tag, TableColumn column, String expected) {
        OutputBuffer value = new OutputBuffer();
        ArrowText.putTag(value, records, tag);
        EncodedBytes bytes = value.encoded();
        String text = new String(bytes.buffer(), 0, Math.min(40, bytes.length()), StandardCharsets.UTF_8);
        String read =
                JsonText.decoded(records, BamRecord.nameOffset(record), BamRecord.nameTextLength(records, record));
        return ReadsException.of(
                ErrorKind.UNSUPPORTED_FORMAT,
                "tags: a column of " + column.name() + " has " + expected + ", and that of read '" + read + "' is '"
                        + text + "'; ask for text by " + column.name() + ":Z, or leave the tag out");
    }
}
