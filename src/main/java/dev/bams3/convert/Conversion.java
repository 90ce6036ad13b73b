package dev.bams3.convert;

import dev.bams3.bams3.DatasetMetadata.Source;
import dev.bams3.bams3.EncodedBlock;
import dev.bams3.bams3.StreamDigest;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.convert.BlockCutter.RawBlock;
import dev.bams3.convert.Progress.Phase;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.PutCondition;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;

/**
 * One pass over a source that ends in a published dataset, in nothing, or in the finding that the source is not sorted.
 * The thread that runs it takes records in order, checks them and cuts blocks; inflating and encoding run on the CPU pool
 * around it, reads and uploads on waiting threads.
 */
final class Conversion implements AutoCloseable {
    /** Bytes of records in blocks that are being encoded, beyond the one that always may be. */
    private static final long ENCODING_BYTES = 64L << 20;

    private static final int RECORDS_PER_CHECK = 1 << 14;

    private final SourceFile source;
    private final ConversionOptions options;
    private final Supervision supervision;
    private final ExecutorService cpu;
    private final OrderedTasks<Encoded> encoding;
    private final BlockCodecs codecs = new BlockCodecs();
    private final BlockCutter cutter;
    private final DatasetWriter writer;
    private final Digester digester = new Digester();
    private long encodingBytes;

    /** A block, and the one it was made from, whose array can be used again. */
    private record Encoded(EncodedBlock block, RawBlock raw) {}

    /** @param writer of a new generation; closed with this */
    Conversion(
            SourceFile source,
            DatasetWriter writer,
            ConversionOptions options,
            Supervision supervision,
            ExecutorService cpu) {
        this.source = source;
        this.writer = writer;
        this.options = options;
        this.supervision = supervision;
        this.cpu = cpu;
        encoding = new OrderedTasks<>(cpu);
        cutter = new BlockCutter(options.sizing());
    }

    /** Converts a source whose records stand in coordinate order; empty, with nothing published, if they do not. */
    Optional<ConversionResult> convertSorted(PutCondition condition) {
        if (!write(source.records(), Phase.CONVERTING, 0)) {
            return Optional.empty();
        }
        return Optional.of(publish(source.records().header(), false, condition));
    }

    /** Sorts the records on the way. */
    ConversionResult convertUnsorted(PutCondition condition, BgzfInflaters inflaters, BgzfDeflaters spillDeflaters) {
        SamHeader header = source.records().header();
        try (ExternalSort sort = new ExternalSort(
                header,
                options.sortMemory(),
                Converter.MAX_RECORD_LENGTH,
                options.temporary(),
                cpu,
                spillDeflaters,
                inflaters)) {
            RecordSum read = sortAll(sort);
            try (RecordSource merged = sort.merged()) {
                SummedRecords summed = new SummedRecords(merged);
                write(summed, Phase.WRITING, read.records());
                if (!summed.sum().sameAs(read)) {
                    throw defect("the sorted records are not those that were read");
                }
            }
        }
        return publish(header.sortedByCoordinate(), true, condition);
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
    private boolean write(RecordSource records, Phase phase, long expected) {
        long lastKey = Long.MIN_VALUE;
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
            cutter.add(buffer, offset, length).ifPresent(this::encode);
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
        int most = 2 * Runtime.getRuntime().availableProcessors() + 2;
        while (encoding.pending() > 0
                && (encoding.pending() >= most || encodingBytes + block.length() > ENCODING_BYTES)) {
            takeEncoded();
        }
        encodingBytes += block.length();
        encoding.submit(() -> new Encoded(codecs.encode(block, options.verify()), block));
        while (encoding.isReady()) {
            takeEncoded();
        }
    }

    private void takeEncoded() {
        Encoded encoded = encoding.take();
        encodingBytes -= encoded.raw().length();
        cutter.reuse(encoded.raw().bytes());
        writer.add(encoded.block());
    }

    private ConversionResult publish(SamHeader header, boolean sorted, PutCondition condition) {
        StreamDigest read = digester.digest();
        StreamDigest stored = writer.statistics().digest();
        if (!read.equals(stored)) {
            throw defect("digest of the stored blocks " + stored + ", of the source's records " + read);
        }
        SourceObject object = source.object();
        Source described = new Source(
                object.name(),
                OptionalLong.of(object.size()),
                Optional.of(object.etag().value()),
                source.format(),
                source.records().header().sortOrder(),
                sorted);
        return writer.commit(header, described, condition, supervision);
    }

    private void report(Phase phase, long records, long bytes, long expected) {
        supervision.control().check();
        long size = source.object().size();
        long read = source.bytesRead();
        double ofSource = size == 0 ? 1 : (double) read / size;
        double fraction = phase == Phase.CONVERTING ? ofSource : ofSource / 2;
        if (phase == Phase.WRITING && expected > 0) {
            fraction = 0.5 + 0.5 * records / expected;
        }
        supervision
                .listener()
                .progressed(new Progress(phase, fraction, records, bytes, read, size, writer.storedBytes()));
    }

    private static ReadsException defect(String message) {
        return ReadsException.of(ErrorKind.CORRUPT, message + "; nothing was published");
    }

    @Override
    public void close() {
        try {
            encoding.close();
        } finally {
            try {
                codecs.close();
            } finally {
                writer.close();
            }
        }
    }
}
