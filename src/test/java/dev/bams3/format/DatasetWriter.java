package dev.bams3.format;

import dev.bams3.depth.DepthBinner;
import dev.bams3.depth.DepthChanges;
import dev.bams3.depth.DepthMerger;
import dev.bams3.format.DatasetMetadata.Blocks;
import dev.bams3.format.DatasetMetadata.Chunks;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.DatasetMetadata.DepthObject;
import dev.bams3.format.DatasetMetadata.IndexObject;
import dev.bams3.format.DatasetMetadata.Source;
import dev.bams3.sam.SamHeader;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/** Makes the objects of a dataset of blocks that are encoded, in memory and on one thread; the converter is not used. */
public final class DatasetWriter {
    private final SamHeader header;
    private final UUID uuid;
    private final String generation;
    private final Map<String, byte[]> objects = new LinkedHashMap<>();
    private final RecordStatistics statistics;
    private final List<BlockEntry> blocks = new ArrayList<>();
    private final List<ChunkEntry> chunks = new ArrayList<>();
    private IndexWriter index;
    private List<Integer> depthWidths = List.of();
    private Optional<DepthChanges> depth = Optional.empty();

    public DatasetWriter(SamHeader header, UUID uuid, String generation) {
        this.header = header;
        this.uuid = uuid;
        this.generation = generation;
        statistics = new RecordStatistics(header.references().size());
        index = new IndexWriter(uuid, generation);
    }

    /** Lets no section stand in the metadata, and pages have so many blocks. */
    DatasetWriter withoutInlineSections(int pageBlocks) {
        index = new IndexWriter(uuid, generation, pageBlocks, false);
        return this;
    }

    /** Adds a summary of depth. @param records all records */
    DatasetWriter withDepth(List<Integer> widths, byte[] records) {
        depthWidths = widths;
        depth = Optional.of(DepthChanges.of(records, records.length, header.references()));
        return this;
    }

    /** Adds the next chunk, of one block or more. */
    public DatasetWriter chunk(int number, List<EncodedBlock> some) {
        ChunkWriter writer = new ChunkWriter(uuid, generation, number);
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        object.writeBytes(writer.head());
        for (EncodedBlock block : some) {
            blocks.add(writer.add(block));
            statistics.add(block);
            object.writeBytes(block.stored());
        }
        object.writeBytes(writer.finish());
        chunks.add(writer.entry());
        objects.put(DatasetLayout.chunk(generation, number), object.toByteArray());
        return this;
    }

    /** The objects by their names below the dataset's key, and what the commit says. */
    public record Written(DatasetMetadata metadata, Map<String, byte[]> objects) {}

    /** Makes header, index and metadata. */
    public Written finish() {
        byte[] storedHeader = HeaderCodec.encode(header.text());
        objects.put(DatasetLayout.header(generation), storedHeader);
        IndexObject indexObject = index.write(header.references(), statistics.totals(), blocks, chunks);
        objects.put(DatasetLayout.index(generation), index.toByteArray());
        DatasetMetadata metadata = new DatasetMetadata(
                Bams3Format.VERSION,
                Instant.parse("2026-11-22T00:00:00Z"),
                "test",
                new Source("test.bam", OptionalLong.empty(), Optional.empty(), "BAM", header.sortOrder(), false),
                uuid,
                generation,
                List.of(),
                Compression.DEFAULT,
                HeaderCodec.describe(header.text(), storedHeader),
                indexObject,
                header.references().size(),
                statistics.totals(Bams3Format.UNPLACED),
                statistics.bases(),
                new Blocks(
                        blocks.size(),
                        blocks.stream().mapToLong(BlockEntry::storedLength).sum()),
                new Chunks(
                        chunks.size(),
                        chunks.stream().mapToLong(ChunkEntry::length).sum()),
                header.readGroups(),
                statistics.flagstat(),
                statistics.digest(),
                Optional.empty(),
                depth.map(this::depthObject));
        objects.put(DatasetLayout.METADATA, MetadataCodec.encode(metadata));
        return new Written(metadata, objects);
    }

    private DepthObject depthObject(DepthChanges changes) {
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        DepthGrid grid = new DepthGrid(depthWidths, header.references());
        DepthWriter writer = new DepthWriter(uuid, generation, grid, object::writeBytes);
        DepthBinner binner = new DepthBinner(grid, writer::page);
        DepthMerger merger = new DepthMerger(binner);
        merger.add(changes);
        merger.finish();
        binner.finish();
        DepthObject described = writer.finish();
        objects.put(DatasetLayout.depth(generation), object.toByteArray());
        return described;
    }
}
