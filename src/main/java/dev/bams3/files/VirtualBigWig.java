package dev.bams3.files;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.StoredDepth;
import dev.bams3.error.ReadsException;
import dev.bams3.files.BigWigBlocks.Block;
import dev.bams3.format.ByteSink;
import dev.bams3.format.DepthBins;
import dev.bams3.format.DepthGrid;
import dev.bams3.genome.Reference;
import dev.bams3.query.StretchOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The summary of depth of a dataset as a bigWig file, of which any range of bytes can be written. The blocks are not
 * compressed, and every bin has a value, so where each byte lies follows from the lengths of the references alone: header,
 * tree of the references, values, and an index; zoom levels, each with an index, are the coarser scales of the summary. A range
 * costs the pages of the summary that it touches.
 *
 * <p>Used by one thread.
 */
public final class VirtualBigWig {
    public static final String MEDIA_TYPE = "application/octet-stream";

    /** Changes when the same summary would become other bytes, so that no client joins the two. */
    private static final String LAYOUT = "1";

    private static final int MAGIC = 0x888FFC26;
    private static final int TREE_MAGIC = 0x78CA8C91;
    private static final int VERSION = 4;
    private static final int HEAD = 64;
    private static final int ZOOM_HEAD = 24;
    private static final int SUMMARY = 40;
    private static final int TREE_HEAD = 32;
    private static final int MOST_FANOUT = 256;
    private static final int FIXED_STEP = 3;
    private static final int VALUES_OF_BLOCK = 1024;
    private static final int BLOCK_HEAD = 24;
    private static final int SUMMARIES_OF_BLOCK = 512;
    private static final int SUMMARY_BYTES = 32;

    /** Bins that are read at a time: some MB. */
    private static final int AT_ONCE = 1 << 17;

    private final OpenDataset dataset;
    private final StoredDepth depth;
    private final DepthGrid grid;

    /** The references in the order of their names, as a tree of names has to have them. */
    private final int[] order;

    private final List<Reference> references;
    private final int keyBytes;
    private final long treeOffset;
    private final long dataOffset;
    private final BigWigBlocks values;
    private final BigWigIndex valuesIndex;
    private final List<Zoom> zooms = new ArrayList<>();
    private final long length;

    private record Zoom(int scale, long offset, BigWigBlocks blocks, BigWigIndex index) {}

    /**
     * Opens the file of a dataset. At most two GETs, of the index and the summary.
     *
     * @throws ReadsException NOT_FOUND for a dataset without a summary
     */
    public VirtualBigWig(OpenDataset dataset) {
        this.dataset = dataset;
        depth = dataset.depth()
                .orElseThrow(() -> ReadsException.notFound(
                        "file",
                        "the dataset has no summary of depth, which a bigWig is made of; `bams3 summarize` adds one"));
        grid = depth.grid();
        List<Reference> all = grid.references().references();
        List<byte[]> names = all.stream()
                .map(reference -> reference.name().getBytes(StandardCharsets.UTF_8))
                .toList();
        order = IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.comparing(names::get, Arrays::compareUnsigned))
                .mapToInt(Integer::intValue)
                .toArray();
        references = Arrays.stream(order).mapToObj(all::get).toList();
        keyBytes = names.stream().mapToInt(name -> name.length).max().orElse(1);
        treeOffset = HEAD + (long) (grid.scales() - 1) * ZOOM_HEAD + SUMMARY;
        dataOffset = treeOffset + treeBytes();
        values = new BigWigBlocks(
                references, grid.width(0), VALUES_OF_BLOCK, BLOCK_HEAD, Float.BYTES, true, dataOffset + Long.BYTES);
        valuesIndex = new BigWigIndex(values, values.end());
        long at = valuesIndex.end();
        for (int scale = 1; scale < grid.scales(); scale++) {
            BigWigBlocks blocks = new BigWigBlocks(
                    references, grid.width(scale), SUMMARIES_OF_BLOCK, 0, SUMMARY_BYTES, false, at + Integer.BYTES);
            BigWigIndex index = new BigWigIndex(blocks, blocks.end());
            zooms.add(new Zoom(scale, at, blocks, index));
            at = index.end();
        }
        length = at + Integer.BYTES;
    }

    /** Bytes of the file. */
    public long length() {
        return length;
    }

    /** Names the bytes of the file: equal for equal bytes. */
    public String etag() {
        String widths = grid.width(0) + "x" + grid.scales();
        return '"' + dataset.metadata().uuid().toString() + "-BW" + LAYOUT + "-" + widths + '"';
    }

    /** When the dataset was committed, in whole seconds. */
    public Instant lastModified() {
        return dataset.metadata().created().truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * Writes a range of the file's bytes.
     *
     * @param first 0-based byte, less than {@link #length}
     * @param count bytes, 1 or more, that lie in the file
     * @param watch asks whether the bytes are still wanted; throws where they are not
     * @throws IOException only when {@code out} throws it: the client went away
     */
    public void writeTo(OutputStream out, long first, long count, Runnable watch) throws IOException {
        long after = first + count;
        long at = first;
        while (at < after) {
            watch.run();
            at = write(out, at, after);
        }
    }

    /** Writes the part of the file that a byte lies in, up to a place; says where the next part begins. */
    private long write(OutputStream out, long at, long after) throws IOException {
        if (at < dataOffset + Long.BYTES) {
            return write(out, 0, front(), at, after);
        }
        if (at < values.end()) {
            return writeBlocks(out, values, 0, at, after);
        }
        if (at < valuesIndex.end()) {
            return write(out, valuesIndex.part(at), at, after);
        }
        for (Zoom zoom : zooms) {
            if (at < zoom.blocks().begin()) {
                ByteSink records = new ByteSink(Integer.BYTES);
                long bins = (zoom.blocks().end() - zoom.blocks().begin()) / SUMMARY_BYTES;
                records.int32((int) bins);
                return write(out, zoom.offset(), records.toByteArray(), at, after);
            }
            if (at < zoom.blocks().end()) {
                return writeBlocks(out, zoom.blocks(), zoom.scale(), at, after);
            }
            if (at < zoom.index().end()) {
                return write(out, zoom.index().part(at), at, after);
            }
        }
        ByteSink magic = new ByteSink(Integer.BYTES);
        magic.int32(MAGIC);
        return write(out, length - Integer.BYTES, magic.toByteArray(), at, after);
    }

    private static long write(OutputStream out, BigWigIndex.Part part, long at, long after) throws IOException {
        return write(out, part.offset(), part.bytes(), at, after);
    }

    private static long write(OutputStream out, long offset, byte[] bytes, long at, long after) throws IOException {
        int from = (int) (at - offset);
        int to = (int) Math.min(bytes.length, after - offset);
        out.write(bytes, from, to - from);
        return offset + to;
    }

    private byte[] front() {
        return dataset.derived("front of the bigWig", 3 * (dataOffset + Long.BYTES), this::makeFront);
    }

    private byte[] makeFront() {
        ByteSink out = new ByteSink((int) dataOffset + Long.BYTES);
        out.int32(MAGIC);
        out.u16(VERSION);
        out.u16(zooms.size());
        out.int64(treeOffset);
        out.int64(dataOffset);
        out.int64(valuesIndex.begin());
        out.u16(0);
        out.u16(0);
        out.int64(0);
        out.int64(treeOffset - SUMMARY);
        // No block is compressed.
        out.int32(0);
        out.int64(0);
        for (Zoom zoom : zooms) {
            out.int32(zoom.blocks().width());
            out.int32(0);
            out.int64(zoom.offset());
            out.int64(zoom.index().begin());
        }
        writeSummary(out);
        writeTree(out);
        out.int64(values.count());
        return out.toByteArray();
    }

    /** Of all references, from their coarsest bins. */
    private void writeSummary(ByteSink out) {
        long positions = 0;
        double sum = 0;
        double squares = 0;
        long min = Long.MAX_VALUE;
        long max = 0;
        for (int reference = 0; reference < order.length; reference++) {
            int scale = coarsest(reference);
            int bins = grid.bins(scale, reference);
            DepthBins found = depth.bins(scale, reference, 0, bins);
            for (int bin = 0; bin < bins; bin++) {
                int width = grid.positions(scale, reference, bin * grid.width(scale));
                positions += width;
                sum += found.sum()[bin];
                squares += (double) found.sum()[bin] * found.sum()[bin] / width;
                min = Math.min(min, found.min()[bin]);
                max = Math.max(max, found.max()[bin]);
            }
        }
        out.int64(positions);
        out.int64(Double.doubleToLongBits(min));
        out.int64(Double.doubleToLongBits(max));
        out.int64(Double.doubleToLongBits(sum));
        out.int64(Double.doubleToLongBits(squares));
    }

    private int coarsest(int reference) {
        int scale = grid.scales() - 1;
        while (grid.bins(scale, reference) == 0) {
            scale--;
        }
        return scale;
    }

    private int fanout() {
        return Math.max(1, Math.min(MOST_FANOUT, references.size()));
    }

    /** Items below a node by level, from the root. */
    private List<Long> treeSpans() {
        List<Long> spans = new ArrayList<>();
        long span = fanout();
        spans.add(span);
        while (span < references.size()) {
            span *= fanout();
            spans.add(span);
        }
        return spans.reversed();
    }

    private long treeNodes(long span) {
        return Math.max(1, (references.size() + span - 1) / span);
    }

    private int treeNodeBytes() {
        return Integer.BYTES + fanout() * (keyBytes + Long.BYTES);
    }

    private long treeBytes() {
        return TREE_HEAD + treeSpans().stream().mapToLong(this::treeNodes).sum() * treeNodeBytes();
    }

    /** The names in a tree, of which every node is as long as a full one. */
    private void writeTree(ByteSink out) {
        out.int32(TREE_MAGIC);
        out.int32(fanout());
        out.int32(keyBytes);
        out.int32(Long.BYTES);
        out.int64(references.size());
        out.int64(0);
        long level = treeOffset + TREE_HEAD;
        for (long span : treeSpans()) {
            long nodes = treeNodes(span);
            long below = level + nodes * treeNodeBytes();
            boolean isLeaf = span == fanout();
            long spanOfItem = span / fanout();
            for (long node = 0; node < nodes; node++) {
                int end = out.size() + treeNodeBytes();
                long begin = node * span;
                long items = Math.min(fanout(), (references.size() - begin + spanOfItem - 1) / spanOfItem);
                out.u8(isLeaf ? 1 : 0);
                out.u8(0);
                out.u16((int) items);
                for (long item = 0; item < items; item++) {
                    int reference = (int) (begin + item * spanOfItem);
                    byte[] name = references.get(reference).name().getBytes(StandardCharsets.UTF_8);
                    out.bytes(name);
                    out.bytes(new byte[keyBytes - name.length]);
                    if (isLeaf) {
                        out.int32(reference);
                        out.int32(references.get(reference).length());
                    } else {
                        out.int64(below + (node * fanout() + item) * treeNodeBytes());
                    }
                }
                out.bytes(new byte[end - out.size()]);
            }
            level = below;
        }
    }

    /** Writes blocks of one reference, as many as are read at a time. */
    private long writeBlocks(OutputStream out, BigWigBlocks blocks, int scale, long at, long after) throws IOException {
        long number = blocks.at(at);
        Block first = blocks.block(number);
        List<Block> some = new ArrayList<>(List.of(first));
        Block last = first;
        while (last.offset() + last.length() < Math.min(after, blocks.end())
                && last.firstBin() + last.bins() - first.firstBin() < AT_ONCE) {
            Block next = blocks.block(number + some.size());
            if (next.reference() != first.reference()) {
                break;
            }
            some.add(next);
            last = next;
        }
        int bins = last.firstBin() + last.bins() - first.firstBin();
        int reference = order[first.reference()];
        DepthBins found = grid.bins(scale, reference) > 0
                ? depth.bins(scale, reference, first.firstBin(), first.firstBin() + bins)
                // One bin has all of a reference.
                : depth.bins(coarsest(reference), reference, 0, 1);
        long end = last.offset() + last.length();
        StretchOutput stretch = new StretchOutput(out, at - first.offset(), Math.min(after, end) - at);
        for (Block block : some) {
            int from = block.firstBin() - first.firstBin();
            byte[] bytes = scale == 0 ? valuesOf(block, found, from) : summariesOf(block, found, from, blocks.width());
            stretch.write(bytes, 0, bytes.length);
        }
        return Math.min(after, end);
    }

    private byte[] valuesOf(Block block, DepthBins found, int from) {
        int width = block.bins() == 1 ? block.end() - block.start() : grid.width(0);
        ByteSink out = new ByteSink(block.length());
        out.int32(block.reference());
        out.int32(block.start());
        out.int32(block.end());
        out.int32(width);
        out.int32(width);
        out.u8(FIXED_STEP);
        out.u8(0);
        out.u16(block.bins());
        for (int i = from; i < from + block.bins(); i++) {
            out.int32(Float.floatToIntBits((float) ((double) found.sum()[i] / width)));
        }
        return out.toByteArray();
    }

    private static byte[] summariesOf(Block block, DepthBins found, int from, int width) {
        ByteSink out = new ByteSink(block.length());
        for (int i = 0; i < block.bins(); i++) {
            int start = block.start() + i * width;
            int end = (int) Math.min(block.end(), (long) start + width);
            double sum = found.sum()[from + i];
            out.int32(block.reference());
            out.int32(start);
            out.int32(end);
            out.int32(end - start);
            out.int32(Float.floatToIntBits(found.min()[from + i]));
            out.int32(Float.floatToIntBits(found.max()[from + i]));
            out.int32(Float.floatToIntBits((float) sum));
            out.int32(Float.floatToIntBits((float) (sum * sum / (end - start))));
        }
        return out.toByteArray();
    }
}
