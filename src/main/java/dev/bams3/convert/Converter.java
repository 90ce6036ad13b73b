package dev.bams3.convert;

import dev.bams3.bams3.DatasetLayout;
import dev.bams3.bams3.DatasetMetadata;
import dev.bams3.bams3.DatasetMetadata.Source;
import dev.bams3.bams3.StreamDigest;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.ETag;
import dev.bams3.storage.PutCondition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.function.Predicate;
import java.util.function.Supplier;

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
    /** Longest BAM record that is accepted, bytes. */
    static final int MAX_RECORD_LENGTH = 256 << 20;

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
        return removingAfter(request, supervision, failure -> true).metadata();
    }

    /**
     * Converts under supervision. A run that goes on with an earlier one of the same request makes only the chunks that are
     * not finished yet; if the dataset was published already, nothing. Sources that are not BAM, or have to be sorted, begin
     * anew. Where {@link #plan} cut the source, the shards are converted one after the other.
     *
     * <p>After a failure that will not go away (INVALID_INPUT, CORRUPT, TOO_LARGE, UNSUPPORTED_VERSION, CHANGED) and after
     * {@link ConversionControl#cancel} all that the conversion has made is removed, by any of its runs, if the fence lets it
     * and no commit of this run may be on its way; after any other, finished chunks stay for the next run.
     *
     * @throws dev.bams3.error.ReadsException as for {@link #convert(SourceObject, DatasetLocation, ConversionOptions,
     *     Progress.Listener)}, and what the fence throws
     */
    public ConversionResult convert(ConversionRequest request, Supervision supervision) {
        return removingAfter(request, supervision, failure -> isFinal(failure, supervision));
    }

    /**
     * Cuts a source into shards, for conversion by several workers, and stores the plan. A request has one plan: if there is
     * one, whatever its number of shards, that is given.
     *
     * @param shards how many are wanted, 1 or more; fewer come back for small sources, one for those that are not BAM
     */
    public ConversionPlan plan(ConversionRequest request, int shards, Supervision supervision) {
        return supervision.control().during(() -> {
            try (BgzfInflaters inflaters = inflaters()) {
                Workspace workspace = workspace(request, false);
                return planned(request, workspace, inflaters, () -> head(request, inflaters), shards);
            }
        });
    }

    /**
     * Converts one shard of a plan; chunks that an earlier run has finished are kept. May run at the same time as other
     * shards, anywhere. Nothing is removed after a failure.
     *
     * @param shard its number
     * @throws dev.bams3.error.ReadsException INVALID_INPUT with the field {@code order} when the records are not in
     *     coordinate order: such a source is converted as one, by {@link #convert(ConversionRequest, Supervision)} of a
     *     request with another key; NOT_FOUND without a plan; else as for that
     */
    public ShardResult convertShard(ConversionRequest request, int shard, Supervision supervision) {
        return supervision.control().during(() -> {
            Workspace workspace = workspace(request, false);
            Shard part = shard(existingPlan(request, workspace), shard);
            Optional<ShardResult> done = workspace.result(part);
            if (done.isPresent()) {
                return done.get();
            }
            try (BgzfInflaters inflaters = inflaters()) {
                workspace.life().give();
                ShardConversion conversion =
                        shardConversion(head(request, inflaters), workspace, request, supervision, inflaters);
                List<ChunkReceipt> receipts = conversion.run(part).orElseThrow(() -> outOfOrder(request));
                StreamDigest digest = StreamDigest.EMPTY;
                long stored = 0;
                for (ChunkReceipt receipt : receipts) {
                    digest = digest.then(receipt.digest());
                    stored += receipt.chunk().length();
                }
                ShardResult result = new ShardResult(part, receipts.size(), conversion.made(), digest, stored);
                supervision.fence().check();
                workspace.store(result);
                return result;
            }
        });
    }

    /**
     * Publishes the dataset of all shards of a plan. No chunk is read or written: that the chunks are there, follow one
     * another without a gap in the source and in coordinate order is checked by their receipts.
     *
     * @throws dev.bams3.error.ReadsException NOT_FOUND without a plan, or naming a shard that is not finished; CORRUPT when
     *     the shards do not fit together; else as for {@link #convert(ConversionRequest, Supervision)}
     */
    public ConversionResult merge(ConversionRequest request, Supervision supervision) {
        return supervision.control().during(() -> {
            Workspace workspace = workspace(request, false);
            Optional<DatasetMetadata> published = workspace.published();
            if (published.isPresent()) {
                return done(workspace, published.get(), 0);
            }
            ConversionPlan plan = existingPlan(request, workspace);
            try (BgzfInflaters inflaters = inflaters()) {
                workspace.life().give();
                SourceHead head = head(request, inflaters);
                Publication publication = new Publication(workspace, program, head.header());
                for (Shard shard : plan.shards()) {
                    ShardResult result = workspace.result(shard).orElseThrow(() -> notConverted(request, shard));
                    int end = shard.firstChunk() + result.chunks();
                    publication.addShard(
                            workspace.receipts(shard).stream()
                                    .filter(receipt -> receipt.chunk().number() < end)
                                    .toList(),
                            shard);
                }
                publication.requireWhole(plan, head);
                return publish(request, workspace, plan, head, publication, supervision, false, 0);
            }
        });
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
            ConversionRequest request, Supervision supervision, Predicate<RuntimeException> isFinal) {
        Workspace inOrder = workspace(request, false);
        Workspace sorting = workspace(request, true);
        try {
            return supervision.control().during(() -> convertAll(request, inOrder, sorting, supervision));
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
            case INVALID_INPUT, CORRUPT, TOO_LARGE, UNSUPPORTED_VERSION, CHANGED -> true;
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
            ConversionRequest request, Workspace inOrder, Workspace sorting, Supervision supervision) {
        try (BgzfInflaters inflaters = inflaters()) {
            Optional<DatasetMetadata> published = inOrder.published().or(sorting::published);
            if (published.isPresent()) {
                return done(inOrder, published.get(), 0);
            }
            SourceHead head = head(request, inflaters);
            ConversionPlan plan = planned(request, inOrder, inflaters, () -> head, 1);
            inOrder.life().give();
            Optional<ConversionResult> result = inOrder(request, inOrder, plan, head, supervision, inflaters);
            if (result.isPresent()) {
                return result.get();
            }
            inOrder.removeAll();
            return sorted(request, sorting, plan, head, supervision, inflaters);
        }
    }

    private Optional<ConversionResult> inOrder(
            ConversionRequest request,
            Workspace workspace,
            ConversionPlan plan,
            SourceHead head,
            Supervision supervision,
            BgzfInflaters inflaters) {
        Publication publication = new Publication(workspace, program, head.header());
        ShardConversion conversion = shardConversion(head, workspace, request, supervision, inflaters);
        for (Shard shard : plan.shards()) {
            Optional<List<ChunkReceipt>> receipts = conversion.run(shard);
            if (receipts.isEmpty()) {
                return Optional.empty();
            }
            if (head.isSeekable()) {
                publication.addShard(receipts.get(), shard);
            } else {
                receipts.get().forEach(publication::add);
            }
        }
        publication.requireWhole(plan, head);
        int made = conversion.made();
        return Optional.of(publish(request, workspace, plan, head, publication, supervision, false, made));
    }

    private ConversionResult sorted(
            ConversionRequest request,
            Workspace workspace,
            ConversionPlan plan,
            SourceHead head,
            Supervision supervision,
            BgzfInflaters inflaters) {
        workspace.life().give();
        SamHeader header = head.header().sortedByCoordinate();
        Publication publication = new Publication(workspace, program, header);
        ProgressMeter meter = new ProgressMeter(
                supervision.listener(), workspace.life(), 0, request.source().size());
        ConversionOptions options = request.options();
        List<ChunkReceipt> receipts;
        try (BgzfDeflaters deflaters =
                        new BgzfDeflaters(SPILL_LEVEL, Runtime.getRuntime().availableProcessors());
                SourceFile file = SourceFile.open(head, inflaters, cpu, waiting);
                ShardWriter writer =
                        new ShardWriter(workspace, options.sizing(), 0, DatasetLayout.MAX_CHUNKS, waiting);
                Conversion pass = new Conversion(file, writer, options, meter, supervision, cpu)) {
            receipts = pass.convertUnsorted(inflaters, deflaters);
        }
        receipts.forEach(publication::add);
        return publish(request, workspace, plan, head, publication, supervision, true, receipts.size());
    }

    private ConversionResult publish(
            ConversionRequest request,
            Workspace workspace,
            ConversionPlan plan,
            SourceHead head,
            Publication publication,
            Supervision supervision,
            boolean sorted,
            int made) {
        SourceObject object = request.source();
        Source described = new Source(
                object.name(),
                OptionalLong.of(object.size()),
                Optional.of(object.etag().value()),
                head.format().name(),
                head.header().sortOrder(),
                sorted);
        PutCondition condition = plan.replaces()
                .map(etag -> PutCondition.ifMatch(new ETag(etag)))
                .orElse(PutCondition.ifAbsent());
        return done(workspace, publication.publish(described, condition, supervision), made);
    }

    private static ConversionResult done(Workspace workspace, DatasetMetadata published, int made) {
        workspace.removeDocuments();
        return new ConversionResult(published, made, published.chunks().count() - made);
    }

    private ConversionPlan planned(
            ConversionRequest request,
            Workspace workspace,
            BgzfInflaters inflaters,
            Supplier<SourceHead> head,
            int shards) {
        return workspace.plan().orElseGet(() -> {
            Optional<ETag> replaced =
                    workspace.commit().replaceable(request.options().replace());
            return workspace.agree(new ConversionPlan(
                    workspace.generation(),
                    workspace.uuid(),
                    workspace.request(),
                    replaced.map(ETag::value),
                    new ShardPlanner(head.get(), inflaters).shards(shards)));
        });
    }

    private static ConversionPlan existingPlan(ConversionRequest request, Workspace workspace) {
        return workspace
                .plan()
                .orElseThrow(() -> ReadsException.about(
                        ErrorKind.NOT_FOUND,
                        request.destination().toString(),
                        "no plan of this conversion is stored: it was not made, or the source, the options or the "
                                + "program are other ones now, or the conversion has ended"));
    }

    private static Shard shard(ConversionPlan plan, int number) {
        if (number < 0 || number >= plan.shards().size()) {
            throw ReadsException.invalidInput(
                    "shard", number + " of " + plan.shards().size());
        }
        return plan.shards().get(number);
    }

    private static ReadsException notConverted(ConversionRequest request, Shard shard) {
        return ReadsException.about(
                ErrorKind.NOT_FOUND,
                request.destination().toString(),
                "shard " + shard.number() + " is not converted; nothing was published");
    }

    private static ReadsException outOfOrder(ConversionRequest request) {
        return ReadsException.invalidInput(
                        "order", "its records are not in coordinate order, so it cannot be converted in parts")
                .in(request.source().name());
    }

    private ShardConversion shardConversion(
            SourceHead head,
            Workspace workspace,
            ConversionRequest request,
            Supervision supervision,
            BgzfInflaters inflaters) {
        return new ShardConversion(head, workspace, request.options(), supervision, inflaters, cpu, waiting);
    }

    private SourceHead head(ConversionRequest request, BgzfInflaters inflaters) {
        return SourceHead.read(request.source(), request.options(), inflaters, cpu, waiting);
    }

    private Workspace workspace(ConversionRequest request, boolean sorting) {
        return Workspace.of(program, request, sorting, waiting);
    }

    private static BgzfInflaters inflaters() {
        return new BgzfInflaters(Runtime.getRuntime().availableProcessors());
    }
}
