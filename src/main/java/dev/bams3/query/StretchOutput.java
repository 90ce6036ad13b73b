package dev.bams3.query;

import java.io.IOException;
import java.io.OutputStream;

/** Passes on a stretch of the bytes it is given and drops those before and behind. Neither flushes nor closes. */
public final class StretchOutput extends OutputStream {
    private final OutputStream out;
    private long skip;
    private long left;

    /**
     * @param skip bytes to drop first
     * @param count bytes to pass on then
     */
    public StretchOutput(OutputStream out, long skip, long count) {
        this.out = out;
        this.skip = skip;
        left = count;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        int dropped = (int) Math.min(skip, length);
        int passed = (int) Math.min(left, length - dropped);
        skip -= dropped;
        left -= passed;
        if (passed > 0) {
            out.write(buffer, offset + dropped, passed);
        }
    }
}
