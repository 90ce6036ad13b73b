package dev.bams3.web;

import dev.bams3.files.VirtualBam;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Collects which reads of a dataset are written to a client, block by block: one region of each reference. One thread. */
final class WrittenReads implements VirtualBam.Listener {
    private final DatasetMetadata metadata;
    private final List<Stretch> stretches = new ArrayList<>();
    private boolean unplaced;
    private long blocks;

    private record Stretch(int reference, int start, int end) {}

    WrittenReads(DatasetMetadata metadata) {
        this.metadata = metadata;
    }

    @Override
    public void records(int reference, int start, int end) {
        blocks++;
        if (reference < 0) {
            unplaced = true;
            return;
        }
        Stretch next = new Stretch(reference, Math.max(0, start), Math.max(1, end));
        int last = stretches.size() - 1;
        if (last >= 0 && stretches.get(last).reference() == reference) {
            Stretch before = stretches.get(last);
            stretches.set(last, new Stretch(reference, before.start(), Math.max(before.end(), next.end())));
        } else {
            stretches.add(next);
        }
    }

    /** The reads of the blocks so far; everything, when these are all. */
    ReadSelection selection() {
        if (blocks == metadata.blocks()) {
            return ReadSelection.everything();
        }
        List<Region> regions = stretches.stream()
                .map(stretch -> new Region(
                        metadata.references()
                                .get(stretch.reference())
                                .reference()
                                .name(),
                        stretch.start(),
                        OptionalLong.of(stretch.end())))
                .toList();
        return new ReadSelection.Regions(regions, unplaced);
    }
}
