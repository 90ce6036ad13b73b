package dev.bams3.query;

import dev.bams3.cohort.MemberFailures;
import dev.bams3.encode.EncodedBytes;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.ByteBudget;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.plan.ReadPlan;
import dev.bams3.sam.BamRecord;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The records of one member of a cohort, one after the other. It holds a bounded number of bytes of records: some blocks, or
 * a part of one, which is then decoded again for the next part. Used by one thread.
 */
final class MemberCursor implements AutoCloseable {
    private final CohortPart part;
    private final CohortMerge.Limits limits;
    private final ReadEngine engine;
    private final Executor cpu;
    private final MemberRecords form;
    private final long from;
    private final long to;
    private final int endBlock;
    private final OrderedTasks<Loaded> loads;
    /** Where the next load begins: a block, and records of it that earlier loads have. */
    private int nextBlock;

    private int nextRecord;
    private @Nullable Loaded current;
    private int at;
    private long place;
    private long bytesFetched;
    private int gets;
    private long scanned;
    /** What the load under way holds beyond its limit, for a load whose result is not taken. */
    private volatile ByteBudget.@Nullable Lease underWay;

    /**
     * Some consecutive records.
     *
     * @param records back to back
     * @param length bytes of them
     * @param nextBlock index in the plan of the block with the next record
     * @param nextRecord records of that block before it
     * @param longRecord what a record holds that is longer than a load may be; null for none
     * @param place of the next record where nothing was kept, because it is too long to be held while others are
     */
    private record Loaded(
            byte[] records,
            int length,
            int nextBlock,
            int nextRecord,
            ByteBudget.@Nullable Lease longRecord,
            long place,
            long scanned,
            long bytesFetched,
            int gets)
            implements AutoCloseable {
        @Override
        public void close() {
            if (longRecord != null) {
                longRecord.close();
            }
        }
    }

    /**
     * @param from first place that is wanted, see {@link CohortPieces#place}
     * @param to place behind the last one
     * @param cpu the request's line
     * @param waiting runs loads
     */
    MemberCursor(
            CohortPart part,
            long from,
            long to,
            CohortMerge.Limits limits,
            ReadEngine engine,
            Executor cpu,
            Executor waiting,
            Runnable watch) {
        this.part = part;
        this.limits = limits;
        this.engine = engine;
        this.cpu = cpu;
        this.from = from;
        this.to = to;
        form = part.records();
        List<PlannedBlock> blocks = part.plan().blocks();
        int first = 0;
        while (first < blocks.size() && CohortPieces.lastPlace(blocks.get(first).entry()) < from) {
            first++;
        }
        int end = first;
        while (end < blocks.size() && CohortPieces.firstPlace(blocks.get(end).entry()) < to) {
            end++;
        }
        nextBlock = first;
        endBlock = end;
        loads = new OrderedTasks<>(waiting, watch, "member '" + part.member().id() + "' of the cohort");
        read();
    }

    /** Begins to read what comes next, if anything does. */
    private void read() {
        if (nextBlock < endBlock && loads.pending() == 0) {
            int block = nextBlock;
            int record = nextRecord;
            loads.submit(() -> load(block, record, false));
        }
    }

    /** Reads the record at hand, if it was too long to be held while it was not the next one of all members. */
    void hold() {
        Loaded none = loaded();
        if (none.length() == 0) {
            int block = none.nextBlock();
            int record = none.nextRecord();
            loads.submit(() -> load(block, record, true));
            current = null;
            take();
        }
    }

    int number() {
        return part.number();
    }

    CohortPart part() {
        return part;
    }

    long place() {
        return place;
    }

    byte[] records() {
        return loaded().records();
    }

    int offset() {
        return at;
    }

    long bytesFetched() {
        return bytesFetched;
    }

    int gets() {
        return gets;
    }

    long scanned() {
        return scanned;
    }

    private Loaded loaded() {
        if (current == null) {
            throw new IllegalStateException("no record");
        }
        return current;
    }

    /** Moves to the next record; false where there is none. */
    boolean next() {
        if (current != null) {
            at += BamRecord.length(current.records(), at);
        }
        while (current == null || at == current.length()) {
            if (!take()) {
                return false;
            }
            if (loaded().length() == 0 && loaded().place() >= 0) {
                place = loaded().place();
                return true;
            }
        }
        place = CohortPieces.place(loaded().records(), at);
        return true;
    }

    private boolean take() {
        if (current != null) {
            current.close();
            current = null;
        }
        read();
        if (loads.pending() == 0) {
            return false;
        }
        Loaded next = loads.take();
        current = next;
        at = 0;
        nextBlock = next.nextBlock();
        nextRecord = next.nextRecord();
        bytesFetched += next.bytesFetched();
        gets += next.gets();
        scanned += next.scanned();
        if (limits.readsAhead() && (next.length() > 0 || next.place() < 0)) {
            read();
        }
        return true;
    }

    /** @param must whether one record is read however long it is */
    private Loaded load(int firstBlock, int skipped, boolean must) {
        try {
            int after = firstBlock + 1;
            List<PlannedBlock> blocks = part.plan().blocks();
            long bytes = blocks.get(firstBlock).estimatedRawBytes();
            while (after < endBlock && bytes + blocks.get(after).estimatedRawBytes() <= limits.loadBytes()) {
                bytes += blocks.get(after++).estimatedRawBytes();
            }
            ReadPlan some = part.plan().slice(firstBlock, after - firstBlock);
            try (EncodedBlocks read = new EncodedBlocks(
                    engine, cpu, some, limits.storedBytes(), part.chunks(), part.view(), form, 2, () -> {})) {
                return new Load(firstBlock, skipped, must).of(read);
            }
        } catch (ReadsException e) {
            throw MemberFailures.of(part.member().id(), e);
        }
    }

    /** Collects the records of a load. */
    private final class Load {
        private int block;
        private int record;
        private int skip;
        private byte[] kept = {};
        private int length;
        private ByteBudget.@Nullable Lease longRecord;
        private boolean full;
        private long looked;
        private long place = -1;
        private final boolean must;

        Load(int firstBlock, int skipped, boolean must) {
            this.must = must;
            block = firstBlock;
            skip = skipped;
        }

        Loaded of(EncodedBlocks blocks) {
            while (!full && blocks.hasNext()) {
                try (AnswerBlock answer = blocks.next()) {
                    looked += answer.scanned();
                    add(joined(answer));
                }
            }
            return new Loaded(
                    kept, length, block, record, longRecord, place, looked, blocks.bytesFetched(), blocks.gets());
        }

        private void add(byte[] records) {
            int begin = 0;
            int end = 0;
            record = 0;
            while (end < records.length) {
                int next = end + BamRecord.length(records, end);
                long where = CohortPieces.place(records, end);
                if (where >= to) {
                    full = true;
                    keep(records, begin, end);
                    block = endBlock;
                    return;
                }
                if (record < skip || where < from) {
                    begin = next;
                } else if (length + next - begin > limits.loadBytes() && !mayExceed(records, begin, end, next)) {
                    full = true;
                    keep(records, begin, end);
                    return;
                }
                record++;
                end = next;
            }
            keep(records, begin, end);
            skip = 0;
            block++;
            record = 0;
        }

        /** A load has at least one record, however long, if there is memory for it; else only its place is kept. */
        private boolean mayExceed(byte[] records, int begin, int record, int next) {
            if (length > 0 || record > begin) {
                return false;
            }
            if (must) {
                return true;
            }
            longRecord = engine.merging().tryAcquire(next - record);
            underWay = longRecord;
            if (longRecord == null) {
                place = CohortPieces.place(records, record);
                return false;
            }
            return true;
        }

        private void keep(byte[] records, int begin, int end) {
            if (begin == 0 && end == records.length && length == 0) {
                kept = records;
                length = end;
            } else if (end > begin) {
                kept = Arrays.copyOf(kept, length + end - begin);
                System.arraycopy(records, begin, kept, length, end - begin);
                length += end - begin;
            }
        }
    }

    private static byte[] joined(AnswerBlock answer) {
        if (answer.pieces().size() == 1) {
            EncodedBytes only = answer.pieces().getFirst();
            return only.buffer().length == only.length() ? only.buffer() : Arrays.copyOf(only.buffer(), only.length());
        }
        byte[] all = new byte[answer.length()];
        int length = 0;
        for (EncodedBytes piece : answer.pieces()) {
            System.arraycopy(piece.buffer(), 0, all, length, piece.length());
            length += piece.length();
        }
        return all;
    }

    @Override
    public void close() {
        loads.close();
        ByteBudget.Lease dropped = underWay;
        if (dropped != null) {
            dropped.close();
        }
        if (current != null) {
            current.close();
            current = null;
        }
    }
}
