package dev.bams3.convert;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.dataset.DatasetLocation;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;

/**
 * Makes a dataset of a BAM, SAM or CRAM. The dataset becomes visible whole, with the last write, or not at all; every
 * record's bytes and the header's text are kept, which is proven before that write.
 *
 * <p>Records that do not stand in coordinate order, whatever the header says, are sorted: the pass that finds it out is
 * given up (nothing was published) and a second one sorts on the way, within bounded memory.
 *
 * <p>Memory, whatever the size of the source: about 30 MB of source, 256 KiB inflated for each batch ahead (eight for each
 * core), 128 MiB of blocks being encoded and checked, at most 192 MiB of chunks being gathered and uploaded (15 MB on
 * usual data), 100 bytes for each block (60 MB for a human genome at 30x), and the sort memory if the source is unsorted.
 *
 * <p>Safe for use by many threads; a conversion occupies the thread that calls it and can be cancelled by interrupting that.
 */
public final class Converter {
    private static final int SPILL_LEVEL = 1;

    private final String program;
    private final ExecutorService cpu;
    private final ExecutorService waiting;

    /**
     * @param program what datasets say made them, with its version: {@code bams3-server/1.0.0}
     * @param cpu pool with a thread a core; stays the caller's
     * @param waiting starts a thread for every task, such as a virtual one; stays the caller's
     */
    public Converter(String program, ExecutorService cpu, ExecutorService waiting) {
        this.program = program;
        this.cpu = cpu;
        this.waiting = waiting;
    }

    /**
     * Converts, in one run that leaves nothing behind if it fails.
     *
     * @param destination where the dataset goes
     * @return what was published
     * @throws dev.bams3.error.ReadsException INVALID_INPUT for a source that cannot be converted or a dataset that exists;
     *     CORRUPT for a damaged source, with the offset in it; CHANGED when source or dataset were replaced meanwhile;
     *     CANCELLED; or what the stores say. Nothing of this conversion is visible then
     */
    public DatasetMetadata convert(
            SourceObject source, DatasetLocation destination, ConversionOptions options, Progress.Listener listener) {
        ConversionKey key = new ConversionKey(Instant.now(), UUID.randomUUID().toString());
        ConversionRequest request = new ConversionRequest(key, source, destination, options);
        Supervision supervision = Supervision.of(listener);
        return removingAfter(request, supervision, 1, Optional.empty(), failure -> true)
                .metadata();
    }

    /**
     * Converts under supervision, in this process. A run that goes on with an earlier one of the same request makes only the
     * chunks that are not finished yet; if the dataset was published already, nothing. Sources that are not BAM, or have to
     * be sorted, begin anew.
     *
     * <p>After a failure that will not go away (INVALID_INPUT, CORRUPT, TOO_LARGE, UNSUPPORTED_VERSION, CHANGED, INTERNAL) and after
     * {@link ConversionControl#cancel} all that the conversion has made is removed, by any of its runs, if the fence lets it
     * and no commit of this run may be on its way; after any other, finished chunks stay for the next run.
     *
     * @throws dev.bams3.error.ReadsException as for {@link #convert(SourceObject, DatasetLocation, ConversionOptions,
     *     Progress.Listener)}, and what the fence throws
     */
    public ConversionResult convert(ConversionRequest request, Supervision supervision) {
        return removingAfter(request, supervision, 1, Optional.empty(), failure -> isFinal(failure, supervision));
    }

    /**
     * The same with the source cut into shards that are converted apart, and merged by their receipts alone. A request has
     * one plan: if an earlier run has made it, that holds, whatever its number of shards. What has to be sorted is one
     * shard, converted after the finding.
     *
     * @param shards how many are wanted, 1 or more; fewer are made of small sources, one of those that are not BAM
     * @param runner has them converted
     */
    public ConversionResult convert(
            ConversionRequest request, int shards, ShardRunner runner, Supervision supervision) {
        return removingAfter(
                request, supervision, shards, Optional.of(runner), failure -> isFinal(failure, supervision));
    }

    /**
     * Converts one shard of a plan; chunks that an earlier run has finished are kept. May run at the same time as other
     * shards, anywhere. Nothing is removed after a failure.
     *
     * @param shard its number
     * @throws dev.bams3.error.ReadsException INVALID_INPUT with the field {@code order} when the records are not in
     *     coordinate order and the plan does not sort them; NOT_FOUND without a plan; else as for {@link
     *     #convert(ConversionRequest, Supervision)}
     */
    public ShardResult convertShard(ConversionRequest request, int shard, Supervision supervision) {
        return supervision.control().during(() -> {
            Planned planned = existingPlan(request);
            Workspace workspace = planned.workspace();
            Shard part = shard(planned.plan(), shard);
            Optional<ShardResult> done = workspace.result(part);
            if (done.isPresent()) {
                return done.get();
            }
            try (BgzfInflaters inflaters = inflaters()) {
                workspace.life().give();
                SourceHead head = head(request, inflaters);
                Supervision watched = planned.plan().inOnePiece()
                        ? supervision.with(new ToldProgress(supervision.listener(), workspace, part))
                        : supervision;
                Made made = planned.plan().sorting()
                        ? sort(request, workspace, head, watched, inflaters)
                        : inOrder(request, workspace, part, head, watched, inflaters);
                ShardResult result = result(part, made);
                supervision.fence().check();
                workspace.store(result);
                return result;
            }
        });
    }

    /** Looks at what the shards of a plan have stored, wherever they run. */
    public ShardWatch watch(ConversionRequest request, ConversionPlan plan) {
        return new ShardWatch(workspace(request, plan.sorting()), plan);
    }

    /**
     * Removes all that the runs of a request have made, unless it was published; for one that was cancelled while nobody ran
     * it.
     */
    public void abandon(ConversionRequest request) {
        workspace(request, false).removeAll();
        workspace(request, true).removeAll();
    }

    private ConversionResult removingAfter(
            ConversionRequest request,
            Supervision supervision,
            int shards,
            Optional<ShardRunner> elsewhere,
            Predicate<RuntimeException> isFinal) {
        Workspace inOrder = workspace(request, false);
        Workspace sorting = workspace(request, true);
        try {
            return supervision
                    .control()
                    .during(() -> convertAll(request, inOrder, sorting, shards, elsewhere, supervision));
        } catch (RuntimeException e) {
            if (isFinal.test(e) && mayRemove(supervision.fence(), e)) {
                // These workspaces, which know whether a commit was tried.
                inOrder.removeAll();
                sorting.removeAll();
            }
            throw e;
        }
    }

    private static boolean isFinal(RuntimeException failure, Supervision supervision) {
        if (!(failure instanceof ReadsException reads)) {
            return false;
        }
        return switch (reads.kind()) {
            case INVALID_INPUT, CORRUPT, TOO_LARGE, UNSUPPORTED_VERSION, CHANGED, INTERNAL -> true;
            case CANCELLED -> supervision.control().isCancelled();
            default -> false;
        };
    }

    /** Whether this run still may remove what it made. */
    private static boolean mayRemove(Supervision.Fence fence, RuntimeException failure) {
        try {
            fence.checkRemoval();
            return true;
        } catch (RuntimeException e) {
            if (e != failure) {
                failure.addSuppressed(e);
            }
            return false;
        }
    }

    private ConversionResult convertAll(
            ConversionRequest request,
            Workspace inOrder,
            Workspace sorting,
            int shards,
            Optional<ShardRunner> elsewhere,
            Supervision supervision) {
        try (BgzfInflaters inflaters = inflaters()) {
            Optional<DatasetMetadata> published = inOrder.published().or(sorting::published);
            if (published.isPresent()) {
                return done(inOrder, published.get(), 0);
            }
            SourceHead head = head(request, inflaters);
            // An earlier run may have found that the source is to be sorted.
            Optional<ConversionPlan> toSort = sorting.plan();
            if (toSort.isEmpty()) {
                ConversionPlan plan = planned(request, inOrder, head, inflaters, shards);
                try {
                    return convert(request, inOrder, plan, head, inflaters, elsewhere, supervision);
                } catch (ReadsException e) {
                    if (!ShardConversion.isOutOfOrder(e)) {
                        throw e;
                    }
                }
                if (!request.options().sort()) {
                    throw ReadsException.invalidInput(
                            "options.sort",
                            "the records are not in coordinate order, and sorting them is not permitted");
                }
                toSort = Optional.of(sorting.agree(plan(sorting, plan.replaces(), head, inflaters, 1)));
                inOrder.removeAll();
            }
            return convert(request, sorting, toSort.get(), head, inflaters, elsewhere, supervision);
        }
    }

    /** Converts all shards of a plan, in this thread or elsewhere, and publishes. */
    private ConversionResult convert(
            ConversionRequest request,
            Workspace workspace,
            ConversionPlan plan,
            SourceHead head,
            BgzfInflaters inflaters,
            Optional<ShardRunner> elsewhere,
            Supervision supervision) {
        workspace.life().give();
        List<Made> made = new ArrayList<>();
        if (elsewhere.isPresent()) {
            elsewhere.get().run(request, plan, supervision);
            plan.shards().forEach(shard -> made.add(new Made(stored(request, workspace, shard), 0)));
        } else if (plan.sorting()) {
            made.add(sort(request, workspace, head, supervision, inflaters));
        } else {
            ShardSum sum = new ShardSum(plan, supervision.listener());
            for (Shard shard : plan.shards()) {
                Supervision own = new Supervision(
                        progress -> sum.progressed(shard, progress), supervision.control(), supervision.fence());
                Made ended = inOrder(request, workspace, shard, head, own, inflaters);
                sum.ended(result(shard, ended));
                made.add(ended);
            }
        }
        return publish(request, workspace, plan, head, made, supervision);
    }

    /** All chunks of a shard, and how many of them this run has made. */
    private record Made(List<ChunkReceipt> receipts, int made) {}

    private static ShardResult result(Shard shard, Made made) {
        long stored = made.receipts().stream()
                .mapToLong(receipt -> receipt.chunk().length())
                .sum();
        return new ShardResult(shard, made.receipts().size(), made.made(), digest(made.receipts()), stored);
    }

    private Made inOrder(
            ConversionRequest request,
            Workspace workspace,
            Shard shard,
            SourceHead head,
            Supervision supervision,
            BgzfInflaters inflaters) {
        ShardConversion conversion =
                new ShardConversion(head, workspace, request.options(), supervision, inflaters, cpu, waiting);
        return new Made(conversion.run(shard), conversion.made());
    }

    private Made sort(
            ConversionRequest request,
            Workspace workspace,
            SourceHead head,
            Supervision supervision,
            BgzfInflaters inflaters) {
        ProgressMeter meter = new ProgressMeter(
                supervision.listener(), workspace.life(), 0, request.source().size());
        ConversionOptions options = request.options();
        ExternalSort.checkRoom(head, options.temporary());
        try (BgzfDeflaters deflaters =
                        new BgzfDeflaters(SPILL_LEVEL, Runtime.getRuntime().availableProcessors());
                SourceFile file = SourceFile.open(head, inflaters, cpu, waiting);
                ShardWriter writer =
                        new ShardWriter(workspace, options.sizing(), 0, DatasetLayout.MAX_CHUNKS, waiting);
                Conversion pass = new Conversion(file, writer, options, meter, supervision, cpu)) {
            List<ChunkReceipt> receipts = pass.convertUnsorted(inflaters, deflaters);
            return new Made(receipts, receipts.size());
        }
    }

    /** Receipts of a shard that was converted elsewhere; that its chunks are all there is checked by them. */
    private static List<ChunkReceipt> stored(ConversionRequest request, Workspace workspace, Shard shard) {
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
    private ConversionResult publish(
            ConversionRequest request,
            Workspace workspace,
            ConversionPlan plan,
            SourceHead head,
            List<Made> made,
            Supervision supervision) {
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
                object.name(),
                OptionalLong.of(object.size()),
                Optional.of(object.etag().value()),
                head.format().name(),
                head.header().sortOrder(),
                plan.sorting());
        PutCondition condition = plan.replaces()
                .map(etag -> PutCondition.ifMatch(new ETag(etag)))
                .orElse(PutCondition.ifAbsent());
        return done(
                workspace,
                publication.publish(described, condition, supervision),
                made.stream().mapToInt(Made::made).sum());
    }

    private static ConversionResult done(Workspace workspace, DatasetMetadata published, int made) {
        workspace.removeDocuments();
        return new ConversionResult(published, made, published.chunks().count() - made);
    }

    private static ConversionPlan planned(
            ConversionRequest request, Workspace workspace, SourceHead head, BgzfInflaters inflaters, int shards) {
        return workspace.plan().orElseGet(() -> {
            Optional<ETag> replaced =
                    workspace.commit().replaceable(request.options().replace());
            return workspace.agree(plan(workspace, replaced.map(ETag::value), head, inflaters, shards));
        });
    }

    private static ConversionPlan plan(
            Workspace workspace, Optional<String> replaces, SourceHead head, BgzfInflaters inflaters, int shards) {
        return new ConversionPlan(
                workspace.generation(),
                workspace.uuid(),
                workspace.request(),
                replaces,
                new ShardPlanner(head, inflaters).shards(shards),
                workspace.isSorting());
    }

    private record Planned(Workspace workspace, ConversionPlan plan) {}

    /** The plan that holds: of sorting, once that was found to be needed. */
    private Planned existingPlan(ConversionRequest request) {
        for (boolean sorting : new boolean[] {true, false}) {
            Workspace workspace = workspace(request, sorting);
            Optional<ConversionPlan> plan = workspace.plan();
            if (plan.isPresent()) {
                return new Planned(workspace, plan.get());
            }
        }
        throw ReadsException.about(
                ErrorKind.NOT_FOUND,
                request.destination().toString(),
                "no plan of this conversion is stored: it was not made, or the source, the options or the "
                        + "program are other ones now, or the conversion has ended");
    }

    private static Shard shard(ConversionPlan plan, int number) {
        if (number < 0 || number >= plan.shards().size()) {
            throw ReadsException.invalidInput(
                    "shard", number + " of " + plan.shards().size());
        }
        return plan.shards().get(number);
    }

    private SourceHead head(ConversionRequest request, BgzfInflaters inflaters) {
        return SourceHead.read(request.source(), request.options().source(), inflaters, cpu, waiting);
    }

    private Workspace workspace(ConversionRequest request, boolean sorting) {
        return Workspace.of(program, request, sorting, waiting);
    }

    private static BgzfInflaters inflaters() {
        return new BgzfInflaters(Runtime.getRuntime().availableProcessors());
    }
}
