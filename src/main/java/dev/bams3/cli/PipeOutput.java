package dev.bams3.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** Standard output with failures: a print stream only notes them. Closing flushes it. */
final class PipeOutput extends OutputStream {
    private final PrintStream out;
    private boolean broken;

    PipeOutput(PrintStream out) {
        this.out = out;
    }

    /** Whether nobody reads any more, or the output cannot be written for another reason. */
    boolean isBroken() {
        return broken;
    }

    @Override
    public void write(int value) throws IOException {
        out.write(value);
        check();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
        check();
    }

    @Override
    public void flush() throws IOException {
        out.flush();
        check();
    }

    @Override
    public void close() throws IOException {
        flush();
    }

    private void check() throws IOException {
        if (out.checkError()) {
            broken = true;
            throw new IOException("standard output cannot be written");
        }
    }
}
