package dev.bams3.export;

import dev.bams3.bam.BamHeader;
import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.convert.BlockCodecs;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.StreamDigest;
import java.util.concurrent.ExecutorService;

/**
 * Gives a dataset back as the BAM it was made from: the header's text verbatim, every record byte for byte, compressed again.
 * A source that was sorted when it was converted comes back sorted. Memory: see {@link BlockPass}.
 */
public final class Exporter {
    private final ExecutorService cpu;
    private final ExecutorService waiting;

    /**
     * @param cpu pool with a thread a core; stays the caller's
     * @param waiting starts a thread for every task, such as a virtual one; stays the caller's
     */
    public Exporter(ExecutorService cpu, ExecutorService waiting) {
        this.cpu = cpu;
        this.waiting = waiting;
    }

    /** Gets the BAM, in order; called by one thread. */
    public interface Target {
        /** Appends {@code length} bytes; the array is free again when this returns. */
        void write(byte[] bytes, int offset, int length);
    }

    /** Compressed records of one block. */
    private record Piece(byte[] bytes, int length, int storedLength, StreamDigest digest) {}

    /**
     * Writes the BAM. Returns after the digest of all its records was found right; on any failure the file's end has not
     * been written.
     *
     * @param dataset what to export
     * @param target gets the BAM
     * @param level of compression, 0 (stored) to 9 (smallest)
     * @throws ReadsException CORRUPT, CANCELLED, or what the store and the target say
     */
    public void export(OpenDataset dataset, Target target, int level, Progress.Listener listener) {
        try (BgzfDeflaters deflaters =
                        new BgzfDeflaters(level, Runtime.getRuntime().availableProcessors());
                BlockCodecs codecs = new BlockCodecs()) {
            Output output = new Output(target, dataset.metadata().blocks().length(), listener);
            byte[] header = BamHeader.encode(dataset.header());
            output.write(compressed(header, deflaters, 0, StreamDigest.EMPTY));
            try (BlockPass<Piece> pass = new BlockPass<>(
                    dataset,
                    cpu,
                    waiting,
                    block -> piece(block.decoded(codecs), block.entry(), deflaters),
                    output::write)) {
                dataset.blocks().all().forEach(pass::add);
                pass.finish();
            }
            if (!output.digest.equals(dataset.metadata().digest())) {
                throw ReadsException.of(
                                ErrorKind.CORRUPT,
                                "the records are not those that were converted: digest " + output.digest
                                        + ", the metadata says "
                                        + dataset.metadata().digest())
                        .in(dataset.location().toString());
            }
            target.write(BgzfBlock.endOfFile(), 0, BgzfBlock.END_OF_FILE_LENGTH);
        }
    }

    private static Piece piece(byte[] records, BlockEntry entry, BgzfDeflaters deflaters) {
        StreamDigest digest = StreamDigest.of(records, 0, records.length, entry.records());
        return compressed(records, deflaters, entry.storedLength(), digest);
    }

    private static Piece compressed(byte[] bytes, BgzfDeflaters deflaters, int storedLength, StreamDigest digest) {
        byte[] target = new byte[BgzfDeflaters.maxCompressedLength(bytes.length)];
        int length = deflaters.compress(bytes, 0, bytes.length, target, 0);
        return new Piece(target, length, storedLength, digest);
    }

    private static final class Output {
        private final Target target;
        private final long size;
        private final Progress.Listener listener;
        private StreamDigest digest = StreamDigest.EMPTY;
        private long read;
        private long written;

        Output(Target target, long size, Progress.Listener listener) {
            this.target = target;
            this.size = size;
            this.listener = listener;
        }

        void write(Piece piece) {
            target.write(piece.bytes(), 0, piece.length());
            digest = digest.then(piece.digest());
            read += piece.storedLength();
            written += piece.length();
            double fraction = size == 0 ? 1 : (double) read / size;
            listener.progressed(new Progress(
                    Progress.Phase.EXPORTING, fraction, digest.records(), digest.bytes(), read, size, written));
        }
    }
}
