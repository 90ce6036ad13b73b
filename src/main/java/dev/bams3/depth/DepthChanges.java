package dev.bams3.depth;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.bams3.error.ReadsException;
import dev.bams3.format.ByteCursor;
import dev.bams3.format.ByteSink;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.AlignedRuns;
import dev.bams3.sam.BamRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the depth of a block's records rises and falls. Unlike bins, changes of consecutive blocks can be added up whatever
 * their reads overlap. Immutable.
 */
public final class DepthChanges {
    /** Changes when {@link #toBytes} writes other bytes. */
    public static final String LAYOUT = "depth 1";

    /** A window of so many positions for each change is counted position by position, a wider one is sorted. */
    private static final int DENSE = 8;

    private static final int SURELY_DENSE = 1 << 12;

    private final List<OfReference> all;

    /**
     * The changes on one reference.
     *
     * @param reference its index
     * @param start of the first record that counts: no change of this block or a later one lies before it
     * @param positions ascending
     * @param changes at these positions: how much the depth rises, never 0
     */
    @SuppressWarnings("ArrayRecordComponent") // columns, never compared
    record OfReference(int reference, int start, int[] positions, int[] changes) {}

    private DepthChanges(List<OfReference> all) {
        this.all = all;
    }

    List<OfReference> all() {
        return all;
    }

    /**
     * Returns the changes of a block's records.
     *
     * @param records sound ones, from index 0, in coordinate order
     */
    public static DepthChanges of(byte[] records, int length, ReferenceDictionary references) {
        Counter counter = new Counter();
        for (int at = 0; at < length; at += BamRecord.length(records, at)) {
            int reference = BamRecord.referenceIndex(records, at);
            if (reference == BamRecord.NO_REFERENCE) {
                continue;
            }
            counter.begin(reference, BamRecord.start(records, at));
            AlignedRuns.of(records, at, references.get(reference).length(), counter);
        }
        counter.end();
        return new DepthChanges(List.copyOf(counter.all));
    }

    /** Collects the runs of one reference after the other. */
    private static final class Counter implements AlignedRuns.Taker {
        private final List<OfReference> all = new ArrayList<>();
        private int[] from = new int[4096];
        private int[] to = new int[4096];
        private int count;
        private int reference = -1;
        private int start;
        private int low;
        private int high;

        void begin(int newReference, int newStart) {
            if (newReference != reference) {
                end();
                reference = newReference;
            }
            if (count == 0) {
                start = newStart;
                low = Integer.MAX_VALUE;
                high = 0;
            }
        }

        @Override
        public void run(int first, int last) {
            if (count == from.length) {
                from = Arrays.copyOf(from, 2 * count);
                to = Arrays.copyOf(to, 2 * count);
            }
            from[count] = first;
            to[count] = last;
            count++;
            low = Math.min(low, first);
            high = Math.max(high, last);
        }

        void end() {
            if (count > 0) {
                all.add(high - low < SURELY_DENSE || (high - low) / DENSE < count ? dense() : sorted());
                count = 0;
            }
        }

        private OfReference dense() {
            int[] window = new int[high - low + 1];
            for (int i = 0; i < count; i++) {
                window[from[i] - low]++;
                window[to[i] - low]--;
            }
            int found = 0;
            for (int change : window) {
                found += change != 0 ? 1 : 0;
            }
            int[] positions = new int[found];
            int[] changes = new int[found];
            int next = 0;
            for (int i = 0; i < window.length; i++) {
                if (window[i] != 0) {
                    positions[next] = low + i;
                    changes[next++] = window[i];
                }
            }
            return new OfReference(reference, start, positions, changes);
        }

        private OfReference sorted() {
            Arrays.sort(from, 0, count);
            Arrays.sort(to, 0, count);
            int[] positions = new int[2 * count];
            int[] changes = new int[2 * count];
            int next = 0;
            int rising = 0;
            for (int falling = 0; falling < count; ) {
                int position = rising < count ? Math.min(from[rising], to[falling]) : to[falling];
                int change = 0;
                for (; rising < count && from[rising] == position; rising++) {
                    change++;
                }
                for (; falling < count && to[falling] == position; falling++) {
                    change--;
                }
                if (change != 0) {
                    positions[next] = position;
                    changes[next++] = change;
                }
            }
            return new OfReference(reference, start, Arrays.copyOf(positions, next), Arrays.copyOf(changes, next));
        }
    }

    /** Returns bytes that {@link #of(String, byte[], int, int)} of the same program reads. */
    public byte[] toBytes() {
        ByteSink out = new ByteSink(1 << 12);
        out.varint(all.size());
        for (OfReference one : all) {
            out.varint(one.reference());
            out.varint(one.start());
            out.varint(one.positions().length);
            int last = one.start();
            for (int position : one.positions()) {
                out.varint(position - last);
                last = position;
            }
            for (int change : one.changes()) {
                out.zigzag(change);
            }
        }
        try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
            return zstd.setLevel(1).setChecksum(true).compress(out.toByteArray());
        }
    }

    /**
     * Reads what {@link #toBytes} has written.
     *
     * @param object that holds the bytes, for messages
     * @throws ReadsException CORRUPT for anything else
     */
    static DepthChanges of(String object, byte[] bytes, int offset, int length) {
        byte[] raw;
        try {
            raw = Zstd.decompress(Arrays.copyOfRange(bytes, offset, offset + length));
        } catch (ZstdException e) {
            throw ReadsException.corrupt(object, offset, "changes of depth", "not what was written: " + e.getMessage());
        }
        ByteCursor in = new ByteCursor(object, raw, 0, raw.length, 0);
        int references = in.varint32("references", in.remaining());
        List<OfReference> all = new ArrayList<>(references);
        for (int i = 0; i < references; i++) {
            int reference = in.varint32("reference", Integer.MAX_VALUE);
            int start = in.varint32("start", Integer.MAX_VALUE);
            int count = in.varint32("changes", in.remaining());
            int[] positions = new int[count];
            int[] changes = new int[count];
            int last = start;
            for (int n = 0; n < count; n++) {
                last += in.varint32("position", Integer.MAX_VALUE - last);
                positions[n] = last;
            }
            for (int n = 0; n < count; n++) {
                int code = in.varint32("change", Integer.MAX_VALUE);
                changes[n] = code >>> 1 ^ -(code & 1);
            }
            all.add(new OfReference(reference, start, positions, changes));
        }
        in.expectEnd("changes of depth");
        return new DepthChanges(List.copyOf(all));
    }
}
