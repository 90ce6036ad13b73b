package dev.bams3.cli;

import dev.bams3.convert.Progress;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Shows progress: one line that rewrites itself on a terminal, a line every ten seconds otherwise. Used by one thread.
 * {@link #close} ends the line. If the process is stopped before (Ctrl-C), the line is cleared, and the user reads what was
 * left behind.
 */
final class ProgressDisplay implements Progress.Listener, AutoCloseable {
    private static final long TERMINAL_NANOS = 200_000_000L;
    private static final long LOG_NANOS = 10_000_000_000L;

    private final PrintStream err;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private final long begun;
    private long shown;
    private final Thread onStop;
    private int width;
    private boolean ended;

    /** @param stopped what a user needs to know when the work is stopped: what it leaves, and how to go on */
    ProgressDisplay(CommandContext context, String stopped) {
        this(context.err(), context.terminal(), System::nanoTime, stopped);
    }

    ProgressDisplay(PrintStream err, boolean terminal, LongSupplier nanoTime, String stopped) {
        this.err = err;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        begun = nanoTime.getAsLong();
        shown = begun;
        onStop = Thread.ofPlatform().unstarted(() -> {
            end();
            err.println("bams3: stopped; " + stopped);
        });
        Runtime.getRuntime().addShutdownHook(onStop);
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
    synchronized void show(String work, double fraction, long records, long bytes) {
        long now = nanoTime.getAsLong();
        if (ended || now - shown < (terminal ? TERMINAL_NANOS : LOG_NANOS)) {
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

    private synchronized void end() {
        ended = true;
        if (width > 0) {
            // Two columns more, for the ^C of a terminal.
            err.print("\r" + " ".repeat(width + 2) + "\r");
            err.flush();
        }
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(onStop);
        } catch (IllegalStateException e) {
            // The process is being stopped, so the hook ends the line.
            return;
        }
        end();
    }
}
