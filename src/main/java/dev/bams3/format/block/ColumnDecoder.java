package dev.bams3.format.block;

import dev.bams3.format.Malformed;
import dev.bams3.format.Words;
import dev.bams3.sam.BamRecord;

/** Rebuilds the records of a block from its columns. */
final class ColumnDecoder {
    private static final int NO_EXCEPTION = -1;

    private final BlockColumns columns = new BlockColumns();
    private final NameDecoder names = new NameDecoder();
    private final SequenceDecoder sequences = new SequenceDecoder();
    private final TagDecoder tags = new TagDecoder();
    private final RadixPacking radix = new RadixPacking();
    private byte[] unpackedQualities = new byte[0];

    private byte[] qualities = new byte[0];
    private int qualityAt;

    /**
     * Writes the records to the front of {@code out}.
     *
     * @param reference of the first record
     * @param length bytes that they must have; so many are zero in {@code out}
     */
    void decode(BlockStreams streams, int records, int reference, byte[] out, int length) {
        if ((long) records * (BamRecord.FIXED_LENGTH + 1) > length) {
            throw Malformed.of("block records", records + " records in " + length + " bytes");
        }
        columns.begin(records);
        readPositions(streams, reference);
        readCigars(streams, length);
        names.decode(streams, columns, length);
        columns.pair();
        openQualities(streams, length);
        sequences.begin(streams, length);
        tags.begin(streams, columns, length, radix);
        assemble(streams, out, length);
        sequences.finish();
        streams.expectEnds();
    }

    /** Whether each name of the records that were decoded last has one NUL, at its end. */
    boolean hasWellFormedNames() {
        return names.wellFormed;
    }

    /** Bytes of buffers that are kept for the next block. */
    long heldBytes() {
        return columns.heldBytes()
                + names.heldBytes()
                + sequences.heldBytes()
                + tags.heldBytes()
                + unpackedQualities.length;
    }

    private void readPositions(BlockStreams streams, int reference) {
        StreamCursor references = streams.plain(StreamIds.REFERENCE);
        StreamCursor positions = streams.plain(StreamIds.POSITION);
        StreamCursor flags = streams.plain(StreamIds.FLAG);
        int records = columns.records;
        int low = flags.take(records);
        int high = flags.take(records);
        boolean several = references.remaining() > 0;
        int current = reference;
        int previous = 0;
        for (int i = 0; i < records; i++) {
            int increase = several ? references.varint() : 0;
            if (increase != 0) {
                current += increase;
                previous = 0;
                if (increase < 0 || current < 0 || i == 0) {
                    throw references.malformed("an increase of " + increase + " at record " + i);
                }
            }
            columns.reference[i] = current;
            previous += (int) positions.zigzag();
            columns.start[i] = previous;
            columns.flags[i] = flags.data[low + i] & 0xFF | (flags.data[high + i] & 0xFF) << 8;
        }
    }

    private void readCigars(BlockStreams streams, int limit) {
        StreamCursor lengths = streams.plain(StreamIds.SEQUENCE_LENGTH);
        StreamCursor counts = streams.plain(StreamIds.CIGAR_COUNT);
        StreamCursor codes = streams.plain(StreamIds.CIGAR_OPERATIONS);
        int at = 0;
        columns.cigarAt[0] = 0;
        for (int i = 0; i < columns.records; i++) {
            int sequenceLength = lengths.varint();
            int count = counts.varint();
            boolean implied = (count & 1) != 0;
            count >>>= 1;
            if (sequenceLength < 0 || sequenceLength > limit || count > 0xFFFF || count > codes.remaining()) {
                throw counts.malformed(count + " operations, " + sequenceLength + " bases");
            }
            if ((at + count) * 4L > limit) {
                throw counts.malformed("operations of more than " + limit + " bytes");
            }
            if (columns.operations.length < at + count) {
                columns.operations = java.util.Arrays.copyOf(columns.operations, Math.max(1024, (at + count) * 3 / 2));
            }
            long query = 0;
            int last = -1;
            for (int k = at; k < at + count; k++) {
                int operation = codes.varint();
                columns.operations[k] = operation;
                if (BlockColumns.consumesQuery(operation)) {
                    query += operation >>> 4;
                    last = k;
                }
            }
            if (implied) {
                long rest = sequenceLength - query;
                if (last < 0 || rest < 0 || rest >= 1 << 28) {
                    throw codes.malformed("no operation for " + rest + " bases");
                }
                columns.operations[last] += (int) rest << 4;
            }
            columns.sequenceLength[i] = sequenceLength;
            at += count;
            columns.cigarAt[i + 1] = at;
            columns.measure(i);
        }
    }

    private void openQualities(BlockStreams streams, int limit) {
        long bases = 0;
        for (int i = 0; i < columns.records; i++) {
            bases += columns.sequenceLength[i];
        }
        if (bases > limit) {
            throw Malformed.of("sequence lengths", bases + " bases in " + limit + " bytes of records");
        }
        StreamCursor stream = streams.open(StreamIds.QUALITY);
        if (stream.transform == StreamIds.RADIX) {
            if (unpackedQualities.length < bases + 8) {
                unpackedQualities = new byte[(int) Math.min(Integer.MAX_VALUE - 8, bases * 5 / 4 + 8)];
            }
            radix.unpack(stream, (int) bases, unpackedQualities);
            qualities = unpackedQualities;
            qualityAt = 0;
        } else {
            stream = streams.plain(StreamIds.QUALITY);
            qualityAt = stream.take((int) bases);
            qualities = stream.data;
        }
    }

    private void assemble(BlockStreams streams, byte[] out, int length) {
        StreamCursor mapping = streams.plain(StreamIds.MAPPING_QUALITY);
        StreamCursor bins = streams.plain(StreamIds.BIN);
        StreamCursor explicit = streams.plain(StreamIds.MATE_EXPLICIT);
        StreamCursor mateReferences = streams.plain(StreamIds.MATE_REFERENCE);
        StreamCursor matePositions = streams.plain(StreamIds.MATE_POSITION);
        StreamCursor templateLengths = streams.plain(StreamIds.TEMPLATE_LENGTH);
        int nextBin = bins.remaining() > 0 ? bins.varint() : NO_EXCEPTION;
        int at = 0;
        for (int i = 0; i < columns.records; i++) {
            int bin = BamRecord.computedBin(columns.start[i], columns.end[i]);
            if (i == nextBin) {
                bin = bins.u16();
                nextBin = bins.remaining() > 0 ? i + bins.varint() : NO_EXCEPTION;
            }
            int exceptions = explicit.u8();
            int mateReference = columns.mateReference(i);
            if ((exceptions & MateFields.REFERENCE) != 0) {
                mateReference = (int) mateReferences.zigzag();
            }
            int matePosition = columns.matePosition(i);
            if ((exceptions & MateFields.POSITION) != 0) {
                matePosition += (int) matePositions.zigzag();
            }
            int templateLength = columns.templateLength(i, mateReference, matePosition);
            if ((exceptions & MateFields.TEMPLATE_LENGTH) != 0) {
                templateLength += (int) templateLengths.zigzag();
            }
            int nameLength = names.nameLength[i];
            int operations = columns.cigarAt[i + 1] - columns.cigarAt[i];
            int sequenceLength = columns.sequenceLength[i];
            Words.int32(out, at + 4, columns.reference[i]);
            Words.int32(out, at + 8, columns.start[i]);
            Words.int32(out, at + 12, nameLength | mapping.u8() << 8 | bin << 16);
            Words.int32(out, at + 16, operations | columns.flags[i] << 16);
            Words.int32(out, at + 20, sequenceLength);
            Words.int32(out, at + 24, mateReference);
            Words.int32(out, at + 28, matePosition);
            Words.int32(out, at + 32, templateLength);
            int to = at + BamRecord.FIXED_LENGTH;
            Words.copy(names.names, names.nameAt[i], out, to, nameLength);
            to += nameLength;
            for (int k = columns.cigarAt[i]; k < columns.cigarAt[i + 1]; k++, to += 4) {
                Words.int32(out, to, columns.operations[k]);
            }
            sequences.next(columns, i, out, to);
            to += (sequenceLength + 1) / 2;
            System.arraycopy(qualities, qualityAt, out, to, sequenceLength);
            qualityAt += sequenceLength;
            to = tags.next(sequenceLength, out, to + sequenceLength);
            Words.int32(out, at, to - at - 4);
            at = to;
        }
        if (at != length) {
            throw Malformed.of("block raw length", at + " bytes of records, not " + length);
        }
    }
}
