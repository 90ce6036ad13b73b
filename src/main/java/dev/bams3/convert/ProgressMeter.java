package dev.bams3.convert;

import dev.bams3.convert.Progress.Phase;
import dev.bams3.format.StreamDigest;
import dev.bams3.lifecycle.SignOfLife;

/** Adds up what several passes over parts of a source tell of themselves. One thread. */
final class ProgressMeter {
    private final Progress.Listener listener;
    private final SignOfLife life;
    private final long from;
    private final long size;
    private long earlierRecords;
    private long earlierBytes;
    private long earlierStored;
    private long keptRecords;
    private long keptBytes;

    /**
     * @param life given while there is progress
     * @param from offset in the source at which the work begins
     * @param to offset in the source at which it ends
     */
    ProgressMeter(Progress.Listener listener, SignOfLife life, long from, long to) {
        this.listener = listener;
        this.life = life;
        this.from = from;
        size = to - from;
    }

    /** Adds a chunk that an earlier run has finished. */
    void kept(ChunkReceipt receipt) {
        passed(receipt);
        keptRecords += receipt.digest().records();
        keptBytes += receipt.sourceBytes();
    }

    /** Adds a chunk that was finished. */
    void passed(ChunkReceipt receipt) {
        StreamDigest digest = receipt.digest();
        earlierRecords += digest.records();
        earlierBytes += digest.bytes();
        earlierStored += receipt.chunk().length();
    }

    /**
     * Tells of the pass under way.
     *
     * @param records of this pass, as their bytes
     * @param position in the source
     * @param stored bytes of blocks of this pass
     * @param expected records of the pass, 0 where that is not known
     */
    void report(Phase phase, long records, long bytes, long position, long stored, long expected) {
        life.giveSometimes();
        long read = Math.max(0, Math.min(size, position - from));
        double ofSource = size == 0 ? 1 : (double) read / size;
        double fraction = phase == Phase.CONVERTING ? ofSource : ofSource / 2;
        if (phase == Phase.WRITING && expected > 0) {
            fraction = 0.5 + 0.5 * records / expected;
        }
        listener.progressed(new Progress(
                phase,
                fraction,
                earlierRecords + records,
                earlierBytes + bytes,
                read,
                size,
                earlierStored + stored,
                keptRecords,
                size == 0 ? 0 : Math.min(fraction, (double) keptBytes / size)));
    }
}
