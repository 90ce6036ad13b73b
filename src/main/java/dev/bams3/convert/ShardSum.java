package dev.bams3.convert;

import java.util.ArrayList;
import java.util.List;

/** Adds up the progress of the shards of a plan. Safe for use by many threads; one at a time calls the listener. */
final class ShardSum {
    private final Progress.Listener listener;
    private final List<Progress> latest;

    ShardSum(ConversionPlan plan, Progress.Listener listener) {
        this.listener = listener;
        latest = new ArrayList<>();
        for (Shard shard : plan.shards()) {
            latest.add(new Progress(Progress.Phase.CONVERTING, 0, 0, 0, 0, shard.sourceBytes(), 0));
        }
    }

    /** A shard was converted; by an earlier run, if it reported no progress. */
    synchronized void ended(ShardResult result) {
        Shard shard = result.shard();
        Progress last = latest.get(shard.number());
        boolean kept = last.records() == 0;
        long records = result.digest().records();
        progressed(
                shard,
                new Progress(
                        last.phase(),
                        1,
                        records,
                        result.digest().bytes(),
                        shard.sourceBytes(),
                        shard.sourceBytes(),
                        result.storedBytes(),
                        kept ? records : last.keptRecords(),
                        kept ? 1 : last.keptFraction()));
    }

    synchronized void progressed(Shard shard, Progress progress) {
        latest.set(shard.number(), progress);
        long records = 0;
        long bytes = 0;
        long read = 0;
        long size = 0;
        long stored = 0;
        long kept = 0;
        double done = 0;
        double keptDone = 0;
        for (Progress each : latest) {
            records += each.records();
            bytes += each.recordBytes();
            read += each.sourceBytes();
            size += each.sourceSize();
            stored += each.storedBytes();
            kept += each.keptRecords();
            done += each.fraction() * Math.max(1, each.sourceSize());
            keptDone += each.keptFraction() * Math.max(1, each.sourceSize());
        }
        long whole = Math.max(size, latest.size());
        listener.progressed(new Progress(
                progress.phase(),
                Math.min(1, done / whole),
                records,
                bytes,
                read,
                size,
                stored,
                kept,
                Math.min(1, keptDone / whole)));
    }
}
