package dev.bams3.source.cram;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A text that is compressed with bgzip, read at any place by its index ({@code .gzi}). */
final class BgzipText implements FastaFile.Bytes {
    private static final int ENTRY_LENGTH = 16;

    private final ObjectStore store;
    private final ObjectInfo info;
    private final BgzfInflaters inflaters;
    private final DamageCheck damage;
    private final String resource;
    // Where each block begins, in the file and in the text.
    private final long[] stored;
    private final long[] inflated;

    private BgzipText(
            ObjectStore store,
            ObjectInfo info,
            BgzfInflaters inflaters,
            DamageCheck damage,
            String resource,
            long[] stored,
            long[] inflated) {
        this.store = store;
        this.info = info;
        this.inflaters = inflaters;
        this.damage = damage;
        this.resource = resource;
        this.stored = stored;
        this.inflated = inflated;
    }

    static BgzipText open(
            ObjectStore store,
            ObjectInfo info,
            byte[] index,
            BgzfInflaters inflaters,
            DamageCheck damage,
            String resource) {
        ByteBuffer in = ByteBuffer.wrap(index).order(ByteOrder.LITTLE_ENDIAN);
        long count = index.length < 8 ? -1 : in.getLong();
        if (count < 0 || count != (index.length - 8) / ENTRY_LENGTH) {
            throw wrong(resource);
        }
        long[] stored = new long[(int) count + 1];
        long[] inflated = new long[(int) count + 1];
        for (int i = 1; i <= count; i++) {
            stored[i] = in.getLong();
            inflated[i] = in.getLong();
            if (stored[i] <= stored[i - 1] || stored[i] > info.size() || inflated[i] < inflated[i - 1]) {
                throw wrong(resource);
            }
        }
        return new BgzipText(store, info, inflaters, damage, resource, stored, inflated);
    }

    @Override
    public byte[] read(long offset, int length) {
        int first = block(offset);
        int last = block(offset + length - 1);
        long from = stored[first];
        long to = last + 1 < stored.length ? stored[last + 1] : info.size();
        if (to - from > length + 2L * BgzfBlock.MAX_LENGTH * (last - first + 2)) {
            throw wrong(resource);
        }
        ByteRange range = new ByteRange(from, (int) (to - from));
        return damage.read(
                store, info.key(), range, info.etag(), bytes -> text(bytes, from, inflated[first], offset, length));
    }

    /**
     * Returns some of the text of blocks.
     *
     * @param from where the first block begins in the file
     * @param begin where it begins in the text
     */
    private byte[] text(byte[] bytes, long from, long begin, long offset, int length) {
        List<BgzfBlock> blocks = BgzfBlock.split(bytes, 0, bytes.length, from, resource);
        byte[] text = new byte[length];
        byte[] block = new byte[BgzfBlock.MAX_LENGTH];
        long at = begin;
        int have = 0;
        for (BgzfBlock next : blocks) {
            inflaters.inflate(bytes, next, block, 0, resource);
            int skipped = (int) Math.clamp(offset - at, 0, next.inflatedLength());
            int count = Math.min(next.inflatedLength() - skipped, length - have);
            System.arraycopy(block, skipped, text, have, count);
            have += count;
            at += next.inflatedLength();
        }
        if (have < length) {
            throw wrong(resource);
        }
        return text;
    }

    private int block(long offset) {
        int found = Arrays.binarySearch(inflated, offset);
        return found >= 0 ? found : -found - 2;
    }

    private static ReadsException wrong(String resource) {
        return ReadsException.about(
                ErrorKind.INVALID_INPUT,
                resource,
                "its index (.gzi) is not of this file; make it again with 'bgzip -r'");
    }
}
