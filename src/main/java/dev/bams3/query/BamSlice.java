package dev.bams3.query;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.query.OpenRead.Part;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Consecutive blocks of an open read as BAM; any range of its bytes can be written. Every block is compressed separately,
 * into BGZF blocks that no other block shares, by a deflater whose output depends on its input alone, so the bytes of a slice
 * are a function of the slice.
 */
public final class BamSlice {
    private final ReadsAnswer read;
    private final Part part;
    private final long work;

    /** @param part of pieces that the answer has */
    BamSlice(ReadsAnswer read, Part part, long work) {
        this.read = read;
        this.part = part;
        this.work = work;
    }

    /** Uncompressed bytes of records that encoding all of it looks at. */
    public long work() {
        return work;
    }

    /** Returns an empty measure, for a slice that was never encoded. */
    public SliceMeasure unmeasured() {
        return new SliceMeasure(part.blocks());
    }

    /** Writes all of it; {@code measure} gets the lengths of the blocks written. */
    public ReadTotals writeTo(OutputStream out, SliceMeasure measure) throws IOException {
        return write(0, out, measure);
    }

    /**
     * Encodes what is not known yet, at the cost of {@link #work} or less; nothing is kept but the lengths, and these also
     * where it fails. Which records a limit lets pass is known only from the beginning on, so with one it begins there.
     */
    public BlockLengths measure(SliceMeasure measure) {
        try {
            write(read.isLimited() ? 0 : measure.known(), OutputStream.nullOutputStream(), measure);
        } catch (IOException e) {
            throw new IllegalStateException("nothing does not break", e);
        }
        return measure.whole().orElseThrow();
    }

    private ReadTotals write(int from, OutputStream out, SliceMeasure measure) throws IOException {
        int[] next = {from};
        Part rest = new Part(false, part.firstBlock() + from, part.blocks() - from, part.end());
        ReadTotals totals = read.writeBam(rest, out, bytes -> measure.found(next[0]++, bytes));
        measure.end(end());
        return totals;
    }

    /**
     * Writes a stretch of the bytes. Only the blocks that it touches are read, or with a limit all before them, too.
     *
     * @param lengths of this slice
     * @param first 0-based byte, less than {@code lengths.total()}
     * @param count bytes, 1 or more, that lie in the slice
     * @throws IllegalStateException when a block has not the length it should have: its bytes then are not those of an
     *     earlier answer, and must not be taken for their continuation
     */
    public ReadTotals writeTo(OutputStream out, BlockLengths lengths, long first, long count) throws IOException {
        long after = first + count;
        int from = 0;
        long begin = 0;
        // Which records a limit lets pass is known only from the beginning on.
        while (!read.isLimited() && from < lengths.blocks().length && begin + lengths.blocks()[from] <= first) {
            begin += lengths.blocks()[from++];
        }
        int to = from;
        long end = begin;
        while (to < lengths.blocks().length && end < after) {
            end += lengths.blocks()[to++];
        }
        int[] next = {from};
        StretchOutput stretch = new StretchOutput(out, first - begin, count);
        Part touched = new Part(false, part.firstBlock() + from, to - from, end < after);
        return read.writeBam(touched, stretch, bytes -> {
            int block = next[0]++;
            if (bytes != lengths.blocks()[block]) {
                throw new IllegalStateException("block " + block + " of a slice has " + bytes + " bytes, not "
                        + lengths.blocks()[block] + " as before");
            }
        });
    }

    private int end() {
        return part.end() ? BgzfBlock.END_OF_FILE_LENGTH : 0;
    }
}
