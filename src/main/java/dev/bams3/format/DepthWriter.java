package dev.bams3.format;

import dev.bams3.format.DatasetMetadata.DepthObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Writes the depth object, page by page. The pages of the finest scale leave at once; the others, about a tenth of all, are
 * kept until the end, because they come between them. Used once, by one thread.
 */
public final class DepthWriter {
    /** Lists that small stand in the metadata, where they cost readers no round trip. */
    private static final int INLINE_LIST = 2 << 10;

    private final DepthGrid grid;
    private final Consumer<byte[]> out;
    private final List<DepthPageEntry> entries = new ArrayList<>();
    private final List<List<Kept>> coarse = new ArrayList<>();
    private long written;
    private long kept;

    /** A page that is not written yet. */
    private record Kept(long number, byte[] bytes) {}

    /** @param out takes the bytes of the object, one after the other */
    public DepthWriter(UUID dataset, String generation, DepthGrid grid, Consumer<byte[]> out) {
        this.grid = grid;
        this.out = out;
        for (int scale = 0; scale < grid.scales(); scale++) {
            coarse.add(new ArrayList<>());
        }
        write(new ObjectHead(ObjectHead.DEPTH, dataset, generation, 0).encode());
    }

    /**
     * Adds a page in which a position is covered; of each scale in ascending order.
     *
     * @param number of the page among those of all scales
     */
    public void page(long number, DepthBins bins) {
        byte[] bytes = DepthSection.encode(bins, grid.positionsOf(number));
        int scale = grid.scaleOf(number);
        if (scale == 0) {
            write(number, bytes);
        } else {
            coarse.get(scale).add(new Kept(number, bytes));
            kept += bytes.length;
        }
    }

    private void write(long number, byte[] bytes) {
        entries.add(new DepthPageEntry(
                number, new StoredRange(written, bytes.length, ByteCursor.crc32c(bytes, 0, bytes.length))));
        write(bytes);
    }

    private void write(byte[] bytes) {
        out.accept(bytes);
        written += bytes.length;
    }

    /** Bytes of the object so far. */
    public long length() {
        return written + kept;
    }

    /** Writes the rest, and returns what the metadata says of the object. */
    public DepthObject finish() {
        coarse.forEach(pages -> pages.forEach(page -> write(page.number(), page.bytes())));
        kept = 0;
        Optional<StoredSection> list = Optional.empty();
        if (!entries.isEmpty()) {
            byte[] section = DepthSection.encode(entries);
            if (section.length <= INLINE_LIST) {
                list = Optional.of(StoredSection.inline(section));
            } else {
                list = Optional.of(StoredSection.at(
                        new StoredRange(written, section.length, ByteCursor.crc32c(section, 0, section.length))));
                write(section);
            }
        }
        return new DepthObject(written, grid.widths(), list);
    }
}
