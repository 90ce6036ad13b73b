package dev.bams3.source.cram;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import dev.bams3.sam.SamFlags;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the BAM records of a slice of its data series; one thread. */
final class SliceDecoder {
    static final int MAX_NAME_LENGTH = 254;

    private static final int MAX_FLAGS = 0xFFF;

    /** Array elements and objects that a record needs while its slice is decoded, bytes. */
    private static final int BYTES_PER_RECORD = 100;

    /** Beyond what a record of {@link TagBytes#MAX_LENGTH} can hold. */
    private static final int MAX_READ_LENGTH = 160 << 20;

    private static final int RG = 'R' << 16 | 'G' << 8 | 'Z';
    private static final int CG = 'C' << 16 | 'G' << 8 | 'B';

    /** Bit n is set when CIGAR operation n consumes the reference, or the read. */
    private static final int CONSUMES_REFERENCE = 0b1_1000_1101;

    private static final int CONSUMES_READ = 0b1_1001_0011;

    private final SliceContext context;
    private final SliceHeader header;
    private final CompressionHeader compression;
    private final Place place;
    private final SliceReferences references;
    private final SliceTags tagSeries;
    private final ReadBuilder read;
    private final Mates mates;
    private final SliceRecords records;
    private final TagBytes tags = new TagBytes();

    private final Series.Ints flagSeries;
    private final Series.Ints cramFlagSeries;
    private final Series.Ints referenceSeries;
    private final Series.Ints lengthSeries;
    private final Series.Ints positionSeries;
    private final Series.Ints groupSeries;
    private final Series.Arrays nameSeries;
    private final Series.Bytes baseSeries;
    private final Series.Bytes scoreSeries;
    private final Series.Ints qualitySeries;
    private long lastStart;
    private boolean nameMissing;

    private SliceDecoder(
            SliceContext context,
            CompressionHeader compression,
            SliceHeader header,
            List<Block> blocks,
            BlockCodec codec) {
        this.context = context;
        this.header = header;
        this.compression = compression;
        place = header.place();
        SliceBlocks slice = new SliceBlocks(blocks, codec, place);
        references = new SliceReferences(context, compression, header, slice);
        tagSeries = new SliceTags(compression, slice, place);
        read = new ReadBuilder(compression, slice, place);
        mates = new Mates(header.records(), compression, slice, place);
        records = new SliceRecords(place, context.most());
        flagSeries = compression.ints("BF").in(slice);
        cramFlagSeries = compression.ints("CF").in(slice);
        referenceSeries = compression.ints("RI").in(slice);
        lengthSeries = compression.ints("RL").in(slice);
        positionSeries = compression.ints("AP").in(slice);
        groupSeries = compression.ints("RG").in(slice);
        nameSeries = compression.arrays("RN").in(slice);
        baseSeries = compression.bytes("BA").in(slice);
        scoreSeries = compression.bytes("QS").in(slice);
        qualitySeries = compression.ints("MQ").in(slice);
        lastStart = header.start();
    }

    /** Returns the bytes that the records of a slice need beside its blocks while it is decoded. */
    static long memory(SliceHeader header) {
        return (long) header.records() * BYTES_PER_RECORD;
    }

    /**
     * Decodes a slice.
     *
     * @param blocks of the slice behind its header
     * @throws dev.bams3.error.ReadsException CORRUPT naming file and slice; INVALID_INPUT for a reference that is not there,
     *     or is another
     */
    static SliceRecords decode(
            SliceContext context, CompressionHeader compression, SliceHeader header, List<Block> blocks) {
        BlockCodec codec = context.takeCodec();
        SliceRecords records = new SliceDecoder(context, compression, header, blocks, codec).decode();
        context.codecs().add(codec);
        return records;
    }

    private SliceRecords decode() {
        for (int record = 0; record < header.records(); record++) {
            decode(record);
        }
        mates.link();
        for (int record = 0; record < header.records(); record++) {
            mates.put(record, records.buffer(record), records.offset(record));
        }
        SliceRecords named =
                nameMissing ? new Names(context.name(), header, mates).complete(records, context.most()) : records;
        for (int record = 0; record < named.count(); record++) {
            byte[] buffer = named.buffer(record);
            int offset = named.offset(record);
            @Nullable String problem = BamRecordCheck.problem(buffer, offset, buffer.length - offset);
            if (problem != null) {
                throw place.corrupt("record " + record + ": " + problem);
            }
        }
        return named;
    }

    private void decode(int record) {
        int flags = flagSeries.next();
        if (flags < 0 || flags > MAX_FLAGS) {
            throw place.corrupt("record " + record + " has FLAG " + flags);
        }
        int cramFlags = cramFlagSeries.next() & 0xFF;
        int reference = header.reference() == SliceHeader.SEVERAL ? nextReference() : header.reference();
        references.use(reference);
        int length = lengthSeries.next();
        if (length < 0 || length > MAX_READ_LENGTH) {
            throw place.corrupt("record " + record + " has " + length + " bases");
        }
        // Bases and scores.
        if (2L * length > context.most()) {
            throw Block.tooLarge(place, 2L * length, context.most());
        }
        long start = nextStart(record);
        int group = groupSeries.next();
        nameSeries.length = 0;
        if (compression.namesIncluded()) {
            nameSeries.next(MAX_NAME_LENGTH);
        }
        readMate(record, cramFlags);
        tags.clear();
        tagSeries.read(tags);
        boolean mapped = (flags & SamFlags.UNMAPPED) == 0;
        if (mapped && start <= 0) {
            throw place.corrupt("record " + record + " is mapped, but at position " + start);
        }
        long end = start;
        int quality = 0;
        if (mapped) {
            end = read.build(
                    length,
                    cramFlags,
                    start,
                    references.current(),
                    reference >= 0,
                    tagSeries.hasMd(),
                    tagSeries.hasNm(),
                    tags);
            quality = qualitySeries.next();
        } else {
            read.beginUnmapped(length);
            baseSeries.next(read.bases(), 0, length);
        }
        if ((cramFlags & ReadBuilder.SCORES_STORED) != 0) {
            scoreSeries.next(read.scores(), 0, length);
        }
        int bases = mapped && (cramFlags & ReadBuilder.NO_SEQUENCE) != 0 ? 0 : length;
        if (!compression.scoresInReadOrder() && (flags & SamFlags.REVERSE) != 0) {
            reverse(read.scores(), bases);
        }
        addGroup(group);
        mates.placed(record, flags, reference, start, end);
        write(record, mapped, reference, start, quality, bases);
    }

    private int nextReference() {
        int reference = referenceSeries.next();
        if (reference < SliceHeader.UNMAPPED || reference >= context.referenceCount()) {
            throw place.corrupt(
                    "a record's reference " + reference + " is not one of the header's " + context.referenceCount());
        }
        return reference;
    }

    private long nextStart(int record) {
        long start = positionSeries.next();
        if (compression.positionsAsDeltas()) {
            start += lastStart;
        }
        lastStart = start;
        if (start - 1 != (int) (start - 1) || header.reference() >= 0 && start < header.start()) {
            throw place.corrupt("record " + record + " begins at " + start + ", before its slice or any reference");
        }
        return start;
    }

    private void readMate(int record, int cramFlags) {
        if ((cramFlags & Mates.DETACHED) != 0) {
            mates.readFlags(record);
            if (!compression.namesIncluded()) {
                nameSeries.next(MAX_NAME_LENGTH);
            }
            mates.readPlace(record, context.referenceCount());
            return;
        }
        if ((cramFlags & Mates.DOWNSTREAM) != 0) {
            mates.readDistance(record);
        }
        if ((cramFlags & Mates.LENGTH_STORED) != 0) {
            mates.readLength(record);
        }
    }

    private void addGroup(int group) {
        List<byte[]> groups = context.readGroups();
        if (group < -1 || group >= groups.size()) {
            throw place.corrupt("read group " + group + " is not one of the header's " + groups.size());
        }
        if (group >= 0 && !context.header().isUnknownGroup(group)) {
            byte[] id = groups.get(group);
            tags.addName(RG);
            tags.add(id, 0, id.length);
            tags.add(0);
        }
    }

    private static void reverse(byte[] scores, int count) {
        for (int i = 0, j = count - 1; i < j; i++, j--) {
            byte score = scores[i];
            scores[i] = scores[j];
            scores[j] = score;
        }
    }

    private void write(int record, boolean mapped, int reference, long start, int quality, int bases) {
        int[] cigar = read.cigar().operations();
        int operations = read.cigar().count();
        long span = length(cigar, operations, CONSUMES_REFERENCE);
        if (mapped && bases > 0 && (operations == 0 || length(cigar, operations, CONSUMES_READ) != bases)) {
            throw place.corrupt("record " + record + " has " + bases + " bases, but a CIGAR of "
                    + length(cigar, operations, CONSUMES_READ));
        }
        boolean long64k = operations > BamFields.MAX_CIGAR_LENGTH;
        if (long64k) {
            tags.addName(CG);
            tags.add('I');
            tags.addInt32(operations);
            for (int i = 0; i < operations; i++) {
                tags.addInt32(cigar[i]);
            }
        }
        int nameLength = nameSeries.length + 1;
        int stored = long64k ? 2 : operations;
        long length = BamRecord.FIXED_LENGTH + nameLength + 4L * stored + (bases + 1) / 2 + bases + tags.length();
        if (length > TagBytes.MAX_LENGTH) {
            throw place.tooLarge(
                    "record " + record + " has " + length + " bytes; " + TagBytes.MAX_LENGTH + " are the most");
        }
        records.add((int) length);
        byte[] target = records.buffer(record);
        int at = records.offset(record);
        int from = (int) (start - 1);
        int end = (int) Math.min(Integer.MAX_VALUE, from + Math.max(1, mapped ? span : 1));
        BamFields.putFixed(target, at, (int) length, reference, from, end, nameLength, quality, stored, bases);
        at += BamRecord.FIXED_LENGTH;
        nameMissing |= nameSeries.length == 0;
        nameSeries.copyTo(target, at);
        at += nameLength;
        if (long64k) {
            BamFields.putInt32(target, at, bases << 4 | CigarBuilder.SOFT_CLIP);
            BamFields.putInt32(target, at + 4, (int) span << 4 | CigarBuilder.SKIP);
        } else {
            for (int i = 0; i < operations; i++) {
                BamFields.putInt32(target, at + 4 * i, cigar[i]);
            }
        }
        at += 4 * stored;
        BamFields.putBases(read.bases(), bases, target, at);
        at += (bases + 1) / 2;
        System.arraycopy(read.scores(), 0, target, at, bases);
        System.arraycopy(tags.bytes(), 0, target, at + bases, tags.length());
    }

    private static long length(int[] cigar, int operations, int consuming) {
        long length = 0;
        for (int i = 0; i < operations; i++) {
            if ((consuming >>> (cigar[i] & 0xF) & 1) != 0) {
                length += cigar[i] >>> 4;
            }
        }
        return length;
    }
}
