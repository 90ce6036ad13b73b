package dev.bams3.format;

import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader.ReadGroup;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Contents of {@code _metadata.json}: the commit of a dataset. Whoever holds it knows every object of one generation.
 *
 * @param version of the format it was written in, `1.0.0`
 * @param created when the commit was written
 * @param createdBy program and version that wrote it
 * @param source what it was made from
 * @param uuid identity of the dataset's contents: a new one for every conversion
 * @param generation folder of the objects ({@link DatasetLayout})
 * @param requiredFeatures that a reader must have; names beyond version 1.0
 * @param compression what the writer was told, for people; readers do not need it
 * @param header the header object
 * @param index the block index object
 * @param references in header order
 * @param unplaced the reads without a reference; last in file order
 * @param chunks the chunk objects together
 * @param readGroups of the header, in order
 * @param flagstat counts over all records
 * @param digest over all records in file order
 */
public record DatasetMetadata(
        String version,
        Instant created,
        String createdBy,
        Source source,
        UUID uuid,
        String generation,
        List<String> requiredFeatures,
        Compression compression,
        HeaderObject header,
        IndexObject index,
        List<ReferenceReads> references,
        ReadsTotals unplaced,
        Chunks chunks,
        List<ReadGroup> readGroups,
        Flagstat flagstat,
        StreamDigest digest) {
    /** Records of every reference stand in the order of their start; ties in the order of the source. */
    public static final String SORT_ORDER = "coordinate";

    /** Objects of a reference, its totals and section, and its entry in the map of names. */
    private static final int WEIGHT_OF_REFERENCE = 320;

    private static final int WEIGHT_OF_READ_GROUP = 320;

    public DatasetMetadata {
        requiredFeatures = List.copyOf(requiredFeatures);
        references = List.copyOf(references);
        readGroups = List.copyOf(readGroups);
    }

    /** The references' names and lengths. */
    public ReferenceDictionary dictionary() {
        return new ReferenceDictionary(
                references.stream().map(ReferenceReads::reference).toList());
    }

    /** {@code SM} of the read groups, each once, in order. */
    public List<String> samples() {
        return readGroups.stream()
                .flatMap(group -> group.sample().stream())
                .distinct()
                .toList();
    }

    /** Returns the bytes of memory that this takes, about, with the dictionary made of it. */
    public long weight() {
        long weight = 2048;
        for (ReferenceReads reference : references) {
            weight += WEIGHT_OF_REFERENCE + reference.reference().name().length();
        }
        for (ReadGroup group : readGroups) {
            weight += WEIGHT_OF_READ_GROUP
                    + group.id().length()
                    + Stream.of(group.sample(), group.library(), group.platform())
                            .mapToInt(text -> text.map(String::length).orElse(0))
                            .sum();
        }
        return weight;
    }

    /** SEQ bases of all records. */
    public long bases() {
        long bases = unplaced.bases();
        for (ReferenceReads reference : references) {
            bases += reference.reads().bases();
        }
        return bases;
    }

    /** Blocks of all references and of the unplaced reads. */
    public long blocks() {
        long blocks = unplaced.blocks();
        for (ReferenceReads reference : references) {
            blocks += reference.reads().blocks();
        }
        return blocks;
    }

    /** Totals of one reference, or of the unplaced reads for {@link Bams3Format#UNPLACED}. */
    public ReadsTotals reads(int reference) {
        return reference == Bams3Format.UNPLACED
                ? unplaced
                : references.get(reference).reads();
    }

    /**
     * What was converted.
     *
     * @param uri file name or address
     * @param size bytes
     * @param etag identity of its bytes, where the store gave one
     * @param format `BAM`, `SAM` or `CRAM`
     * @param declaredOrder {@code SO} of its header
     * @param sortedOnConversion whether its records were not in coordinate order and had to be sorted
     * @param warnings what it has that is not right, and was converted as it is
     */
    public record Source(
            String uri,
            OptionalLong size,
            Optional<String> etag,
            String format,
            Optional<String> declaredOrder,
            boolean sortedOnConversion,
            List<SourceWarning> warnings) {
        public Source {
            warnings = List.copyOf(warnings);
        }

        /** A source without warnings. */
        public Source(
                String uri,
                OptionalLong size,
                Optional<String> etag,
                String format,
                Optional<String> declaredOrder,
                boolean sortedOnConversion) {
            this(uri, size, etag, format, declaredOrder, sortedOnConversion, List.of());
        }

        public Source withWarnings(List<SourceWarning> newWarnings) {
            return new Source(uri, size, etag, format, declaredOrder, sortedOnConversion, newWarnings);
        }
    }

    /**
     * Warnings of one kind.
     *
     * @param kind a word, such as `past-reference-end`; readers meet unknown ones
     * @param count of records or lines
     * @param example one of them, for people
     */
    public record SourceWarning(String kind, long count, String example) {}

    /**
     * How blocks were written.
     *
     * @param algorithm `zstd`
     * @param level of most streams; 1 to {@link #MAX_LEVEL} for what is written here
     */
    public record Compression(String algorithm, int level) {
        /** Above it zstd needs much more memory, for those who read, too. */
        public static final int MAX_LEVEL = 19;

        public static final Compression DEFAULT = zstd(1);

        /** @param level 1 (fastest) to {@link #MAX_LEVEL} (smallest) */
        public static Compression zstd(int level) {
            return new Compression("zstd", level);
        }
    }

    /**
     * The header object.
     *
     * @param length stored bytes
     * @param rawLength bytes of the header text
     * @param crc32c CRC-32C of the stored bytes
     */
    public record HeaderObject(int length, int rawLength, int crc32c) {}

    /**
     * The index object.
     *
     * @param length stored bytes
     * @param chunkTable the section that lists the chunks; absent when there are none
     */
    public record IndexObject(long length, Optional<StoredRange> chunkTable) {}

    /**
     * The chunk objects.
     *
     * @param count of objects
     * @param length stored bytes of all of them
     */
    public record Chunks(int count, long length) {}

    /**
     * A reference and its reads.
     *
     * @param reference name and length
     * @param reads what is stored for it
     */
    public record ReferenceReads(Reference reference, ReadsTotals reads) {}

    /**
     * Reads of one reference, or the unplaced ones.
     *
     * @param mapped records without flag 0x4 (the third column of `samtools idxstats`)
     * @param unmapped records with flag 0x4 (its fourth column)
     * @param bases sum of their SEQ lengths
     * @param rawBytes bytes of their BAM records
     * @param storedBytes bytes of their blocks
     * @param blocks number of blocks
     * @param section their section of the index; absent when there are no blocks
     */
    public record ReadsTotals(
            long mapped,
            long unmapped,
            long bases,
            long rawBytes,
            long storedBytes,
            int blocks,
            Optional<StoredRange> section) {
        public static final ReadsTotals NONE = new ReadsTotals(0, 0, 0, 0, 0, 0, Optional.empty());

        public long records() {
            return mapped + unmapped;
        }
    }
}
