package dev.bams3.convert;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.source.SourceFile;
import dev.bams3.source.SourceHead;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;

/**
 * Makes the chunks of a shard that no earlier run has finished. Where chunks end follows from the records alone, so what is
 * made between two finished chunks fits in exactly.
 */
final class ShardConversion {
    private static final String ORDER = "order";

    private final SourceHead head;
    private final Workspace workspace;
    private final ConversionOptions options;
    private final Supervision supervision;
    private final BgzfInflaters inflaters;
    private final ExecutorService cpu;
    private final ExecutorService waiting;
    private final Optional<MessageDigest> hash;
    private int made;

    ShardConversion(
            SourceHead head,
            Workspace workspace,
            ConversionOptions options,
            Supervision supervision,
            BgzfInflaters inflaters,
            ExecutorService cpu,
            ExecutorService waiting,
            Optional<MessageDigest> hash) {
        this.hash = hash;
        this.head = head;
        this.workspace = workspace;
        this.options = options;
        this.supervision = supervision;
        this.inflaters = inflaters;
        this.cpu = cpu;
        this.waiting = waiting;
    }

    /** Chunks that were made, not found. */
    int made() {
        return made;
    }

    /**
     * What is thrown of records that are not in coordinate order, which can only be converted as one, by sorting them; field
     * {@code order}.
     */
    static ReadsException outOfOrder(String where) {
        return ReadsException.invalidInput(ORDER, "not in coordinate order: " + where);
    }

    static boolean isOutOfOrder(ReadsException failure) {
        return failure.kind() == ErrorKind.INVALID_INPUT && failure.field().equals(Optional.of(ORDER));
    }

    /**
     * Receipts of all chunks of the shard, in order.
     *
     * @throws ReadsException {@link #outOfOrder}
     */
    List<ChunkReceipt> run(Shard shard) {
        ProgressMeter meter = new ProgressMeter(
                supervision.listener(),
                workspace.life(),
                shard.start().block(),
                shard.end().block());
        TreeMap<Integer, ChunkReceipt> found = new TreeMap<>();
        workspace.receipts(shard).forEach(receipt -> found.put(receipt.chunk().number(), receipt));
        List<ChunkReceipt> done = new ArrayList<>();
        long at = shard.from();
        int number = shard.firstChunk();
        while (Long.compareUnsigned(at, shard.to()) < 0) {
            ChunkReceipt receipt = found.get(number);
            if (receipt != null && receipt.from() == at && receipt.next() > at && receipt.next() <= shard.to()) {
                done.add(receipt);
                meter.kept(receipt);
                at = receipt.next();
                number++;
                continue;
            }
            List<ChunkReceipt> more = fill(shard, at, nextFound(found, number, at, shard), number, done, meter);
            if (more.isEmpty()) {
                // No record: only of a file that is no BAM that cannot be known before.
                break;
            }
            done.addAll(more);
            more.forEach(meter::passed);
            made += more.size();
            at = done.getLast().next();
            number = done.getLast().chunk().number() + 1;
        }
        // No pass reports chunks at the end that were there already.
        meter.report(Progress.Phase.CONVERTING, 0, 0, shard.end().block(), 0, 0);
        return done;
    }

    /** Returns the offset where the next finished chunk begins, or the shard ends. */
    private static long nextFound(TreeMap<Integer, ChunkReceipt> found, int number, long at, Shard shard) {
        for (ChunkReceipt receipt : found.tailMap(number, false).values()) {
            if (receipt.from() > at && receipt.from() < shard.to()) {
                return receipt.from();
            }
        }
        return shard.to();
    }

    private List<ChunkReceipt> fill(
            Shard shard, long from, long to, int number, List<ChunkReceipt> done, ProgressMeter meter) {
        long after = done.isEmpty() ? Long.MIN_VALUE : done.getLast().lastKey();
        try (SourceFile source =
                        SourceFile.open(head, new VirtualOffset(from), new VirtualOffset(to), inflaters, cpu, waiting);
                ShardWriter writer = new ShardWriter(workspace, options.sizing(), number, shard.endChunk(), waiting);
                Conversion pass = new Conversion(source, writer, options, meter, supervision, cpu, hash)) {
            return pass.convertSorted(after, to)
                    .orElseThrow(
                            () -> outOfOrder("a record of shard " + shard.number() + " comes before the one it follows")
                                    .in(head.object().name()));
        }
    }
}
