package dev.bams3.query;

import dev.bams3.bams3.BlockDecoder;
import dev.bams3.bams3.BlockEntry;
import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.fetch.FetchedBlock;
import dev.bams3.flow.ByteBudget;
import dev.bams3.plan.PlannedBlock;
import java.util.concurrent.Callable;

/**
 * One block's way through a thread of the pool: decode, filter, encode. The stored bytes are given back as soon as they are
 * decoded; the uncompressed records live only while this runs.
 */
final class BlockTask implements Callable<EncodedBlock>, AutoCloseable {
    private final FetchedBlock stored;
    private final RecordEncoder encoder;
    private final DecoderPool decoders;
    private final ByteBudget.Lease charged;

    /** Owns {@code stored} and {@code charged}. */
    BlockTask(FetchedBlock stored, RecordEncoder encoder, DecoderPool decoders, ByteBudget.Lease charged) {
        this.stored = stored;
        this.encoder = encoder;
        this.decoders = decoders;
        this.charged = charged;
    }

    @Override
    public EncodedBlock call() {
        PlannedBlock block = stored.block();
        BlockEntry entry = block.entry();
        byte[] records = decode(entry);
        if (block.isWhole()) {
            EncodedBytes bytes = encoder.block(records, 0, records.length);
            return new EncodedBlock(bytes, entry.records(), entry.records(), charged);
        }
        RecordFilter.Kept kept = RecordFilter.keep(stored.object(), records, block.filter());
        EncodedBytes bytes = encoder.block(records, 0, kept.length());
        return new EncodedBlock(bytes, kept.records(), entry.records(), charged);
    }

    private byte[] decode(BlockEntry entry) {
        BlockDecoder decoder = decoders.borrow();
        try (stored) {
            return decoder.decode(stored.object(), stored.buffer(), stored.offset(), entry);
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
