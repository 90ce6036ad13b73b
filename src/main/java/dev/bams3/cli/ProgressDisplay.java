package dev.bams3.cli;

import dev.bams3.convert.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows progress: one line that rewrites itself on a terminal, a line every ten seconds otherwise. Used by one thread.
 * {@link #close} ends the line.
 */
final class ProgressDisplay implements Progress.Listener, AutoCloseable {
    private static final long TERMINAL_NANOS = 200_000_000L;
    private static final long LOG_NANOS = 10_000_000_000L;

    private final PrintStream err;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private final long begun;
    private long shown;
    private int width;

    ProgressDisplay(CommandContext context) {
        this(context.err(), context.terminal(), System::nanoTime);
    }

    ProgressDisplay(PrintStream err, boolean terminal, LongSupplier nanoTime) {
        this.err = err;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        begun = nanoTime.getAsLong();
        shown = begun;
    }

    @Override
    public void progressed(Progress progress) {
        show(
                progress.phase().name().toLowerCase(Locale.ROOT),
                progress.fraction(),
                progress.records(),
                progress.recordBytes());
    }

    /**
     * @param work what is done, as {@code converting}
     * @param fraction of it that is done, 0 to 1
     * @param bytes of the records
     */
    void show(String work, double fraction, long records, long bytes) {
        long now = nanoTime.getAsLong();
        if (now - shown < (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
            return;
        }
        shown = now;
        String line = line(work, fraction, records, bytes, (now - begun) / 1e9);
        if (terminal) {
            err.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
            err.flush();
            width = line.length();
        } else {
            err.println(line);
        }
    }

    /** Such as `converting  42 %, 12,345,678 records, 231 MB/s, 1:12 left`; MB are those of BAM records, uncompressed. */
    static String line(Progress progress, double seconds) {
        return line(
                progress.phase().name().toLowerCase(Locale.ROOT),
                progress.fraction(),
                progress.records(),
                progress.recordBytes(),
                seconds);
    }

    private static String line(String work, double fraction, long records, long bytes, double seconds) {
        double rate = seconds > 0 ? bytes / 1e6 / seconds : 0;
        String left = fraction > 0.001 ? ", " + clock(seconds * (1 - fraction) / fraction) + " left" : "";
        return String.format(
                Locale.ROOT,
                "%s %3.0f %%, %,d records, %.0f MB/s%s",
                work,
                100 * Math.min(1, fraction),
                records,
                rate,
                left);
    }

    private static String clock(double seconds) {
        long whole = Math.round(seconds);
        return whole >= 3600
                ? "%d:%02d:%02d".formatted(whole / 3600, whole / 60 % 60, whole % 60)
                : "%d:%02d".formatted(whole / 60, whole % 60);
    }

    @Override
    public void close() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
        }
    }
}
