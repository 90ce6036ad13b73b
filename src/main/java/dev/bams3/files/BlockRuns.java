package dev.bams3.files;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ReadsException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockList;
import dev.bams3.format.DatasetMetadata;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The blocks that hold a stretch of a dataset's records, in file order, in runs. The first run has about 1 MiB of records,
 * each further one up to twice as much as the one before, at most 1 GiB: what is planned and fetched for a client that leaves early follows
 * what the client took, and the first run is as small as a region query, so that its blocks are cached like those of one. An
 * index section is read when the first run that needs it comes. Used by one thread.
 */
final class BlockRuns {
    private static final long FIRST_RUN = 1 << 20;
    private static final long LONGEST_RUN = 1 << 30;

    private final OpenDataset dataset;
    private final long to;
    /** References with reads that hold a part of the stretch and are not in {@link #blocks} yet. */
    private final ArrayDeque<Records> references;

    /** The blocks from {@link #position} on, whose sections were read. */
    private final ArrayDeque<Block> blocks = new ArrayDeque<>();

    private long position;
    private long budget = FIRST_RUN;

    /**
     * Where the records of a reference are.
     *
     * @param reference index in the metadata, or {@link Bams3Format#UNPLACED}
     * @param begin of the first one in all records, uncompressed
     * @param length bytes of all of them
     */
    record Records(int reference, long begin, long length) {
        long end() {
            return begin + length;
        }

        /** Of a dataset, those of each reference that has reads, in file order. */
        static List<Records> of(DatasetMetadata metadata) {
            List<Records> all = new ArrayList<>();
            long begin = 0;
            for (int i = 0; i <= metadata.references().size(); i++) {
                int reference = i < metadata.references().size() ? i : Bams3Format.UNPLACED;
                long length = metadata.reads(reference).rawBytes();
                if (length > 0) {
                    all.add(new Records(reference, begin, length));
                }
                begin += length;
            }
            return all;
        }

        /**
         * The blocks of some references, in their order.
         *
         * @throws ReadsException CORRUPT where their lengths are not what the metadata says: the place of every later byte
         *     follows from them
         */
        static Map<Records, List<BlockEntry>> blocks(List<Records> some, OpenDataset dataset) {
            Map<Integer, BlockList> lists =
                    dataset.indexes(some.stream().map(Records::reference).toList());
            Map<Records, List<BlockEntry>> blocks = new LinkedHashMap<>();
            for (Records records : some) {
                List<BlockEntry> entries =
                        Objects.requireNonNull(lists.get(records.reference())).blocks();
                long length = entries.stream().mapToLong(BlockEntry::rawLength).sum();
                if (length != records.length()) {
                    throw ReadsException.corrupt(
                            dataset.indexName(),
                            0,
                            "section of reference " + records.reference(),
                            "its blocks have " + length + " bytes of records, the metadata says " + records.length());
                }
                blocks.put(records, entries);
            }
            return blocks;
        }
    }

    /**
     * A block and its reference.
     *
     * @param reference index in the metadata, or {@link Bams3Format#UNPLACED}
     * @param entry what the index has of it
     */
    record Block(int reference, BlockEntry entry) {}

    /**
     * Some of the blocks.
     *
     * @param begin place of the first block's first byte in all records, uncompressed
     * @param blocks one or more
     */
    record Run(long begin, List<Block> blocks) {
        List<BlockEntry> entries() {
            return blocks.stream().map(Block::entry).toList();
        }

        long length() {
            return blocks.stream().mapToLong(block -> block.entry().rawLength()).sum();
        }
    }

    /**
     * @param from first byte of the stretch, 0-based, in all records one after the other
     * @param to byte after the last
     */
    BlockRuns(OpenDataset dataset, long from, long to) {
        this.dataset = dataset;
        this.to = to;
        references = new ArrayDeque<>(Records.of(dataset.metadata()));
        references.removeIf(records -> records.end() <= from || records.begin() >= to);
        position = references.isEmpty() ? to : references.getFirst().begin();
        while (position < to) {
            load();
            while (!blocks.isEmpty() && position + blocks.getFirst().entry().rawLength() <= from) {
                position += blocks.removeFirst().entry().rawLength();
            }
            if (!blocks.isEmpty()) {
                return;
            }
        }
    }

    /** The next run; empty behind the last block. */
    Optional<Run> next() {
        List<Block> run = new ArrayList<>();
        long begin = position;
        while (position < to && (run.isEmpty() || position - begin < budget)) {
            load();
            Block block = blocks.removeFirst();
            run.add(block);
            position += block.entry().rawLength();
        }
        budget = Math.min(LONGEST_RUN, budget * 2);
        return run.isEmpty() ? Optional.empty() : Optional.of(new Run(begin, run));
    }

    /** Reads the sections of the next references, together about a run's length, where no block is at hand. */
    private void load() {
        if (!blocks.isEmpty()) {
            return;
        }
        List<Records> some = new ArrayList<>();
        long length = 0;
        while (!references.isEmpty() && length < budget) {
            Records next = references.removeFirst();
            some.add(next);
            length += next.length();
        }
        Records.blocks(some, dataset)
                .forEach((records, entries) ->
                        entries.forEach(entry -> blocks.add(new Block(records.reference(), entry))));
    }
}
