package dev.bams3.query;

import dev.bams3.format.BlockEntry;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.plan.PlannedBlock;
import java.util.List;

/**
 * Depth guessed from the index: a block says how many bases its reads have and between which positions they begin. They are
 * spread evenly from the first start to a mean read's length behind the last one (never behind the furthest end), because
 * the furthest end alone would smear a block over the longest splice in it.
 */
final class IndexDepth {
    private IndexDepth() {}

    /**
     * Returns the bases over each bin.
     *
     * @param references of the dataset
     */
    static double[] bases(List<PlannedBlock> blocks, Bins bins, ReferenceDictionary references) {
        double[] bases = new double[bins.count()];
        for (PlannedBlock block : blocks) {
            spread(block, bins, references, bases);
        }
        return bases;
    }

    private static void spread(PlannedBlock planned, Bins bins, ReferenceDictionary references, double[] bases) {
        BlockEntry block = planned.entry();
        int reference = planned.isWhole()
                ? block.firstReference()
                : planned.filter().getFirst().reference();
        // References that share a block are taken to have as many bases each.
        double share = block.bases() / (1.0 + block.lastReference() - block.firstReference());
        long meanLength = Math.max(1, block.bases() / block.records());
        long start = Math.max(0, block.startOn(reference));
        long furthest = reference == block.lastReference()
                ? Math.min(block.endMax(), block.lastStart() + meanLength)
                : references.get(reference).length();
        long end = Math.max(start + 1, furthest);
        double basesPerPosition = share / (end - start);
        int from = (int) Math.max(start, bins.region().start());
        int to = (int) Math.min(end, bins.region().end());
        if (from >= to) {
            return;
        }
        int bin = bins.at(from);
        while (from < to) {
            int edge = Math.min(to, bins.edge(bin + 1));
            bases[bin++] += (edge - from) * basesPerPosition;
            from = edge;
        }
    }
}
