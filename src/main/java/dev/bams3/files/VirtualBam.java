package dev.bams3.files;

import dev.bams3.bam.BamHeader;
import dev.bams3.bam.BamIndexEncoder;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfOutputStream;
import dev.bams3.bgzf.StoredBgzf;
import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.files.BlockRuns.Block;
import dev.bams3.files.BlockRuns.Records;
import dev.bams3.files.BlockRuns.Run;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.DatasetMetadata.ReadsTotals;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A dataset as a BAM file with an index, of which any range of bytes can be written. The file is BGZF whose blocks are
 * {@linkplain StoredBgzf stored}, not compressed: where a byte lies follows from the lengths of the header and of the records
 * before it, which the metadata has. Nothing is prepared, nothing is kept, and every process makes the same bytes. A range
 * costs the blocks of the dataset that it touches.
 *
 * <p>Used by one thread.
 */
public final class VirtualBam {
    /** Changes when the same dataset would become other bytes, so that no client joins the two. */
    private static final String LAYOUT = "2";

    private static final int RUN_OF_REFERENCES = 64 << 20;

    private static final BgzfDeflaters STORED = new BgzfDeflaters(0, 4);

    private final OpenDataset dataset;
    private final ReadsQuery query;
    private final SamHeader header;
    private final long headerLength;
    private final StoredBgzf file;

    /** Is told which records are about to be written. */
    public interface Listener {
        /**
         * Records of one reference.
         *
         * @param reference index in the dictionary, or -1 for reads without a reference
         * @param start of the first record, 0-based; -1 for none
         * @param end largest alignment end
         */
        void records(int reference, int start, int end);
    }

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
     * @param listener of the records in the range, before they are written
     * @throws IOException only when {@code out} throws it: the client went away
     */
    public ReadTotals writeTo(OutputStream out, long first, long count, Runnable watch, Listener listener)
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
        ReadTotals totals = to <= headerLength
                ? new ReadTotals(0, 0, 0, 0, 0)
                : writeRecords(bgzf, Math.max(0, from - headerLength), to - headerLength, watch, listener);
        bgzf.finish();
        return new ReadTotals(totals.records(), totals.scanned(), count, totals.bytesFetched(), totals.gets());
    }

    private ReadTotals writeRecords(OutputStream out, long from, long to, Runnable watch, Listener listener)
            throws IOException {
        BlockRuns runs = new BlockRuns(dataset, from, to);
        ReadTotals totals = new ReadTotals(0, 0, 0, 0, 0);
        for (Optional<Run> next = runs.next(); next.isPresent(); next = runs.next()) {
            Run run = next.get();
            long begin = Math.max(0, from - run.begin());
            long end = Math.min(run.length(), to - run.begin());
            try (OpenRead read = query.open(dataset, run.entries())) {
                read.watch(watch);
                totals = totals.plus(read.writeRecords(
                        new StretchOutput(out, begin, end - begin),
                        index -> announce(run.blocks().get(index), listener)));
            }
        }
        return totals;
    }

    private static void announce(Block block, Listener listener) {
        listener.records(
                block.reference(), block.entry().firstStart(), block.entry().endMax());
    }

    /**
     * The index, made from the block index alone: each block is one run of records. Kept in the cache of indexes.
     *
     * @param name of an index, of this dataset
     * @throws ReadsException NOT_FOUND for a BAI of a dataset with a reference that a BAI cannot hold
     */
    public byte[] index(FileName name) {
        return index(name.index().orElseThrow());
    }

    byte[] index(BamIndexEncoder.Form form) {
        if (form == BamIndexEncoder.Form.BAI && !BamIndexEncoder.fitsBai(dataset.references())) {
            throw ReadsException.notFound(
                    "file", "a reference is longer than the 536,870,912 bases a BAI can hold; take the .bam.csi");
        }
        return dataset.derived(form.name(), () -> makeIndex(form));
    }

    private byte[] makeIndex(BamIndexEncoder.Form form) {
        DatasetMetadata metadata = dataset.metadata();
        BamIndexEncoder index = new BamIndexEncoder(form, dataset.references());
        List<Records> all = Records.of(metadata);
        int next = 0;
        int reference = 0;
        while (next < all.size() && all.get(next).reference() != Bams3Format.UNPLACED) {
            // Sections of small references are read together.
            List<Records> some = new ArrayList<>();
            long length = 0;
            while (next < all.size()
                    && all.get(next).reference() != Bams3Format.UNPLACED
                    && length < RUN_OF_REFERENCES) {
                some.add(all.get(next));
                length += all.get(next++).length();
            }
            for (Map.Entry<Records, List<BlockEntry>> one :
                    Records.blocks(some, dataset).entrySet()) {
                reference = addEmpty(index, reference, one.getKey().reference());
                ReadsTotals reads = metadata.reads(reference++);
                index.add(runs(one.getKey(), one.getValue()), reads.mapped(), reads.unmapped());
            }
        }
        addEmpty(index, reference, metadata.references().size());
        return index.finish(metadata.unplaced().records());
    }

    private static int addEmpty(BamIndexEncoder index, int from, int to) {
        for (int reference = from; reference < to; reference++) {
            index.add(List.of(), 0, 0);
        }
        return to;
    }

    private List<BamIndexEncoder.Run> runs(Records records, List<BlockEntry> blocks) {
        List<BamIndexEncoder.Run> runs = new ArrayList<>(blocks.size());
        long position = headerLength + records.begin();
        VirtualOffset from = file.offset(position);
        for (BlockEntry block : blocks) {
            position += block.rawLength();
            VirtualOffset to = file.offset(position);
            runs.add(new BamIndexEncoder.Run(block.firstStart(), block.endMax(), from, to));
            from = to;
        }
        return runs;
    }
}
