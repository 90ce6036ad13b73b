package dev.bams3.encode;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamHeader;
import dev.bams3.sam.SamTags;
import java.nio.charset.StandardCharsets;

/**
 * SAM text, byte for byte what {@code samtools view -h --no-PG} (1.16) prints: tags in file order, all whole numbers as
 * {@code i}, a CIGAR of a CG tag in its place and that tag left out. Of a name that is padded with NULs, which samtools
 * prints and then cannot read, the padding is left out.
 *
 * <p>SAM has no terminator. Lines after the last record are errors to its readers ({@code samtools} fails on a comment or
 * an empty line there), so a reader relies on the end of the HTTP message: a broken answer ends without its last chunk.
 */
final class SamEncoder implements RecordEncoder {
    /** FLAG, POS, MAPQ, PNEXT, TLEN and all tabs. */
    private static final int MAX_FIXED = 80;

    /** A tag byte gives at most this many: an array of bytes, {@code ,-128}. */
    private static final int TAG_GROWTH = 5;

    private final SamHeader header;
    private final ReferenceNames names;

    SamEncoder(SamHeader header) {
        this.header = header;
        names = new ReferenceNames(header.references(), name -> name.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public EncodedBytes header() {
        byte[] text = header.printable();
        return new EncodedBytes(text, text.length);
    }

    @Override
    public void block(byte[] records, int offset, int length, OutputBuffer out) {
        out.expect(length + length / 2L);
        int end = offset + length;
        int record = offset;
        while (record < end) {
            putRecord(out, records, record);
            record += BamRecord.length(records, record);
        }
    }

    @Override
    public EncodedBytes end(long records) {
        return new EncodedBytes(new byte[0], 0);
    }

    private void putRecord(OutputBuffer out, byte[] records, int record) {
        int reference = BamRecord.referenceIndex(records, record);
        int mateReference = BamRecord.mateReferenceIndex(records, record);
        byte[] name = names.of(reference);
        byte[] mateName = names.of(mateReference);
        int nameLength = BamRecord.nameTextLength(records, record);
        int bases = BamRecord.sequenceLength(records, record);
        int sequence = BamRecord.sequenceOffset(records, record);
        int qualities = sequence + (bases + 1) / 2;
        int tags = qualities + bases;
        int end = record + BamRecord.length(records, record);
        int cigarTag = BamRecord.cigarTag(records, record);
        byte[] target = out.reserve(MAX_FIXED
                + name.length
                + mateName.length
                + nameLength
                + RecordText.maxCigar(RecordText.cigarLength(records, record, cigarTag))
                + 2L * bases
                + TAG_GROWTH * (long) (end - tags)
                + TAG_GROWTH);
        int at = put(target, out.length(), records, BamRecord.nameOffset(record), nameLength);
        target[at++] = '\t';
        at = DecimalText.putInt(target, at, BamRecord.flags(records, record));
        target[at++] = '\t';
        at = put(target, at, name, 0, name.length);
        target[at++] = '\t';
        at = DecimalText.putPosition(target, at, BamRecord.start(records, record));
        target[at++] = '\t';
        at = DecimalText.putInt(target, at, BamRecord.mappingQuality(records, record));
        target[at++] = '\t';
        at = RecordText.putCigar(target, at, records, record, cigarTag);
        target[at++] = '\t';
        if (mateReference >= 0 && mateReference == reference) {
            target[at++] = '=';
        } else {
            at = put(target, at, mateName, 0, mateName.length);
        }
        target[at++] = '\t';
        at = DecimalText.putPosition(target, at, BamRecord.mateStart(records, record));
        target[at++] = '\t';
        at = DecimalText.putInt(target, at, BamRecord.templateLength(records, record));
        target[at++] = '\t';
        if (bases == 0) {
            target[at++] = '*';
        } else {
            at = RecordText.putBases(target, at, records, sequence, bases);
        }
        target[at++] = '\t';
        if (bases == 0 || records[qualities] == (byte) 0xFF) {
            target[at++] = '*';
        } else {
            at = RecordText.putQualities(target, at, records, qualities, bases);
        }
        int tag = tags;
        while (tag < end) {
            int next = SamTags.end(records, tag);
            if (tag != cigarTag) {
                at = putTag(target, at, records, tag, next);
            }
            tag = next;
        }
        target[at++] = '\n';
        out.setLength(at);
    }

    private static int putTag(byte[] target, int at, byte[] records, int tag, int end) {
        char type = SamTags.type(records, tag);
        target[at] = '\t';
        target[at + 1] = records[tag];
        target[at + 2] = records[tag + 1];
        target[at + 3] = ':';
        target[at + 4] = (byte) (SamTags.isInteger(type) ? 'i' : type);
        target[at + 5] = ':';
        int next = at + 6;
        switch (type) {
            case 'Z', 'H' -> next = put(target, next, records, tag + SamTags.VALUE, end - 1 - tag - SamTags.VALUE);
            case 'A' -> target[next++] = records[tag + SamTags.VALUE];
            case 'B' -> next = TagNumbers.putArray(target, next, records, tag);
            default -> next = TagNumbers.put(target, next, records, tag + SamTags.VALUE, type);
        }
        return next;
    }

    private static int put(byte[] target, int at, byte[] source, int from, int length) {
        System.arraycopy(source, from, target, at, length);
        return at + length;
    }
}
