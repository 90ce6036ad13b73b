package dev.bams3.convert;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.Blocks;
import dev.bams3.format.DatasetMetadata.Chunks;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.DatasetMetadata.DepthObject;
import dev.bams3.format.DatasetMetadata.IndexObject;
import dev.bams3.format.DatasetMetadata.SourceWarning;
import dev.bams3.format.HeaderCodec;
import dev.bams3.format.IndexWriter;
import dev.bams3.format.RecordStatistics;
import dev.bams3.sam.SamHeader;
import dev.bams3.source.SourceHead;
import dev.bams3.source.SourceWarnings;
import dev.bams3.storage.PutCondition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes one dataset of stored chunks, by their receipts alone: header, index and depth objects, then the commit. Used once.
 *
 * <p>Memory: about 100 bytes for each block, which is 60 MB for a human genome at 30x.
 */
final class Publication {
    private final Workspace workspace;
    private final String program;
    private final Compression compression;
    private final SamHeader header;
    private final RecordStatistics statistics;
    private final List<BlockEntry> blocks = new ArrayList<>();
    private final List<ChunkEntry> chunks = new ArrayList<>();
    private final SourceWarnings warnings = new SourceWarnings();
    private long lastKey = Long.MIN_VALUE;

    /**
     * @param program what the dataset says made it
     * @param compression of its blocks
     * @param header of the dataset
     */
    Publication(Workspace workspace, String program, Compression compression, SamHeader header) {
        this.workspace = workspace;
        this.program = program;
        this.compression = compression;
        this.header = header;
        this.statistics = new RecordStatistics(header.references().size());
    }

    /** Checks that the chunks of a shard of a BAM follow one another in it without a gap, and adds them. */
    void addShard(List<ChunkReceipt> receipts, Shard shard) {
        long expected = shard.from();
        for (ChunkReceipt receipt : receipts) {
            if (receipt.from() != expected) {
                throw misfit("chunk " + receipt.chunk().number() + " begins at virtual offset " + receipt.from()
                        + ", what comes before it ends at " + expected);
            }
            expected = receipt.next();
            add(receipt);
        }
        if (expected != shard.to()) {
            throw misfit("the chunks of shard " + shard.number() + " end at virtual offset " + expected
                    + ", the shard at " + shard.to());
        }
    }

    /** Adds the next chunk in file order. */
    void add(ChunkReceipt receipt) {
        ChunkEntry chunk = receipt.chunk();
        if (!chunks.isEmpty() && chunk.number() <= chunks.getLast().number()) {
            throw misfit("chunk " + chunk.number() + " after chunk "
                    + chunks.getLast().number());
        }
        List<BlockEntry> entries = receipt.blocks();
        if (receipt.firstKey() < lastKey) {
            throw ShardConversion.outOfOrder(
                    "the records of chunk " + chunk.number() + " come before those of the chunk before");
        }
        lastKey = receipt.lastKey();
        blocks.addAll(entries);
        chunks.add(chunk);
        warnings.add(receipt.warnings());
        statistics.add(receipt.referenceReads(), receipt.digest(), receipt.flagstat());
    }

    /** Checks that a plan covers all records of its source. */
    void requireWhole(ConversionPlan plan, SourceHead head) {
        long expected = head.first().packed();
        for (Shard shard : plan.shards()) {
            if (shard.from() != expected) {
                throw misfit("shard " + shard.number() + " begins at virtual offset " + shard.from()
                        + ", what comes before it ends at " + expected);
            }
            expected = shard.to();
        }
        if (expected != head.end().packed()) {
            throw misfit("the shards end at virtual offset " + expected + ", the source at "
                    + head.end().packed());
        }
    }

    private ReadsException misfit(String message) {
        return ReadsException.of(ErrorKind.CORRUPT, message + "; nothing was published")
                .in(workspace.destination().toString());
    }

    /**
     * Stores header, index and the summary of depth, and publishes the generation if {@code condition} still holds of what is there.
     *
     * @param sha256 of all records, where it is known
     */
    DatasetMetadata publish(
            DatasetMetadata.Source source, Optional<String> sha256, PutCondition condition, Supervision supervision) {
        byte[] storedHeader = HeaderCodec.encode(header.text());
        put(DatasetLayout.header(workspace.generation()), storedHeader);
        IndexWriter index = new IndexWriter(workspace.uuid(), workspace.generation());
        IndexObject indexObject = index.write(header.references(), statistics.totals(), blocks, chunks);
        byte[] storedIndex = index.toByteArray();
        put(DatasetLayout.index(workspace.generation()), storedIndex);
        Optional<DepthObject> depth;
        try {
            depth = workspace
                    .depth()
                    .make(
                            header.references(),
                            chunks.stream().map(ChunkEntry::number).toList(),
                            statistics.digest().bytes(),
                            supervision.control()::check);
        } catch (ReadsException e) {
            // Another run of the same conversion may have published it and removed the pieces.
            return Optional.of(e)
                    .filter(failure -> failure.kind() == ErrorKind.NOT_FOUND)
                    .flatMap(_ -> workspace.published())
                    .orElseThrow(() -> e);
        }
        DatasetMetadata metadata = new DatasetMetadata(
                Bams3Format.VERSION,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                program,
                source.withWarnings(warnings()),
                workspace.uuid(),
                workspace.generation(),
                List.of(),
                compression,
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
                sha256,
                depth);
        supervision.control().check();
        try {
            workspace.life().give();
        } catch (ReadsException e) {
            // Another run of the same conversion has published it and cleaned up.
            return workspace.published().orElseThrow(() -> e);
        }
        supervision.fence().check();
        return workspace.commit().publish(metadata, condition);
    }

    private List<SourceWarning> warnings() {
        return warnings.list().stream()
                .map(warning -> new SourceWarning(warning.kind().key(), warning.count(), warning.example()))
                .toList();
    }

    private void put(String name, byte[] body) {
        workspace.destination().store().put(workspace.destination().key(name), body, PutCondition.always());
    }
}
