package dev.bams3.bgzf;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Inflates a BGZF file block by block; one thread, two blocks of memory. Requires the end-of-file block. */
public final class BgzfReader implements InflatedBytes {
    private final InputStream in;
    private final BgzfInflaters inflaters;
    private final String resource;

    private final byte[] deflated = new byte[2 * BgzfBlock.MAX_LENGTH];
    private int deflatedFrom;
    private int deflatedTo;
    private long deflatedOffset;
    private boolean endsWithEmptyBlock;

    private final byte[] inflated = new byte[BgzfBlock.MAX_LENGTH];
    private int inflatedFrom;
    private int inflatedTo;
    private long blockOffset;
    private long previousBlockOffset;
    private long blockPosition;

    /**
     * @param in stays the caller's
     * @param inflaters stays the caller's
     */
    public BgzfReader(InputStream in, BgzfInflaters inflaters, String resource) {
        this.in = in;
        this.inflaters = inflaters;
        this.resource = resource;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        while (inflatedFrom == inflatedTo) {
            if (!nextBlock()) {
                return -1;
            }
        }
        int count = Math.min(length, inflatedTo - inflatedFrom);
        System.arraycopy(inflated, inflatedFrom, target, offset, count);
        inflatedFrom += count;
        return count;
    }

    @Override
    public long fileOffset(long position) {
        return position >= blockPosition ? blockOffset : previousBlockOffset;
    }

    @Override
    public String resource() {
        return resource;
    }

    private boolean nextBlock() {
        Optional<BgzfBlock> found = BgzfBlock.at(deflated, deflatedFrom, deflatedTo, deflatedOffset, resource);
        while (found.isEmpty()) {
            if (!fill()) {
                if (deflatedFrom < deflatedTo) {
                    throw BgzfBlock.truncated(deflatedOffset, deflatedTo - deflatedFrom, resource);
                }
                if (!endsWithEmptyBlock) {
                    BgzfBlock.requireEndOfFile(deflated, 0, deflatedOffset, resource);
                }
                return false;
            }
            found = BgzfBlock.at(deflated, deflatedFrom, deflatedTo, deflatedOffset, resource);
        }
        BgzfBlock block = found.get();
        inflaters.inflate(deflated, block, inflated, 0, resource);
        blockPosition += inflatedTo;
        inflatedFrom = 0;
        inflatedTo = block.inflatedLength();
        previousBlockOffset = blockOffset;
        blockOffset = block.fileOffset();
        deflatedFrom = block.end();
        deflatedOffset += block.length();
        endsWithEmptyBlock = block.isEmpty();
        return true;
    }

    private boolean fill() {
        System.arraycopy(deflated, deflatedFrom, deflated, 0, deflatedTo - deflatedFrom);
        deflatedTo -= deflatedFrom;
        deflatedFrom = 0;
        try {
            int count = in.read(deflated, deflatedTo, deflated.length - deflatedTo);
            deflatedTo += Math.max(0, count);
            return count >= 0;
        } catch (IOException e) {
            throw ReadsException.of(ErrorKind.UNAVAILABLE, "cannot be read: " + e.getMessage(), e)
                    .in(resource);
        }
    }
}
