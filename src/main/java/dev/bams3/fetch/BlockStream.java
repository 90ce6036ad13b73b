package dev.bams3.fetch;

import dev.bams3.flow.ByteBudget;
import dev.bams3.flow.FairSlots;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.format.BlockEntry;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.plan.PlannedRange;
import dev.bams3.plan.ReadPlan;
import dev.bams3.storage.ByteRange;
import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The stored blocks of a plan, in plan order. Used by one thread, which pulls: GETs are started only by calls of {@link
 * #next}. Beside the range that is needed now, what is fetched and not yet handed on is at most 3 MiB plus what was handed on
 * in the last second, and all together never more than {@link FetchLimits#readAhead} (or one small piece, if that is larger):
 * a client that is slow or stalls costs little, one that keeps up is read ahead for.
 *
 * <p>When the process is short of memory, a stream that holds nothing waits for a small piece of its next range (512 KiB, or
 * one block); everything beyond is only tried for. Blocks handed on count as nothing to wait for, because their receiver
 * gives them back without this stream. Closing cancels and joins the GETs in flight and gives everything back.
 */
final class BlockStream implements StoredBlocks {
    private static final int FIRST_AHEAD = 3 << 20;
    private static final int SMALL_PIECE = 512 << 10;

    private final ReadPlan plan;
    private final ChunkObjects chunks;
    /** The cache for verified blocks; null if they are not to be cached. */
    private final @Nullable BlockCache cache;

    private final ChunkFetcher fetcher;
    private final OrderedTasks<byte[]> reading;
    /** The pieces whose tasks are pending in {@link #reading}, in the same order. */
    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();

    private @Nullable Piece current;
    private byte[] buffer = {};
    /** Index in the plan of the block to hand on next. */
    private int nextBlock;
    /** Index in the plan of the first block that no GET was started for, and of its range. */
    private int nextUnread;

    private int nextRange;

    private long bytesStarted;
    private long bytesHandedOn;
    private int handedOnOfCurrent;
    private final ReadAheadPace pace;
    private int getsStarted;

    BlockStream(ReadPlan plan, ChunkObjects chunks, @Nullable BlockCache cache, ChunkFetcher fetcher, Runnable watch) {
        this.plan = plan;
        this.chunks = chunks;
        this.cache = cache;
        this.fetcher = fetcher;
        reading = new OrderedTasks<>(fetcher.threads(), watch, "blocks of the dataset");
        pace = new ReadAheadPace(fetcher.clock());
    }

    @Override
    public boolean hasNext() {
        return nextBlock < plan.blocks().size();
    }

    @Override
    public boolean isReady() {
        return hasNext() && (inCurrent() || reading.isReady());
    }

    @Override
    public FetchedBlock next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + nextBlock + " blocks were handed on");
        }
        readAhead();
        if (!inCurrent()) {
            takePiece();
            readAhead();
        }
        return handOn();
    }

    @Override
    public long bytesFetched() {
        return bytesStarted;
    }

    @Override
    public int gets() {
        return getsStarted;
    }

    @Override
    public void close() {
        reading.close();
        pieces.forEach(Piece::abandon);
        pieces.clear();
        if (current != null) {
            current.release(current.firstBlock() + current.blocks() - nextBlock);
            current = null;
        }
        buffer = new byte[0];
        nextBlock = plan.blocks().size();
    }

    private boolean inCurrent() {
        return current != null && nextBlock < current.firstBlock() + current.blocks();
    }

    private FetchedBlock handOn() {
        Piece from = Objects.requireNonNull(current);
        PlannedBlock block = plan.blocks().get(nextBlock);
        int offset = Math.toIntExact(block.entry().offset() - from.range().offset());
        nextBlock++;
        // The gaps before it are gone too.
        int handed = offset + block.entry().storedLength() - handedOnOfCurrent;
        handedOnOfCurrent += handed;
        bytesHandedOn += handed;
        pace.took(handed);
        FetchedBlock fetched = new FetchedBlock(block, chunks, buffer, offset, from, cache);
        if (!inCurrent()) {
            current = null;
            buffer = new byte[0];
        }
        return fetched;
    }

    private void takePiece() {
        if (pieces.isEmpty()) {
            startWaiting();
        }
        byte[] bytes = reading.take();
        handedOnOfCurrent = 0;
        current = pieces.removeFirst();
        buffer = bytes;
    }

    /** Starts GETs as far as the window, the budget and the other requests allow, without waiting. */
    void readAhead() {
        while (nextUnread < plan.blocks().size()
                && pieces.size() < fetcher.limits().getsPerRequest()) {
            int after = endOfRange();
            ByteRange range = bytesOf(nextUnread, after);
            if (bytesStarted - bytesHandedOn + range.length() > window()) {
                return;
            }
            ByteBudget.Lease bytes = fetcher.bytes().tryAcquire(range.length());
            if (bytes == null) {
                return;
            }
            FairSlots.Slot get = fetcher.gets().tryAcquire();
            if (get == null) {
                bytes.close();
                return;
            }
            start(range, after, bytes, get);
        }
    }

    /** Starts the one GET that this stream cannot go on without. */
    private void startWaiting() {
        int after = nextUnread + 1;
        int end = endOfRange();
        while (after < end && bytesOf(nextUnread, after + 1).length() <= SMALL_PIECE) {
            after++;
        }
        ByteRange range = bytesOf(nextUnread, after);
        ByteBudget.Lease bytes = plan.isSmall()
                ? fetcher.bytes().acquireSmall(range.length())
                : fetcher.bytes().acquire(range.length());
        FairSlots.Slot get;
        try {
            get = fetcher.gets().acquire();
        } catch (RuntimeException e) {
            bytes.close();
            throw e;
        }
        start(range, after, bytes, get);
    }

    private void start(ByteRange range, int after, ByteBudget.Lease bytes, FairSlots.Slot get) {
        int chunk = plan.ranges().get(nextRange).chunk();
        Piece piece = new Piece(chunk, range, nextUnread, after - nextUnread, bytes, get);
        try {
            reading.submit(() -> piece.read(this::read));
        } catch (RuntimeException e) {
            piece.abandon();
            throw e;
        }
        pieces.addLast(piece);
        getsStarted++;
        bytesStarted += range.length();
        if (after == endOfRange()) {
            nextRange++;
        }
        nextUnread = after;
    }

    /** Reads shared by several requests are the ones worth caching. */
    private byte[] read(int chunk, ByteRange range) {
        return cache == null ? chunks.read(chunk, range) : fetcher.shared().read(chunks, chunk, range);
    }

    /** Bytes that may be fetched and not handed on. With nothing at hand, the plan's next range is not too much. */
    private long window() {
        return pieces.isEmpty() && !inCurrent()
                ? fetcher.limits().readAhead()
                : Math.min(fetcher.limits().readAhead(), FIRST_AHEAD + pace.bytes());
    }

    private int endOfRange() {
        PlannedRange range = plan.ranges().get(nextRange);
        return range.firstBlock() + range.blocks();
    }

    /** The bytes from the first of some blocks of one range to the end of the last. */
    private ByteRange bytesOf(int first, int after) {
        BlockEntry from = plan.blocks().get(first).entry();
        BlockEntry last = plan.blocks().get(after - 1).entry();
        return new ByteRange(from.offset(), Math.toIntExact(last.offset() + last.storedLength() - from.offset()));
    }
}
