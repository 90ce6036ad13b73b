package dev.bams3.query;

import dev.bams3.format.BlockEntry;
import dev.bams3.genome.Reference;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;

/** Seeded selections of a dataset, half of them at, or one beside, a border of a block. */
final class RandomSelections {
    /** No longer stretches but rarely: two thousand long answers would take long and find nothing that fifty do not. */
    private static final int RECORDS = 512;

    private static final int BYTES = 256 << 10;

    private final Random random;
    private final QueryFixture fixture;
    private final List<Reference> used;

    RandomSelections(Random random, QueryFixture fixture) {
        this.random = random;
        this.fixture = fixture;
        used = fixture.header.references().references().stream()
                .filter(reference -> fixture.totals(indexOf(reference)).records() > 0)
                .toList();
    }

    /** Whether all there is to select are the unplaced reads. */
    boolean onlyUnplaced() {
        return used.isEmpty();
    }

    /** The first reference that has reads, whole, and the unplaced reads. */
    ReadSelection.Regions wholeReference() {
        return onlyUnplaced()
                ? unplaced()
                : new ReadSelection.Regions(List.of(Region.whole(used.getFirst().name())), true);
    }

    ReadSelection.Regions next() {
        if (onlyUnplaced() || random.nextInt(200) == 0) {
            return unplaced();
        }
        List<Region> regions = new ArrayList<>();
        int count = random.nextInt(8) == 0 ? 2 + random.nextInt(5) : 1;
        for (int i = 0; i < count; i++) {
            regions.add(region(used.get(random.nextInt(used.size()))));
        }
        return new ReadSelection.Regions(regions, random.nextInt(200) == 0);
    }

    private static ReadSelection.Regions unplaced() {
        return (ReadSelection.Regions) ReadSelection.unplacedReads();
    }

    /** Mostly 1 bp or a stretch of some hundred records, whatever the depth. */
    private Region region(Reference reference) {
        int kind = random.nextInt(400);
        if (kind == 0) {
            return Region.whole(reference.name());
        }
        long start = position(reference);
        if (kind == 1) {
            return new Region(reference.name(), start, OptionalLong.empty());
        }
        long length;
        if (kind == 2) {
            length = random.nextInt(1 + reference.length());
        } else {
            length = kind < 120 ? 1 : 1 + random.nextInt(1 << random.nextInt(bitsOfLength(reference)));
        }
        return new Region(reference.name(), start, OptionalLong.of(start + length));
    }

    /** 1 to 16: the length of so many records that follow each other at the reference's mean distance. */
    private int bitsOfLength(Reference reference) {
        List<BlockEntry> blocks = blocks(reference);
        int index = indexOf(reference);
        long last = blocks.getLast().lastReference() == index ? blocks.getLast().lastStart() : reference.length();
        long span = Math.max(1, last - Math.max(0, blocks.getFirst().startOn(index)));
        long bytes = blocks.stream().mapToLong(BlockEntry::rawLength).sum();
        long records = fixture.totals(indexOf(reference)).records();
        long length = 1 + Math.min(RECORDS, BYTES * records / bytes) * span / records;
        return Math.clamp(64 - Long.numberOfLeadingZeros(length), 1, 16);
    }

    private long position(Reference reference) {
        List<BlockEntry> blocks = blocks(reference);
        BlockEntry block = blocks.get(random.nextInt(blocks.size()));
        int index = indexOf(reference);
        int start = block.startOn(index);
        int end = Math.min(reference.length(), block.endOn(index));
        int last = index == block.lastReference() ? block.lastStart() : end;
        long position = switch (random.nextInt(8)) {
            case 0, 1 -> start;
            case 2 -> last;
            case 3 -> end;
            case 4 -> random.nextInt(1 + reference.length());
            default -> start + random.nextInt(1 + Math.max(0, end - start));
        };
        return Math.max(0, position - random.nextInt(3) + 1);
    }

    private List<BlockEntry> blocks(Reference reference) {
        return fixture.blocks(indexOf(reference));
    }

    private int indexOf(Reference reference) {
        return fixture.header.references().indexOf(reference.name()).orElseThrow();
    }
}
