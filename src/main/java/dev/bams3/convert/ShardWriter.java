package dev.bams3.convert;

import dev.bams3.depth.DepthPiece;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.ChunkWriter;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.Flagstat;
import dev.bams3.format.ReadsTotals;
import dev.bams3.format.ReferenceReads;
import dev.bams3.format.StreamDigest;
import dev.bams3.source.SourceWarnings;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectUpload;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Blocks in file order become chunk objects, uploaded while more blocks come; each that is stored has a receipt. One thread.
 *
 * <p>Memory: the stored bytes of one chunk, those of chunks being uploaded (at most {@value #UPLOADING_BYTES}, or one
 * chunk), and the receipts, about 10 bytes for each block.
 */
final class ShardWriter implements AutoCloseable {
    private static final long UPLOADING_BYTES = 64L << 20;

    private final Workspace workspace;
    private final BlockSizing sizing;
    private final OrderedTasks<ChunkReceipt> uploads;
    private final List<ChunkReceipt> stored = new ArrayList<>();
    private final int endChunk;
    private int nextChunk;
    private @Nullable OpenChunk chunk;
    private long uploading;
    private long storedBytes;

    private static final class OpenChunk {
        private final ChunkWriter writer;
        private final long from;
        private final List<byte[]> parts = new ArrayList<>();
        private final List<ReferenceReads> reads = new ArrayList<>();
        private Flagstat flagstat = Flagstat.NONE;
        private StreamDigest digest = StreamDigest.EMPTY;
        private final DepthPiece depth = new DepthPiece();
        private final SourceWarnings warnings = new SourceWarnings();

        OpenChunk(ChunkWriter writer, long from) {
            this.writer = writer;
            this.from = from;
            parts.add(writer.head());
        }

        BlockEntry add(EncodedBlock block) {
            parts.add(block.stored());
            flagstat = flagstat.plus(block.flagstat());
            digest = digest.then(block.digest());
            block.reads().forEach(this::addReads);
            return writer.add(block);
        }

        /** Of one reference, reads may be in several blocks. */
        private void addReads(ReferenceReads more) {
            if (!reads.isEmpty() && reads.getLast().reference() == more.reference()) {
                ReadsTotals sum = reads.getLast().totals().plus(more.totals());
                reads.set(reads.size() - 1, new ReferenceReads(more.reference(), sum));
            } else {
                reads.add(more);
            }
        }
    }

    /**
     * @param firstChunk number of the first chunk
     * @param endChunk number after the last that there may be
     * @param waiting runs the uploads; they do nothing but wait
     */
    ShardWriter(Workspace workspace, BlockSizing sizing, int firstChunk, int endChunk, ExecutorService waiting) {
        this.workspace = workspace;
        this.sizing = sizing;
        this.nextChunk = firstChunk;
        this.endChunk = endChunk;
        this.uploads = new OrderedTasks<>(waiting);
    }

    long storedBytes() {
        return storedBytes;
    }

    /**
     * Takes the next block in file order.
     *
     * @param from virtual offset of its first record
     * @param depth changes of depth of its records, as bytes
     * @param warnings of its records
     */
    void add(EncodedBlock block, long from, byte[] depth, List<SourceWarnings.Warning> warnings) {
        OpenChunk open = chunk;
        if (open != null && sizing.endsChunk(open.writer.rawBytes(), open.writer.blockBytes())) {
            endChunk(open, from);
            open = null;
        }
        if (open == null) {
            if (nextChunk == endChunk) {
                throw ReadsException.of(
                        ErrorKind.TOO_LARGE,
                        "no number is left for another chunk: convert with larger chunks or, from shards, in fewer of"
                                + " them");
            }
            open = new OpenChunk(new ChunkWriter(workspace.uuid(), workspace.generation(), nextChunk), from);
            chunk = open;
            nextChunk++;
        }
        open.add(block);
        open.depth.add(depth);
        open.warnings.add(warnings);
        storedBytes += block.stored().length;
    }

    /** Notes warnings of the source with the chunk that is open; after a block was added. */
    void add(List<SourceWarnings.Warning> warnings) {
        if (chunk != null) {
            chunk.warnings.add(warnings);
        }
    }

    private void endChunk(OpenChunk open, long next) {
        byte[] end = open.writer.finish();
        open.parts.add(end);
        ChunkEntry entry = open.writer.entry();
        chunk = null;
        while (uploads.pending() > 0 && uploading + entry.length() > UPLOADING_BYTES) {
            takeUpload();
        }
        uploading += entry.length();
        uploads.submit(() -> upload(open, entry, next, end));
    }

    private ChunkReceipt upload(OpenChunk open, ChunkEntry entry, long next, byte[] end) {
        ObjectKey key = workspace.chunkKey(entry.number());
        ETag etag;
        try (ObjectUpload upload = workspace.destination().store().upload(key)) {
            open.parts.forEach(part -> upload.write(part, 0, part.length));
            etag = upload.complete();
        }
        int crc = Workspace.crc32c(open.parts);
        ChunkReceipt receipt = ChunkReceipt.of(
                entry, etag, crc, open.from, next, open.digest, open.reads, open.flagstat, end, open.warnings.list());
        // Before the receipt, which says that both are there.
        workspace.depth().store(entry.number(), open.depth);
        workspace.store(receipt);
        return receipt;
    }

    private void takeUpload() {
        ChunkReceipt receipt = uploads.take();
        uploading -= receipt.chunk().length();
        stored.add(receipt);
    }

    /**
     * Stores what is left.
     *
     * @param next virtual offset of the record that follows
     * @return receipts of all chunks
     */
    List<ChunkReceipt> finish(long next) {
        if (chunk != null) {
            endChunk(chunk, next);
        }
        while (uploads.pending() > 0) {
            takeUpload();
        }
        return List.copyOf(stored);
    }

    @Override
    public void close() {
        uploads.close();
    }
}
