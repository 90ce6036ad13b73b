package dev.bams3.dataset;

import dev.bams3.format.PageEntry;
import dev.bams3.format.StoredRange;
import dev.bams3.storage.ByteRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pages of the list of blocks that lie near each other and are read by one GET, for the first request that needs one of them.
 */
final class SectionGroup {
    /** Above this size a GET costs less than the unused bytes. */
    private static final int MAX_GAP = 64 << 10;

    /** Larger only for a single section. */
    private static final int MAX_BYTES = 4 << 20;

    private final ByteRange range;
    private final Function<ByteRange, byte[]> read;
    private final Lock reading = new ReentrantLock();
    private byte @Nullable [] bytes;

    private SectionGroup(ByteRange range, Function<ByteRange, byte[]> read) {
        this.range = range;
        this.read = read;
    }

    /** The bytes of a wanted page, for one who asks once. */
    record Section(PageEntry page, Supplier<byte[]> bytes) {}

    /**
     * @param ordered pages, in the order in which they lie in the index
     * @param read reads a range of the index; called at most once for a range, unless it fails
     * @return the sections in the same order
     */
    static List<Section> of(List<PageEntry> ordered, Function<ByteRange, byte[]> read) {
        List<Section> sections = new ArrayList<>();
        int first = 0;
        while (first < ordered.size()) {
            long offset = ordered.get(first).section().offset();
            long end = ordered.get(first).section().end();
            int after = first + 1;
            while (after < ordered.size()
                    && joins(offset, end, ordered.get(after).section())) {
                end = Math.max(end, ordered.get(after).section().end());
                after++;
            }
            SectionGroup group = new SectionGroup(new ByteRange(offset, Math.toIntExact(end - offset)), read);
            for (PageEntry one : ordered.subList(first, after)) {
                sections.add(new Section(one, () -> group.bytes(one.section())));
            }
            first = after;
        }
        return sections;
    }

    private static boolean joins(long offset, long end, StoredRange next) {
        return next.offset() - end <= MAX_GAP && next.end() - offset <= MAX_BYTES;
    }

    private byte[] bytes(StoredRange section) {
        reading.lock();
        try {
            if (bytes == null) {
                bytes = read.apply(range);
            }
            int from = Math.toIntExact(section.offset() - range.offset());
            return Arrays.copyOfRange(bytes, from, from + section.length());
        } finally {
            reading.unlock();
        }
    }
}
