package dev.bams3.fetch;

import dev.bams3.flow.ByteBudget;
import dev.bams3.flow.FairSlots;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.flow.WaitingRoom;
import dev.bams3.plan.ReadPlan;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;

/**
 * The process's one scheduler of chunk GETs: what all requests may have in flight and hold together. Each GET runs on a
 * virtual thread of its own.
 *
 * <p>At most {@link FetchLimits#gets} GETs run and at most {@link FetchLimits#bytes} stored bytes are held at once. A request
 * without a GET in flight waits in line for its first; one that has some is refused more while anybody waits. So a
 * whole-chromosome stream uses what is free and a 1 kb query is served after at most one GET of each request before it.
 */
public final class ChunkFetcher implements AutoCloseable {
    private final FetchLimits limits;
    private final ByteBudget bytes;
    private final FairSlots gets;
    private final WaitingRoom room;
    private final BlockCache cache;
    private final SharedGets shared = new SharedGets();
    private final LongSupplier clock;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("chunk-get-", 0).factory());

    /** Creates a fetcher for one user, whose requests may all wait. */
    public ChunkFetcher(FetchLimits limits) {
        this(limits, WaitingRoom.unbounded(), new BlockCache(0));
    }

    /**
     * @param room where requests wait for memory or a turn
     * @param cache of blocks that small queries read
     */
    public ChunkFetcher(FetchLimits limits, WaitingRoom room, BlockCache cache) {
        this(limits, room, cache, System::nanoTime);
    }

    /** @param clock nanoseconds */
    ChunkFetcher(FetchLimits limits, WaitingRoom room, BlockCache cache, LongSupplier clock) {
        this.cache = cache;
        this.limits = limits;
        this.clock = clock;
        this.room = room;
        bytes = new ByteBudget(limits.bytes(), limits.bytes() / 4, limits.bytes() / 8, room);
        gets = new FairSlots(limits.gets(), room);
    }

    /** Returns the cache of blocks that small queries have read. */
    public BlockCache cache() {
        return cache;
    }

    /** Returns the queue of requests. */
    public WaitingRoom room() {
        return room;
    }

    /**
     * Starts to run a plan. Nothing is read before the first {@link StoredBlocks#next}.
     *
     * @param watch asks whether the blocks are still wanted, see {@link OrderedTasks}
     */
    public StoredBlocks open(ReadPlan plan, ChunkObjects chunks, Runnable watch) {
        return open(plan, plan.fetchedBytes(), chunks, watch);
    }

    /**
     * Starts to run a plan that is read together with others.
     *
     * @param bytes stored bytes of all of them
     */
    public StoredBlocks open(ReadPlan plan, long bytes, ChunkObjects chunks, Runnable watch) {
        return cache.serves(plan) && cache.servesTogether(bytes)
                ? new CachedBlocks(plan, chunks, cache, this, watch)
                : new BlockStream(plan, chunks, null, this, watch);
    }

    /** Returns the limits of the process. */
    public FetchLimits limits() {
        return limits;
    }

    ByteBudget bytes() {
        return bytes;
    }

    FairSlots gets() {
        return gets;
    }

    ExecutorService threads() {
        return threads;
    }

    SharedGets shared() {
        return shared;
    }

    LongSupplier clock() {
        return clock;
    }

    /** Reads so far that got what another request's GET brought. */
    public long getsShared() {
        return shared.shared();
    }

    /** GETs running now, and reads that wait for the GET of another request. */
    public int getsInFlight() {
        return gets.taken();
    }

    /** Requests that wait for their first GET. */
    public int requestsWaiting() {
        return gets.waiting();
    }

    /** Stored bytes held now. */
    public long bytesHeld() {
        return bytes.bytesTotal() - bytes.bytesFree();
    }

    /** Waits for the GETs in flight. Streams still open can start no new ones: they fail as OVERLOADED. */
    @Override
    public void close() {
        threads.close();
    }
}
