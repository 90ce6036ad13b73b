package dev.bams3.convert;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.convert.BlockCutter.RawBlock;
import dev.bams3.convert.Progress.Phase;
import dev.bams3.depth.DepthChanges;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.StreamDigest;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import dev.bams3.sort.ExternalSort;
import dev.bams3.sort.RecordOrder;
import dev.bams3.source.BamRecords;
import dev.bams3.source.RecordSource;
import dev.bams3.source.RecordWarnings;
import dev.bams3.source.SourceFile;
import dev.bams3.source.SourceWarnings;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * One pass over a part of a source, or all of it, that ends in stored chunks or in the finding that the source is not
 * sorted. The thread that runs it takes records in order, checks them and cuts blocks; inflating and encoding run on the CPU
 * pool around it, reads and uploads on waiting threads.
 */
final class Conversion implements AutoCloseable {
    /** Bytes of records in blocks that are being encoded, beyond the one that always may be. */
    private static final long ENCODING_BYTES = 64L << 20;

    /** Times its length that a large block takes while it is encoded and decoded again. */
    private static final int LARGE_COPIES = 8;

    private static final int RECORDS_PER_CHECK = 1 << 14;

    private final SourceFile source;
    private final ConversionOptions options;
    private final ProgressMeter meter;
    private final Supervision supervision;
    private final ExecutorService cpu;
    private final OrderedTasks<Encoded> encoding;
    private final BlockCodecs codecs;
    private final BlockCutter cutter;
    private final ShardWriter writer;
    private final Digester digester = new Digester();
    private final Optional<MessageDigest> hash;
    private long encodingBytes;

    /** A block, and the one it was made from, whose array can be used again. */
    @SuppressWarnings("ArrayRecordComponent") // on its way, never compared
    private record Encoded(EncodedBlock block, RawBlock raw, byte[] depth, List<SourceWarnings.Warning> warnings) {}

    /**
     * @param source stays the caller's
     * @param writer stays the caller's
     * @param hash gets the bytes of all records that are stored
     */
    Conversion(
            SourceFile source,
            ShardWriter writer,
            ConversionOptions options,
            ProgressMeter meter,
            Supervision supervision,
            ExecutorService cpu,
            Optional<MessageDigest> hash) {
        this.source = source;
        this.hash = hash;
        this.writer = writer;
        this.options = options;
        this.meter = meter;
        this.supervision = supervision;
        this.cpu = cpu;
        encoding = new OrderedTasks<>(cpu);
        cutter = new BlockCutter(options.sizing());
        codecs = new BlockCodecs(options.compression());
    }

    /**
     * Stores records that stand in coordinate order; empty if they do not.
     *
     * @param after place in the order of the record before the first, or the least number
     * @param next virtual offset of the record behind the last
     */
    Optional<List<ChunkReceipt>> convertSorted(long after, long next) {
        return write(source.records(), Phase.CONVERTING, 0, after) ? Optional.of(finish(next)) : Optional.empty();
    }

    /** Sorts the records on the way. */
    List<ChunkReceipt> convertUnsorted(BgzfInflaters inflaters, BgzfDeflaters spillDeflaters) {
        SamHeader header = source.records().header();
        try (ExternalSort sort = new ExternalSort(
                header,
                options.sortMemory(),
                BamRecords.MAX_RECORD_LENGTH,
                options.temporary(),
                cpu,
                spillDeflaters,
                inflaters)) {
            RecordSum read = sortAll(sort);
            try (RecordSource merged = sort.merged()) {
                SummedRecords summed = new SummedRecords(merged);
                write(summed, Phase.WRITING, read.records(), Long.MIN_VALUE);
                if (!summed.sum().sameAs(read)) {
                    throw defect("the sorted records are not those that were read");
                }
            }
        }
        return finish(RecordSource.NOWHERE);
    }

    private RecordSum sortAll(ExternalSort sort) {
        RecordSource records = source.records();
        RecordSum sum = new RecordSum();
        long count = 0;
        while (records.next()) {
            sort.add(records.buffer(), records.offset(), records.length());
            sum.add(records.buffer(), records.offset(), records.length());
            if (++count % RECORDS_PER_CHECK == 0) {
                report(Phase.SORTING, count, sum.bytes(), 0);
            }
        }
        return sum;
    }

    /** False as soon as a record comes before the one it follows. */
    private boolean write(RecordSource records, Phase phase, long expected, long after) {
        long lastKey = after;
        long count = 0;
        long bytes = 0;
        while (records.next()) {
            byte[] buffer = records.buffer();
            int offset = records.offset();
            int length = records.length();
            long key = RecordOrder.key(buffer, offset);
            if (key < lastKey) {
                return false;
            }
            lastKey = key;
            digester.add(buffer, offset, length);
            cutter.add(records).ifPresent(this::encode);
            bytes += length;
            if (++count % RECORDS_PER_CHECK == 0) {
                report(phase, count, bytes, expected);
            }
        }
        cutter.last().ifPresent(this::encode);
        while (encoding.pending() > 0) {
            takeEncoded();
        }
        report(phase, count, bytes, expected);
        return true;
    }

    private void encode(RawBlock block) {
        supervision.control().check();
        hash.ifPresent(digest -> digest.update(block.bytes(), 0, block.length()));
        int most = 2 * Runtime.getRuntime().availableProcessors() + 2;
        while (encoding.pending() > 0
                && (encoding.pending() >= most || encodingBytes + charge(block) > ENCODING_BYTES)) {
            takeEncoded();
        }
        encodingBytes += charge(block);
        ReferenceDictionary references = source.records().header().references();
        encoding.submit(() -> new Encoded(
                codecs.encode(block, options.verify()),
                block,
                DepthChanges.of(block.bytes(), block.length(), references).toBytes(),
                RecordWarnings.of(block.bytes(), block.length(), references)));
        while (encoding.isReady()) {
            takeEncoded();
        }
    }

    /** Usual blocks have codecs with buffers that are kept; those of a large one come and go with it. */
    private static long charge(RawBlock block) {
        return block.length() > BlockCodecs.USUAL_BLOCK ? (long) LARGE_COPIES * block.length() : block.length();
    }

    private void takeEncoded() {
        Encoded encoded = encoding.take();
        encodingBytes -= charge(encoded.raw());
        cutter.reuse(encoded.raw().bytes());
        writer.add(encoded.block(), encoded.raw().from(), encoded.depth(), encoded.warnings());
        writer.add(source.records().takeWarnings());
    }

    private List<ChunkReceipt> finish(long next) {
        List<ChunkReceipt> made = writer.finish(next);
        StreamDigest stored = StreamDigest.EMPTY;
        for (ChunkReceipt receipt : made) {
            stored = stored.then(receipt.digest());
        }
        if (!digester.agreesWith(stored)) {
            throw defect("digest of the stored blocks " + stored + ", of the source's records " + digester);
        }
        return made;
    }

    private void report(Phase phase, long records, long bytes, long expected) {
        supervision.control().check();
        meter.report(phase, records, bytes, source.position(), writer.storedBytes(), expected);
    }

    private static ReadsException defect(String message) {
        return ReadsException.of(
                ErrorKind.INTERNAL, "a defect of this program: " + message + "; nothing was published");
    }

    @Override
    public void close() {
        try {
            encoding.close();
        } finally {
            codecs.close();
        }
    }
}
