package dev.bams3.source.cram;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The data of a slice: its core block, and its external blocks by content id, each decompressed when it is first used. */
final class SliceBlocks {
    private final Place place;
    private final BlockCodec codec;
    private final BitCursor core;
    private final Map<Integer, Block> stored = new HashMap<>();
    private final Map<Integer, Series.External> opened = new HashMap<>();
    private final Set<Integer> tokenisedNames = new HashSet<>();

    /** @param blocks of the slice, the core block first */
    SliceBlocks(List<Block> blocks, BlockCodec codec, Place place) {
        this.codec = codec;
        this.place = place;
        Block first = blocks.getFirst().require(Block.CORE, "the core block of a slice");
        core = new BitCursor(codec.decompress(first), first.place().named("core block"));
        for (Block block : blocks) {
            if (block.type() == Block.EXTERNAL) {
                stored.put(block.contentId(), block);
                if (block.method() == BlockCodec.NAME_TOKENS) {
                    tokenisedNames.add(block.contentId());
                }
            }
        }
    }

    BitCursor core() {
        return core;
    }

    /** The block, or an empty one where there is none, which is wrong only when it is read. */
    Series.External external(int id) {
        return opened.computeIfAbsent(id, key -> {
            Block block = stored.remove(key);
            return block == null
                    ? new Series.External(new byte[0], place.named("slice: external block " + key))
                    : new Series.External(codec.decompress(block), block.place().named("external block " + key));
        });
    }

    /** The byte that ends the arrays of a block: of names by the name tokeniser always NUL, whatever is said. */
    byte stop(int id, byte said) {
        return tokenisedNames.contains(id) ? 0 : said;
    }
}
