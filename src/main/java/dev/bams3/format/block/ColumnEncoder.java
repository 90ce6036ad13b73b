package dev.bams3.format.block;

import dev.bams3.format.ByteSink;
import dev.bams3.sam.BamRecord;

/** Turns the records of a block into columns. */
final class ColumnEncoder {
    /** Mean SEQ length from which a second zstd level is tried on qualities and tags. */
    private static final int LONG_READ = 1000;

    private final BlockColumns columns = new BlockColumns();
    private final NameEncoder names = new NameEncoder();
    private final SequenceEncoder sequences = new SequenceEncoder();
    private final TagEncoder tags = new TagEncoder();
    private final TagColumn.Scratch tagScratch = new TagColumn.Scratch();
    private final RadixPacking radix = new RadixPacking();
    private int[] recordAt = new int[0];
    private byte[] qualities = new byte[0];

    private final ByteSink out = new ByteSink(1 << 12);
    private final ByteSink more = new ByteSink(1 << 12);
    private final ByteSink mateReference = new ByteSink(64);
    private final ByteSink matePosition = new ByteSink(1 << 10);
    private final ByteSink templateLength = new ByteSink(1 << 10);

    /** Adds the streams of the block, or returns false, having added none, when a record's lengths contradict each other. */
    boolean encode(byte[] buffer, int offset, int records, BlockFrameWriter frame) {
        columns.begin(records);
        if (recordAt.length < records) {
            recordAt = new int[records + records / 4];
        }
        long bases = readRecords(buffer, offset);
        if (bases < 0) {
            return false;
        }
        names.link(buffer, recordAt, columns);
        columns.pair();
        boolean longReads = bases / records >= LONG_READ;
        encodePositions(frame);
        encodeFixed(buffer, frame);
        encodeCigars(frame);
        names.encode(buffer, recordAt, columns, frame);
        encodeMates(buffer, frame);
        sequences.encode(buffer, recordAt, columns, frame);
        encodeQualities(buffer, Math.toIntExact(bases), frame, longReads);
        tags.collect(buffer, recordAt, columns);
        tags.encodeLines(frame);
        encodeReferences(frame);
        names.encodeNumbers(frame);
        tags.encodeFields(frame, tagScratch, longReads);
        return true;
    }

    /** Fills the shared columns; the sum of SEQ lengths, or -1 for records that are not sound. */
    private long readRecords(byte[] buffer, int offset) {
        long bases = 0;
        int at = offset;
        columns.cigarAt[0] = 0;
        for (int i = 0; i < columns.records; i++) {
            recordAt[i] = at;
            int length = BamRecord.length(buffer, at);
            int sequence = BamRecord.sequenceLength(buffer, at);
            int cigar = BamRecord.cigarLength(buffer, at);
            int name = BamRecord.nameLength(buffer, at);
            if (sequence < 0
                    || name == 0
                    || BamRecord.FIXED_LENGTH + name + 4L * cigar + (sequence + 1L) / 2 + sequence > length) {
                return -1;
            }
            columns.reference[i] = BamRecord.referenceIndex(buffer, at);
            columns.start[i] = BamRecord.start(buffer, at);
            columns.flags[i] = BamRecord.flags(buffer, at);
            columns.sequenceLength[i] = sequence;
            int first = columns.cigarAt[i];
            columns.cigarAt[i + 1] = first + cigar;
            if (columns.operations.length < first + cigar) {
                columns.operations =
                        java.util.Arrays.copyOf(columns.operations, Math.max(1024, (first + cigar) * 3 / 2));
            }
            int from = BamRecord.cigarOffset(buffer, at);
            for (int k = 0; k < cigar; k++) {
                columns.operations[first + k] = BamRecord.int32(buffer, from + 4 * k);
            }
            columns.measure(i);
            bases += sequence;
            at += length;
        }
        return bases;
    }

    private void encodePositions(BlockFrameWriter frame) {
        out.clear();
        int previous = 0;
        for (int i = 0; i < columns.records; i++) {
            if (i > 0 && columns.reference[i] != columns.reference[i - 1]) {
                previous = 0;
            }
            out.zigzag((long) columns.start[i] - previous);
            previous = columns.start[i];
        }
        add(frame, StreamIds.POSITION, out);
    }

    private void encodeReferences(BlockFrameWriter frame) {
        int previous = columns.reference[0];
        if (columns.reference[columns.records - 1] == previous) {
            return;
        }
        out.clear();
        for (int i = 0; i < columns.records; i++) {
            out.varint(columns.reference[i] - (long) previous);
            previous = columns.reference[i];
        }
        add(frame, StreamIds.REFERENCE, out);
    }

    private void encodeFixed(byte[] buffer, BlockFrameWriter frame) {
        int records = columns.records;
        out.clear();
        for (int i = 0; i < records; i++) {
            out.u8(columns.flags[i]);
        }
        for (int i = 0; i < records; i++) {
            out.u8(columns.flags[i] >> 8);
        }
        add(frame, StreamIds.FLAG, out);
        out.clear();
        for (int i = 0; i < records; i++) {
            out.u8(BamRecord.mappingQuality(buffer, recordAt[i]));
        }
        add(frame, StreamIds.MAPPING_QUALITY, out);
        out.clear();
        for (int i = 0; i < records; i++) {
            out.varint(columns.sequenceLength[i]);
        }
        add(frame, StreamIds.SEQUENCE_LENGTH, out);
        out.clear();
        int last = 0;
        for (int i = 0; i < records; i++) {
            int bin = BamRecord.bin(buffer, recordAt[i]);
            if (bin != BamRecord.computedBin(columns.start[i], columns.end[i])) {
                out.varint(i - last);
                out.u16(bin);
                last = i;
            }
        }
        add(frame, StreamIds.BIN, out);
    }

    private void encodeCigars(BlockFrameWriter frame) {
        out.clear();
        more.clear();
        for (int i = 0; i < columns.records; i++) {
            int first = columns.cigarAt[i];
            int end = columns.cigarAt[i + 1];
            int implied = impliedOperation(first, end, columns.sequenceLength[i]);
            out.varint((end - first) * 2L + (implied >= 0 ? 1 : 0));
            for (int k = first; k < end; k++) {
                int operation = columns.operations[k];
                more.varint((k == implied ? operation & 0xF : operation) & 0xFFFF_FFFFL);
            }
        }
        add(frame, StreamIds.CIGAR_COUNT, out);
        add(frame, StreamIds.CIGAR_OPERATIONS, more);
    }

    /** The last operation that takes bases of the read, where the other lengths and SEQ's tell its length; else -1. */
    private int impliedOperation(int first, int end, int sequenceLength) {
        long query = 0;
        int last = -1;
        for (int k = first; k < end; k++) {
            if (BlockColumns.consumesQuery(columns.operations[k])) {
                query += columns.operations[k] >>> 4;
                last = k;
            }
        }
        return query == sequenceLength ? last : -1;
    }

    private void encodeMates(byte[] buffer, BlockFrameWriter frame) {
        out.clear();
        mateReference.clear();
        matePosition.clear();
        templateLength.clear();
        for (int i = 0; i < columns.records; i++) {
            int reference = BamRecord.mateReferenceIndex(buffer, recordAt[i]);
            int position = BamRecord.mateStart(buffer, recordAt[i]);
            int template = BamRecord.templateLength(buffer, recordAt[i]);
            int explicit = 0;
            if (reference != columns.mateReference(i)) {
                explicit |= MateFields.REFERENCE;
                mateReference.zigzag(reference);
            }
            if (position != columns.matePosition(i)) {
                explicit |= MateFields.POSITION;
                matePosition.zigzag((long) position - columns.matePosition(i));
            }
            int predicted = columns.templateLength(i, reference, position);
            if (template != predicted) {
                explicit |= MateFields.TEMPLATE_LENGTH;
                templateLength.zigzag((long) template - predicted);
            }
            out.u8(explicit);
        }
        add(frame, StreamIds.MATE_EXPLICIT, out);
        add(frame, StreamIds.MATE_REFERENCE, mateReference);
        add(frame, StreamIds.MATE_POSITION, matePosition);
        add(frame, StreamIds.TEMPLATE_LENGTH, templateLength);
    }

    private void encodeQualities(byte[] buffer, int bases, BlockFrameWriter frame, boolean longReads) {
        if (qualities.length < bases) {
            qualities = new byte[bases + bases / 4];
        }
        int at = 0;
        for (int i = 0; i < columns.records; i++) {
            int length = columns.sequenceLength[i];
            System.arraycopy(buffer, BamRecord.qualityOffset(buffer, recordAt[i]), qualities, at, length);
            at += length;
        }
        out.clear();
        boolean packed = radix.pack(qualities, bases, out);
        byte[] raw = packed ? out.array() : qualities;
        int length = packed ? out.size() : bases;
        int transform = packed ? StreamIds.RADIX : StreamIds.PLAIN;
        if (longReads) {
            frame.addSmaller(StreamIds.QUALITY, transform, raw, 0, length);
        } else {
            frame.add(StreamIds.QUALITY, transform, raw, 0, length);
        }
    }

    private static void add(BlockFrameWriter frame, int id, ByteSink bytes) {
        frame.add(id, StreamIds.PLAIN, bytes.array(), 0, bytes.size());
    }
}
