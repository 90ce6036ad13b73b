package dev.bams3.export;

import dev.bams3.convert.BlockCodecs;
import dev.bams3.convert.DepthSummary;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.depth.DepthChanges;
import dev.bams3.depth.DepthPiece;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.export.BlockPass.StoredBlock;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.DepthObject;
import dev.bams3.format.MetadataCodec;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.lifecycle.DatasetCommit;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import dev.bams3.storage.StoredObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Adds the summary of depth to a dataset that has none: reads all records, stores the summary beside them, and commits the
 * metadata with it, on the condition that nothing else was published meanwhile. Byte for byte the summary that a conversion
 * makes. Nothing that exists is changed but the metadata, so readers go on undisturbed.
 */
public final class Summarizer {
    private static final int MOST_METADATA = 1 << 30;

    private final ExecutorService cpu;
    private final ExecutorService waiting;

    /**
     * @param cpu pool with a thread a core; stays the caller's
     * @param waiting starts a thread for every task, such as a virtual one; stays the caller's
     */
    public Summarizer(ExecutorService cpu, ExecutorService waiting) {
        this.cpu = cpu;
        this.waiting = waiting;
    }

    /**
     * Summarizes.
     *
     * @param location of the dataset in its store
     * @param dataset opened for this
     * @return what the metadata says of the summary now; absent for a dataset that is too shallow for one, or has no references
     * @throws ReadsException CORRUPT for a damaged dataset; UNSUPPORTED_VERSION for one of a version before 1.0; CHANGED where
     *     another one was published meanwhile; CANCELLED, or what the store says. Nothing is committed then
     */
    public Optional<DepthObject> summarize(DatasetLocation location, OpenDataset dataset, Progress.Listener listener) {
        StoredObject commit = location.store().get(location.key(DatasetLayout.METADATA), MOST_METADATA);
        DatasetMetadata metadata =
                MetadataCodec.decode(location.key(DatasetLayout.METADATA).value(), commit.body());
        if (metadata.depth().isPresent()) {
            return metadata.depth();
        }
        if (!metadata.equals(dataset.metadata())) {
            throw ReadsException.of(ErrorKind.CHANGED, "the dataset was replaced meanwhile; ask again")
                    .in(location.toString());
        }
        DepthSummary summary = new DepthSummary(location, metadata.uuid(), metadata.generation(), waiting);
        try {
            List<Integer> chunks =
                    dataset.chunks().stream().map(ChunkEntry::number).toList();
            new Pass(dataset, summary, listener).run(chunks);
            Optional<DepthObject> made =
                    summary.make(dataset.references(), chunks, metadata.digest().bytes(), Summarizer::checkInterrupt);
            made.ifPresent(depth ->
                    new DatasetCommit(location).amend(MetadataCodec.withDepth(commit.body(), depth), commit.etag()));
            return made;
        } finally {
            summary.removePieces();
        }
    }

    private static void checkInterrupt() {
        if (Thread.currentThread().isInterrupted()) {
            throw ReadsException.of(ErrorKind.CANCELLED, "the summary was cancelled");
        }
    }

    /** Reads all records and stores the pieces, chunk by chunk. */
    private final class Pass {
        private final OpenDataset dataset;
        private final DepthSummary summary;
        private final Progress.Listener listener;
        private long read;
        private long records;
        private long bytes;

        Pass(OpenDataset dataset, DepthSummary summary, Progress.Listener listener) {
            this.dataset = dataset;
            this.summary = summary;
            this.listener = listener;
        }

        void run(List<Integer> chunks) {
            Map<Integer, List<BlockEntry>> byChunk = new TreeMap<>();
            chunks.forEach(chunk -> byChunk.put(chunk, new ArrayList<>()));
            for (BlockEntry block : dataset.blocks().all()) {
                byChunk.computeIfAbsent(block.chunk(), _ -> new ArrayList<>()).add(block);
            }
            ReferenceDictionary references = dataset.references();
            try (BlockCodecs codecs = new BlockCodecs()) {
                byChunk.forEach((chunk, blocks) -> {
                    DepthPiece piece = new DepthPiece();
                    try (BlockPass<Counted> pass = new BlockPass<>(
                            dataset, cpu, waiting, block -> count(codecs, block, references), counted -> {
                                piece.add(counted.changes());
                                told(counted.entry());
                            })) {
                        blocks.forEach(pass::add);
                        pass.finish();
                    }
                    summary.store(chunk, piece);
                });
            }
        }

        private Counted count(BlockCodecs codecs, StoredBlock block, ReferenceDictionary references) {
            byte[] decoded = block.decoded(codecs);
            for (int at = 0; at < decoded.length; at += BamRecord.length(decoded, at)) {
                @Nullable String problem = BamRecordCheck.problem(decoded, at, decoded.length - at);
                if (problem == null) {
                    problem = BamRecordCheck.placementProblem(decoded, at, references);
                }
                if (problem != null) {
                    throw ReadsException.corrupt(block.object(), block.entry().offset(), "block", problem);
                }
            }
            return new Counted(
                    block.entry(),
                    DepthChanges.of(decoded, decoded.length, references).toBytes());
        }

        private void told(BlockEntry entry) {
            checkInterrupt();
            long size = dataset.metadata().blocks().length();
            read += entry.storedLength();
            records += entry.records();
            bytes += entry.rawLength();
            double fraction = size == 0 ? 1 : (double) read / size;
            listener.progressed(new Progress(Progress.Phase.SUMMARIZING, fraction, records, bytes, read, size, 0));
        }
    }

    /** A block, and its changes of depth as bytes. */
    @SuppressWarnings("ArrayRecordComponent") // on its way, never compared
    private record Counted(BlockEntry entry, byte[] changes) {}
}
