package dev.bams3.bgzf;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * Writes BGZF to another stream, one block at a time; one thread. {@link #finish} writes the end-of-file block and is
 * called after success only; {@link #close} closes the other stream and nothing else, so that a file that was not
 * finished is seen to be broken.
 */
public final class BgzfOutputStream extends FilterOutputStream {
    private final BgzfDeflaters deflaters;
    private final byte[] pending = new byte[BgzfDeflaters.MAX_PAYLOAD];
    private final byte[] block = new byte[BgzfDeflaters.maxCompressedLength(BgzfDeflaters.MAX_PAYLOAD)];
    private int pendingLength;

    /** @param deflaters stays the caller's */
    public BgzfOutputStream(OutputStream out, BgzfDeflaters deflaters) {
        super(out);
        this.deflaters = deflaters;
    }

    @Override
    public void write(int value) throws IOException {
        if (pendingLength == pending.length) {
            writeBlock();
        }
        pending[pendingLength++] = (byte) value;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (pendingLength == pending.length) {
                writeBlock();
            }
            int count = Math.min(end - at, pending.length - pendingLength);
            System.arraycopy(bytes, at, pending, pendingLength, count);
            pendingLength += count;
            at += count;
        }
    }

    /** Ends the current block, so that what follows begins a new one, and flushes the other stream. */
    @Override
    public void flush() throws IOException {
        writeBlock();
        out.flush();
    }

    /** Writes what is left and the end-of-file block. */
    public void finish() throws IOException {
        writeBlock();
        out.write(BgzfBlock.endOfFile());
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void writeBlock() throws IOException {
        if (pendingLength > 0) {
            int length = deflaters.compress(pending, 0, pendingLength, block, 0);
            pendingLength = 0;
            out.write(block, 0, length);
        }
    }
}
