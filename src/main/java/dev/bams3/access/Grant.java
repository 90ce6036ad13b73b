package dev.bams3.access;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Interval;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The part of a dataset that a caller may see. */
public sealed interface Grant {
    /** Nothing, not even whether it exists. */
    record Nothing() implements Grant {}

    /** All of it. */
    record Everything() implements Grant {}

    /**
     * The header, and the reads that overlap these regions.
     *
     * @param regions may overlap; one that reaches its reference's end has what lies behind it, too
     * @param unplaced whether the reads without a position, too
     */
    record Regions(List<Region> regions, boolean unplaced) implements Grant {
        public Regions {
            regions = List.copyOf(regions);
        }

        private static List<Interval> merged(Stream<Interval> intervals) {
            List<Interval> merged = new ArrayList<>();
            intervals.sorted(Comparator.comparingLong(Interval::start)).forEach(next -> {
                Interval last = merged.isEmpty() ? null : merged.getLast();
                if (last != null && next.start() <= last.end()) {
                    merged.set(merged.size() - 1, new Interval(last.start(), Math.max(last.end(), next.end())));
                } else {
                    merged.add(next);
                }
            });
            return merged;
        }

        private boolean contains(Region asked, ReferenceDictionary references) {
            OptionalInt index = references.indexOf(asked.referenceName());
            if (index.isEmpty()) {
                return false;
            }
            int length = references.get(index.getAsInt()).length();
            Interval wanted = asked.positions();
            return merged(regions.stream()
                            .filter(region -> region.referenceName().equals(asked.referenceName()))
                            .map(region -> region.positionsOn(length)))
                    .stream()
                    .anyMatch(allowed -> allowed.start() <= wanted.start() && wanted.end() <= allowed.end());
        }

        private String description() {
            int most = 5;
            String some = regions.stream()
                    .limit(most)
                    .map(region -> "referenceName=" + region.referenceName()
                            + (region.start() == 0 && region.end().isEmpty() ? "" : "&start=" + region.start())
                            + (region.end().isPresent() ? "&end=" + region.end().getAsLong() : ""))
                    .collect(Collectors.joining(", "));
            int left = regions.size() - most;
            return some + (left > 0 ? " and " + left + " more" : "") + (unplaced ? ", referenceName=*" : "");
        }
    }

    static Grant nothing() {
        return new Nothing();
    }

    static Grant everything() {
        return new Everything();
    }

    /** Returns the union of two grants. */
    default Grant plus(Grant other) {
        return switch (this) {
            case Everything _ -> this;
            case Nothing _ -> other;
            case Regions(List<Region> regions, boolean unplaced) ->
                switch (other) {
                    case Everything _ -> other;
                    case Nothing _ -> this;
                    case Regions(List<Region> more, boolean moreUnplaced) ->
                        new Regions(
                                Stream.concat(regions.stream(), more.stream())
                                        .distinct()
                                        .toList(),
                                unplaced || moreUnplaced);
                };
        };
    }

    default boolean isNothing() {
        return this instanceof Nothing;
    }

    default boolean isEverything() {
        return this instanceof Everything;
    }

    /**
     * Lets a selection pass that lies within this grant as a whole: what it selects then overlaps what is granted, so
     * nothing has to be left out of an answer.
     *
     * @param references of the dataset
     * @throws ReadsException DENIED, naming what may be asked for
     */
    default void check(ReadSelection selection, ReferenceDictionary references) {
        switch (this) {
            case Everything _ -> {}
            case Nothing _ -> throw ReadsException.of(ErrorKind.DENIED, "you may not read this dataset");
            case Regions allowed -> {
                boolean within = switch (selection) {
                    case ReadSelection.Everything _ -> false;
                    case ReadSelection.Regions(List<Region> asked, boolean unplaced) ->
                        (allowed.unplaced || !unplaced)
                                && asked.stream().allMatch(region -> allowed.contains(region, references));
                };
                if (!within) {
                    throw ReadsException.of(
                            ErrorKind.DENIED,
                            "you may read only parts of this dataset; ask for regions within " + allowed.description());
                }
            }
        }
    }

    /**
     * Whether figures of whole blocks may be given: what was read for an answer, and what the index says of it. A block of the
     * dataset has reads of several regions, so its figures include reads that are not granted.
     */
    default boolean showsBlocks() {
        return isEverything();
    }

    /**
     * Refuses what cannot be said without figures of the whole dataset, or of {@linkplain #showsBlocks whole blocks}.
     *
     * @throws ReadsException DENIED where only parts are granted
     * @param what is asked for, such as "its statistics"
     */
    default void checkWhole(String what) {
        if (!isEverything()) {
            throw ReadsException.of(
                    ErrorKind.DENIED,
                    "you may read only parts of this dataset, and " + what + " would tell of other parts");
        }
    }
}
