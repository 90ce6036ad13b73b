package dev.bams3.web;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.Stretch;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Collects which reads of a dataset are written to a client, block by block: one region of each reference. One thread. */
final class WrittenReads implements Consumer<Stretch> {
    private final OpenDataset dataset;
    private final List<Interval> intervals = new ArrayList<>();
    private boolean unplaced;
    private long blocks;

    private record Interval(int reference, int start, int end) {}

    WrittenReads(OpenDataset dataset) {
        this.dataset = dataset;
    }

    @Override
    public void accept(Stretch block) {
        blocks++;
        if (block.firstReference() == Bams3Format.UNPLACED) {
            unplaced = true;
            return;
        }
        for (int reference = block.firstReference(); reference <= block.lastReference(); reference++) {
            add(new Interval(reference, Math.max(0, block.startOn(reference)), Math.max(1, block.endOn(reference))));
        }
    }

    private void add(Interval next) {
        int last = intervals.size() - 1;
        if (last >= 0 && intervals.get(last).reference() == next.reference()) {
            Interval before = intervals.get(last);
            intervals.set(last, new Interval(before.reference(), before.start(), Math.max(before.end(), next.end())));
        } else {
            intervals.add(next);
        }
    }

    /** The reads of the blocks so far; everything, when these are all. */
    ReadSelection selection() {
        if (blocks == dataset.metadata().blocks().count()) {
            return ReadSelection.everything();
        }
        List<Region> regions = intervals.stream()
                .map(interval -> new Region(
                        dataset.references().get(interval.reference()).name(),
                        interval.start(),
                        interval.end() == Integer.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(interval.end())))
                .toList();
        return new ReadSelection.Regions(regions, unplaced);
    }
}
