package dev.bams3.convert;

import dev.bams3.dataset.DatasetLocation;
import dev.bams3.depth.DepthChanges;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.lifecycle.DatasetCommit;
import dev.bams3.lifecycle.Removal;
import dev.bams3.lifecycle.SignOfLife;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The generation that a conversion writes, and beside its chunks the documents by which a later run goes on with it:
 * {@code conversion/plan.json}, a receipt for each finished chunk, a result for each finished shard, how far a lone shard
 * is, a sign of life. They are removed once the generation is published.
 */
final class Workspace {
    private static final String FOLDER = "/conversion/";
    private static final int CHECKED_AT_ONCE = 16;

    private final DatasetLocation destination;
    private final ExecutorService waiting;
    private final UUID uuid;
    private final String generation;
    private final String request;
    private final boolean sorting;
    private final SignOfLife life;
    private final DatasetCommit commit;

    private Workspace(
            DatasetLocation destination, ExecutorService waiting, ConversionKey key, String request, boolean sorting) {
        this.destination = destination;
        this.waiting = waiting;
        this.request = request;
        this.sorting = sorting;
        ByteBuffer digest = ByteBuffer.wrap(HexFormat.of().parseHex(request));
        // A UUID of version 8, whose other bits are the program's own (RFC 9562 § 5.8).
        uuid = new UUID(
                digest.getLong() & ~0xF000L | 0x8000L, digest.getLong() & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L);
        generation = DatasetLayout.newGeneration(key.begun(), uuid);
        commit = new DatasetCommit(destination);
        life = new SignOfLife(destination.store(), destination.key(generation).value() + FOLDER + SignOfLife.FOLDER);
    }

    /**
     * The workspace of a request. Everything that decides about the bytes of its objects decides about its generation, so
     * that runs which would write different bytes never write the same object.
     *
     * @param program that writes, with its version
     * @param sorting whether the records are sorted on the way
     */
    static Workspace of(String program, ConversionRequest request, boolean sorting, ExecutorService waiting) {
        SourceObject source = request.source();
        ConversionOptions options = request.options();
        BlockSizing sizing = options.sizing();
        List<Object> deciding = List.of(
                request.key().name(),
                request.key().begun(),
                source.name(),
                source.size(),
                source.etag().value(),
                sizing.blockBytes(),
                sizing.blockRecords(),
                sizing.maxBlockBytes(),
                sizing.chunkBytes(),
                sizing.chunkStored(),
                options.compression().level(),
                options.source().allowMissingEndOfFile(),
                options.source().reference().map(Object::toString).orElse(""),
                options.source().allowUnknownReferences(),
                program,
                Bams3Format.VERSION,
                DepthChanges.LAYOUT,
                sorting);
        return new Workspace(request.destination(), waiting, request.key(), sha256(deciding), sorting);
    }

    private static String sha256(List<Object> values) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Object value : values) {
                byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
                digest.update(ByteBuffer.allocate(4).putInt(text.length).array());
                digest.update(text);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    DatasetLocation destination() {
        return destination;
    }

    UUID uuid() {
        return uuid;
    }

    String generation() {
        return generation;
    }

    /** Digest of the request. */
    String request() {
        return request;
    }

    /** Whether the records are sorted on the way. */
    boolean isSorting() {
        return sorting;
    }

    /** The summary of depth, and what it is made of. */
    DepthSummary depth() {
        return new DepthSummary(destination, uuid, generation, waiting);
    }

    SignOfLife life() {
        return life;
    }

    DatasetCommit commit() {
        return commit;
    }

    ObjectKey chunkKey(int number) {
        return destination.key(DatasetLayout.chunk(generation, number));
    }

    /** The dataset, if it was published from here. */
    Optional<DatasetMetadata> published() {
        return commit.current().filter(metadata -> metadata.uuid().equals(uuid));
    }

    Optional<ConversionPlan> plan() {
        return document("plan.json", ConversionPlan.class);
    }

    /** Stores a plan unless there is one; gives the one that is there. */
    ConversionPlan agree(ConversionPlan plan) {
        ObjectKey key = key("plan.json");
        if (destination.store().create(key, WorkDocument.encode(plan)).isPresent()) {
            return plan;
        }
        return plan().orElseThrow(() -> ReadsException.about(
                ErrorKind.CHANGED, key.value(), "the plan was removed while this run began; run the conversion again"));
    }

    Optional<ShardResult> result(Shard shard) {
        return document(resultName(shard), ShardResult.class)
                .filter(result -> result.shard().equals(shard));
    }

    void store(ShardResult result) {
        destination.store().put(key(resultName(result.shard())), WorkDocument.encode(result), PutCondition.always());
    }

    /** Returns the last reported progress of a running shard. */
    Optional<Progress> progress(Shard shard) {
        return document(progressName(shard), Progress.class);
    }

    void tell(Shard shard, Progress progress) {
        destination.store().put(key(progressName(shard)), WorkDocument.encode(progress), PutCondition.always());
    }

    private static String progressName(Shard shard) {
        return String.format(Locale.ROOT, "shards/%06d.progress.json", shard.number());
    }

    private static String resultName(Shard shard) {
        return String.format(Locale.ROOT, "shards/%06d.json", shard.number());
    }

    /**
     * Gives the receipts that are there and not among those seen, which each is once it was given, also where a later one
     * cannot be read; of a generation being made.
     */
    void news(Set<ObjectKey> seen, Consumer<ChunkReceipt> taker) {
        ObjectStore store = destination.store();
        store.listAll(key("chunks").value() + "/").map(ObjectInfo::key).forEach(key -> {
            if (!seen.contains(key)) {
                byte[] body = store.get(key, WorkDocument.MAX_LENGTH).body();
                WorkDocument.decode(body, ChunkReceipt.class).ifPresent(taker);
                seen.add(key);
            }
        });
    }

    void store(ChunkReceipt receipt) {
        destination
                .store()
                .put(
                        key(receiptName(receipt.chunk().number()) + ".json"),
                        WorkDocument.encode(receipt),
                        PutCondition.always());
    }

    private static String receiptName(int chunk) {
        return String.format(Locale.ROOT, "chunks/%06d", chunk);
    }

    /** Receipts of the chunks of a shard that are stored as they were made, by number. */
    List<ChunkReceipt> receipts(Shard shard) {
        ObjectStore store = destination.store();
        String prefix = key("chunks").value() + "/";
        String after = key(receiptName(shard.firstChunk())).value();
        String last = key(receiptName(shard.endChunk() - 1) + ".json").value();
        List<ChunkReceipt> receipts = new ArrayList<>();
        try (OrderedTasks<Optional<ChunkReceipt>> checks = new OrderedTasks<>(waiting)) {
            store.listAll(prefix, after)
                    .map(ObjectInfo::key)
                    .takeWhile(key -> ObjectKey.compare(key.value(), last) <= 0)
                    .forEach(key -> {
                        if (checks.pending() >= CHECKED_AT_ONCE) {
                            checks.take().ifPresent(receipts::add);
                        }
                        checks.submit(() -> receipt(key));
                    });
            while (checks.pending() > 0) {
                checks.take().ifPresent(receipts::add);
            }
        }
        return receipts;
    }

    private Optional<ChunkReceipt> receipt(ObjectKey key) {
        byte[] body = destination.store().get(key, WorkDocument.MAX_LENGTH).body();
        return WorkDocument.decode(body, ChunkReceipt.class).filter(this::isStored);
    }

    /** Whether the chunk is there, byte for byte: by its ETag, or where that is another by its checksum. */
    private boolean isStored(ChunkReceipt receipt) {
        ObjectKey key = chunkKey(receipt.chunk().number());
        long length = receipt.chunk().length();
        Optional<ObjectInfo> stored = destination.store().find(key).filter(info -> info.size() == length);
        if (stored.isEmpty() || stored.get().etag().equals(new ETag(receipt.etag()))) {
            return stored.isPresent();
        }
        return destination
                .store()
                .find(key, Math.toIntExact(length))
                .filter(object -> crc32c(List.of(object.body())) == receipt.crc32c())
                .isPresent();
    }

    static int crc32c(List<byte[]> parts) {
        CRC32C crc = new CRC32C();
        parts.forEach(crc::update);
        return (int) crc.getValue();
    }

    /**
     * Ends the work on a generation that was published.
     *
     * @param made chunks that this run has made
     */
    ConversionResult finished(DatasetMetadata published, int made) {
        removeDocuments();
        return new ConversionResult(published, made, published.chunks().count() - made);
    }

    /** Removes the documents, when they are of no use any more. */
    private void removeDocuments() {
        remove(destination.key(generation).value() + FOLDER);
    }

    /** Removes all of the generation, unless it is, or may be, published. */
    void removeAll() {
        uninterrupted(() -> {
            if (!commit.mayName(generation)) {
                new Removal(destination.store(), waiting)
                        .removeBelow(destination.key(generation).value() + "/");
            }
        });
    }

    private void remove(String prefix) {
        uninterrupted(() -> new Removal(destination.store(), waiting).removeBelow(prefix));
    }

    /** Cleans up although the thread may have been interrupted to cancel it: neither reads nor removals may stop for that. */
    private static void uninterrupted(Runnable cleaning) {
        boolean interrupted = Thread.interrupted();
        try {
            cleaning.run();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private <T> Optional<T> document(String name, Class<T> type) {
        ObjectKey key = key(name);
        return destination
                .store()
                .find(key, WorkDocument.MAX_LENGTH)
                .map(object ->
                        WorkDocument.decode(object.body(), type).orElseThrow(() -> WorkDocument.damaged(key.value())));
    }

    private ObjectKey key(String name) {
        return destination.key(generation + FOLDER + name);
    }
}
