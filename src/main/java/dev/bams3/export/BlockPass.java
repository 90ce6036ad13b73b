package dev.bams3.export;

import dev.bams3.convert.BlockCodecs;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.MemoryLimits;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.format.BlockEntry;
import dev.bams3.storage.ObjectKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;

/**
 * Reads blocks in order: ranges of several blocks fetched ahead, each block worked on by the CPU pool, results handed over
 * in order by the one thread that runs it.
 *
 * <p>Memory: {@value #FETCHES} ranges of {@value #RANGE_BYTES} bytes or one block, and two results for each core and two, or
 * {@value #WORK_BYTES} bytes of records in blocks being worked on.
 */
final class BlockPass<T> implements AutoCloseable {
    private static final int RANGE_BYTES = 4 << 20;
    private static final int FETCHES = 4;
    private static final long WORK_BYTES = 64L << 20;

    /** Blocks up to here are usual, and the buffers of their decoders are kept. */
    private static final int USUAL_BLOCK = 8 << 20;

    /** Times its length that a larger block takes while it is worked on. */
    private static final int LARGE_COPIES = 8;

    private static final int MAX_BLOCK = MemoryLimits.ofProcess().block();

    private final OpenDataset dataset;
    private final StoredBytes stored;
    private final OrderedTasks<Fetched> fetches;
    private final OrderedTasks<T> work;
    private final Work<T> worker;
    private final Consumer<T> inOrder;
    private final int ahead = 2 * Runtime.getRuntime().availableProcessors() + 2;

    private List<BlockEntry> group = new ArrayList<>();
    private int groupBytes;
    /** The blocks whose tasks are pending in {@link #work}, in the same order. */
    private final ArrayDeque<BlockEntry> working = new ArrayDeque<>();

    private long workBytes;

    /** Processes a stored block, on the CPU pool. */
    @FunctionalInterface
    interface Work<T> {
        T on(StoredBlock block);
    }

    /** A stored block as it was read, with its place in the index. */
    static final class StoredBlock {
        private final OpenDataset dataset;
        private final StoredBytes stored;
        private final Fetched from;
        private final int offset;
        private final BlockEntry entry;

        private StoredBlock(OpenDataset dataset, StoredBytes stored, Fetched from, int offset, BlockEntry entry) {
            this.dataset = dataset;
            this.stored = stored;
            this.from = from;
            this.offset = offset;
            this.entry = entry;
        }

        BlockEntry entry() {
            return entry;
        }

        /** Name of the chunk object. */
        String object() {
            return from.object().value();
        }

        /** Returns a copy of the stored bytes. */
        byte[] bytes() {
            return Arrays.copyOfRange(from.bytes(), offset, offset + entry.storedLength());
        }

        /** Decodes the block; what turns out corrupt is read once more, over another connection. */
        byte[] decoded(BlockCodecs codecs) {
            try {
                return codecs.decode(object(), from.bytes(), offset, entry);
            } catch (ReadsException e) {
                return dataset.damage()
                        .again(
                                e,
                                () -> codecs.decode(
                                        object(),
                                        stored.readAgain(from.object(), entry.offset(), entry.storedLength()),
                                        0,
                                        entry));
            }
        }
    }

    private record Fetched(ObjectKey object, List<BlockEntry> entries, byte[] bytes) {}

    BlockPass(OpenDataset dataset, ExecutorService cpu, ExecutorService waiting, Work<T> worker, Consumer<T> inOrder) {
        this.dataset = dataset;
        stored = new StoredBytes(dataset);
        this.worker = worker;
        this.inOrder = inOrder;
        fetches = new OrderedTasks<>(waiting);
        work = new OrderedTasks<>(cpu);
    }

    /**
     * Adds the next block.
     *
     * @throws ReadsException TOO_LARGE for one that the heap has no room for
     */
    void add(BlockEntry entry) {
        int bytes = Math.max(entry.rawLength(), entry.storedLength());
        if (bytes > MAX_BLOCK) {
            throw ReadsException.about(
                    ErrorKind.TOO_LARGE,
                    dataset.chunkName(entry.chunk()),
                    "the block at byte " + entry.offset() + " has " + bytes
                            + " bytes, and this process reads blocks of " + MAX_BLOCK
                            + " at most, a share of its heap; give it a larger heap (-Xmx)");
        }
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
        fetches.submit(() -> new Fetched(object, entries, stored.read(object, first.offset(), length)));
    }

    private void submitWork(Fetched fetched) {
        Iterator<BlockEntry> entries = fetched.entries().iterator();
        int offset = 0;
        while (entries.hasNext()) {
            BlockEntry entry = entries.next();
            int at = offset;
            while (work.pending() > 0 && (work.pending() >= ahead || workBytes + charge(entry) > WORK_BYTES)) {
                take();
            }
            working.addLast(entry);
            workBytes += charge(entry);
            work.submit(() -> worker.on(new StoredBlock(dataset, stored, fetched, at, entry)));
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
            take();
        }
    }

    private void take() {
        workBytes -= charge(working.removeFirst());
        inOrder.accept(work.take());
    }

    private static long charge(BlockEntry entry) {
        return entry.rawLength() > USUAL_BLOCK ? (long) LARGE_COPIES * entry.rawLength() : entry.rawLength();
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
