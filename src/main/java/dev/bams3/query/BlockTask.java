package dev.bams3.query;

import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.fetch.FetchedBlock;
import dev.bams3.flow.ByteBudget;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.block.BlockDecoder;
import dev.bams3.plan.PlannedBlock;
import java.util.Arrays;
import java.util.concurrent.Callable;

/**
 * One block's way through a thread of the pool: decode, filter, mask, encode. The stored bytes are given back as soon as they are
 * decoded; the uncompressed records live only while this runs.
 */
final class BlockTask implements Callable<AnswerBlock>, AutoCloseable {
    private final FetchedBlock stored;
    private final ViewedDataset view;
    private final RecordEncoder encoder;
    private final DecoderPool decoders;
    private final ByteBudget.Lease charged;
    private final WorkTimes times;

    /** Owns {@code stored} and {@code charged}. */
    BlockTask(
            FetchedBlock stored,
            ViewedDataset view,
            RecordEncoder encoder,
            DecoderPool decoders,
            ByteBudget.Lease charged,
            WorkTimes times) {
        this.stored = stored;
        this.view = view;
        this.encoder = encoder;
        this.decoders = decoders;
        this.charged = charged;
        this.times = times;
    }

    @Override
    public AnswerBlock call() {
        PlannedBlock block = stored.block();
        BlockEntry entry = block.entry();
        long began = System.nanoTime();
        byte[] records = decode(entry);
        long decoded = System.nanoTime();
        RecordFilter.Kept inPlace = block.isWhole()
                ? new RecordFilter.Kept(records.length, entry.records())
                : RecordFilter.keep(records, block.filter());
        RecordFilter.Kept kept = view.apply(records, inPlace);
        EncodedBytes bytes = encoder.block(records, 0, kept.length());
        // What waits for a slow client is as small as can be.
        byte[] trimmed =
                bytes.length() < bytes.buffer().length ? Arrays.copyOf(bytes.buffer(), bytes.length()) : bytes.buffer();
        // Of a block that passes the limit, some records will be encoded again.
        byte[] source = view.isLimited() ? records : AnswerBlock.NO_SOURCE;
        charged.shrinkTo(trimmed.length + source.length);
        times.add(decoded - began, System.nanoTime() - decoded);
        return new AnswerBlock(
                new EncodedBytes(trimmed, trimmed.length), kept.records(), entry.records(), source, charged);
    }

    private byte[] decode(BlockEntry entry) {
        BlockDecoder decoder = decoders.borrow();
        try (stored) {
            byte[] records = stored.decoded((bytes, offset) -> decoder.decode(stored.object(), bytes, offset, entry));
            view.check(stored.object(), entry, records, decoder.isWellFormed());
            return records;
        } finally {
            decoders.giveBack(decoder);
        }
    }

    /** For a task that will not run any more, or whose result nobody took. */
    @Override
    public void close() {
        stored.close();
        charged.close();
    }
}
