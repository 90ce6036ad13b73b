package dev.bams3.files;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.PageEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The blocks that hold a stretch of a dataset's records, in file order, in runs. The first run has about 1 MiB of records,
 * each further one up to twice as much as the one before, at most 1 GiB: what is planned and fetched for a client that leaves
 * early follows what the client took, and the first run is as small as a region query, so that its blocks are cached like
 * those of one. A page of the list of blocks is read when the first run that needs it comes. Used by one thread.
 */
final class BlockRuns {
    private static final long FIRST_RUN = 1 << 20;
    private static final long LONGEST_RUN = 1 << 30;

    private final OpenDataset dataset;
    private final long to;
    /** Pages that hold a part of the stretch and are not in {@link #blocks} yet. */
    private final ArrayDeque<PageEntry> pages;

    /** The blocks from {@link #position} on, whose page was read. */
    private final ArrayDeque<BlockEntry> blocks = new ArrayDeque<>();

    private long position;
    private long budget = FIRST_RUN;

    /**
     * Some of the blocks.
     *
     * @param begin place of the first block's first byte in all records, uncompressed
     * @param blocks one or more
     */
    record Run(long begin, List<BlockEntry> blocks) {
        long length() {
            return blocks.stream().mapToLong(BlockEntry::rawLength).sum();
        }
    }

    /**
     * @param from first byte of the stretch, 0-based, in all records one after the other
     * @param to byte after the last
     * @throws ReadsException CORRUPT where the pages do not have as many bytes of records as the metadata says: the place of
     *     every byte follows from theirs
     */
    BlockRuns(OpenDataset dataset, long from, long to) {
        this.dataset = dataset;
        this.to = to;
        pages = new ArrayDeque<>(dataset.pages().all());
        requireLength(dataset);
        while (position + pages.getFirst().rawBytes() <= from) {
            position += pages.removeFirst().rawBytes();
        }
        load();
        while (position + blocks.getFirst().rawLength() <= from) {
            position += blocks.removeFirst().rawLength();
        }
    }

    private void requireLength(OpenDataset dataset) {
        long length = pages.stream().mapToLong(PageEntry::rawBytes).sum();
        if (length != dataset.metadata().digest().bytes()) {
            throw ReadsException.corrupt(
                    dataset.indexName(),
                    0,
                    "list of pages",
                    "its blocks have " + length + " bytes of records, the metadata says "
                            + dataset.metadata().digest().bytes());
        }
    }

    /** The next run; empty behind the last block. */
    Optional<Run> next() {
        List<BlockEntry> run = new ArrayList<>();
        long begin = position;
        while (position < to && (run.isEmpty() || position - begin < budget)) {
            load();
            BlockEntry block = blocks.removeFirst();
            run.add(block);
            position += block.rawLength();
        }
        budget = Math.min(LONGEST_RUN, budget * 2);
        return run.isEmpty() ? Optional.empty() : Optional.of(new Run(begin, run));
    }

    /** Reads the next page, where no block is at hand. */
    private void load() {
        if (blocks.isEmpty()) {
            blocks.addAll(dataset.blocks(List.of(pages.removeFirst())).all());
        }
    }
}
