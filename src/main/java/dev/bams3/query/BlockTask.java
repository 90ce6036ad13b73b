package dev.bams3.query;

import dev.bams3.encode.OutputBuffer;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.fetch.FetchedBlock;
import dev.bams3.flow.ByteBudget;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.block.BlockDecoder;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.sam.RecordColumns;
import java.util.Arrays;
import java.util.concurrent.Callable;

/**
 * One block's way through a thread of the pool: decode, filter, mask, encode. The stored bytes are given back as soon as they are
 * decoded; uncompressed records and the encoder's buffer belong to the thread, and the answer gets arrays of its own: as small
 * as can be, for a slow client, and never so large that G1 collects them with the old generation only.
 */
final class BlockTask implements Callable<AnswerBlock>, AutoCloseable {
    private final FetchedBlock stored;
    private final ViewedDataset view;
    private final RecordEncoder encoder;
    private final ScratchPool pool;
    private final ByteBudget.Lease charged;
    private final WorkTimes times;

    /** Owns {@code stored} and {@code charged}. */
    BlockTask(
            FetchedBlock stored,
            ViewedDataset view,
            RecordEncoder encoder,
            ScratchPool pool,
            ByteBudget.Lease charged,
            WorkTimes times) {
        this.stored = stored;
        this.view = view;
        this.encoder = encoder;
        this.pool = pool;
        this.charged = charged;
        this.times = times;
    }

    @Override
    public AnswerBlock call() {
        ScratchPool.Scratch scratch = pool.borrow();
        try {
            return call(scratch.decoder(), scratch.encoded());
        } finally {
            pool.giveBack(scratch);
        }
    }

    private AnswerBlock call(BlockDecoder decoder, OutputBuffer encoded) {
        PlannedBlock block = stored.block();
        BlockEntry entry = block.entry();
        long began = System.nanoTime();
        byte[] records = decode(decoder, block);
        int length = decoder.keptLength();
        long decoded = System.nanoTime();
        RecordFilter.Kept inPlace = block.isWhole()
                ? new RecordFilter.Kept(length, entry.records())
                : RecordFilter.keep(records, length, block.filter());
        RecordFilter.Kept kept = view.apply(records, inPlace);
        encoded.clear();
        encoder.block(records, 0, kept.length(), encoded);
        // Of a block that passes the limit, some records will be encoded again.
        byte[] source = view.isLimited() ? Arrays.copyOf(records, kept.length()) : AnswerBlock.NO_SOURCE;
        charged.shrinkTo(encoded.length() + source.length);
        AnswerBlock answer = new AnswerBlock(encoded.pieces(), kept.records(), entry.records(), source, charged);
        times.add(decoded - began, System.nanoTime() - decoded);
        return answer;
    }

    private byte[] decode(BlockDecoder decoder, PlannedBlock block) {
        BlockEntry entry = block.entry();
        RecordColumns columns = view.decoded().of(block.isWhole());
        try (stored) {
            byte[] records = stored.decoded((bytes, offset) ->
                    decoder.decodeKept(stored.object(), bytes, offset, entry, columns, view.references()));
            view.check(stored.object(), entry, records, decoder.keptLength(), decoder.isWellFormed());
            return records;
        }
    }

    /** Releases a task that will not run any more, or whose result was not taken. */
    @Override
    public void close() {
        stored.close();
        charged.close();
    }
}
