package dev.bams3.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Standard output, which remembers its first failure: the print stream around it only notes that there was one. */
final class StandardOutput extends OutputStream {
    private final OutputStream out;
    private @Nullable IOException failure;

    StandardOutput(OutputStream out) {
        this.out = out;
    }

    boolean hasFailed() {
        return failure != null;
    }

    /** Why it cannot be written, unless who read it has gone: {@code query ... | head} is no failure. */
    Optional<String> complaint() {
        String reason = failure == null ? "" : String.valueOf(failure.getMessage());
        return failure == null || reason.toLowerCase(Locale.ROOT).contains("broken pipe")
                ? Optional.empty()
                : Optional.of("standard output cannot be written: " + reason);
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            throw noted(e);
        }
    }

    @Override
    public void flush() throws IOException {
        try {
            out.flush();
        } catch (IOException e) {
            throw noted(e);
        }
    }

    /** Flushes; the process closes it. */
    @Override
    public void close() throws IOException {
        flush();
    }

    private IOException noted(IOException e) {
        failure = failure == null ? e : failure;
        return e;
    }
}
