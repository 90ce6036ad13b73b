package dev.bams3.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A depth summary as a reader meets it: its bins, and the pages of them that are stored. Immutable. */
public final class DepthPages {
    private static final int WEIGHT_OF_PAGE = 72;

    private final DepthGrid grid;
    private final List<DepthPageEntry> pages;

    DepthPages(DepthGrid grid, List<DepthPageEntry> pages) {
        this.grid = grid;
        this.pages = List.copyOf(pages);
    }

    /** The summary of a dataset in which no position is covered. */
    public static DepthPages none(DepthGrid grid) {
        return new DepthPages(grid, List.of());
    }

    /** Checks that an object's first {@link ChunkReader#HEAD_LENGTH} bytes are those of the summary of this generation. */
    public static void checkHead(String object, byte[] head, String version, UUID dataset, String generation) {
        ObjectHead.decode(object, head, ObjectHead.DEPTH)
                .check(object, new ObjectHead(ObjectHead.DEPTH, Bams3Format.minor(version), dataset, generation, 0));
    }

    /**
     * Reads the list of pages.
     *
     * @param section the bytes of {@code range}
     * @param range where the metadata says the list lies
     * @param length of the depth object
     * @throws dev.bams3.error.ReadsException CORRUPT or UNSUPPORTED_VERSION
     */
    public static DepthPages decode(String object, byte[] section, StoredRange range, DepthGrid grid, long length) {
        IndexSection.verify(object, section, range);
        return new DepthPages(grid, DepthSection.decode(object, section, range.offset(), grid.pages(), length));
    }

    public DepthGrid grid() {
        return grid;
    }

    /** The stored pages, in ascending order. In all others no position is covered. */
    public List<DepthPageEntry> all() {
        return pages;
    }

    /** Returns the stored pages from one number to another, in order. */
    public List<DepthPageEntry> between(long firstPage, long lastPage) {
        List<DepthPageEntry> found = new ArrayList<>();
        for (int i = from(firstPage); i < pages.size() && pages.get(i).number() <= lastPage; i++) {
            found.add(pages.get(i));
        }
        return found;
    }

    /** Returns a page, if it is stored. */
    public Optional<DepthPageEntry> find(long number) {
        return between(number, number).stream().findFirst();
    }

    private int from(long number) {
        int low = 0;
        int high = pages.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (pages.get(middle).number() < number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Reads a page.
     *
     * @param section its bytes
     * @throws dev.bams3.error.ReadsException CORRUPT or UNSUPPORTED_VERSION
     */
    public DepthBins bins(String object, byte[] section, DepthPageEntry page) {
        IndexSection.verify(object, section, page.section());
        return DepthSection.decode(object, section, page.section().offset(), grid.positionsOf(page.number()));
    }

    /** Returns the bytes of memory that this takes, about. */
    public long weight() {
        return grid.weight() + (long) WEIGHT_OF_PAGE * pages.size();
    }
}
