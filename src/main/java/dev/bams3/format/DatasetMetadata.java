package dev.bams3.format;

import dev.bams3.sam.SamHeader.ReadGroup;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Contents of {@code _metadata.json}: the commit of a dataset, which names every object of one generation.
 *
 * @param version of the format it was written in, `1.0.0`
 * @param created when the commit was written
 * @param createdBy program and version that wrote it
 * @param source what it was made from
 * @param uuid of this conversion: a new one for each
 * @param generation folder of the objects ({@link DatasetLayout})
 * @param requiredFeatures that a reader must have; names beyond version 1.0
 * @param compression setting of the writer, for people; readers do not need it
 * @param header the header object
 * @param index the block index object
 * @param references how many there are; the index has their names and totals
 * @param unplaced the reads without a reference; last in file order
 * @param bases sum of the SEQ lengths of all records
 * @param blocks the blocks together
 * @param chunks the chunk objects together
 * @param readGroups of the header, in order
 * @param flagstat counts over all records
 * @param digest over all records in file order
 * @param sha256 of the same bytes, 64 lower-case hexadecimal digits, where the writer has stored it
 * @param depth the summary of depth, if there is one
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
        int references,
        ReadsTotals unplaced,
        long bases,
        Blocks blocks,
        Chunks chunks,
        List<ReadGroup> readGroups,
        Flagstat flagstat,
        StreamDigest digest,
        Optional<String> sha256,
        Optional<DepthObject> depth) {
    /** Records of every reference stand in the order of their start; ties in the order of the source. */
    public static final String SORT_ORDER = "coordinate";

    private static final int WEIGHT_OF_READ_GROUP = 320;
    private static final int WEIGHT_OF_WARNING = 160;

    public DatasetMetadata {
        requiredFeatures = List.copyOf(requiredFeatures);
        readGroups = List.copyOf(readGroups);
    }

    /** A dataset without a summary of depth. */
    public DatasetMetadata(
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
            int references,
            ReadsTotals unplaced,
            long bases,
            Blocks blocks,
            Chunks chunks,
            List<ReadGroup> readGroups,
            Flagstat flagstat,
            StreamDigest digest,
            Optional<String> sha256) {
        this(
                version,
                created,
                createdBy,
                source,
                uuid,
                generation,
                requiredFeatures,
                compression,
                header,
                index,
                references,
                unplaced,
                bases,
                blocks,
                chunks,
                readGroups,
                flagstat,
                digest,
                sha256,
                Optional.empty());
    }

    public DatasetMetadata withDepth(Optional<DepthObject> newDepth) {
        return new DatasetMetadata(
                version,
                created,
                createdBy,
                source,
                uuid,
                generation,
                requiredFeatures,
                compression,
                header,
                index,
                references,
                unplaced,
                bases,
                blocks,
                chunks,
                readGroups,
                flagstat,
                digest,
                sha256,
                newDepth);
    }

    /** {@code SM} of the read groups, each once, in order. */
    public List<String> samples() {
        return readGroups.stream()
                .flatMap(group -> group.sample().stream())
                .distinct()
                .toList();
    }

    /** Returns the stored bytes of header, index, summary of depth and chunks: of all objects but the metadata itself. */
    public long storedBytes() {
        return header.length() + index.length() + depth.map(DepthObject::length).orElse(0L) + chunks.length();
    }

    /** Returns the bytes of memory that this takes, about. */
    public long weight() {
        long weight = 2048;
        for (Optional<StoredSection> section :
                List.of(index.references(), index.totals(), index.pages(), depth.flatMap(DepthObject::pages))) {
            weight += section.flatMap(StoredSection::inline).map(String::length).orElse(0);
        }
        weight += 2L
                * (createdBy.length()
                        + source.uri().length()
                        + source.etag().map(String::length).orElse(0)
                        + source.format().length()
                        + source.declaredOrder().map(String::length).orElse(0)
                        + compression.algorithm().length());
        for (SourceWarning warning : source.warnings()) {
            weight += WEIGHT_OF_WARNING
                    + 2L * (warning.kind().length() + warning.example().length());
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
     * The index object. Sections that are of nothing are absent.
     *
     * @param length stored bytes
     * @param references names and lengths of the references
     * @param totals counts of the reads of each reference
     * @param pages the list of the pages that the list of blocks is cut into
     * @param chunks the list of the chunks
     */
    public record IndexObject(
            long length,
            Optional<StoredSection> references,
            Optional<StoredSection> totals,
            Optional<StoredSection> pages,
            Optional<StoredSection> chunks) {}

    /**
     * The depth object.
     *
     * @param length stored bytes
     * @param widths of the bins of each scale, ascending, each a multiple of the one before
     * @param pages the list of its pages; absent where no position is covered
     */
    public record DepthObject(long length, List<Integer> widths, Optional<StoredSection> pages) {
        public DepthObject {
            widths = List.copyOf(widths);
        }
    }

    /**
     * The blocks.
     *
     * @param count of blocks
     * @param length stored bytes of all of them
     */
    public record Blocks(long count, long length) {}

    /**
     * The chunk objects.
     *
     * @param count of objects
     * @param length stored bytes of all of them
     */
    public record Chunks(int count, long length) {}
}
