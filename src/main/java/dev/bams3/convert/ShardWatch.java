package dev.bams3.convert;

import dev.bams3.bams3.StreamDigest;
import dev.bams3.convert.Progress.Phase;
import dev.bams3.storage.ObjectKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How far shards are that are converted elsewhere, by what they have stored; kept is what the first look finds. One thread. */
public final class ShardWatch {
    private final Workspace workspace;
    private final ConversionPlan plan;
    private final Set<ObjectKey> seen = new HashSet<>();
    private long records;
    private long bytes;
    private long read;
    private long stored;
    private boolean hasLooked;
    private long keptRecords;
    private double keptFraction;

    ShardWatch(Workspace workspace, ConversionPlan plan) {
        this.workspace = workspace;
        this.plan = plan;
    }

    /** Shards without a result. */
    public List<Shard> missing() {
        return plan.shards().stream()
                .filter(shard -> workspace.result(shard).isEmpty())
                .toList();
    }

    /** Looks for chunks that were stored since; of sources that are not read by place, how much was read is not known. */
    public Progress look() {
        workspace.life().giveSometimes();
        workspace.news(seen, this::add);
        long size = plan.shards().stream().mapToLong(Shard::sourceBytes).sum();
        double fraction = size == 0 ? 0 : Math.min(1, (double) read / size);
        if (!hasLooked) {
            hasLooked = true;
            keptRecords = records;
            keptFraction = fraction;
        }
        return new Progress(
                plan.sorting() ? Phase.SORTING : Phase.CONVERTING,
                fraction,
                records,
                bytes,
                read,
                size,
                stored,
                keptRecords,
                keptFraction);
    }

    private void add(ChunkReceipt receipt) {
        StreamDigest digest = receipt.digest();
        records += digest.records();
        bytes += digest.bytes();
        stored += receipt.chunk().length();
        read += receipt.sourceBytes();
    }
}
