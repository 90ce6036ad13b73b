package dev.bams3.export;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.StoredDepth;
import dev.bams3.depth.DepthBinner;
import dev.bams3.depth.DepthChanges;
import dev.bams3.depth.DepthMerger;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DepthBins;
import dev.bams3.format.DepthGrid;
import dev.bams3.format.DepthPageEntry;
import dev.bams3.genome.Reference;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Compares the depth summary of a dataset with its records, every number of every bin. Used once, by one thread. */
final class DepthAudit {
    private final StoredDepth stored;
    private final Consumer<String> problems;
    private final DepthBinner binner;
    private final DepthMerger merger;
    private final Set<Long> seen = new HashSet<>();

    private DepthAudit(StoredDepth stored, Consumer<String> problems) {
        this.stored = stored;
        this.problems = problems;
        binner = new DepthBinner(stored.grid(), this::compare);
        merger = new DepthMerger(binner);
    }

    /** @param problems gets a line for each page that is not what the records say */
    static Optional<DepthAudit> of(OpenDataset dataset, Consumer<String> problems) {
        return dataset.depth().map(stored -> new DepthAudit(stored, problems));
    }

    /** Adds the next block in file order. */
    void add(DepthChanges block) {
        merger.add(block);
    }

    /** After the last block. */
    void finish() {
        merger.finish();
        binner.finish();
        for (DepthPageEntry page : stored.pages().all()) {
            if (!seen.contains(page.number())) {
                problems.accept(stored.object() + ": page " + page.number() + " is of bins without reads");
            }
        }
    }

    private void compare(long number, DepthBins found) {
        seen.add(number);
        DepthGrid grid = stored.grid();
        int scale = grid.scaleOf(number);
        long first = grid.firstBinOf(number);
        DepthBins stated;
        try {
            stated = stored.bins(scale, first, found.count());
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.CORRUPT) {
                throw e;
            }
            problems.accept(String.valueOf(e.getMessage()));
            return;
        }
        for (int i = 0; i < found.count(); i++) {
            String other = difference(stated, found, i);
            if (!other.isEmpty()) {
                problems.accept(stored.object() + ": " + place(scale, first + i) + ": " + other);
                return;
            }
        }
    }

    private static String difference(DepthBins stated, DepthBins found, int i) {
        boolean same = stated.covered()[i] == found.covered()[i]
                && stated.sum()[i] == found.sum()[i]
                && stated.min()[i] == found.min()[i]
                && stated.max()[i] == found.max()[i];
        return same ? "" : "stated " + text(stated, i) + ", found " + text(found, i);
    }

    private static String text(DepthBins bins, int i) {
        return bins.covered()[i] + " covered positions, sum " + bins.sum()[i] + ", from " + bins.min()[i] + " to "
                + bins.max()[i];
    }

    private String place(int scale, long bin) {
        DepthGrid grid = stored.grid();
        List<Reference> references = grid.references().references();
        int reference = 0;
        while (bin >= grid.firstBin(scale, reference) + grid.bins(scale, reference)) {
            reference++;
        }
        long start = (bin - grid.firstBin(scale, reference)) * grid.width(scale);
        return "bin of " + grid.width(scale) + " positions at "
                + references.get(reference).name() + ":" + (start + 1);
    }
}
