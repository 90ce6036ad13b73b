package dev.bams3.sam;

import dev.bams3.genome.Region;
import java.util.List;

/** Which reads of a dataset a request wants. Regions are as asked for: not merged, not clipped, names not looked up. */
public sealed interface ReadSelection {
    /** Every read, placed and unplaced, in file order. */
    record Everything() implements ReadSelection {}

    /**
     * Reads that overlap at least one region, and the unplaced ones if wanted; each once, in file order.
     *
     * @param regions in the order and with the overlaps of the request
     * @param unplaced whether reads without a reference (`*`) belong to it
     */
    record Regions(List<Region> regions, boolean unplaced) implements ReadSelection {
        public Regions {
            regions = List.copyOf(regions);
        }
    }

    static ReadSelection everything() {
        return new Everything();
    }

    /** No read. */
    static ReadSelection nothing() {
        return new Regions(List.of(), false);
    }

    static ReadSelection region(Region region) {
        return new Regions(List.of(region), false);
    }

    static ReadSelection unplacedReads() {
        return new Regions(List.of(), true);
    }
}
