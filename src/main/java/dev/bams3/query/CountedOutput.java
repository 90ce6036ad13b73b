package dev.bams3.query;

import java.io.IOException;
import java.io.OutputStream;

/** Counts what it passes on. Neither flushes nor closes. */
final class CountedOutput extends OutputStream {
    private final OutputStream out;
    private long bytes;

    CountedOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
        out.write(value);
        bytes++;
    }

    @Override
    public void write(byte[] buffer, int offset, int length) throws IOException {
        out.write(buffer, offset, length);
        bytes += length;
    }

    long bytes() {
        return bytes;
    }
}
