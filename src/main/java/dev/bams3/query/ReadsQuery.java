package dev.bams3.query;

import dev.bams3.cohort.OpenCohort;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.flow.ByteBudget;
import dev.bams3.flow.FairTurns;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.StretchList;
import dev.bams3.plan.RangeRules;
import dev.bams3.plan.ReadPlan;
import dev.bams3.plan.ReadPlanner;
import dev.bams3.plan.Targets;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordView;
import dev.bams3.sam.SamHeader;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * The read use case: plans a selection of an open dataset and hands out the request's one object. Safe for use by many
 * threads.
 *
 * <p>Memory of a request: stored bytes up to {@link dev.bams3.fetch.FetchLimits#readAhead}, encoded blocks up to {@link
 * QueryLimits#blocksInFlight}, and its plan (about 30 bytes a block). Memory of the process, whatever the number of
 * requests: {@link dev.bams3.fetch.FetchLimits#bytes} of stored bytes, {@link QueryLimits#encodedBytes} of encoded blocks,
 * {@link QueryLimits#mergedBytes} of records of cohorts, and one block, uncompressed and encoded, with a decoder for each thread that decodes. Short of memory, requests go on with
 * less in flight, in turn.
 */
public final class ReadsQuery implements AutoCloseable {
    private final ReadPlanner planner = new ReadPlanner(RangeRules.DEFAULT);
    private final ReadEngine engine;

    /**
     * @param fetcher stays the caller's
     * @param cpu threads that decode and encode, as many as cores; requests take turns on them; stays the caller's
     * @param compression stay the caller's
     */
    public ReadsQuery(ChunkFetcher fetcher, ExecutorService cpu, BamCompression compression, QueryLimits limits) {
        ByteBudget encoded = new ByteBudget(
                limits.encodedBytes(), limits.encodedBytes() / 4, limits.encodedBytes() / 8, fetcher.room());
        engine = new ReadEngine(
                fetcher,
                new FairTurns(cpu),
                new ScratchPool(4L * limits.maxBlockBytes()),
                compression,
                encoded,
                new ByteBudget(limits.mergedBytes(), 0, 0, fetcher.room()),
                limits.blocksInFlight(),
                new WorkTimes(),
                limits.maxBlockBytes());
    }

    /** Time that blocks took. */
    public WorkTimes times() {
        return engine.times();
    }

    /** Blocks that wait for a thread. */
    public int blocksWaiting() {
        return engine.cpu().waiting();
    }

    /**
     * Plans a request. No chunk object is touched.
     *
     * @throws dev.bams3.error.ReadsException NOT_FOUND (field `referenceName`) for an unknown reference name
     */
    public OpenRead open(OpenDataset dataset, ReadSelection selection) {
        return open(dataset, selection, RecordView.ALL);
    }

    /**
     * The same for some of the records, or some columns of them.
     *
     * @throws dev.bams3.error.ReadsException NOT_FOUND (field `referenceName`, `bams3.readGroup` or `bams3.sample`) for a name that the
     *     header does not have
     */
    public OpenRead open(OpenDataset dataset, ReadSelection selection, RecordView view) {
        ViewedDataset concrete = new ViewedDataset(view, dataset, selection instanceof ReadSelection.Regions);
        Targets targets = Targets.of(dataset.references(), selection);
        StretchList<BlockEntry> blocks = dataset.blocks(ReadPlanner.pages(targets, dataset.pages()));
        ReadPlan plan =
                planner.plan(targets, blocks, dataset.metadata().blocks().count());
        return new OpenRead(dataset, plan, concrete, engine);
    }

    /**
     * Plans a request for some records of a cohort. No chunk object is touched.
     *
     * @param watch asks several times a second whether the answer is still wanted
     * @throws dev.bams3.error.ReadsException NOT_FOUND for a name that no member has; what a member's index fails with, naming the
     *     member; TOO_LARGE for too many blocks
     */
    public CohortRead open(OpenCohort cohort, ReadSelection selection, RecordView view, Runnable watch) {
        CohortPlanner plans = new CohortPlanner(cohort, selection, view);
        return new CohortRead(cohort, plans.parts(planner, watch), view, engine);
    }

    /**
     * Opens all records of some blocks. No chunk object is touched.
     *
     * @param blocks of the dataset, in file order
     */
    public OpenRead open(OpenDataset dataset, List<BlockEntry> blocks) {
        ViewedDataset everything = new ViewedDataset(RecordView.ALL, dataset, false);
        return new OpenRead(dataset, planner.plan(blocks), everything, engine);
    }

    /** The header of a dataset as {@link OpenRead#header} has it. At most one GET. */
    public SamHeader header(OpenDataset dataset) {
        return OpenRead.header(dataset);
    }

    /** Bytes of encoded blocks held now. */
    public long encodedBytesHeld() {
        return engine.encoded().bytesTotal() - engine.encoded().bytesFree();
    }

    /** Bytes of records of cohorts held now. */
    public long mergedBytesHeld() {
        return engine.merging().bytesTotal() - engine.merging().bytesFree();
    }

    /** After the last request. */
    @Override
    public void close() {
        engine.scratch().close();
    }
}
