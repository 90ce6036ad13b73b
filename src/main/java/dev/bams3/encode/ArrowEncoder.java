package dev.bams3.encode;

import dev.bams3.genome.Reference;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.SamHeader;
import dev.bams3.table.ArrowStream;
import dev.bams3.table.ColumnType;
import dev.bams3.table.TableColumn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stream of Arrow with a record batch for each block. The columns are the fields that were asked for, by SAM's names in SAM's
 * order, and then the tags that were asked for by name ({@link ArrowTags}). POS and PNEXT are 1-based, 0 for none; RNAME and
 * RNEXT are texts of one dictionary, that of the references, and RNEXT has a name where SAM has {@code =}; CIGAR and SEQ are
 * SAM's text; QUAL has the qualities as bytes, without SAM's offset of 33. What SAM has as {@code *} is null, but for QNAME.
 * In answers of cohorts the first column is SAMPLE. Metadata of the schema has the header's text. Text that is no UTF-8 is taken as Latin-1.
 *
 * <p>Columns are written one after the other, each by a pass over the records of the block, straight into the output.
 */
final class ArrowEncoder implements RecordEncoder {
    /** Key of the header in the schema's metadata. */
    static final String HEADER = "header";

    static final int REFERENCES = 0;

    private static final int SAMPLES = 2;

    private final SamHeader header;
    private final RecordField[] fields;
    private final ArrowTags tags;
    private final List<String> samples;
    private final ArrowStream stream;

    /** @param samples names of samples; empty where records have no column of theirs */
    ArrowEncoder(SamHeader header, RecordColumns columns, List<String> samples) {
        this.header = header;
        this.samples = samples;
        fields = columns.fields().toArray(RecordField[]::new);
        tags = new ArrowTags(columns, header);
        List<TableColumn> all = new ArrayList<>();
        if (!samples.isEmpty()) {
            all.add(new TableColumn("SAMPLE", ColumnType.WORD, SAMPLES));
        }
        for (RecordField field : fields) {
            all.add(new TableColumn(field.name(), type(field), REFERENCES));
        }
        all.addAll(tags.columns());
        stream = new ArrowStream(all, Map.of(HEADER, new String(header.printable(), StandardCharsets.UTF_8)));
    }

    private static ColumnType type(RecordField field) {
        return switch (field) {
            case QNAME, CIGAR, SEQ -> ColumnType.TEXT;
            case QUAL -> ColumnType.BYTES;
            case FLAG -> ColumnType.UINT16;
            case MAPQ -> ColumnType.UINT8;
            case TLEN -> ColumnType.INT32;
            case POS, PNEXT -> ColumnType.INT64;
            case RNAME, RNEXT -> ColumnType.WORD;
        };
    }

    @Override
    public EncodedBytes header() {
        OutputBuffer out = new OutputBuffer();
        put(out, stream.schema());
        if (List.of(fields).contains(RecordField.RNAME) || List.of(fields).contains(RecordField.RNEXT)) {
            put(
                    out,
                    ArrowStream.dictionary(
                            REFERENCES,
                            header.references().references().stream()
                                    .map(Reference::name)
                                    .toList()));
        }
        if (!samples.isEmpty()) {
            put(out, ArrowStream.dictionary(SAMPLES, samples));
        }
        tags.dictionaries().forEach(dictionary -> put(out, dictionary));
        return out.encoded();
    }

    private static void put(OutputBuffer out, byte[] message) {
        out.put(message, 0, message.length);
    }

    @Override
    public void block(byte[] records, int offset, int length, OutputBuffer out) {
        put(records, offset, length, null, out);
    }

    @Override
    public void block(byte[] records, int offset, int length, int[] ofRecords, OutputBuffer out) {
        put(records, offset, length, ofRecords, out);
    }

    private void put(byte[] records, int offset, int length, int @Nullable [] ofRecords, OutputBuffer out) {
        if (length == 0) {
            return;
        }
        int end = offset + length;
        int rows = 0;
        for (int record = offset; record < end; record += BamRecord.length(records, record)) {
            rows++;
        }
        out.expect(length * 5L / 4);
        // Words that no dictionary has yet come before the batch that has them.
        ArrowTags.Words words = tags.words(records, offset, end, rows);
        words.messages().forEach(message -> put(out, message));
        ArrowBody body = new ArrowBody(stream, rows, out);
        if (ofRecords != null) {
            int[] next = {0};
            body.numbersOrNull((_, _) -> ofRecords[next[0]++], -1, records, offset, end);
        }
        for (RecordField field : fields) {
            putField(field, records, offset, end, body);
        }
        tags.put(records, offset, end, words, body);
        body.finish();
    }

    @Override
    public EncodedBytes end(long records) {
        byte[] end = ArrowStream.end();
        return new EncodedBytes(end, end.length);
    }

    private static void putField(RecordField field, byte[] records, int from, int end, ArrowBody body) {
        switch (field) {
            case QNAME -> body.contents(ArrowEncoder::putName, records, from, end);
            case FLAG -> body.numbers(BamRecord::flags, Short.BYTES, records, from, end);
            case RNAME -> body.numbersOrNull(BamRecord::referenceIndex, BamRecord.NO_REFERENCE, records, from, end);
            case POS -> body.numbers((b, record) -> BamRecord.start(b, record) + 1L, Long.BYTES, records, from, end);
            case MAPQ -> body.numbers(BamRecord::mappingQuality, Byte.BYTES, records, from, end);
            case CIGAR -> body.contents(ArrowEncoder::putCigar, records, from, end);
            case RNEXT -> body.numbersOrNull(BamRecord::mateReferenceIndex, BamRecord.NO_REFERENCE, records, from, end);
            case PNEXT ->
                body.numbers((b, record) -> BamRecord.mateStart(b, record) + 1L, Long.BYTES, records, from, end);
            case TLEN -> body.numbers(BamRecord::templateLength, Integer.BYTES, records, from, end);
            case SEQ -> body.contents(ArrowEncoder::putBases, records, from, end);
            case QUAL -> body.contents(ArrowEncoder::putQualities, records, from, end);
        }
    }

    private static boolean putName(byte[] records, int record, OutputBuffer out) {
        ArrowText.put(out, records, BamRecord.nameOffset(record), BamRecord.nameTextLength(records, record));
        return true;
    }

    private static boolean putCigar(byte[] records, int record, OutputBuffer out) {
        int tag = BamRecord.cigarTag(records, record);
        int operations = RecordText.cigarLength(records, record, tag);
        if (operations == 0) {
            return false;
        }
        byte[] target = out.reserve(RecordText.maxCigar(operations));
        out.setLength(RecordText.putCigar(target, out.length(), records, record, tag));
        return true;
    }

    private static boolean putBases(byte[] records, int record, OutputBuffer out) {
        int bases = BamRecord.sequenceLength(records, record);
        byte[] target = out.reserve(bases);
        out.setLength(
                RecordText.putBases(target, out.length(), records, BamRecord.sequenceOffset(records, record), bases));
        return bases > 0;
    }

    private static boolean putQualities(byte[] records, int record, OutputBuffer out) {
        int bases = BamRecord.sequenceLength(records, record);
        int qualities = BamRecord.sequenceOffset(records, record) + (bases + 1) / 2;
        if (bases == 0 || records[qualities] == (byte) 0xFF) {
            return false;
        }
        out.put(records, qualities, bases);
        return true;
    }
}
