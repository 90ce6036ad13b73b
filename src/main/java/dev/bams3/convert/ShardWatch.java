package dev.bams3.convert;

import dev.bams3.convert.Progress.Phase;
import dev.bams3.format.StreamDigest;
import dev.bams3.storage.ObjectKey;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How far shards are that are converted elsewhere: by what several have stored, by what a lone one tells. Kept is what the
 * first look finds. One thread.
 */
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

    /** Returns their progress. */
    public Progress look() {
        workspace.life().giveSometimes();
        Progress now = plan.inOnePiece() ? reported() : summed();
        // A process that started over has less than the one before it.
        keptRecords = hasLooked ? Math.min(keptRecords, now.records()) : now.records();
        keptFraction = hasLooked ? Math.min(keptFraction, now.fraction()) : now.fraction();
        hasLooked = true;
        return now.keeping(keptRecords, keptFraction);
    }

    private Progress reported() {
        Shard shard = plan.shards().getFirst();
        return workspace
                .progress(shard)
                .orElseGet(() -> new Progress(
                        plan.sorting() ? Phase.SORTING : Phase.CONVERTING, 0, 0, 0, 0, shard.sourceBytes(), 0));
    }

    private Progress summed() {
        workspace.news(seen, this::add);
        long size = plan.shards().stream().mapToLong(Shard::sourceBytes).sum();
        double fraction = size == 0 ? 0 : Math.min(1, (double) read / size);
        return new Progress(Phase.CONVERTING, fraction, records, bytes, read, size, stored);
    }

    private void add(ChunkReceipt receipt) {
        StreamDigest digest = receipt.digest();
        records += digest.records();
        bytes += digest.bytes();
        stored += receipt.chunk().length();
        read += receipt.sourceBytes();
    }
}
