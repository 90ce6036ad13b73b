package dev.bams3.query;

import dev.bams3.encode.RecordEncoder;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fetch.ChunkObjects;
import dev.bams3.fetch.FetchedBlock;
import dev.bams3.fetch.StoredBlocks;
import dev.bams3.flow.ByteBudget;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.format.BlockEntry;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.plan.ReadPlan;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/**
 * The blocks of a plan as bytes of an answer: fetched, decoded, filtered and encoded in parallel, handed on in plan order.
 * Used by one thread, which pulls; everything follows its pace.
 *
 * <p>A request holds at most {@link QueryLimits#blocksInFlight} encoded blocks and {@link
 * dev.bams3.fetch.FetchLimits#readAhead} stored bytes; all requests together hold no more than the two budgets. The budgets
 * cannot block each other: stored bytes may be held while waiting for room for an encoded block, never the other way round,
 * and encoded blocks are given back by writing them, which waits for the client alone. Clients that take nothing hold
 * what was encoded for them until their connection times out; small requests find room beside them, and a large one that finds
 * none meanwhile ends as OVERLOADED.
 */
final class EncodedBlocks implements AutoCloseable {
    /** Blocks up to here are decoded without being charged: one for each thread, with buffers that are kept. */
    private static final int USUAL_BLOCK = 4 << 20;

    /** A block while it is decoded: its streams unpacked, its columns, and its records. The encoder's buffer is beside it. */
    private static final int DECODED_COPIES = 4;

    private final ReadEngine engine;
    private final ChunkObjects chunks;
    private final ViewedDataset view;
    private final RecordEncoder encoder;
    private final int expansion;
    private final ReadPlan plan;
    private final StoredBlocks stream;
    private final OrderedTasks<AnswerBlock> encoding;
    /** The tasks that are pending in {@link #encoding}, in the same order. */
    private final ArrayDeque<BlockTask> tasks = new ArrayDeque<>();

    private int nextBlock;

    /**
     * @param expansion bytes that a byte of BAM records may become
     * @param watch asks whether the blocks are still wanted, see {@link OrderedTasks}
     */
    EncodedBlocks(
            ReadEngine engine,
            ReadPlan plan,
            ChunkObjects chunks,
            ViewedDataset view,
            RecordEncoder encoder,
            int expansion,
            Runnable watch) {
        this(engine, engine.cpu().line(), plan, plan.fetchedBytes(), chunks, view, encoder, expansion, watch);
    }

    /**
     * The same for one of several plans that are read together.
     *
     * @param cpu the request's line
     * @param storedBytes of all plans
     */
    EncodedBlocks(
            ReadEngine engine,
            Executor cpu,
            ReadPlan plan,
            long storedBytes,
            ChunkObjects chunks,
            ViewedDataset view,
            RecordEncoder encoder,
            int expansion,
            Runnable watch) {
        this.engine = engine;
        this.chunks = chunks;
        this.view = view;
        this.encoder = encoder;
        this.expansion = expansion;
        this.plan = plan;
        requireMemory(engine, plan, chunks);
        stream = engine.fetcher().open(plan, storedBytes, chunks, watch);
        encoding = new OrderedTasks<>(cpu, watch, "a thread to decode blocks");
    }

    /** Before anything is read: no failure after the first byte of the answer. */
    static void requireMemory(ReadEngine engine, ReadPlan plan, ChunkObjects chunks) {
        for (PlannedBlock block : plan.blocks()) {
            BlockEntry entry = block.entry();
            int bytes = Math.max(entry.rawLength(), entry.storedLength());
            if (bytes > engine.maxBlockBytes()) {
                throw ReadsException.about(
                        ErrorKind.TOO_LARGE,
                        chunks.name(entry.chunk()),
                        "the block at byte " + entry.offset() + " has " + bytes
                                + " bytes, and this process reads blocks of "
                                + engine.maxBlockBytes()
                                + " at most, a share of its heap; give it a larger heap (-Xmx, or a container with more memory)");
            }
        }
    }

    boolean hasNext() {
        return !tasks.isEmpty() || stream.hasNext();
    }

    /** The next block; the caller closes it. After a failure this is good only for closing. */
    AnswerBlock next() {
        if (tasks.isEmpty()) {
            submitFirst();
        }
        submitWhatIsReady();
        AnswerBlock block = encoding.take();
        tasks.removeFirst();
        return block;
    }

    long bytesFetched() {
        return stream.bytesFetched();
    }

    int gets() {
        return stream.gets();
    }

    /** Cancels and joins what is in flight, and gives everything back. */
    @Override
    public void close() {
        encoding.close();
        tasks.forEach(BlockTask::close);
        tasks.clear();
        stream.close();
    }

    private void submitFirst() {
        FetchedBlock block = stream.next();
        ByteBudget.Lease charged;
        try {
            charged = plan.isSmall()
                    ? engine.encoded().acquireSmall(room())
                    : engine.encoded().acquire(room());
        } catch (RuntimeException e) {
            block.close();
            throw e;
        }
        submit(block, charged);
    }

    private void submitWhatIsReady() {
        while (tasks.size() < engine.blocksInFlight() && stream.isReady()) {
            ByteBudget.Lease charged = engine.encoded().tryAcquire(room());
            if (charged == null) {
                return;
            }
            FetchedBlock block;
            try {
                block = stream.next();
            } catch (RuntimeException e) {
                charged.close();
                throw e;
            }
            submit(block, charged);
        }
    }

    private void submit(FetchedBlock block, ByteBudget.Lease charged) {
        BlockTask task = new BlockTask(block, view, encoder, engine.scratch(), charged, engine.times());
        try {
            encoding.submit(task);
        } catch (RuntimeException e) {
            task.close();
            throw e;
        }
        tasks.addLast(task);
        nextBlock++;
    }

    /** Bytes that the next block may become, and takes while it is decoded. */
    private long room() {
        BlockEntry next = plan.blocks().get(nextBlock).entry();
        int copies = expansion
                + (view.isLimited() ? 1 : 0)
                + (next.rawLength() > USUAL_BLOCK ? DECODED_COPIES + expansion : 0);
        return (long) next.rawLength() * copies;
    }
}
