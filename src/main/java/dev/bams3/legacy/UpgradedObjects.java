package dev.bams3.legacy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.ChunkWriter;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.Blocks;
import dev.bams3.format.DatasetMetadata.Chunks;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.DatasetMetadata.Source;
import dev.bams3.format.DatasetMetadata.SourceWarning;
import dev.bams3.format.EncodedBlock;
import dev.bams3.format.HeaderCodec;
import dev.bams3.format.IndexWriter;
import dev.bams3.format.MetadataCodec;
import dev.bams3.format.RecordStatistics;
import dev.bams3.format.block.BlockEncoder;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamHeader;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The objects of a small dataset of a prototype as 1.0 has them, made in memory to be queried; the same dataset gives the same
 * bytes.
 */
public final class UpgradedObjects {
    private static final BlockSizing SIZING = BlockSizing.DEFAULT;

    private final LegacyDataset dataset;
    private final UUID uuid;
    private final String generation;
    private final long mostBytes;
    private final Map<String, byte[]> objects = new LinkedHashMap<>();
    private final RecordStatistics statistics;
    private final SamHeader header;
    private final List<BlockEntry> blocks = new ArrayList<>();
    private final List<ChunkEntry> chunks = new ArrayList<>();
    private final ByteArrayOutputStream block = new ByteArrayOutputStream();
    private int records;
    private boolean placed;
    private long last = Long.MIN_VALUE;
    private long made;

    private UpgradedObjects(LegacyDataset dataset, UUID uuid, long mostBytes) {
        this.dataset = dataset;
        this.uuid = uuid;
        this.mostBytes = mostBytes;
        generation = DatasetLayout.newGeneration(dataset.created(), uuid);
        header = dataset.header();
        statistics = new RecordStatistics(header.references().size());
    }

    /**
     * Makes the objects.
     *
     * @param identity of the bytes that the dataset has
     * @param mostBytes of all objects
     * @return the objects by their names in {@link DatasetLayout}
     * @throws ReadsException TOO_LARGE for more bytes; CORRUPT
     */
    public static Map<String, byte[]> of(LegacyDataset dataset, UUID identity, long mostBytes) {
        return new UpgradedObjects(dataset, identity, mostBytes).make();
    }

    private Map<String, byte[]> make() {
        try (BlockEncoder encoder = new BlockEncoder()) {
            for (int i = 0; i < dataset.chunks(); i++) {
                ByteArrayOutputStream object = new ByteArrayOutputStream();
                ChunkWriter chunk = new ChunkWriter(uuid, generation, i);
                object.writeBytes(chunk.head());
                for (byte[] record : dataset.records(i)) {
                    add(encoder, chunk, object, record);
                }
                endBlock(encoder, chunk, object);
                if (chunk.rawBytes() > 0) {
                    object.writeBytes(chunk.finish());
                    chunks.add(chunk.entry());
                    put(DatasetLayout.chunk(generation, i), object.toByteArray());
                }
            }
        }
        finish();
        return objects;
    }

    private void add(BlockEncoder encoder, ChunkWriter chunk, ByteArrayOutputStream object, byte[] record) {
        int reference = BamRecord.referenceIndex(record, 0);
        long key = (long) (reference & Integer.MAX_VALUE) << 32 | BamRecord.start(record, 0) + 1L;
        if (key < last) {
            throw ReadsException.corrupt(
                    dataset.name(), 0, "window", "a read that starts outside of the window of its chunk");
        }
        last = key;
        boolean isPlaced = reference >= 0;
        if (records > 0 && (isPlaced != placed || SIZING.endsBlock(block.size(), records, record.length))) {
            endBlock(encoder, chunk, object);
        }
        placed = isPlaced;
        block.writeBytes(record);
        records++;
    }

    private void endBlock(BlockEncoder encoder, ChunkWriter chunk, ByteArrayOutputStream object) {
        if (records > 0) {
            EncodedBlock encoded = encoder.encode(block.toByteArray(), 0, block.size());
            blocks.add(chunk.add(encoded));
            statistics.add(encoded);
            object.writeBytes(encoded.stored());
            count(encoded.stored().length);
            block.reset();
            records = 0;
        }
    }

    private void count(long more) {
        made += more;
        if (made > mostBytes) {
            throw ReadsException.about(
                    ErrorKind.TOO_LARGE,
                    dataset.name(),
                    "has version " + dataset.version() + ", which is queried as 1.0 in memory up to "
                            + (mostBytes >> 20)
                            + " MB, half of the cache for metadata; this one has more: upgrade it by 'convert'");
        }
    }

    private void put(String name, byte[] bytes) {
        objects.put(name, bytes);
    }

    private void finish() {
        byte[] storedHeader = HeaderCodec.encode(header.text());
        IndexWriter index = new IndexWriter(uuid, generation);
        DatasetMetadata.IndexObject indexObject = index.write(header.references(), statistics.totals(), blocks, chunks);
        put(DatasetLayout.header(generation), storedHeader);
        put(DatasetLayout.index(generation), index.toByteArray());
        count(storedHeader.length + indexObject.length());
        DatasetMetadata metadata = new DatasetMetadata(
                Bams3Format.VERSION,
                dataset.created(),
                dataset.createdBy(),
                new Source(
                        dataset.sourceFile(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        "BAMS3 " + dataset.version(),
                        header.sortOrder(),
                        false,
                        dataset.losses().stream()
                                .map(loss -> new SourceWarning(loss.kind(), loss.records(), loss.text()))
                                .toList()),
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
                Optional.empty());
        put(DatasetLayout.METADATA, MetadataCodec.encode(metadata));
    }
}
