package dev.bams3.convert;

import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.source.SourceObject;
import java.time.Instant;
import java.util.Optional;
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
 * core), 128 MiB of blocks being encoded and checked, 100 MB of chunks being gathered and uploaded, 100 bytes for each block
 * (60 MB for a human genome at 30x), and the sort memory if the source is unsorted.
 *
 * <p>Safe for use by many threads; a conversion occupies the thread that calls it and can be cancelled by interrupting that.
 */
public final class Converter {
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
        return removingAfter(request, supervision, 1, Optional.empty(), _ -> true)
                .metadata();
    }

    /**
     * Converts under supervision, in this process. A run that goes on with an earlier one of the same request makes only the
     * chunks that are not finished yet; if the dataset was published already, nothing. Sources that are not BAM, or have to
     * be sorted, start over.
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
     * @param shards how many are wanted, 1 or more; fewer are made of small sources, one of SAM and of a CRAM without index
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
            Workspaces workspaces = workspaces(request);
            ConversionPlan plan = workspaces.plan().orElseThrow(() -> noPlan(request));
            Workspace workspace = workspaces.of(plan);
            Shard part = plan.shard(shard);
            Optional<ShardResult> done = workspace.result(part);
            if (done.isPresent()) {
                return done.get();
            }
            workspace.life().give();
            try (ConversionRun run = new ConversionRun(request, workspaces, program, supervision, cpu, waiting)) {
                return run.convertShard(plan, part);
            }
        });
    }

    private static ReadsException noPlan(ConversionRequest request) {
        return ReadsException.about(
                ErrorKind.NOT_FOUND,
                request.destination().toString(),
                "no plan of this conversion is stored: it was not made, or the source, the options or the "
                        + "program are other ones now, or the conversion has ended");
    }

    /** Returns a view of what the shards of a plan have stored, wherever they run. */
    public ShardWatch watch(ConversionRequest request, ConversionPlan plan) {
        return new ShardWatch(workspaces(request).of(plan), plan);
    }

    /** Removes everything that the runs of a request have made, unless it was published; for one cancelled while none runs. */
    public void abandon(ConversionRequest request) {
        workspaces(request).removeAll();
    }

    private Workspaces workspaces(ConversionRequest request) {
        return Workspaces.of(program, request, waiting);
    }

    private ConversionResult removingAfter(
            ConversionRequest request,
            Supervision supervision,
            int shards,
            Optional<ShardRunner> elsewhere,
            Predicate<RuntimeException> isFinal) {
        Workspaces workspaces = workspaces(request);
        try {
            return supervision.control().during(() -> {
                Optional<DatasetMetadata> published = workspaces.published();
                if (published.isPresent()) {
                    return workspaces.inOrder().finished(published.get(), 0);
                }
                try (ConversionRun run = new ConversionRun(request, workspaces, program, supervision, cpu, waiting)) {
                    return run.convert(shards, elsewhere);
                }
            });
        } catch (RuntimeException e) {
            if (isFinal.test(e) && mayRemove(supervision.fence(), e)) {
                // These workspaces, which know whether a commit was tried.
                workspaces.removeAll();
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
}
