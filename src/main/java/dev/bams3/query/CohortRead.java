package dev.bams3.query;

import dev.bams3.cohort.MemberFailures;
import dev.bams3.cohort.OpenCohort;
import dev.bams3.encode.AnswerWriter;
import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.ReadFormat;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.ByteBudget;
import dev.bams3.flow.LimitedThreads;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.plan.PlannedBlock;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.sam.RecordView;
import dev.bams3.sam.SamHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A request for reads of a cohort: the records of all members in one coordinate order, in as much memory for many members as
 * for few. A piece of the answer is a stretch of places.
 */
public final class CohortRead extends ReadsAnswer {
    /** Members of which something is read or counted at the same time. */
    private static final int TOGETHER = 32;

    /** Batches that are being encoded, or wait to be written. */
    private static final int BATCHES = 8;

    /** Copies of a batch while it is encoded and waits: its records, and text of JSON. */
    private static final int COPIES = 5;

    /** Bytes of two loads from which on a member's next one is read ahead. */
    private static final int READ_AHEAD_FROM = 128 << 10;

    private static final int LEAST_LOAD = 4 << 10;

    private final OpenCohort cohort;
    private final List<CohortPart> parts;
    private final RecordView view;
    private final CohortPieces pieces;
    private List<String> leftOut = List.of();

    CohortRead(OpenCohort cohort, List<CohortPart> parts, RecordView view, ReadEngine engine) {
        super(engine);
        this.cohort = cohort;
        this.parts = parts;
        this.view = view;
        pieces = new CohortPieces(parts);
    }

    /** A member's share of a count or a plan. */
    public record MemberTotals(String id, String generation, ReadTotals totals) {}

    /** A member's plan in figures. */
    public record MemberPlan(
            String id, String generation, long estimatedRecords, int blocks, int gets, long bytesFetched) {}

    /** Has the header say which members were left out. */
    public void leaveOut(List<String> ids) {
        leftOut = List.copyOf(ids);
    }

    @Override
    public String generation() {
        return cohort.identity();
    }

    @Override
    public Object headerKey() {
        return List.of(cohort.identity(), leftOut);
    }

    @Override
    public SamHeader header() {
        return leftOut.isEmpty()
                ? cohort.header()
                : cohort.header()
                        .withComments(
                                leftOut.stream().map(id -> "leftOut=" + id).toList());
    }

    @Override
    int pieces() {
        return pieces.count();
    }

    @Override
    long estimatedBamBytes(int piece) {
        return Math.max(1, pieces.bamBytes(piece, level()));
    }

    @Override
    long work(int piece) {
        return pieces.rawBytes(piece);
    }

    @Override
    boolean surelyHasRecords(int piece) {
        return pieces.surelyHasRecords(piece);
    }

    @Override
    boolean isFiltered() {
        return parts.stream().anyMatch(part -> part.view().filters());
    }

    @Override
    boolean isLimited() {
        return view.limit().isPresent();
    }

    @Override
    ReadTotals write(ReadFormat format, Part part, OutputStream out, IntConsumer pieceBytes) throws IOException {
        CohortSamples samples = new CohortSamples(cohort.members());
        SamHeader needed = part.header() ? header() : new SamHeader(new byte[0], cohort.references());
        RecordEncoder encoder =
                RecordEncoder.of(format, needed, view.columns(), writesEndLine(), samples.names(), deflaters());
        int first = Math.min(part.firstBlock(), pieces.count());
        int last = first + Math.min(part.blocks(), pieces.count() - first);
        CountedOutput counted = new CountedOutput(out);
        AnswerWriter writer = new AnswerWriter(counted, encoder);
        if (first == last) {
            return writeNothing(part, writer, counted);
        }
        for (CohortPart one : parts) {
            EncodedBlocks.requireMemory(engine(), one.plan(), one.chunks());
        }
        long wanted = BATCHES * COPIES * (long) CohortBatches.BATCH + needed();
        try (ByteBudget.Lease _ = engine().merging().acquire(Math.min(wanted, mostBytes()));
                CohortMerge merge =
                        new CohortMerge(parts, from(first), pieces.from(last), limits(wanted), engine(), watch());
                OrderedTasks<CohortBatches.Encoded> encoding =
                        new OrderedTasks<>(engine().cpu().line(), watch(), "a thread to encode records")) {
            CohortBatches batches =
                    new CohortBatches(merge, pieces, first, last, view.limit().orElse(Long.MAX_VALUE), samples);
            // The first records of all members are there, checked, before the first byte leaves.
            boolean headerIsDue = part.header();
            long pieceLength = 0;
            boolean more = true;
            do {
                while (more && encoding.pending() < BATCHES) {
                    more = batches.submitNext(encoding, encoder, engine().scratch());
                }
                if (encoding.pending() == 0) {
                    break;
                }
                CohortBatches.Encoded batch = encoding.take();
                if (headerIsDue) {
                    writer.header();
                    headerIsDue = false;
                }
                for (EncodedBytes bytes : batch.bytes()) {
                    writer.block(bytes);
                    pieceLength += bytes.length();
                }
                for (int ended = 0; ended < batch.piecesEnded(); ended++) {
                    pieceBytes.accept((int) Math.min(Integer.MAX_VALUE, pieceLength));
                    pieceLength = 0;
                }
            } while (true);
            if (headerIsDue) {
                writer.header();
            }
            if (part.end()) {
                writer.end(batches.records());
            }
            ReadTotals read = merge.read();
            return new ReadTotals(batches.records(), read.scanned(), counted.bytes(), read.bytesFetched(), read.gets());
        }
    }

    private static ReadTotals writeNothing(Part part, AnswerWriter writer, CountedOutput counted) throws IOException {
        if (part.header()) {
            writer.header();
        }
        if (part.end()) {
            writer.end(0);
        }
        return new ReadTotals(0, 0, counted.bytes(), 0, 0);
    }

    private long from(int piece) {
        return piece == 0 ? 0 : pieces.from(piece);
    }

    /** Bytes that the members' loads take if none is cut short, about. */
    private long needed() {
        long needed = 0;
        for (CohortPart part : parts) {
            long raw = 0;
            long estimated = 0;
            for (PlannedBlock block : part.plan().blocks()) {
                raw += block.entry().rawLength();
                estimated += block.estimatedRawBytes();
            }
            // An estimate is of reads spread evenly.
            needed += Math.min(raw, 2 * estimated + (64 << 10)) + LEAST_LOAD;
        }
        return needed;
    }

    /** One request leaves something to others, and to records that are longer than a load. */
    private long mostBytes() {
        return engine().merging().bytesTotal() / 2;
    }

    private CohortMerge.Limits limits(long wanted) {
        long batches = BATCHES * COPIES * (long) CohortBatches.BATCH;
        long forMembers = Math.max(0, Math.min(wanted, mostBytes()) - batches);
        long each = Math.max(LEAST_LOAD, forMembers / Math.max(1, parts.size()));
        boolean readsAhead = each >= READ_AHEAD_FROM;
        long load = Math.min(Integer.MAX_VALUE / 4, readsAhead ? each / 2 : each);
        long stored =
                parts.stream().mapToLong(part -> part.plan().fetchedBytes()).sum();
        int loads = Math.max(1, Math.min(TOGETHER, engine().fetcher().limits().gets() / 2));
        return new CohortMerge.Limits((int) load, readsAhead, loads, stored);
    }

    @Override
    public ReadTotals count() {
        ReadTotals all = new ReadTotals(0, 0, 0, 0, 0);
        for (MemberTotals member : countEach()) {
            all = all.plus(member.totals());
        }
        long records = Math.min(all.records(), view.limit().orElse(Long.MAX_VALUE));
        return new ReadTotals(records, all.scanned(), 0, all.bytesFetched(), all.gets());
    }

    /** Counts the records of each member that may have some, in order; a limit is one of all together and plays no part. */
    public List<MemberTotals> countEach() {
        return LimitedThreads.map(parts, TOGETHER, watch(), part -> {
            try (OpenRead read = new OpenRead(part.member().dataset(), part.plan(), part.view(), engine())) {
                return new MemberTotals(part.member().id(), read.generation(), read.count());
            } catch (ReadsException e) {
                throw MemberFailures.of(part.member().id(), e);
            }
        });
    }

    /** Returns what would be read of each member that may have records, in order. */
    public List<MemberPlan> plans() {
        return parts.stream()
                .map(part -> new MemberPlan(
                        part.member().id(),
                        part.member().dataset().metadata().generation(),
                        part.plan().estimatedRecords(),
                        part.plan().blocks().size(),
                        part.plan().gets(),
                        part.plan().fetchedBytes()))
                .toList();
    }

    /** Records of the answer as far as the indexes tell; criteria, about which they tell nothing, only make them fewer. */
    public long estimatedRecords() {
        long records =
                parts.stream().mapToLong(part -> part.plan().estimatedRecords()).sum();
        return Math.min(records, view.limit().orElse(Long.MAX_VALUE));
    }

    /** Whether {@link #estimatedRecords} is no estimate. */
    public boolean isCountedByPlan() {
        return !isFiltered()
                && parts.stream()
                        .allMatch(part -> part.plan().wholeBlocks()
                                == part.plan().blocks().size());
    }

    /** Returns the members of which nothing is read, because their index tells that they have no such record. */
    public int membersWithoutRecords() {
        return cohort.members().size() - parts.size();
    }
}
