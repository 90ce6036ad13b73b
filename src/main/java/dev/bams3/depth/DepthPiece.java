package dev.bams3.depth;

import dev.bams3.format.ByteCursor;
import dev.bams3.format.ByteSink;
import java.util.function.Consumer;

/**
 * The changes of depth of a chunk's blocks, as they are kept until the summary is made. Used by one thread.
 */
public final class DepthPiece {
    private final ByteSink out = new ByteSink(1 << 12);

    /** Adds the next block, {@linkplain DepthChanges#toBytes as bytes}. */
    public void add(byte[] changes) {
        out.int32(changes.length);
        out.bytes(changes);
    }

    public byte[] toBytes() {
        return out.toByteArray();
    }

    /**
     * Gives the changes of each block, in file order.
     *
     * @param object that holds the bytes, for messages
     * @throws dev.bams3.error.ReadsException CORRUPT for bytes that were not written so
     */
    public static void read(String object, byte[] bytes, Consumer<DepthChanges> taker) {
        ByteCursor in = new ByteCursor(object, bytes, 0, bytes.length, 0);
        while (in.remaining() > 0) {
            int length = in.int32("length");
            if (length < 0 || length > in.remaining()) {
                throw in.corrupt("length", length + " bytes of " + in.remaining());
            }
            taker.accept(DepthChanges.of(object, bytes, in.at(), length));
            in.skip(length);
        }
    }
}
