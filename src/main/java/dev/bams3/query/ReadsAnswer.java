package dev.bams3.query;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.encode.ReadFormat;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.OpenRead.Slice;
import dev.bams3.sam.SamHeader;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * One request's life: what is read is pinned to one generation and planned. Nothing is read from chunk objects before {@link
 * #writeTo}. Used by one thread. The answer consists of pieces; a {@link Slice} of it, some consecutive pieces, has the same
 * bytes whenever it is written, so slices written one after the other are the whole answer.
 */
public abstract sealed class ReadsAnswer implements AutoCloseable permits OpenRead, CohortRead {
    private final ReadEngine engine;
    private Runnable watch = () -> {};
    private int level;
    private boolean endLine;

    ReadsAnswer(ReadEngine engine) {
        this.engine = engine;
        level = engine.compression().defaultLevel();
    }

    final ReadEngine engine() {
        return engine;
    }

    /**
     * Lets the client be watched while records are read.
     *
     * @param check asks whether they are still wanted; called by this object's thread at each block and several times a second
     *     while it waits. What it throws ends {@link #writeTo} and {@link #count}
     */
    public final void watch(Runnable check) {
        watch = check;
    }

    final Runnable watch() {
        return watch;
    }

    /** Returns what names the records: an answer of another generation has others. */
    public abstract String generation();

    /** Returns what names the bytes of the header, among all datasets and cohorts. */
    public abstract Object headerKey();

    /** Returns the header as it is served. */
    public abstract SamHeader header();

    /** Pieces of the answer. */
    abstract int pieces();

    /** Bytes of BAM that a piece probably has, 1 or more. */
    abstract long estimatedBamBytes(int piece);

    /** Uncompressed bytes of records that encoding a piece looks at. */
    abstract long work(int piece);

    /** Whether the index tells that a piece has a record, where no criteria decide that. */
    abstract boolean surelyHasRecords(int piece);

    /** Whether only reading shows which pieces have records. */
    abstract boolean isFiltered();

    /** Whether the number of records is limited. */
    abstract boolean isLimited();

    /**
     * Cuts the records into consecutive slices of whole pieces, each estimated at {@code maxBytes} of BAM or less where it can
     * be; empty when there can be no record of the selection.
     *
     * <p>No slice but the last is without records when it is written. Whether a piece that has to be filtered holds a wanted
     * record is often known only when it is read, so a slice ends only after it has a piece that {@linkplain
     * #surelyHasRecords surely} holds one, and may pass {@code maxBytes} for that. The last slice, whose address has the
     * terminator, may have no records. An answer with criteria or a limit is therefore one slice.
     */
    public final List<Slice> slices(long maxBytes) {
        List<Slice> slices = new ArrayList<>();
        int first = 0;
        long bytes = 0;
        boolean surelyHasRecords = false;
        boolean mayBeCut = !isFiltered() && !isLimited();
        int pieces = pieces();
        for (int i = 0; i < pieces; i++) {
            long more = estimatedBamBytes(i);
            if (surelyHasRecords && bytes + more > maxBytes) {
                slices.add(new Slice(first, i - first, bytes));
                first = i;
                bytes = 0;
                surelyHasRecords = false;
            }
            bytes += more;
            surelyHasRecords |= mayBeCut && surelyHasRecords(i);
        }
        if (first < pieces) {
            slices.add(new Slice(first, pieces - first, bytes));
        }
        return List.copyOf(slices);
    }

    /**
     * Writes a part of the answer. Returns after the last byte was handed to {@code out} (which is neither flushed nor
     * closed); on any failure the terminator has not been written, and nothing is in flight any more.
     *
     * @throws IOException only when {@code out} throws it: the client went away
     * @throws dev.bams3.error.ReadsException everything else
     */
    public final ReadTotals writeTo(ReadFormat format, Part part, OutputStream out) throws IOException {
        return write(format, part, out, bytes -> {});
    }

    /** Writes a part as BAM; {@code pieceBytes} gets the length of each piece. */
    final ReadTotals writeBam(Part part, OutputStream out, IntConsumer pieceBytes) throws IOException {
        return write(ReadFormat.BAM, part, out, pieceBytes);
    }

    abstract ReadTotals write(ReadFormat format, Part part, OutputStream out, IntConsumer pieceBytes)
            throws IOException;

    /** Counts the records of the answer; without criteria it reads only the blocks that have to be filtered. */
    public abstract ReadTotals count();

    /** The pieces of a part as BAM, addressable by byte. The part has no header. */
    public final BamSlice bam(Part part) {
        int first = Math.min(part.firstBlock(), pieces());
        int count = Math.min(part.blocks(), pieces() - first);
        long work = 0;
        for (int i = first; i < first + count; i++) {
            work += work(i);
        }
        return new BamSlice(this, new Part(false, first, count, part.end()), work);
    }

    /**
     * Sets the level at which BAM is compressed from now on.
     *
     * @param newLevel 0 (stored) to 9 (smallest)
     */
    public final void compressAt(int newLevel) {
        level = newLevel;
    }

    /** Returns the level at which BAM is compressed, 0 to 9. */
    public final int level() {
        return level;
    }

    /** Sets whether NDJSON ends with a line that has the number of records; it does not by default. */
    public final void writeEndLine(boolean wanted) {
        endLine = wanted;
    }

    final boolean writesEndLine() {
        return endLine;
    }

    /** Returns what decides the bytes of BAM beside its records: two processes of one variant write the same bytes. */
    public final String variant() {
        return deflaters().variant();
    }

    final BgzfDeflaters deflaters() {
        return engine.compression().at(level);
    }

    /** Bytes that a byte of a BAM record may become, roughly: names of tags and fields, digits for binary numbers. */
    static int expansion(ReadFormat format) {
        return switch (format) {
            case BAM -> 1;
            case SAM, TSV -> 2;
            case ARROW -> 3;
            case JSON, NDJSON -> 4;
        };
    }

    @Override
    public void close() {}
}
