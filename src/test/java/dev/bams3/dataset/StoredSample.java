package dev.bams3.dataset;

import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.Flagstat;
import dev.bams3.format.HeaderCodec;
import dev.bams3.format.IndexWriter;
import dev.bams3.format.MetadataCodec;
import dev.bams3.format.ReadsTotals;
import dev.bams3.format.StreamDigest;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;

/** A dataset with true metadata, header and index, and no chunk objects: three blocks on chr1, none on chr2, one unplaced. */
record StoredSample(ObjectStore store, String prefix, UUID uuid, String generation) {
    private static final BlockEntry UNPLACED = new BlockEntry(1, 64, 30, 100, 2, -1, -1, -1, -1, 0, 10, 9);

    /** Writes everything, the commit last. */
    static StoredSample publish(ObjectStore store, String prefix, long version) {
        UUID uuid = new UUID(7, version);
        StoredSample sample = new StoredSample(
                store, prefix, uuid, DatasetLayout.newGeneration(Instant.ofEpochSecond(1_700_000_000 + version), uuid));
        sample.write();
        return sample;
    }

    static List<BlockEntry> placed(int chunk) {
        return List.of(
                new BlockEntry(chunk, 64, 50, 200, 4, 0, 10, 0, 20, 70, 40, 1),
                new BlockEntry(chunk, 114, 50, 200, 4, 0, 20, 0, 90, 140, 40, 2),
                new BlockEntry(chunk, 164, 40, 100, 2, 0, 95, 0, 99, 150, 20, 3));
    }

    /** Of chunk 0, and the unplaced one of chunk 1. */
    static List<BlockEntry> blocks() {
        return Stream.concat(placed(0).stream(), Stream.of(UNPLACED)).toList();
    }

    byte[] headerText() {
        return ("@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:1000\n@CO\t" + uuid + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    String name(String object) {
        return prefix + "/" + object;
    }

    String headerName() {
        return name(DatasetLayout.header(generation));
    }

    String indexName() {
        return name(DatasetLayout.index(generation));
    }

    ObjectKey commit() {
        return new ObjectKey(name(DatasetLayout.METADATA));
    }

    private void write() {
        byte[] header = HeaderCodec.encode(headerText());
        put(headerName(), header);
        IndexWriter index = new IndexWriter(uuid, generation);
        DatasetMetadata.IndexObject indexObject = index.write(
                new ReferenceDictionary(List.of(new Reference("chr1", 1000), new Reference("chr2", 1000))),
                List.of(new ReadsTotals(10, 0, 100, 500), ReadsTotals.NONE),
                blocks(),
                List.of(new ChunkEntry(0, 300, 3, 10, 500), new ChunkEntry(1, 200, 1, 2, 100)));
        byte[] indexBytes = index.toByteArray();
        put(indexName(), indexBytes);
        long[] passed = new long[Flagstat.Category.values().length];
        passed[Flagstat.Category.TOTAL.ordinal()] = 12;
        passed[Flagstat.Category.MAPPED.ordinal()] = 10;
        DatasetMetadata metadata = new DatasetMetadata(
                Bams3Format.VERSION,
                Instant.parse("2026-01-02T03:04:05Z"),
                "a test",
                new DatasetMetadata.Source(
                        "in.bam", OptionalLong.empty(), Optional.empty(), "BAM", Optional.empty(), false),
                uuid,
                generation,
                List.of(),
                DatasetMetadata.Compression.DEFAULT,
                HeaderCodec.describe(headerText(), header),
                indexObject,
                2,
                new ReadsTotals(0, 2, 10, 100),
                110,
                new DatasetMetadata.Blocks(4, 170),
                new DatasetMetadata.Chunks(2, 500),
                List.of(),
                Flagstat.ofCounts(passed, new long[passed.length]),
                new StreamDigest(1, 2, 600, 12),
                Optional.empty());
        put(commit().value(), MetadataCodec.encode(metadata));
    }

    private void put(String name, byte[] body) {
        store.put(new ObjectKey(name), body, PutCondition.always());
    }
}
