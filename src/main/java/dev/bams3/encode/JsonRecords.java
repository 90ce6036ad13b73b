package dev.bams3.encode;

import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.BamRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records as JSON objects of one line. The members QNAME to QUAL have SAM's names and SAM's values (POS and PNEXT
 * 1-based, RNEXT {@code =} for the same reference, {@code *} for what is missing); {@code start0} and {@code end0} are the
 * 0-based half-open span on the reference, null without a place; TAGS is described in {@link JsonTags}. In answers of cohorts
 * SAMPLE comes first. Bytes that are
 * not ASCII are taken as Latin-1 and escaped, so every record is sound JSON.
 */
final class JsonRecords {
    /** All names, punctuation and numbers but the positions' texts. */
    private static final int MAX_FIXED = 400;

    private static final Literal NAME = Literal.of("{\"QNAME\":\"");
    private static final Literal NEXT_NAME = Literal.of("\"QNAME\":\"");
    private static final Literal FLAG = Literal.of("\",\"FLAG\":");
    private static final Literal REFERENCE = Literal.of(",\"RNAME\":\"");
    private static final Literal POSITION = Literal.of("\",\"POS\":");
    private static final Literal MAPPING_QUALITY = Literal.of(",\"MAPQ\":");
    private static final Literal CIGAR = Literal.of(",\"CIGAR\":\"");
    private static final Literal MATE_REFERENCE = Literal.of("\",\"RNEXT\":\"");
    private static final Literal MATE_POSITION = Literal.of("\",\"PNEXT\":");
    private static final Literal TEMPLATE_LENGTH = Literal.of(",\"TLEN\":");
    private static final Literal SEQUENCE = Literal.of(",\"SEQ\":\"");
    private static final Literal QUALITIES = Literal.of("\",\"QUAL\":\"");
    private static final Literal START = Literal.of("\",\"start0\":");
    private static final Literal END = Literal.of(",\"end0\":");
    private static final Literal NO_SPAN = Literal.of("\",\"start0\":null,\"end0\":null");
    private static final Literal TAGS = Literal.of(",\"TAGS\":");

    private final ReferenceNames names;
    /** The member of each sample with what is before it in a record. */
    private final byte[][] samples;

    /** @param samples names of samples; empty where records have no member of theirs */
    JsonRecords(ReferenceDictionary references, List<String> samples) {
        this.samples = samples.stream()
                .map(name -> ("{\"SAMPLE\":" + JsonText.quoted(name) + ",").getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        names = new ReferenceNames(references, JsonRecords::escaped);
    }

    /**
     * Writes every record, with {@code before} in front of it and {@code after} behind it.
     *
     * @param before nothing or a separator
     * @param after nothing or a line end
     * @param ofRecords for each record, the index of its sample; null where records have no member of theirs
     */
    void block(
            byte[] records,
            int offset,
            int length,
            byte[] before,
            byte[] after,
            int @Nullable [] ofRecords,
            OutputBuffer out) {
        out.expect(length * 5L / 2);
        int end = offset + length;
        int record = offset;
        int number = 0;
        while (record < end) {
            byte @Nullable [] sample = ofRecords == null ? null : samples[ofRecords[number++]];
            putRecord(out, records, record, before, after, sample);
            record += BamRecord.length(records, record);
        }
    }

    private void putRecord(
            OutputBuffer out, byte[] records, int record, byte[] before, byte[] after, byte @Nullable [] sample) {
        int reference = BamRecord.referenceIndex(records, record);
        int mateReference = BamRecord.mateReferenceIndex(records, record);
        byte[] referenceName = names.of(reference);
        byte[] mateName = names.of(mateReference);
        int nameLength = BamRecord.nameTextLength(records, record);
        int bases = BamRecord.sequenceLength(records, record);
        int sequence = BamRecord.sequenceOffset(records, record);
        int qualities = sequence + (bases + 1) / 2;
        int tags = qualities + bases;
        int end = record + BamRecord.length(records, record);
        int cigarTag = BamRecord.cigarTag(records, record);
        byte[] target = out.reserve(MAX_FIXED
                + (sample == null ? 0 : sample.length)
                + referenceName.length
                + mateName.length
                + JsonText.MAX_LETTER * nameLength
                + RecordText.maxCigar(RecordText.cigarLength(records, record, cigarTag))
                + (1L + JsonText.MAX_LETTER) * bases
                + JsonTags.GROWTH * (long) (end - tags));
        int at = put(target, out.length(), before);
        if (sample == null) {
            at = NAME.put(target, at);
        } else {
            at = put(target, at, sample);
            at = NEXT_NAME.put(target, at);
        }
        at = RecordText.putEscaped(target, at, records, BamRecord.nameOffset(record), nameLength);
        at = putNumber(target, at, FLAG, BamRecord.flags(records, record));
        at = REFERENCE.put(target, at);
        at = put(target, at, referenceName);
        at = DecimalText.putPosition(target, POSITION.put(target, at), BamRecord.start(records, record));
        at = putNumber(target, at, MAPPING_QUALITY, BamRecord.mappingQuality(records, record));
        at = CIGAR.put(target, at);
        at = RecordText.putCigar(target, at, records, record, cigarTag);
        at = MATE_REFERENCE.put(target, at);
        if (mateReference >= 0 && mateReference == reference) {
            target[at++] = '=';
        } else {
            at = put(target, at, mateName);
        }
        at = DecimalText.putPosition(target, MATE_POSITION.put(target, at), BamRecord.mateStart(records, record));
        at = putNumber(target, at, TEMPLATE_LENGTH, BamRecord.templateLength(records, record));
        at = SEQUENCE.put(target, at);
        if (bases == 0) {
            target[at++] = '*';
        } else {
            at = RecordText.putBases(target, at, records, sequence, bases);
        }
        at = QUALITIES.put(target, at);
        if (bases == 0 || records[qualities] == (byte) 0xFF) {
            target[at++] = '*';
        } else {
            at = RecordText.putQualitiesEscaped(target, at, records, qualities, bases);
        }
        if (BamRecord.isPlaced(records, record)) {
            at = putNumber(target, at, START, BamRecord.start(records, record));
            at = putNumber(target, at, END, BamRecord.alignmentEnd(records, record));
        } else {
            at = NO_SPAN.put(target, at);
        }
        at = TAGS.put(target, at);
        at = JsonTags.put(target, at, records, tags, end, cigarTag);
        target[at++] = '}';
        out.setLength(put(target, at, after));
    }

    private static int putNumber(byte[] target, int at, Literal name, int value) {
        return DecimalText.putInt(target, name.put(target, at), value);
    }

    private static int put(byte[] target, int at, byte[] text) {
        System.arraycopy(text, 0, target, at, text.length);
        return at + text.length;
    }

    private static byte[] escaped(String name) {
        String quoted = JsonText.quoted(name);
        return quoted.substring(1, quoted.length() - 1).getBytes(StandardCharsets.UTF_8);
    }
}
