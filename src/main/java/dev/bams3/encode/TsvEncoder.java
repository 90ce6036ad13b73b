package dev.bams3.encode;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.SamHeader;
import dev.bams3.sam.SamTags;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table for awk and R: a line with the names of the columns, then one line for each record. The columns are the fields
 * that were asked for, in SAM's order and with SAM's values, and then the tags that were asked for by name, in the order of
 * the request. A tag has its value as SAM writes it, without name and type; it is empty where a record lacks it. Nothing is
 * quoted: control characters, which SAM does not allow in a value, become spaces, so that each record is one line of as many
 * fields as the first line has. In answers of cohorts the first column is SAMPLE.
 */
final class TsvEncoder implements RecordEncoder {
    /** FLAG, POS, MAPQ, PNEXT, TLEN, tabs of all fields, and the line end. */
    private static final int MAX_FIXED = 80;

    /** A tag byte gives at most this many: an array of bytes, {@code ,-128}. */
    private static final int TAG_GROWTH = 5;

    private static final int NONE = -1;

    private final RecordField[] fields;
    private final List<String> tags;
    /** The tags' names as {@link SamTags#nameAt} has them. */
    private final int[] tagNames;

    private final ReferenceNames names;
    private final byte[][] samples;

    /** @param sampleNames names of samples; empty where records have no column of theirs */
    TsvEncoder(SamHeader header, RecordColumns columns, List<String> sampleNames) {
        samples = sampleNames.stream()
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        fields = columns.fields().toArray(RecordField[]::new);
        tags = columns.tags().orElse(List.of());
        tagNames = tags.stream()
                .mapToInt(tag -> SamTags.name(tag.charAt(0), tag.charAt(1)))
                .toArray();
        names = new ReferenceNames(header.references(), name -> name.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public EncodedBytes header() {
        List<String> columns = new ArrayList<>();
        if (samples.length > 0) {
            columns.add("SAMPLE");
        }
        for (RecordField field : fields) {
            columns.add(field.name());
        }
        columns.addAll(tags);
        byte[] line = (String.join("\t", columns) + "\n").getBytes(StandardCharsets.US_ASCII);
        return new EncodedBytes(line, line.length);
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
        out.expect(length + length / 2L);
        int[] found = new int[tagNames.length];
        int end = offset + length;
        int record = offset;
        int number = 0;
        while (record < end) {
            byte @Nullable [] sample = ofRecords == null ? null : samples[ofRecords[number++]];
            putRecord(out, records, record, sample, found);
            record += BamRecord.length(records, record);
        }
    }

    @Override
    public EncodedBytes end(long records) {
        return new EncodedBytes(new byte[0], 0);
    }

    /** @param found scratch, one element for each tag */
    private void putRecord(OutputBuffer out, byte[] records, int record, byte @Nullable [] sample, int[] found) {
        int cigarTag = BamRecord.cigarTag(records, record);
        int tagBytes = record + BamRecord.length(records, record) - BamRecord.tagsOffset(records, record);
        byte[] target = out.reserve(MAX_FIXED
                + (sample == null ? 0 : sample.length)
                + names.of(BamRecord.referenceIndex(records, record)).length
                + names.of(BamRecord.mateReferenceIndex(records, record)).length
                + BamRecord.nameTextLength(records, record)
                + RecordText.maxCigar(RecordText.cigarLength(records, record, cigarTag))
                + 2L * BamRecord.sequenceLength(records, record)
                + tagNames.length
                + TAG_GROWTH * (tagBytes + 1L));
        int at = out.length();
        if (sample != null) {
            at = putText(target, at, sample, 0, sample.length);
            target[at++] = '\t';
        }
        for (RecordField field : fields) {
            at = putField(target, at, field, records, record, cigarTag);
            target[at++] = '\t';
        }
        if (tagNames.length > 0) {
            find(records, record, cigarTag, found);
            for (int tag : found) {
                at = tag == NONE ? at : putTag(target, at, records, tag);
                target[at++] = '\t';
            }
        }
        target[at - 1] = '\n';
        out.setLength(at);
    }

    private int putField(byte[] target, int at, RecordField field, byte[] records, int record, int cigarTag) {
        return switch (field) {
            case QNAME ->
                putText(target, at, records, BamRecord.nameOffset(record), BamRecord.nameTextLength(records, record));
            case FLAG -> DecimalText.putInt(target, at, BamRecord.flags(records, record));
            case RNAME -> putName(target, at, BamRecord.referenceIndex(records, record));
            case POS -> DecimalText.putPosition(target, at, BamRecord.start(records, record));
            case MAPQ -> DecimalText.putInt(target, at, BamRecord.mappingQuality(records, record));
            case CIGAR -> RecordText.putCigar(target, at, records, record, cigarTag);
            case RNEXT -> putMateName(target, at, records, record);
            case PNEXT -> DecimalText.putPosition(target, at, BamRecord.mateStart(records, record));
            case TLEN -> DecimalText.putInt(target, at, BamRecord.templateLength(records, record));
            case SEQ -> putBases(target, at, records, record);
            case QUAL -> putQualities(target, at, records, record);
        };
    }

    private int putName(byte[] target, int at, int reference) {
        byte[] name = names.of(reference);
        return putText(target, at, name, 0, name.length);
    }

    private int putMateName(byte[] target, int at, byte[] records, int record) {
        int mateReference = BamRecord.mateReferenceIndex(records, record);
        if (mateReference >= 0 && mateReference == BamRecord.referenceIndex(records, record)) {
            target[at] = '=';
            return at + 1;
        }
        return putName(target, at, mateReference);
    }

    private static int putBases(byte[] target, int at, byte[] records, int record) {
        int bases = BamRecord.sequenceLength(records, record);
        if (bases == 0) {
            target[at] = '*';
            return at + 1;
        }
        return RecordText.putBases(target, at, records, BamRecord.sequenceOffset(records, record), bases);
    }

    private static int putQualities(byte[] target, int at, byte[] records, int record) {
        int bases = BamRecord.sequenceLength(records, record);
        int qualities = BamRecord.sequenceOffset(records, record) + (bases + 1) / 2;
        if (bases == 0 || records[qualities] == (byte) 0xFF) {
            target[at] = '*';
            return at + 1;
        }
        return withoutControls(target, at, RecordText.putQualities(target, at, records, qualities, bases));
    }

    /** Sets the index of each wanted tag, the first of its name, or {@link #NONE}. */
    private void find(byte[] records, int record, int cigarTag, int[] found) {
        Arrays.fill(found, NONE);
        int end = record + BamRecord.length(records, record);
        for (int tag = BamRecord.tagsOffset(records, record); tag < end; tag = SamTags.end(records, tag)) {
            int name = SamTags.nameAt(records, tag);
            for (int i = 0; i < tagNames.length; i++) {
                if (tagNames[i] == name && found[i] == NONE && tag != cigarTag) {
                    found[i] = tag;
                }
            }
        }
    }

    private static int putTag(byte[] target, int at, byte[] records, int tag) {
        char type = SamTags.type(records, tag);
        int value = tag + SamTags.VALUE;
        return switch (type) {
            case 'Z', 'H' -> putText(target, at, records, value, SamTags.end(records, tag) - 1 - value);
            case 'A' -> putText(target, at, records, value, 1);
            case 'B' -> TagNumbers.putArray(target, at, records, tag);
            default -> TagNumbers.put(target, at, records, value, type);
        };
    }

    private static int putText(byte[] target, int at, byte[] source, int from, int length) {
        System.arraycopy(source, from, target, at, length);
        return withoutControls(target, at, at + length);
    }

    private static int withoutControls(byte[] target, int from, int end) {
        for (int i = from; i < end; i++) {
            if (target[i] >= 0 && target[i] < ' ') {
                target[i] = ' ';
            }
        }
        return end;
    }
}
