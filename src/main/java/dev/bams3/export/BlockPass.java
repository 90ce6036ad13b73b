package dev.bams3.export;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.format.BlockEntry;
import dev.bams3.storage.ObjectKey;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/**
 * Reads blocks in order: ranges of several blocks fetched ahead, each block worked on by the CPU pool, results handed over
 * in order by the one thread that runs it.
 *
 * <p>Memory: {@value #FETCHES} ranges of {@value #RANGE_BYTES} bytes or one block, and two results for each core and two.
 */
final class BlockPass<T> implements AutoCloseable {
    private static final int RANGE_BYTES = 4 << 20;
    private static final int FETCHES = 4;

    private final OpenDataset dataset;
    private final StoredBytes stored;
    private final OrderedTasks<Fetched> fetches;
    private final OrderedTasks<T> work;
    private final Work<T> worker;
    private final Consumer<T> inOrder;
    private final int ahead = 2 * Runtime.getRuntime().availableProcessors() + 2;

    private List<BlockEntry> group = new ArrayList<>();
    private int groupBytes;

    /** What is done with a stored block, on the CPU pool. */
    @FunctionalInterface
    interface Work<T> {
        /**
         * @param object name of the chunk object
         * @param stored array holding the block at {@code offset}
         */
        T on(String object, byte[] stored, int offset, BlockEntry entry);
    }

    private record Fetched(String object, List<BlockEntry> entries, byte[] bytes) {}

    BlockPass(OpenDataset dataset, ExecutorService cpu, ExecutorService waiting, Work<T> worker, Consumer<T> inOrder) {
        this.dataset = dataset;
        stored = new StoredBytes(dataset);
        this.worker = worker;
        this.inOrder = inOrder;
        fetches = new OrderedTasks<>(waiting);
        work = new OrderedTasks<>(cpu);
    }

    /** Adds the next block. */
    void add(BlockEntry entry) {
        BlockEntry last = group.isEmpty() ? null : group.getLast();
        if (last != null && !follows(last, entry)) {
            fetch();
        }
        group.add(entry);
        groupBytes += entry.storedLength();
    }

    private boolean follows(BlockEntry last, BlockEntry entry) {
        return last.chunk() == entry.chunk()
                && last.offset() + last.storedLength() == entry.offset()
                && groupBytes + (long) entry.storedLength() <= RANGE_BYTES;
    }

    private void fetch() {
        if (fetches.pending() >= FETCHES) {
            submitWork(fetches.take());
        }
        List<BlockEntry> entries = group;
        int length = groupBytes;
        group = new ArrayList<>();
        groupBytes = 0;
        BlockEntry first = entries.getFirst();
        ObjectKey object = dataset.chunkKey(first.chunk());
        fetches.submit(() -> new Fetched(object.value(), entries, stored.read(object, first.offset(), length)));
    }

    private void submitWork(Fetched fetched) {
        Iterator<BlockEntry> entries = fetched.entries().iterator();
        int offset = 0;
        while (entries.hasNext()) {
            BlockEntry entry = entries.next();
            int at = offset;
            if (work.pending() >= ahead) {
                inOrder.accept(work.take());
            }
            work.submit(() -> worker.on(fetched.object(), fetched.bytes(), at, entry));
            offset += entry.storedLength();
        }
    }

    /** Waits until everything added was handed over. */
    void finish() {
        if (!group.isEmpty()) {
            fetch();
        }
        while (fetches.pending() > 0) {
            submitWork(fetches.take());
        }
        while (work.pending() > 0) {
            inOrder.accept(work.take());
        }
    }

    @Override
    public void close() {
        try {
            fetches.close();
        } finally {
            work.close();
        }
    }
}
