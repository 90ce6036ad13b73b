package dev.bams3.convert;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.Source;
import dev.bams3.format.StreamDigest;
import dev.bams3.sam.SamHeader;
import dev.bams3.sort.ExternalSort;
import dev.bams3.source.SourceFile;
import dev.bams3.source.SourceHead;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.ETag;
import dev.bams3.storage.PutCondition;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;

/**
 * One run of a conversion: opens the source, plans, converts and publishes, by one thread. What an earlier run of the same
 * request has finished is kept. Closing it gives back what was opened; what was stored stays.
 */
final class ConversionRun implements AutoCloseable {
    private static final int SPILL_LEVEL = 1;

    private final ConversionRequest request;
    private final Workspaces workspaces;
    private final String program;
    private final Supervision supervision;
    private final ExecutorService cpu;
    private final ExecutorService waiting;
    private final BgzfInflaters inflaters;
    private final SourceHead head;

    /** SHA-256 of the records that this run has stored, where it is wanted. */
    private Optional<MessageDigest> hash = Optional.empty();

    /** All chunks of a shard, and how many of them this run has made. */
    private record Made(List<ChunkReceipt> receipts, int made) {
        boolean isByThisRun() {
            return made == receipts.size();
        }
    }

    /**
     * Reads the head of the source.
     *
     * @param program what the dataset says made it
     * @param cpu pool with a thread a core; stays the caller's
     * @param waiting starts a thread for every task; stays the caller's
     */
    ConversionRun(
            ConversionRequest request,
            Workspaces workspaces,
            String program,
            Supervision supervision,
            ExecutorService cpu,
            ExecutorService waiting) {
        this.request = request;
        this.workspaces = workspaces;
        this.program = program;
        this.supervision = supervision;
        this.cpu = cpu;
        this.waiting = waiting;
        inflaters = new BgzfInflaters(Runtime.getRuntime().availableProcessors());
        try {
            head = SourceHead.read(request.source(), request.options().source(), inflaters, cpu, waiting);
        } catch (RuntimeException | Error e) {
            inflaters.close();
            throw e;
        }
    }

    /**
     * Converts and publishes.
     *
     * @param shards how many are wanted if no run has planned yet
     * @param elsewhere has the shards converted; absent: this thread converts them, one after the other
     */
    ConversionResult convert(int shards, Optional<ShardRunner> elsewhere) {
        ConversionPlan plan = workspaces.plan().orElseGet(() -> newPlan(shards));
        try {
            return convert(plan, elsewhere);
        } catch (ReadsException e) {
            if (plan.sorting() || !ShardConversion.isOutOfOrder(e)) {
                throw e;
            }
        }
        if (!request.options().sort()) {
            throw ReadsException.invalidInput(
                    "options.sort", "the records are not in coordinate order, and sorting them is not permitted");
        }
        Workspace sorting = workspaces.sorting();
        ConversionPlan toSort = sorting.agree(plan(sorting, plan.replaces(), 1));
        workspaces.inOrder().removeAll();
        return convert(toSort, elsewhere);
    }

    private ConversionPlan newPlan(int shards) {
        Workspace workspace = workspaces.inOrder();
        Optional<ETag> replaced =
                workspace.commit().replaceable(request.options().replace());
        return workspace.agree(plan(workspace, replaced.map(ETag::value), shards));
    }

    private ConversionPlan plan(Workspace workspace, Optional<String> replaces, int shards) {
        return new ConversionPlan(
                workspace.generation(),
                workspace.uuid(),
                workspace.request(),
                replaces,
                new ShardPlanner(head, inflaters).shards(shards),
                workspace.isSorting());
    }

    private ConversionResult convert(ConversionPlan plan, Optional<ShardRunner> elsewhere) {
        Workspace workspace = workspaces.of(plan);
        workspace.life().give();
        hash = request.options().sha256() ? Optional.of(newHash()) : Optional.empty();
        List<Made> made = elsewhere
                .map(runner -> convertElsewhere(workspace, plan, runner))
                .orElseGet(() -> convertHere(workspace, plan));
        return publish(workspace, plan, made);
    }

    private List<Made> convertElsewhere(Workspace workspace, ConversionPlan plan, ShardRunner runner) {
        runner.run(request, plan, supervision);
        return plan.shards().stream()
                .map(shard -> new Made(stored(workspace, shard), 0))
                .toList();
    }

    private List<Made> convertHere(Workspace workspace, ConversionPlan plan) {
        if (plan.sorting()) {
            return List.of(sort(workspace, supervision));
        }
        List<Made> made = new ArrayList<>();
        ShardSum sum = new ShardSum(plan, supervision.listener());
        for (Shard shard : plan.shards()) {
            Made ended = inOrder(workspace, shard, supervision.with(progress -> sum.progressed(shard, progress)));
            sum.ended(result(shard, ended));
            made.add(ended);
        }
        return made;
    }

    /** Converts one shard of a plan and stores its result. */
    ShardResult convertShard(ConversionPlan plan, Shard shard) {
        Workspace workspace = workspaces.of(plan);
        Supervision watched = plan.inOnePiece()
                ? supervision.with(new ToldProgress(supervision.listener(), workspace, shard))
                : supervision;
        Made made = plan.sorting() ? sort(workspace, watched) : inOrder(workspace, shard, watched);
        ShardResult result = result(shard, made);
        supervision.fence().check();
        workspace.store(result);
        return result;
    }

    private static ShardResult result(Shard shard, Made made) {
        long stored = made.receipts().stream()
                .mapToLong(receipt -> receipt.chunk().length())
                .sum();
        return new ShardResult(shard, made.receipts().size(), made.made(), digest(made.receipts()), stored);
    }

    private Made inOrder(Workspace workspace, Shard shard, Supervision watched) {
        ShardConversion conversion =
                new ShardConversion(head, workspace, request.options(), watched, inflaters, cpu, waiting, hash);
        return new Made(conversion.run(shard), conversion.made());
    }

    private Made sort(Workspace workspace, Supervision watched) {
        ProgressMeter meter = new ProgressMeter(
                watched.listener(), workspace.life(), 0, request.source().size());
        ConversionOptions options = request.options();
        ExternalSort.checkRoom(head, options.temporary());
        try (BgzfDeflaters deflaters =
                        new BgzfDeflaters(SPILL_LEVEL, Runtime.getRuntime().availableProcessors());
                SourceFile file = SourceFile.open(head, inflaters, cpu, waiting);
                ShardWriter writer =
                        new ShardWriter(workspace, options.sizing(), 0, DatasetLayout.MAX_CHUNKS, waiting);
                Conversion pass = new Conversion(file, writer, options, meter, watched, cpu, hash)) {
            List<ChunkReceipt> receipts = pass.convertUnsorted(inflaters, deflaters);
            return new Made(receipts, receipts.size());
        }
    }

    /** Receipts of a shard that was converted elsewhere; that its chunks are all there is checked by them. */
    private List<ChunkReceipt> stored(Workspace workspace, Shard shard) {
        String destination = request.destination().toString();
        ShardResult result = workspace
                .result(shard)
                .orElseThrow(() -> ReadsException.about(
                        ErrorKind.NOT_FOUND,
                        destination,
                        "shard " + shard.number() + " is not converted; nothing was published"));
        // There may be more, of a run that an older program has made.
        List<ChunkReceipt> receipts = workspace.receipts(shard).stream()
                .filter(receipt -> receipt.chunk().number() < shard.firstChunk() + result.chunks())
                .toList();
        if (!digest(receipts).equals(result.digest())) {
            throw ReadsException.about(
                    ErrorKind.CORRUPT,
                    destination,
                    "the chunks of shard " + shard.number() + " are not those that were made; nothing was published");
        }
        return receipts;
    }

    private static StreamDigest digest(List<ChunkReceipt> receipts) {
        StreamDigest digest = StreamDigest.EMPTY;
        for (ChunkReceipt receipt : receipts) {
            digest = digest.then(receipt.digest());
        }
        return digest;
    }

    /** Publishes by receipts alone, which must follow one another in the source without a gap, and in coordinate order. */
    private ConversionResult publish(Workspace workspace, ConversionPlan plan, List<Made> made) {
        SamHeader header = plan.sorting() ? head.header().sortedByCoordinate() : head.header();
        Publication publication =
                new Publication(workspace, program, request.options().compression(), header);
        publication.requireWhole(plan, head);
        for (int i = 0; i < made.size(); i++) {
            List<ChunkReceipt> receipts = made.get(i).receipts();
            if (head.isSeekable() && !plan.sorting()) {
                publication.addShard(receipts, plan.shards().get(i));
            } else {
                receipts.forEach(publication::add);
            }
        }
        SourceObject object = request.source();
        Source described = new Source(
                publicName(object.name()),
                OptionalLong.of(object.size()),
                Optional.of(object.etag().value()),
                head.format().name(),
                head.header().sortOrder(),
                plan.sorting());
        PutCondition condition = plan.replaces()
                .map(etag -> PutCondition.ifMatch(new ETag(etag)))
                .orElse(PutCondition.ifAbsent());
        DatasetMetadata published = publication.publish(described, sha256(made), condition, supervision);
        return workspace.finished(published, made.stream().mapToInt(Made::made).sum());
    }

    private static MessageDigest newHash() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Returns the hash of all records; empty where it is not wanted, or other runs have made some of the chunks. */
    private Optional<String> sha256(List<Made> made) {
        return hash.filter(_ -> made.stream().allMatch(Made::isByThisRun))
                .map(digest -> HexFormat.of().formatHex(digest.digest()));
    }

    /**
     * Returns an address without its query, in which a signature may stand; of a file of this machine only the name, which
     * says nothing of its folders.
     */
    static String publicName(String name) {
        if (!name.contains("://") || name.startsWith("file:")) {
            return name.substring(name.lastIndexOf('/') + 1);
        }
        int query = name.indexOf('?');
        return query < 0 ? name : name.substring(0, query);
    }

    @Override
    public void close() {
        inflaters.close();
    }
}
