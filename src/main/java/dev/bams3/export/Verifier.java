package dev.bams3.export;

import dev.bams3.convert.BlockCodecs;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockIndex;
import dev.bams3.format.BlockList;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.ChunkReader;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.ReadsTotals;
import dev.bams3.format.RecordStatistics;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.storage.ObjectKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Reads all of a dataset again and checks everything that can be checked: metadata, header, index, the head, directory and
 * tail of every chunk, every block's checksums, the structure and order of every record, all counts, and the digest. Goes on
 * after a finding, so that a report is complete; memory: see {@link BlockPass}.
 */
public final class Verifier {
    private static final int MOST_PROBLEMS = 1000;

    private final ExecutorService cpu;
    private final ExecutorService waiting;

    /**
     * @param cpu pool with a thread a core; stays the caller's
     * @param waiting starts a thread for every task, such as a virtual one; stays the caller's
     */
    public Verifier(ExecutorService cpu, ExecutorService waiting) {
        this.cpu = cpu;
        this.waiting = waiting;
    }

    /**
     * What was found.
     *
     * @param metadata of the dataset
     * @param records that were decoded
     * @param chunks that were looked at
     * @param problems one line each, naming the object; none for a sound dataset; at most {@value #MOST_PROBLEMS}
     */
    public record Report(DatasetMetadata metadata, long records, int chunks, List<String> problems) {
        public boolean isSound() {
            return problems.isEmpty();
        }
    }

    /**
     * Verifies.
     *
     * @param dataset opened for this, so that nothing of it comes from a cache
     * @throws ReadsException CANCELLED, DENIED, OVERLOADED or UNAVAILABLE, which say nothing of the dataset
     */
    public Report verify(OpenDataset dataset, Progress.Listener listener) {
        return new Run(dataset, listener).report();
    }

    private final class Run {
        private final OpenDataset dataset;
        private final StoredBytes stored;
        private final DatasetMetadata metadata;
        private final ReferenceDictionary references;
        private final Progress.Listener listener;
        private final RecordStatistics statistics;
        private final List<String> problems = new ArrayList<>();
        private final long size;
        private long read;

        Run(OpenDataset dataset, Progress.Listener listener) {
            this.dataset = dataset;
            this.listener = listener;
            metadata = dataset.metadata();
            references = metadata.dictionary();
            stored = new StoredBytes(dataset);
            size = stored.blockBytes();
            statistics = new RecordStatistics(metadata.references().size());
        }

        Report report() {
            check(dataset::header);
            check(() -> {
                checkLength(stored.indexKey(), metadata.index().length());
                byte[] head = stored.read(stored.indexKey(), 0, ChunkReader.HEAD_LENGTH);
                BlockIndex.checkHead(stored.indexKey().value(), head, metadata.uuid(), metadata.generation());
            });
            List<ChunkEntry> chunks = new ArrayList<>();
            check(() -> chunks.addAll(dataset.chunks()));
            long chunkBytes = chunks.stream().mapToLong(ChunkEntry::length).sum();
            expect("chunks", metadata.chunks(), new DatasetMetadata.Chunks(chunks.size(), chunkBytes));
            Map<Integer, List<BlockEntry>> byChunk = new HashMap<>();
            chunks.forEach(chunk -> byChunk.put(chunk.number(), new ArrayList<>()));
            for (int reference : stored.referencesInFileOrder()) {
                check(() -> {
                    BlockList blocks = dataset.index(reference);
                    BlockIndex.check(stored.indexKey().value(), blocks, reference, chunks);
                    blocks.blocks()
                            .forEach(block -> Objects.requireNonNull(byChunk.get(block.chunk()))
                                    .add(block));
                });
            }
            try (BlockCodecs codecs = new BlockCodecs()) {
                for (ChunkEntry chunk : chunks) {
                    checkChunk(chunk, byChunk.getOrDefault(chunk.number(), List.of()), codecs);
                }
            }
            checkTotals();
            return new Report(metadata, statistics.digest().records(), chunks.size(), List.copyOf(problems));
        }

        private void checkChunk(ChunkEntry chunk, List<BlockEntry> blocks, BlockCodecs codecs) {
            ObjectKey key = dataset.chunkKey(chunk.number());
            String name = key.value();
            check(() -> {
                checkLength(key, chunk.length());
                byte[] head = stored.read(key, 0, ChunkReader.HEAD_LENGTH);
                ChunkReader.checkHead(name, head, metadata.uuid(), metadata.generation(), chunk.number());
                byte[] end = stored.read(key, chunk.length() - ChunkReader.TAIL_LENGTH, ChunkReader.TAIL_LENGTH);
                ChunkReader.Tail tail = ChunkReader.tail(name, end, chunk.length());
                byte[] directory = stored.read(
                        key, tail.directory().offset(), tail.directory().length());
                expect(
                        name + ": directory",
                        blocks,
                        ChunkReader.directory(name, directory, tail, chunk.number())
                                .blocks());
                expect(name + ": reference", chunk.reference(), tail.reference());
            });
            expect(name + ": number of blocks", chunk.blocks(), blocks.size());
            check(() -> {
                try (BlockPass<BlockAudit> pass = new BlockPass<>(
                        dataset,
                        cpu,
                        waiting,
                        block -> BlockAudit.of(codecs, block, chunk.reference(), references),
                        this::count)) {
                    blocks.forEach(pass::add);
                    pass.finish();
                }
            });
        }

        private void count(BlockAudit checked) {
            read += checked.entry().storedLength();
            if (checked.problem() != null) {
                add(checked.problem());
            }
            if (checked.facts() != null) {
                statistics.add(checked.facts());
            }
            if (Thread.currentThread().isInterrupted()) {
                throw ReadsException.of(ErrorKind.CANCELLED, "the verification was cancelled");
            }
            long records = statistics.digest().records();
            long bytes = statistics.digest().bytes();
            double fraction = size == 0 ? 1 : (double) read / size;
            listener.progressed(new Progress(Progress.Phase.VERIFYING, fraction, records, bytes, read, size, 0));
        }

        private void checkTotals() {
            for (int reference : stored.referencesInFileOrder()) {
                ReadsTotals stated = metadata.reads(reference);
                ReadsTotals found = statistics.totals(reference, stated.section());
                if (!stated.equals(found)) {
                    add("_metadata.json: reads of reference " + reference + ": it says " + stated + ", found " + found);
                }
            }
            expect("_metadata.json: flagstat", metadata.flagstat(), statistics.flagstat());
            expect("_metadata.json: digest", metadata.digest(), statistics.digest());
        }

        private void checkLength(ObjectKey key, long expected) {
            expect(key + ": length", expected, stored.size(key));
        }

        private void expect(String what, Object stated, Object found) {
            if (!stated.equals(found)) {
                add(what + ": stated " + stated + ", found " + found);
            }
        }

        private void check(Runnable step) {
            try {
                step.run();
            } catch (ReadsException e) {
                switch (e.kind()) {
                    case CORRUPT, UNSUPPORTED_VERSION, INVALID_INPUT -> add(e.getMessage());
                    default -> throw e;
                }
            }
        }

        private void add(@Nullable String problem) {
            if (problems.size() < MOST_PROBLEMS) {
                problems.add(String.valueOf(problem));
            }
        }
    }
}
