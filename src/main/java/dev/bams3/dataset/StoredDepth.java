package dev.bams3.dataset;

import dev.bams3.error.ReadsException;
import dev.bams3.format.DepthBins;
import dev.bams3.format.DepthGrid;
import dev.bams3.format.DepthPageEntry;
import dev.bams3.format.DepthPages;
import dev.bams3.format.StoredRange;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/** The depth summary of a dataset, of which pages are read as they are needed. Immutable, safe for use by many threads. */
public final class StoredDepth {
    /** Pages that follow one another are one GET up to this size; a larger one only for a single page. */
    private static final int MAX_BYTES = 4 << 20;

    private final OpenDataset dataset;
    private final ObjectKey key;
    private final DepthPages pages;

    StoredDepth(OpenDataset dataset, ObjectKey key, DepthPages pages) {
        this.dataset = dataset;
        this.key = key;
        this.pages = pages;
    }

    /** Its bins. */
    public DepthGrid grid() {
        return pages.grid();
    }

    /** Its pages that are stored. */
    public DepthPages pages() {
        return pages;
    }

    /** Key of the object, for messages. */
    public String object() {
        return key.value();
    }

    /**
     * Reads consecutive bins of a reference.
     *
     * @param from number of the first among the reference's own bins
     * @param to number behind the last, larger
     * @throws ReadsException CORRUPT naming object, offset and field
     */
    public DepthBins bins(int scale, int reference, int from, int to) {
        long first = grid().firstBin(scale, reference) + from;
        return bins(scale, first, to - from);
    }

    /**
     * Reads consecutive bins of a scale, of whichever references.
     *
     * @param first number of the first among the bins of the scale
     * @param count how many, 1 or more
     */
    public DepthBins bins(int scale, long first, int count) {
        DepthBins bins = new DepthBins(count);
        List<DepthPageEntry> wanted = pages.between(grid().page(scale, first), grid().page(scale, first + count - 1));
        int next = 0;
        while (next < wanted.size()) {
            int after = next + 1;
            while (after < wanted.size() && joins(wanted, next, after)) {
                after++;
            }
            read(scale, wanted.subList(next, after), first, bins);
            next = after;
        }
        return bins;
    }

    private static boolean joins(List<DepthPageEntry> wanted, int first, int next) {
        return wanted.get(next).section().offset()
                        == wanted.get(next - 1).section().end()
                && wanted.get(next).section().end()
                                - wanted.get(first).section().offset()
                        <= MAX_BYTES;
    }

    /** Reads neighbouring pages by one GET. */
    private void read(int scale, List<DepthPageEntry> some, long first, DepthBins into) {
        long offset = some.getFirst().section().offset();
        int length = (int) (some.getLast().section().end() - offset);
        byte[] bytes = dataset.existing(key, range(dataset.store(), offset, length));
        for (DepthPageEntry page : some) {
            StoredRange section = page.section();
            int at = (int) (section.offset() - offset);
            DepthBins found = decoded(page, Arrays.copyOfRange(bytes, at, at + section.length()));
            long begin = grid().firstBinOf(page.number());
            int from = (int) Math.max(0, first - begin);
            int to = (int) Math.min(found.count(), first + into.count() - begin);
            int target = (int) (begin + from - first);
            System.arraycopy(found.covered(), from, into.covered(), target, to - from);
            System.arraycopy(found.sum(), from, into.sum(), target, to - from);
            System.arraycopy(found.min(), from, into.min(), target, to - from);
            System.arraycopy(found.max(), from, into.max(), target, to - from);
        }
    }

    /** What is corrupt is read once more, over another connection. */
    private DepthBins decoded(DepthPageEntry page, byte[] stored) {
        Function<byte[], DepthBins> decode = bytes -> pages.bins(key.value(), bytes, page);
        DamageCheck damage = dataset.damage();
        try {
            return decode.apply(stored);
        } catch (ReadsException e) {
            StoredRange section = page.section();
            return damage.again(
                    e,
                    () -> decode.apply(
                            dataset.existing(key, range(dataset.store().fresh(), section.offset(), section.length()))));
        }
    }

    private Supplier<byte[]> range(ObjectStore store, long offset, int length) {
        return () -> store.getRange(key, new ByteRange(offset, length), ETag.ANY);
    }
}
