package dev.bams3.files;

import dev.bams3.bam.BamHeader;
import dev.bams3.bam.BamIndexEncoder;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfOutputStream;
import dev.bams3.bgzf.StoredBgzf;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.files.BlockRuns.Run;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.PageEntry;
import dev.bams3.format.ReadsTotals;
import dev.bams3.format.Stretch;
import dev.bams3.query.OpenRead;
import dev.bams3.query.ReadTotals;
import dev.bams3.query.ReadsQuery;
import dev.bams3.query.StretchOutput;
import dev.bams3.sam.SamHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A dataset as a BAM file with an index; any range of its bytes can be written. The file is BGZF whose blocks are
 * {@linkplain StoredBgzf stored}, not compressed: where a byte lies follows from the lengths of the header and of the records
 * before it, which the metadata has. Nothing is prepared, nothing is kept, and every process makes the same bytes. A range
 * costs the blocks of the dataset that it touches.
 *
 * <p>Used by one thread.
 */
public final class VirtualBam {
    /** Changes when the same dataset would become other bytes, so that no client joins the two. */
    private static final String LAYOUT = "2";

    private static final BgzfDeflaters STORED = new BgzfDeflaters(0, 4);

    private final OpenDataset dataset;
    private final ReadsQuery query;
    private final SamHeader header;
    private final long headerLength;
    private final StoredBgzf file;

    /**
     * Opens the file of a dataset. At most one GET, of the header.
     *
     * @throws ReadsException TOO_LARGE for more records than a BAM file can hold with an index
     */
    public VirtualBam(OpenDataset dataset, ReadsQuery query) {
        this.dataset = dataset;
        this.query = query;
        header = query.header(dataset);
        headerLength = BamHeader.length(header);
        long records = dataset.metadata().digest().bytes();
        if (records > StoredBgzf.MAX_LENGTH - headerLength) {
            throw ReadsException.of(
                    ErrorKind.TOO_LARGE, "the dataset is larger than an indexed BAM file can be; ask for its reads");
        }
        file = new StoredBgzf(headerLength, headerLength + records);
    }

    /** Bytes of the BAM file. */
    public long length() {
        return file.fileLength();
    }

    /** Names the bytes of a file of this dataset: equal for equal bytes. @param form `BAM`, `BAI` or `CSI` */
    public String etag(String form) {
        return '"' + dataset.metadata().uuid().toString() + "-" + form + LAYOUT + '"';
    }

    /** When the dataset was committed, in whole seconds. */
    public Instant lastModified() {
        return dataset.metadata().created().truncatedTo(ChronoUnit.SECONDS);
    }

    /**
     * Writes a range of the file's bytes.
     *
     * @param first 0-based byte, less than {@link #length}
     * @param count bytes, 1 or more, that lie in the file
     * @param watch asks whether the bytes are still wanted, see {@link OpenRead#watch}
     * @param listener called with each block of the range before it is written
     * @throws IOException only when {@code out} throws it: the client went away
     */
    public ReadTotals writeTo(OutputStream out, long first, long count, Runnable watch, Consumer<Stretch> listener)
            throws IOException {
        long from = file.blockStart(first);
        long to = file.blockEnd(first + count - 1);
        // Not closed: that would close the client's stream.
        BgzfOutputStream bgzf =
                new BgzfOutputStream(new StretchOutput(out, first - file.fileOffset(from), count), STORED);
        if (from < headerLength) {
            bgzf.write(BamHeader.encode(header), (int) from, (int) (Math.min(to, headerLength) - from));
            bgzf.flush();
        }
        long begin = Math.max(from, headerLength);
        ReadTotals totals = begin < to
                ? writeRecords(bgzf, begin - headerLength, to - headerLength, watch, listener)
                : new ReadTotals(0, 0, 0, 0, 0);
        bgzf.finish();
        return new ReadTotals(totals.records(), totals.scanned(), count, totals.bytesFetched(), totals.gets());
    }

    private ReadTotals writeRecords(OutputStream out, long from, long to, Runnable watch, Consumer<Stretch> listener)
            throws IOException {
        BlockRuns runs = new BlockRuns(dataset, from, to);
        ReadTotals totals = new ReadTotals(0, 0, 0, 0, 0);
        for (Optional<Run> next = runs.next(); next.isPresent(); next = runs.next()) {
            Run run = next.get();
            long begin = Math.max(0, from - run.begin());
            long end = Math.min(run.length(), to - run.begin());
            try (OpenRead read = query.open(dataset, run.blocks())) {
                read.watch(watch);
                totals = totals.plus(read.writeRecords(
                        new StretchOutput(out, begin, end - begin),
                        index -> listener.accept(run.blocks().get(index))));
            }
        }
        return totals;
    }

    /**
     * The index, made from the block index alone: each block is one run of records, or one for each of its references. Kept in the cache of indexes.
     *
     * @param name of an index, of this dataset
     * @throws ReadsException NOT_FOUND for a BAI of a dataset with a reference that a BAI cannot hold
     */
    public byte[] index(FileName name) {
        return index(name.kind().index().orElseThrow());
    }

    byte[] index(BamIndexEncoder.Form form) {
        if (form == BamIndexEncoder.Form.BAI && !BamIndexEncoder.fitsBai(dataset.references())) {
            throw ReadsException.notFound(
                    "file", "a reference is longer than the 536,870,912 bases a BAI can hold; take the .bam.csi");
        }
        return dataset.derived(form.name(), indexMemory(form), () -> makeIndex(form));
    }

    /** Bytes of memory that making an index takes, at most: its bytes thrice, since they are made in an array that grows. */
    private long indexMemory(BamIndexEncoder.Form form) {
        List<ReadsTotals> totals = dataset.totals();
        // Each block is one run, and one more for each reference that ends in it.
        long runs = dataset.metadata().blocks().count() + totals.size();
        long bytes = BamIndexEncoder.mostBytes(
                form, dataset.references(), reference -> totals.get(reference).rawBytes() > 0, runs);
        return 3 * bytes;
    }

    private byte[] makeIndex(BamIndexEncoder.Form form) {
        BamIndexEncoder index = new BamIndexEncoder(form, dataset.references());
        List<ReadsTotals> totals = dataset.totals();
        Blocks blocks = new Blocks(dataset);
        long begin = 0;
        for (int reference = 0; reference < totals.size(); reference++) {
            ReadsTotals reads = totals.get(reference);
            long end = begin + reads.rawBytes();
            List<BamIndexEncoder.Run> runs = new ArrayList<>();
            while (begin < end) {
                BlockEntry block = blocks.at(begin);
                long to = Math.min(end, blocks.end());
                runs.add(new BamIndexEncoder.Run(
                        block.startOn(reference),
                        block.endOn(reference),
                        file.offset(headerLength + begin),
                        file.offset(headerLength + to)));
                begin = to;
            }
            index.add(runs, reads.mapped(), reads.unmapped());
        }
        return index.finish(dataset.metadata().unplaced().records());
    }

    /** The blocks by the bytes of records that they hold, from the first to the last; one page of them in memory. */
    private static final class Blocks {
        private final OpenDataset dataset;
        private final Iterator<PageEntry> pages;
        private Iterator<BlockEntry> page = Collections.emptyIterator();
        private @Nullable BlockEntry block;
        private long end;

        Blocks(OpenDataset dataset) {
            this.dataset = dataset;
            pages = dataset.pages().all().iterator();
        }

        /** @param position 0-based byte of all records, not less than that of an earlier call */
        BlockEntry at(long position) {
            BlockEntry found = block;
            while (found == null || end <= position) {
                if (!page.hasNext()) {
                    if (!pages.hasNext()) {
                        throw ReadsException.corrupt(
                                dataset.indexName(), 0, "totals", "more bytes of records than the blocks have");
                    }
                    page = dataset.blocks(List.of(pages.next())).all().iterator();
                }
                found = page.next();
                end += found.rawLength();
            }
            block = found;
            return found;
        }

        /** Place behind the last byte of the block that was returned last. */
        long end() {
            return end;
        }
    }
}
