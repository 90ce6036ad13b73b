package dev.bams3.query;

import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.encode.AnswerWriter;
import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.OutputBuffer;
import dev.bams3.encode.ReadFormat;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.fetch.ChunkObjects;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.plan.ReadPlan;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.SamHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntConsumer;

/**
 * One request's life: the dataset pinned to one generation, and the plan. Nothing is read from chunk objects before
 * {@link #writeTo}. Used by one thread. A ticket and its data come from the same plan: a {@link Slice} of it gives the same
 * bytes whenever it is written, so slices written one after the other are the whole answer.
 */
public final class OpenRead extends ReadsAnswer {
    private final OpenDataset dataset;
    private final ReadPlan plan;
    private final ViewedDataset view;
    private Optional<SamHeader> header = Optional.empty();

    OpenRead(OpenDataset dataset, ReadPlan plan, ViewedDataset view, ReadEngine engine) {
        super(engine);
        this.dataset = dataset;
        this.plan = plan;
        this.view = view;
    }

    @Override
    public String generation() {
        return metadata().generation();
    }

    /** The place is part of it, because two copies of a dataset may have been damaged differently. */
    private record HeaderKey(DatasetLocation location, String generation, UUID uuid) {}

    @Override
    public Object headerKey() {
        return new HeaderKey(location(), generation(), metadata().uuid());
    }

    public DatasetMetadata metadata() {
        return dataset.metadata();
    }

    public DatasetLocation location() {
        return dataset.location();
    }

    /**
     * The header as it is served, read (or from the cache) when first asked for: the source's text, verbatim but for the
     * sort order of a source that had to be sorted.
     */
    @Override
    public SamHeader header() {
        if (header.isEmpty()) {
            header = Optional.of(header(dataset));
        }
        return header.get();
    }

    static SamHeader header(OpenDataset dataset) {
        SamHeader source = dataset.header();
        return dataset.metadata().source().sortedOnConversion() ? source.sortedByCoordinate() : source;
    }

    /** Returns the plan, with its numbers of GETs, blocks, bytes and records. */
    public ReadPlan plan() {
        return plan;
    }

    /** What {@link #writeTo} will read of the plan at most: with a limit, no more than the blocks that surely have so many. */
    public ReadPlan expectedPlan() {
        return enough(plan);
    }

    /** Key of the chunk object that a range of the plan lies in. */
    public String chunkObject(int chunk) {
        return dataset.chunkName(chunk);
    }

    /** Records of the answer as far as the index tells; criteria, about which it tells nothing, only make them fewer. */
    public long estimatedRecords() {
        return Math.min(view.limit(), expectedPlan().estimatedRecords());
    }

    /** Whether {@link #estimatedRecords} is no estimate. */
    public boolean isCountedByPlan() {
        ReadPlan expected = expectedPlan();
        return !view.filters() && expected.wholeBlocks() == expected.blocks().size();
    }

    /** BAM at level 1 is 2 to 3 times what a block stores (from 0.07 to 0.5 of the records), and at most the records. */
    static long estimatedBamBytes(PlannedBlock block, int level) {
        long raw = block.estimatedRawBytes();
        if (level == 0) {
            return Math.max(1, raw);
        }
        double storedShare =
                block.entry().storedLength() / (double) block.entry().rawLength();
        return Math.max(1, Math.round(raw * Math.min(1, 3 * storedShare)));
    }

    @Override
    int pieces() {
        return plan.blocks().size();
    }

    @Override
    long estimatedBamBytes(int piece) {
        return estimatedBamBytes(plan.blocks().get(piece), level());
    }

    @Override
    long work(int piece) {
        return plan.blocks().get(piece).entry().rawLength();
    }

    @Override
    boolean surelyHasRecords(int piece) {
        return plan.blocks().get(piece).surelyHasRecords();
    }

    @Override
    boolean isFiltered() {
        return view.filters();
    }

    /**
     * Writes the records as BAM has them, uncompressed, without header and terminator.
     *
     * @param before called with the index in the plan of each block before its records are written
     * @throws IOException only when {@code out} throws it: the client went away
     */
    public ReadTotals writeRecords(OutputStream out, IntConsumer before) throws IOException {
        int[] next = {0};
        return write(
                new Records(),
                view,
                new Part(false, 0, Integer.MAX_VALUE, false),
                1,
                out,
                _ -> before.accept(next[0]++));
    }

    @Override
    ReadTotals write(ReadFormat format, Part part, OutputStream out, IntConsumer blockBytes) throws IOException {
        // Records need only the references, which are here; the text may be another GET.
        SamHeader needed = part.header() ? header() : new SamHeader(new byte[0], dataset.references());
        RecordEncoder encoder =
                RecordEncoder.of(format, needed, view.columns(), writesEndLine(), List.of(), deflaters());
        ViewedDataset viewed = format.isTable() ? view.lookingAt(view.columns().ofTable()) : view;
        return write(encoder, viewed, part, expansion(format), out, blockBytes);
    }

    private ReadTotals write(
            RecordEncoder encoder,
            ViewedDataset viewed,
            Part part,
            int expansion,
            OutputStream out,
            IntConsumer blockBytes)
            throws IOException {
        int first = Math.min(part.firstBlock(), plan.blocks().size());
        ReadPlan wanted =
                plan.slice(first, Math.min(part.blocks(), plan.blocks().size() - first));
        CountedOutput counted = new CountedOutput(out);
        AnswerWriter writer = new AnswerWriter(counted, encoder);
        // The first block is there, checked, before the first byte leaves: a failure until then is an error answer.
        boolean headerIsDue = part.header();
        long records = 0;
        long scanned = 0;
        try (EncodedBlocks blocks =
                new EncodedBlocks(engine(), enough(wanted), chunks(), viewed, encoder, expansion, watch())) {
            while (records < view.limit() && blocks.hasNext()) {
                try (AnswerBlock whole = blocks.next()) {
                    AnswerBlock block = whole.records() <= view.limit() - records
                            ? whole
                            : whole.first((int) (view.limit() - records), encoder);
                    if (headerIsDue) {
                        writer.header();
                        headerIsDue = false;
                    }
                    blockBytes.accept(block.length());
                    for (EncodedBytes piece : block.pieces()) {
                        writer.block(piece);
                    }
                    records += block.records();
                    scanned += block.scanned();
                }
            }
            if (headerIsDue) {
                writer.header();
            }
            if (part.end()) {
                writer.end(records);
            }
            return new ReadTotals(records, scanned, counted.bytes(), blocks.bytesFetched(), blocks.gets());
        }
    }

    private ReadPlan enough(ReadPlan wanted) {
        return view.filters() ? wanted : wanted.first(view.limit());
    }

    @Override
    public ReadTotals count() {
        long whole = 0;
        for (PlannedBlock block : plan.blocks()) {
            whole += block.isWhole() && !view.filters() ? block.entry().records() : 0;
        }
        ReadPlan counted = view.filters() ? plan : plan.filteredBlocks();
        return look(counted, view.lookingAt(RecordColumns.NONE), new NoBytes(), whole);
    }

    /** Stored bytes that the whole answer reads. */
    public long storedBytes() {
        return plan.fetchedBytes();
    }

    /**
     * Exact depth of the answer's records.
     *
     * @param bins of the one region that was selected
     */
    public Coverage coverage(Bins bins) {
        DepthCounter counter = new DepthCounter(bins);
        ReadTotals totals = look(plan, view.lookingAt(DepthCounter.COLUMNS), counter, 0);
        return new Coverage(
                bins,
                counter.bases(),
                DepthSource.RECORDS,
                Optional.empty(),
                totals.records(),
                totals.gets(),
                totals.bytesFetched());
    }

    /** Shows all records, as far as depth needs their columns, to an encoder that makes no bytes of them. */
    void show(RecordEncoder encoder) {
        var _ = look(plan, view.lookingAt(DepthCounter.COLUMNS), encoder, 0);
    }

    /** Depth of the same region as far as the index tells; no chunk object is read. */
    public Coverage estimatedCoverage(Bins bins) {
        long records = 0;
        for (PlannedBlock block : plan.blocks()) {
            records += block.entry().records();
        }
        double[] bases = IndexDepth.bases(plan.blocks(), bins, dataset.references());
        return new Coverage(bins, bases, DepthSource.INDEX, Optional.empty(), records, 0, 0);
    }

    /** Shows the records of some blocks to an encoder that makes no bytes of them, until the limit is reached. */
    private ReadTotals look(ReadPlan some, ViewedDataset viewed, RecordEncoder encoder, long recordsElsewhere) {
        long records = recordsElsewhere;
        long scanned = 0;
        try (EncodedBlocks blocks = new EncodedBlocks(engine(), some, chunks(), viewed, encoder, 0, watch())) {
            while (records < view.limit() && blocks.hasNext()) {
                try (AnswerBlock block = blocks.next()) {
                    records += block.records();
                    scanned += block.scanned();
                }
            }
            return new ReadTotals(Math.min(records, view.limit()), scanned, 0, blocks.bytesFetched(), blocks.gets());
        }
    }

    @Override
    boolean isLimited() {
        return view.isLimited();
    }

    private ChunkObjects chunks() {
        return chunks(dataset);
    }

    static ChunkObjects chunks(OpenDataset dataset) {
        return new ChunkObjects(dataset.store(), dataset::chunkKey, dataset::isOutdated, dataset.damage());
    }

    private static final EncodedBytes NONE = new EncodedBytes(new byte[0], 0);

    /** The form of an answer that is the records as they are. */
    private static final class Records implements RecordEncoder {
        @Override
        public EncodedBytes header() {
            return NONE;
        }

        @Override
        public void block(byte[] records, int offset, int length, OutputBuffer out) {
            out.put(records, offset, length);
        }

        @Override
        public EncodedBytes end(long records) {
            return NONE;
        }
    }

    /** The form of an answer that only counts. */
    private static final class NoBytes implements RecordEncoder {
        @Override
        public EncodedBytes header() {
            return NONE;
        }

        @Override
        public void block(byte[] records, int offset, int length, OutputBuffer out) {}

        @Override
        public EncodedBytes end(long records) {
            return NONE;
        }
    }

    /**
     * Consecutive blocks of a plan.
     *
     * @param firstBlock index of the first in the plan
     * @param blocks how many, 1 or more
     * @param estimatedBytes of BAM
     */
    public record Slice(int firstBlock, int blocks, long estimatedBytes) {}

    /**
     * Which pieces of the document to write.
     *
     * @param header whether the header comes first
     * @param firstBlock index in the plan of the first block to write
     * @param blocks how many blocks; {@code Integer.MAX_VALUE} for all from there
     * @param end whether the terminator comes last
     */
    public record Part(boolean header, int firstBlock, int blocks, boolean end) {
        /** Header, every block, terminator. */
        public static final Part WHOLE = new Part(true, 0, Integer.MAX_VALUE, true);

        /** Header and terminator, no records. */
        public static final Part HEADER = new Part(true, 0, 0, true);

        public Part {
            if (firstBlock < 0 || blocks < 0) {
                throw new IllegalArgumentException("not a part: " + blocks + " blocks from " + firstBlock);
            }
        }
    }
}
