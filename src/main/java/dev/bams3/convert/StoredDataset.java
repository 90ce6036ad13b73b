package dev.bams3.convert;

import dev.bams3.bams3.Bams3Format;
import dev.bams3.bams3.BlockEntry;
import dev.bams3.bams3.BlockIndex;
import dev.bams3.bams3.BlockList;
import dev.bams3.bams3.ChunkEntry;
import dev.bams3.bams3.DatasetLayout;
import dev.bams3.bams3.DatasetMetadata;
import dev.bams3.bams3.HeaderCodec;
import dev.bams3.bams3.MetadataCodec;
import dev.bams3.bams3.StoredRange;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One generation of a dataset, read from its first block to its last. */
final class StoredDataset {
    private static final int MAX_METADATA = 1 << 30;

    private final ObjectStore store;
    private final String prefix;
    private final DatasetMetadata metadata;

    private StoredDataset(ObjectStore store, String prefix, DatasetMetadata metadata) {
        this.store = store;
        this.prefix = prefix;
        this.metadata = metadata;
    }

    /** @throws ReadsException NOT_FOUND without metadata; CORRUPT or UNSUPPORTED_VERSION */
    static StoredDataset open(ObjectStore store, String prefix) {
        ObjectKey key = ObjectKey.of(prefix, DatasetLayout.METADATA);
        byte[] json;
        try {
            json = store.get(key, MAX_METADATA).body();
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                throw ReadsException.of(ErrorKind.NOT_FOUND, "there is no dataset here (no " + key + ")", e)
                        .in(store.location());
            }
            throw e;
        }
        return new StoredDataset(store, prefix, MetadataCodec.decode(key.value(), json));
    }

    DatasetMetadata metadata() {
        return metadata;
    }

    SamHeader header() {
        String name = name(DatasetLayout.header(metadata.generation()));
        byte[] stored = missingIsCorrupt(
                name,
                () -> store.get(new ObjectKey(name), metadata.header().length()).body());
        return new SamHeader(HeaderCodec.decode(name, stored, metadata.header()), metadata.dictionary());
    }

    List<ChunkEntry> chunks() {
        Optional<StoredRange> table = metadata.index().chunkTable();
        return table.isEmpty() ? List.of() : BlockIndex.chunks(indexName(), section(table.get()), table.get());
    }

    /** Blocks of one reference, or of the unplaced reads. */
    BlockList blocks(int reference) {
        Optional<StoredRange> range = metadata.reads(reference).section();
        return range.isEmpty()
                ? new BlockList(List.of())
                : BlockIndex.blocks(indexName(), section(range.get()), range.get(), reference);
    }

    /** Indexes of the references in file order, the unplaced reads last. */
    List<Integer> referencesInFileOrder() {
        List<Integer> order = new ArrayList<>();
        for (int reference = 0; reference < metadata.references().size(); reference++) {
            order.add(reference);
        }
        order.add(Bams3Format.UNPLACED);
        return order;
    }

    long storedBytes() {
        long bytes = metadata.unplaced().storedBytes();
        for (DatasetMetadata.ReferenceReads reference : metadata.references()) {
            bytes += reference.reads().storedBytes();
        }
        return bytes;
    }

    String indexName() {
        return name(DatasetLayout.index(metadata.generation()));
    }

    String chunkName(int ordinal) {
        return name(DatasetLayout.chunk(metadata.generation(), ordinal));
    }

    private byte[] section(StoredRange range) {
        return read(indexName(), range.offset(), range.length());
    }

    /** @throws ReadsException CORRUPT also for an object that is not there: the metadata names it */
    byte[] read(String name, long offset, int length) {
        return missingIsCorrupt(
                name, () -> store.getRange(new ObjectKey(name), new ByteRange(offset, length), ETag.ANY));
    }

    long size(String name) {
        return missingIsCorrupt(name, () -> store.head(new ObjectKey(name)).size());
    }

    private static <T> T missingIsCorrupt(String name, java.util.function.Supplier<T> read) {
        try {
            return read.get();
        } catch (ReadsException e) {
            throw switch (e.kind()) {
                case NOT_FOUND ->
                    ReadsException.of(ErrorKind.CORRUPT, "is missing, although the metadata names it", e)
                            .in(name);
                case INVALID_RANGE, TOO_LARGE ->
                    ReadsException.of(ErrorKind.CORRUPT, "does not have the length that the metadata says", e)
                            .in(name);
                default -> e;
            };
        }
    }

    private String name(String object) {
        return prefix + "/" + object;
    }

    /** A block and the reference of its records. */
    record PlacedBlock(int reference, BlockEntry entry) {}
}
