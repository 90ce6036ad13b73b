package dev.bams3.format.block;

import dev.bams3.format.Malformed;
import dev.bams3.format.Words;
import dev.bams3.sam.BamRecord;
import java.util.Arrays;

/** Rebuilds the records of a block from its columns. */
final class ColumnDecoder {
    private static final int NO_EXCEPTION = -1;

    /** Length of the name of a record without one, an asterisk and its NUL. */
    private static final int NO_NAME = 2;

    private static final int UNKNOWN_MAPPING_QUALITY = 0xFF;

    private final BlockColumns columns = new BlockColumns();
    private final NameDecoder names = new NameDecoder();
    private final SequenceDecoder sequences = new SequenceDecoder();
    private final TagDecoder tags = new TagDecoder();
    private final RadixPacking radix = new RadixPacking();
    private byte[] unpackedQualities = new byte[0];

    private byte[] qualities = new byte[0];
    private int qualityAt;
    private WantedColumns wanted = WantedColumns.ALL;

    /**
     * Writes the records to the front of {@code out}, which is zero as far as they reach.
     *
     * @param reference of the first record
     * @param length bytes of the whole records
     * @param choice columns that are wanted
     * @return bytes of the records
     */
    int decode(BlockStreams streams, int records, int reference, byte[] out, int length, WantedColumns choice) {
        if ((long) records * (BamRecord.FIXED_LENGTH + 1) > length) {
            throw Malformed.of("block records", records + " records in " + length + " bytes");
        }
        wanted = choice;
        columns.begin(records);
        readPositions(streams, reference);
        if (wanted.cigarStreams()) {
            readCigars(streams, length);
        } else {
            readLengths(streams, length);
        }
        if (wanted.names) {
            names.decode(streams, columns, length);
        } else if (wanted.mates) {
            NameDecoder.readLinks(streams, columns);
        }
        if (wanted.mates) {
            columns.pair();
        }
        if (wanted.qualities) {
            openQualities(streams, length);
        }
        if (wanted.sequence) {
            sequences.begin(streams, length);
        }
        if (wanted.tags) {
            tags.begin(streams, columns, length, radix, wanted);
        }
        int end = assemble(streams, out);
        if (wanted.sequence) {
            sequences.finish();
        }
        streams.expectEnds();
        // Without its name, a record has one byte more than without a name.
        if (wanted.all ? end != length : end > length + records) {
            throw Malformed.of("block raw length", end + " bytes of records, not " + length);
        }
        return end;
    }

    /**
     * Whether records may be unsound, or have in the tag CG a CIGAR, which is then no tag. Streams of columns that are wanted are as if
     * nothing had been read of them.
     */
    static boolean needsWhole(BlockStreams streams, WantedColumns wanted, int references) {
        return streams.plain(StreamIds.TAG_BYTES).remaining() > 0
                || NameDecoder.hasOddNames(streams.open(StreamIds.NAME_TEXT), wanted.names)
                || hasOddMates(streams.plain(StreamIds.MATE_REFERENCE), wanted.mates, references)
                || ((wanted.cigarStreams() || wanted.tag('C', 'G'))
                        && TagDecoder.haveCigars(streams.plain(StreamIds.TAG_DICTIONARY), wanted.tags));
    }

    /** Whether a mate that is not the predicted one lies on no reference of the dataset. */
    private static boolean hasOddMates(StreamCursor references, boolean readAgain, int count) {
        int start = references.at;
        boolean odd = false;
        while (references.remaining() > 0) {
            int reference = (int) references.zigzag();
            odd |= reference < BamRecord.NO_REFERENCE || reference >= count;
        }
        if (readAgain) {
            references.at = start;
        }
        return odd;
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

    /** Reads the lengths of the sequences where they are needed, and places records without their CIGARs. */
    private void readLengths(BlockStreams streams, int limit) {
        boolean needed = wanted.bases() || wanted.tags;
        StreamCursor lengths = streams.plain(needed ? StreamIds.SEQUENCE_LENGTH : StreamIds.RECORDS);
        columns.cigarAt[0] = 0;
        for (int i = 0; i < columns.records; i++) {
            int length = needed ? lengths.varint() : 0;
            if (length < 0 || length > limit) {
                throw lengths.malformed(length + " bases");
            }
            columns.sequenceLength[i] = length;
            columns.cigarAt[i + 1] = 0;
            columns.end[i] = columns.start[i] + 1;
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
                columns.operations = Arrays.copyOf(columns.operations, Math.max(1024, (at + count) * 3 / 2));
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

    /** Returns the bytes of all records. */
    private int assemble(BlockStreams streams, byte[] out) {
        boolean withNames = wanted.names;
        boolean withCigar = wanted.cigar;
        boolean withMates = wanted.mates;
        boolean withBases = wanted.bases();
        StreamCursor mapping = stream(streams, StreamIds.MAPPING_QUALITY, wanted.mappingQuality);
        StreamCursor bins = stream(streams, StreamIds.BIN, withCigar);
        StreamCursor explicit = stream(streams, StreamIds.MATE_EXPLICIT, withMates);
        StreamCursor mateReferences = stream(streams, StreamIds.MATE_REFERENCE, withMates);
        StreamCursor matePositions = stream(streams, StreamIds.MATE_POSITION, withMates);
        StreamCursor templateLengths = stream(streams, StreamIds.TEMPLATE_LENGTH, wanted.templateLength);
        int nextBin = bins.remaining() > 0 ? bins.varint() : NO_EXCEPTION;
        int at = 0;
        for (int i = 0; i < columns.records; i++) {
            int bin = BamRecord.computedBin(columns.start[i], columns.end[i]);
            if (i == nextBin) {
                bin = bins.u16();
                nextBin = bins.remaining() > 0 ? i + bins.varint() : NO_EXCEPTION;
            }
            int mateReference = -1;
            int matePosition = -1;
            int templateLength = 0;
            if (withMates) {
                int exceptions = explicit.u8();
                mateReference = (exceptions & MateFields.REFERENCE) != 0
                        ? (int) mateReferences.zigzag()
                        : columns.mateReference(i);
                matePosition = columns.matePosition(i);
                if ((exceptions & MateFields.POSITION) != 0) {
                    matePosition += (int) matePositions.zigzag();
                }
                if (wanted.templateLength) {
                    templateLength = columns.templateLength(i, mateReference, matePosition);
                    if ((exceptions & MateFields.TEMPLATE_LENGTH) != 0) {
                        templateLength += (int) templateLengths.zigzag();
                    }
                }
            }
            int nameLength = withNames ? names.nameLength[i] : NO_NAME;
            int operations = withCigar ? columns.cigarAt[i + 1] - columns.cigarAt[i] : 0;
            int sequenceLength = columns.sequenceLength[i];
            int mappingQuality = wanted.mappingQuality ? mapping.u8() : UNKNOWN_MAPPING_QUALITY;
            Words.int32(out, at + 4, columns.reference[i]);
            Words.int32(out, at + 8, columns.start[i]);
            Words.int32(out, at + 12, nameLength | mappingQuality << 8 | bin << 16);
            Words.int32(out, at + 16, operations | columns.flags[i] << 16);
            Words.int32(out, at + 20, withBases ? sequenceLength : 0);
            Words.int32(out, at + 24, mateReference);
            Words.int32(out, at + 28, matePosition);
            Words.int32(out, at + 32, templateLength);
            int to = at + BamRecord.FIXED_LENGTH;
            if (withNames) {
                Words.copy(names.names, names.nameAt[i], out, to, nameLength);
            } else {
                out[to] = '*';
            }
            to += nameLength;
            if (withCigar) {
                for (int k = columns.cigarAt[i]; k < columns.cigarAt[i + 1]; k++, to += 4) {
                    Words.int32(out, to, columns.operations[k]);
                }
            }
            if (withBases) {
                to = putBases(i, sequenceLength, out, to);
            }
            if (wanted.tags) {
                to = tags.next(sequenceLength, out, to);
            }
            Words.int32(out, at, to - at - 4);
            at = to;
        }
        return at;
    }

    private int putBases(int record, int length, byte[] out, int at) {
        if (wanted.sequence) {
            sequences.next(columns, record, out, at);
        }
        int to = at + (length + 1) / 2;
        if (wanted.qualities) {
            System.arraycopy(qualities, qualityAt, out, to, length);
            qualityAt += length;
        } else {
            Arrays.fill(out, to, to + length, (byte) 0xFF);
        }
        return to + length;
    }

    /** The stream of this id; where it is not wanted, one that is always empty. */
    private static StreamCursor stream(BlockStreams streams, int id, boolean isWanted) {
        return streams.plain(isWanted ? id : StreamIds.RECORDS);
    }
}
