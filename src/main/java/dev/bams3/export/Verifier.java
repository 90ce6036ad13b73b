package dev.bams3.export;

import dev.bams3.convert.BlockCodecs;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockIndex;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.ChunkReader;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DepthPages;
import dev.bams3.format.ReadsTotals;
import dev.bams3.format.RecordStatistics;
import dev.bams3.format.StoredRange;
import dev.bams3.format.StretchList;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.storage.ObjectKey;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads all of a dataset again and checks everything that can be checked: metadata, header, index, the summary of depth, the head, directory and
 * tail of every chunk, every block's checksums, the structure and order of every record, all counts, and the digest. Goes on
 * after a finding; what only follows from one (the totals of a dataset with a damaged block) is not reported as another. Memory:
 * see {@link BlockPass}.
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
     * @param contradictions how many of the problems are blocks with records that contradict themselves, which is no damage: the
     *     dataset has them as its writer got them
     */
    public record Report(
            DatasetMetadata metadata, long records, int chunks, List<String> problems, int contradictions) {
        public boolean isSound() {
            return problems.isEmpty();
        }

        /** Whether there is a problem that the writer of the dataset did not get from its source. */
        public boolean isDamaged() {
            return problems.size() > contradictions;
        }
    }

    /**
     * Verifies.
     *
     * @param dataset opened for this, so that nothing of it comes from a cache
     * @throws ReadsException UNSUPPORTED_VERSION for a dataset that a newer reader may read; CANCELLED, DENIED, OVERLOADED or
     *     UNAVAILABLE, which say nothing of the dataset
     */
    public Report verify(OpenDataset dataset, Progress.Listener listener) {
        return new Run(dataset, listener).report();
    }

    private final class Run {
        private final OpenDataset dataset;
        private final StoredBytes stored;
        private final DatasetMetadata metadata;
        private final Progress.Listener listener;
        private final List<String> problems = new ArrayList<>();
        private int contradictions;
        private final long size;
        private final Optional<MessageDigest> sha256;
        /** Rows for the references that the index has: the metadata only claims a number. */
        private RecordStatistics statistics = new RecordStatistics(0);

        private final List<String> depthProblems = new ArrayList<>();
        private Optional<DepthAudit> depth = Optional.empty();
        private long read;

        Run(OpenDataset dataset, Progress.Listener listener) {
            this.dataset = dataset;
            this.listener = listener;
            metadata = dataset.metadata();
            stored = new StoredBytes(dataset);
            size = metadata.blocks().length();
            sha256 = metadata.sha256().map(_ -> newSha256());
        }

        Report report() {
            ObjectKey index = stored.indexKey();
            if (checkLength(index, metadata.index().length())) {
                checkHead(
                        index,
                        head -> BlockIndex.checkHead(
                                index.value(), head, metadata.version(), metadata.uuid(), metadata.generation()));
            }
            Optional<ReferenceDictionary> references = checked(dataset::references);
            if (references.isPresent()) {
                statistics = new RecordStatistics(references.get().size());
                check(dataset::header);
                checkDepthObject();
            }
            Optional<List<ChunkEntry>> table = checked(dataset::chunks);
            Optional<StretchList<BlockEntry>> blocks = checked(dataset::blocks);
            List<ChunkEntry> chunks = table.orElse(List.of());
            if (table.isPresent()) {
                long bytes = chunks.stream().mapToLong(ChunkEntry::length).sum();
                expect("_metadata.json: chunks", metadata.chunks(), new DatasetMetadata.Chunks(chunks.size(), bytes));
            }
            if (table.isPresent() && references.isPresent()) {
                Optional<Map<Integer, List<BlockEntry>>> byChunk = blocks.map(all -> byChunk(all, chunks));
                try (BlockCodecs codecs = new BlockCodecs()) {
                    for (ChunkEntry chunk : chunks) {
                        checkChunk(
                                chunk,
                                byChunk.map(all -> all.getOrDefault(chunk.number(), List.of())),
                                codecs,
                                references.get());
                    }
                }
            }
            if (problems.isEmpty()) {
                // What was not read would be missing here once more.
                check(this::checkTotals);
                depth.ifPresent(DepthAudit::finish);
                depthProblems.forEach(this::add);
            }
            return new Report(
                    metadata, statistics.digest().records(), chunks.size(), List.copyOf(problems), contradictions);
        }

        private void checkDepthObject() {
            metadata.depth().ifPresent(described -> {
                ObjectKey key = dataset.location().key(DatasetLayout.depth(metadata.generation()));
                if (checkLength(key, described.length())) {
                    checkHead(
                            key,
                            head -> DepthPages.checkHead(
                                    key.value(), head, metadata.version(), metadata.uuid(), metadata.generation()));
                    depth = checked(() -> DepthAudit.of(dataset, depthProblems::add))
                            .flatMap(audit -> audit);
                }
            });
        }

        private Map<Integer, List<BlockEntry>> byChunk(StretchList<BlockEntry> blocks, List<ChunkEntry> chunks) {
            Map<Integer, List<BlockEntry>> byChunk = new HashMap<>();
            for (BlockEntry block : blocks.all()) {
                check(() -> BlockIndex.check(stored.indexKey().value(), block, chunks));
                byChunk.computeIfAbsent(block.chunk(), _ -> new ArrayList<>()).add(block);
            }
            long bytes =
                    blocks.all().stream().mapToLong(BlockEntry::storedLength).sum();
            expect(
                    "_metadata.json: blocks",
                    metadata.blocks(),
                    new DatasetMetadata.Blocks(blocks.all().size(), bytes));
            return byChunk;
        }

        /** @param indexed its blocks by the index, if that could be read */
        private void checkChunk(
                ChunkEntry chunk,
                Optional<List<BlockEntry>> indexed,
                BlockCodecs codecs,
                ReferenceDictionary references) {
            ObjectKey key = dataset.chunkKey(chunk.number());
            String name = key.value();
            if (!checkLength(key, chunk.length())) {
                return;
            }
            checkHead(
                    key,
                    head -> ChunkReader.checkHead(
                            name, head, metadata.version(), metadata.uuid(), metadata.generation(), chunk.number()));
            Optional<List<BlockEntry>> directory = checked(() -> directory(chunk));
            if (directory.isPresent() && indexed.isPresent()) {
                expect(name + ": directory", indexed.get(), directory.get());
            }
            List<BlockEntry> blocks = indexed.or(() -> directory).orElse(List.of());
            if (!blocks.isEmpty()) {
                ChunkEntry found = new ChunkEntry(
                        chunk.number(),
                        chunk.length(),
                        blocks.size(),
                        blocks.stream().mapToLong(BlockEntry::records).sum(),
                        blocks.stream().mapToLong(BlockEntry::rawLength).sum());
                expect(name + ": list of chunks", chunk, found);
            }
            check(() -> {
                try (BlockPass<BlockAudit> pass = new BlockPass<>(
                        dataset,
                        cpu,
                        waiting,
                        block -> BlockAudit.of(codecs, block, references, sha256.isPresent(), depth.isPresent()),
                        this::count)) {
                    blocks.forEach(pass::add);
                    pass.finish();
                }
            });
        }

        private List<BlockEntry> directory(ChunkEntry chunk) {
            ObjectKey key = dataset.chunkKey(chunk.number());
            StoredRange range = stored.read(
                    key,
                    chunk.length() - ChunkReader.TAIL_LENGTH,
                    ChunkReader.TAIL_LENGTH,
                    end -> ChunkReader.tail(key.value(), end, chunk.length()));
            return stored.read(
                    key,
                    range.offset(),
                    range.length(),
                    directory -> ChunkReader.directory(key.value(), directory, range, chunk.number())
                            .all());
        }

        private void checkHead(ObjectKey key, Consumer<byte[]> checker) {
            check(() -> stored.read(key, 0, ChunkReader.HEAD_LENGTH, head -> {
                checker.accept(head);
                return true;
            }));
        }

        private void count(BlockAudit checked) {
            read += checked.entry().storedLength();
            if (checked.problem() != null) {
                add(checked.problem());
            }
            if (checked.contradiction() != null && problems.size() < MOST_PROBLEMS) {
                add(checked.contradiction());
                contradictions++;
            }
            checked.keptRecords().ifPresent(records -> sha256.ifPresent(hash -> hash.update(records)));
            if (checked.facts() != null) {
                statistics.add(checked.facts());
            }
            depth.ifPresent(audit -> checked.depth().ifPresent(audit::add));
            if (Thread.currentThread().isInterrupted()) {
                throw ReadsException.of(ErrorKind.CANCELLED, "the verification was cancelled");
            }
            long records = statistics.digest().records();
            long bytes = statistics.digest().bytes();
            double fraction = size == 0 ? 1 : (double) read / size;
            listener.progressed(new Progress(Progress.Phase.VERIFYING, fraction, records, bytes, read, size, 0));
        }

        private static MessageDigest newSha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        /** Those that metadata repeat were compared with each other when they were read. */
        private void checkTotals() {
            List<ReadsTotals> stated = dataset.totals();
            List<ReadsTotals> found = statistics.totals();
            for (int reference = 0; reference < stated.size(); reference++) {
                expect("index: totals of reference " + reference, stated.get(reference), found.get(reference));
            }
            expect("_metadata.json: unplaced", metadata.unplaced(), statistics.totals(Bams3Format.UNPLACED));
            expect("_metadata.json: statistics.total_bases", metadata.bases(), statistics.bases());
            expect("_metadata.json: statistics.flagstat", metadata.flagstat(), statistics.flagstat());
            expect("_metadata.json: digest", metadata.digest(), statistics.digest());
            sha256.ifPresent(hash -> expect(
                    "_metadata.json: digest.sha256",
                    metadata.sha256().orElseThrow(),
                    HexFormat.of().formatHex(hash.digest())));
        }

        /** Whether the object is there and as long as it should be: the rest of one that is not would only be found wrong again. */
        private boolean checkLength(ObjectKey key, long expected) {
            int before = problems.size();
            check(() -> expect(key + ": length", expected, stored.size(key)));
            return problems.size() == before;
        }

        private void expect(String what, Object stated, Object found) {
            if (!stated.equals(found)) {
                add(what + ": stated " + stated + ", found " + found);
            }
        }

        private void check(Runnable step) {
            checked(() -> {
                step.run();
                return true;
            });
        }

        private <T> Optional<T> checked(Supplier<T> step) {
            try {
                return Optional.of(step.get());
            } catch (ReadsException e) {
                switch (e.kind()) {
                    case CORRUPT, INVALID_INPUT -> add(e.getMessage());
                    default -> throw e;
                }
                return Optional.empty();
            }
        }

        private void add(@Nullable String problem) {
            if (problems.size() < MOST_PROBLEMS) {
                problems.add(String.valueOf(problem));
            }
        }
    }
}
