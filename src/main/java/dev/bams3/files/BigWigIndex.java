package dev.bams3.files;

import dev.bams3.files.BigWigBlocks.Block;
import dev.bams3.format.ByteSink;
import java.util.ArrayList;
import java.util.List;

/**
 * The R tree over the blocks of one scale. Every node takes as many bytes as a full one of its level, so the place and the
 * content of each follows from its number.
 */
final class BigWigIndex {
    private static final int MAGIC = 0x2468ACE0;
    private static final int HEAD = 48;
    private static final int FANOUT = 256;
    private static final int NODE_HEAD = 4;
    private static final int LEAF_ITEM = 32;
    private static final int INNER_ITEM = 24;

    private final BigWigBlocks blocks;
    private final long offset;

    /** Blocks below a node, nodes, and offset of the first, by level from the root. */
    private final List<Level> levels = new ArrayList<>();

    private final long end;

    private record Level(long span, long nodes, long offset) {}

    /** @param offset in the file */
    BigWigIndex(BigWigBlocks blocks, long offset) {
        this.blocks = blocks;
        this.offset = offset;
        List<Long> spans = new ArrayList<>();
        long span = FANOUT;
        spans.add(span);
        while (span < blocks.count()) {
            span *= FANOUT;
            spans.add(span);
        }
        long at = offset + HEAD;
        for (long each : spans.reversed()) {
            long nodes = (blocks.count() + each - 1) / each;
            levels.add(new Level(each, nodes, at));
            at += nodes * nodeBytes(each);
        }
        end = at;
    }

    private static int nodeBytes(long span) {
        return NODE_HEAD + FANOUT * (span == FANOUT ? LEAF_ITEM : INNER_ITEM);
    }

    /** Offset behind the tree. */
    long end() {
        return end;
    }

    /** Offset of the tree. */
    long begin() {
        return offset;
    }

    /** Returns the bytes of the part that a byte lies in, the head or a node. */
    Part part(long byteOffset) {
        if (byteOffset < offset + HEAD) {
            return new Part(offset, head());
        }
        Level level = levels.getFirst();
        for (Level each : levels) {
            level = byteOffset >= each.offset() ? each : level;
        }
        int length = nodeBytes(level.span());
        long node = (byteOffset - level.offset()) / length;
        return new Part(level.offset() + node * length, node(level, node));
    }

    /** Bytes of the file. */
    @SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
    record Part(long offset, byte[] bytes) {}

    private byte[] head() {
        Block first = blocks.block(0);
        Block last = blocks.block(blocks.count() - 1);
        ByteSink out = new ByteSink(HEAD);
        out.int32(MAGIC);
        out.int32(FANOUT);
        out.int64(blocks.count());
        out.int32(first.reference());
        out.int32(first.start());
        out.int32(last.reference());
        out.int32(last.end());
        out.int64(blocks.end());
        out.int32(1);
        out.int32(0);
        return out.toByteArray();
    }

    private byte[] node(Level level, long node) {
        boolean isLeaf = level.span() == FANOUT;
        long spanOfItem = level.span() / FANOUT;
        long begin = node * level.span();
        long after = Math.min(blocks.count(), begin + level.span());
        int items = (int) ((after - begin + spanOfItem - 1) / spanOfItem);
        int length = nodeBytes(level.span());
        ByteSink out = new ByteSink(length);
        out.u8(isLeaf ? 1 : 0);
        out.u8(0);
        out.u16(items);
        for (int i = 0; i < items; i++) {
            long from = begin + i * spanOfItem;
            Block first = blocks.block(from);
            Block last = isLeaf ? first : blocks.block(Math.min(after, from + spanOfItem) - 1);
            out.int32(first.reference());
            out.int32(first.start());
            out.int32(last.reference());
            out.int32(last.end());
            if (isLeaf) {
                out.int64(first.offset());
                out.int64(first.length());
            } else {
                Level below = levels.get(levels.indexOf(level) + 1);
                out.int64(below.offset() + from / below.span() * nodeBytes(below.span()));
            }
        }
        out.bytes(new byte[length - out.size()]);
        return out.toByteArray();
    }
}
