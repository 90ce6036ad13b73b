package dev.bams3.source;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.InflatedBytes;
import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.error.ReadsException;
import java.util.concurrent.ExecutorService;
import java.util.function.UnaryOperator;

/** The text of a SAM file: as it is, or inflated, of BGZF on all cores. Read by one thread. */
final class SamText implements AutoCloseable {
    private static final int BGZF_HEADER = 18;

    private final InflatedBytes bytes;
    private final UnaryOperator<ReadsException> explained;
    private final Runnable close;

    private SamText(InflatedBytes bytes, UnaryOperator<ReadsException> explained, Runnable close) {
        this.bytes = bytes;
        this.explained = explained;
        this.close = close;
    }

    /**
     * Opens a file.
     *
     * @param ranges of all of it; stay the caller's
     * @param ahead batches of BGZF blocks that may be inflated or waiting, 1 or more
     */
    static SamText open(
            SourceRanges ranges, SourceObject object, BgzfInflaters inflaters, ExecutorService cpu, int ahead) {
        if (isBgzf(object)) {
            VirtualOffset end = VirtualOffset.of(object.size(), 0);
            ParallelInflater inflater =
                    new ParallelInflater(ranges, inflaters, cpu, ahead, object.name(), VirtualOffset.of(0, 0), end);
            return new SamText(inflater, UnaryOperator.identity(), inflater::close);
        }
        if (SourceFormat.isGzip(start(object))) {
            GzipBytes gzip = new GzipBytes(ranges, object);
            return new SamText(gzip, gzip::explained, gzip::close);
        }
        return new SamText(new PlainBytes(ranges, object.name()), UnaryOperator.identity(), () -> {});
    }

    /** Whether the file begins with a BGZF block (SAMv1 § 4.1). */
    static boolean isBgzf(SourceObject object) {
        byte[] start = start(object);
        return SourceFormat.isGzip(start)
                && start.length == BGZF_HEADER
                && (start[3] & 4) != 0
                && start[12] == 'B'
                && start[13] == 'C';
    }

    private static byte[] start(SourceObject object) {
        return object.read(0, (int) Math.min(BGZF_HEADER, object.size()));
    }

    /** Reads some bytes, as {@link InflatedBytes#read} does. */
    int read(byte[] target, int offset, int length) {
        return bytes.read(target, offset, length);
    }

    /** Returns the reason for a line that cannot be read: damage that was not yet noticed, or the failure itself. */
    ReadsException explained(ReadsException failure) {
        return explained.apply(failure);
    }

    String resource() {
        return bytes.resource();
    }

    @Override
    public void close() {
        close.run();
    }
}
