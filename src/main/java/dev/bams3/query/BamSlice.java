package dev.bams3.query;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.query.OpenRead.Part;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Consumer;

/**
 * Consecutive blocks of an open read as BAM, of which any stretch of bytes can be written. Every block is compressed for
 * itself, into BGZF blocks that no other block shares, by a deflater that repeats itself, so the bytes of a slice are a
 * function of the slice alone.
 */
public final class BamSlice {
    private final OpenRead read;
    private final Part part;
    private final List<PlannedBlock> blocks;

    BamSlice(OpenRead read, Part part, List<PlannedBlock> blocks) {
        this.read = read;
        this.part = part;
        this.blocks = blocks;
    }

    /** Uncompressed bytes of records that encoding all of it looks at. */
    public long work() {
        return blocks.stream().mapToLong(block -> block.entry().rawLength()).sum();
    }

    /** Writes all of it; {@code whenWhole} is told the lengths at the end, if it comes to one. */
    public ReadTotals writeTo(OutputStream out, Consumer<BlockLengths> whenWhole) throws IOException {
        BlockLengths.Recorder recorder = new BlockLengths.Recorder(blocks.size());
        ReadTotals totals = read.writeRepeatably(part, out, recorder::add);
        whenWhole.accept(recorder.lengths(end()));
        return totals;
    }

    /** Encodes all of it, at the cost of {@link #work}, to know the lengths; nothing is kept but these. */
    public BlockLengths measure() {
        BlockLengths[] measured = new BlockLengths[1];
        try {
            writeTo(OutputStream.nullOutputStream(), lengths -> measured[0] = lengths);
        } catch (IOException e) {
            throw new IllegalStateException("nothing does not break", e);
        }
        return measured[0];
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
        return read.writeRepeatably(touched, stretch, bytes -> {
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
