package dev.bams3.convert;

import dev.bams3.bams3.Bams3Format;
import dev.bams3.bams3.BlockEntry;
import dev.bams3.bams3.BlockSizing;
import dev.bams3.bams3.ChunkEntry;
import dev.bams3.bams3.ChunkWriter;
import dev.bams3.bams3.DatasetLayout;
import dev.bams3.bams3.DatasetMetadata;
import dev.bams3.bams3.DatasetMetadata.Chunks;
import dev.bams3.bams3.DatasetMetadata.IndexObject;
import dev.bams3.bams3.DatasetMetadata.ReadsTotals;
import dev.bams3.bams3.DatasetMetadata.ReferenceReads;
import dev.bams3.bams3.EncodedBlock;
import dev.bams3.bams3.HeaderCodec;
import dev.bams3.bams3.IndexWriter;
import dev.bams3.bams3.RecordStatistics;
import dev.bams3.bams3.StoredRange;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Writes one new generation of a dataset: blocks in file order become chunk objects, uploaded while more blocks come;
 * {@link #commit} makes all of it visible at once. Closing without a commit removes what was written. One thread.
 *
 * <p>Memory: the stored bytes of one chunk, those of chunks being uploaded (at most {@value #UPLOADING_BYTES}, or one
 * chunk), and about 100 bytes for each block, which is 60 MB for a human genome at 30x.
 */
final class DatasetWriter implements AutoCloseable {
    private static final long UPLOADING_BYTES = 64L << 20;

    private final String program;
    private final DatasetLocation destination;
    private final BlockSizing sizing;
    private final OrderedTasks<Long> uploads;
    private final ExecutorService waiting;
    private final UUID uuid = UUID.randomUUID();
    private final String generation = DatasetLayout.newGeneration(Instant.now(), uuid);

    private final DatasetCommit commit;
    private final RecordStatistics statistics;
    private final Map<Integer, List<BlockEntry>> blocks = new TreeMap<>();
    private final List<ChunkEntry> chunks = new ArrayList<>();
    private final List<ObjectKey> written = new ArrayList<>();
    private @Nullable OpenChunk chunk;
    private long uploading;
    private long storedBytes;

    private static final class OpenChunk {
        private final ChunkWriter writer;
        private final int reference;
        private final List<byte[]> parts = new ArrayList<>();

        OpenChunk(ChunkWriter writer, int reference) {
            this.writer = writer;
            this.reference = reference;
            parts.add(writer.head());
        }
    }

    /**
     * @param program what the dataset says made it
     * @param references how many the dataset has
     * @param waiting runs the uploads; they do nothing but wait
     */
    DatasetWriter(
            String program, DatasetLocation destination, int references, BlockSizing sizing, ExecutorService waiting) {
        this.program = program;
        this.destination = destination;
        this.sizing = sizing;
        this.waiting = waiting;
        this.uploads = new OrderedTasks<>(waiting);
        this.commit = new DatasetCommit(destination);
        this.statistics = new RecordStatistics(references);
    }

    RecordStatistics statistics() {
        return statistics;
    }

    long storedBytes() {
        return storedBytes;
    }

    /** Takes the next block in file order. */
    void add(EncodedBlock block) {
        OpenChunk open = chunk;
        if (open != null && (open.reference != block.reference() || sizing.endsChunk(open.writer.rawBytes()))) {
            endChunk(open);
            open = null;
        }
        if (open == null) {
            open = new OpenChunk(
                    new ChunkWriter(uuid, generation, chunks.size(), block.reference()), block.reference());
            chunk = open;
        }
        blocks.computeIfAbsent(block.reference(), reference -> new ArrayList<>())
                .add(open.writer.add(block));
        open.parts.add(block.stored());
        storedBytes += block.stored().length;
        statistics.add(block);
    }

    private void endChunk(OpenChunk open) {
        open.parts.add(open.writer.finish());
        ChunkEntry entry = open.writer.entry();
        ObjectKey key = destination.key(DatasetLayout.chunk(generation, chunks.size()));
        chunks.add(entry);
        written.add(key);
        chunk = null;
        while (uploads.pending() > 0 && uploading + entry.length() > UPLOADING_BYTES) {
            uploading -= uploads.take();
        }
        uploading += entry.length();
        uploads.submit(() -> {
            try (ObjectUpload upload = destination.store().upload(key)) {
                open.parts.forEach(part -> upload.write(part, 0, part.length));
                upload.complete();
            }
            return entry.length();
        });
    }

    /**
     * Stores what is left, header and index, and publishes the generation if {@code condition} still holds of what is
     * there.
     */
    ConversionResult commit(
            SamHeader header, DatasetMetadata.Source source, PutCondition condition, Supervision supervision) {
        finishChunks();
        byte[] storedHeader = HeaderCodec.encode(header.text());
        put(DatasetLayout.header(generation), storedHeader);
        IndexWriter index = new IndexWriter(uuid, generation);
        List<ReferenceReads> references = new ArrayList<>();
        for (int reference = 0; reference < header.references().size(); reference++) {
            references.add(new ReferenceReads(header.references().get(reference), reads(reference, index)));
        }
        ReadsTotals unplaced = reads(Bams3Format.UNPLACED, index);
        Optional<StoredRange> chunkTable = chunks.isEmpty() ? Optional.empty() : Optional.of(index.addChunks(chunks));
        byte[] storedIndex = index.toByteArray();
        put(DatasetLayout.index(generation), storedIndex);
        DatasetMetadata metadata = new DatasetMetadata(
                Bams3Format.VERSION,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                program,
                source,
                uuid,
                generation,
                List.of(),
                DatasetMetadata.Compression.DEFAULT,
                HeaderCodec.describe(header.text(), storedHeader),
                new IndexObject(storedIndex.length, chunkTable),
                references,
                unplaced,
                new Chunks(
                        chunks.size(),
                        chunks.stream().mapToLong(ChunkEntry::length).sum()),
                header.readGroups(),
                statistics.flagstat(),
                statistics.digest());
        supervision.control().check();
        supervision.fence().check();
        commit.publish(metadata, condition);
        return new ConversionResult(metadata, chunks.size(), 0);
    }

    private void finishChunks() {
        if (chunk != null) {
            endChunk(chunk);
        }
        while (uploads.pending() > 0) {
            uploads.take();
        }
    }

    private ReadsTotals reads(int reference, IndexWriter index) {
        List<BlockEntry> entries = blocks.get(reference);
        return entries == null
                ? ReadsTotals.NONE
                : statistics.totals(reference, Optional.of(index.addBlocks(reference, entries)));
    }

    private void put(String name, byte[] body) {
        ObjectKey key = destination.key(name);
        written.add(key);
        destination.store().put(key, body, PutCondition.always());
    }

    @Override
    public void close() {
        // The caller may have been interrupted to cancel it; that must not stop the cleaning.
        boolean interrupted = Thread.interrupted();
        try {
            uploads.close();
            if (!commit.mayBeVisible()) {
                new Removal(destination.store(), waiting).remove(written);
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
