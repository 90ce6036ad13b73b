package dev.bams3.bam;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfOutputStream;
import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * Encodes a BAI (SAMv1 § 5.2, 2024-11-06) or a CSI (CSIv1, 2020-05-15) of a BAM whose records are known by runs only: where a
 * run begins and ends in the file, and which stretch of the reference its records cover. A run stands in the smallest bin
 * that covers its stretch. Readers look at each record of a bin's chunks again, so they find exactly what an index of the
 * single records would give them; they read up to one run more at either end.
 *
 * <p>Call {@link #add} for each reference in header order, then {@link #finish}. Not safe for use by several threads.
 */
public final class BamIndexEncoder {
    /** Positions that a BAI can hold: 0 to this, exclusive. */
    private static final int MAX_BAI_LENGTH = 1 << 29;

    private static final int LEAF_SHIFT = 14;
    private static final int BAI_DEPTH = 5;
    private static final BgzfDeflaters STORED = new BgzfDeflaters(0, 1);

    private final LittleEndianBytes out = new LittleEndianBytes();
    private final Form form;
    private final int depth;
    private final ReferenceDictionary references;
    private int added;

    /** The two forms of index. */
    public enum Form {
        BAI,
        CSI
    }

    /**
     * Consecutive records of one reference.
     *
     * @param start of the first record, 0-based; -1 counts as 0
     * @param end largest alignment end, {@code Integer.MAX_VALUE} where it is not known
     * @param from virtual offset of the first record
     * @param to virtual offset behind the last record
     */
    public record Run(int start, int end, VirtualOffset from, VirtualOffset to) {}

    private record Chunk(long from, long to) {}

    /** @throws IllegalArgumentException for a BAI of references that it {@linkplain #fitsBai cannot hold} */
    public BamIndexEncoder(Form form, ReferenceDictionary references) {
        if (form == Form.BAI && !fitsBai(references)) {
            throw new IllegalArgumentException("a reference is longer than a BAI can hold");
        }
        this.form = form;
        this.references = references;
        this.depth = form == Form.BAI ? BAI_DEPTH : depth(references);
        out.bytes((form == Form.BAI ? "BAI\1" : "CSI\1").getBytes(StandardCharsets.ISO_8859_1));
        if (form == Form.CSI) {
            out.int32(LEAF_SHIFT);
            out.int32(depth);
            out.int32(0);
        }
        out.int32(references.size());
    }

    /** Whether no reference is longer than a BAI can hold. */
    public static boolean fitsBai(ReferenceDictionary references) {
        return longest(references) <= MAX_BAI_LENGTH;
    }

    /**
     * Bytes of an index, at most: for each run a bin, and in a BAI for each window of 16 kb an offset.
     *
     * @param hasReads of the index of a reference
     * @param runs of all references
     */
    public static long mostBytes(Form form, ReferenceDictionary references, IntPredicate hasReads, long runs) {
        long bytes = 64 * (1L + references.size()) + 32 * runs;
        for (int reference = 0; form == Form.BAI && reference < references.size(); reference++) {
            if (hasReads.test(reference)) {
                bytes += Long.BYTES * (1L + (references.get(reference).length() >> LEAF_SHIFT));
            }
        }
        return bytes;
    }

    /**
     * Adds the next reference.
     *
     * @param runs in file order, so sorted by start; together they hold every record of the reference
     * @param mapped records without flag 0x4
     * @param unmapped records with flag 0x4
     */
    public void add(List<Run> runs, long mapped, long unmapped) {
        int lastWindow = Math.max(0, references.get(added++).length() - 1) >> LEAF_SHIFT;
        if (runs.isEmpty()) {
            out.int32(0);
            if (form == Form.BAI) {
                out.int32(0);
            }
            return;
        }
        TreeMap<Integer, List<Chunk>> bins = new TreeMap<>();
        for (Run run : runs) {
            addChunk(bins.computeIfAbsent(bin(run), _ -> new ArrayList<>(1)), run);
        }
        long[] windows = windows(runs, lastWindow);
        out.int32(bins.size() + 1);
        // First, because htsjdk (4.3) looks for the unplaced reads behind the loffset of a CSI's last bin.
        addCounts(runs, mapped, unmapped);
        bins.forEach((bin, chunks) -> {
            out.int32(bin);
            if (form == Form.CSI) {
                out.int64(windows[Math.min(firstWindow(bin), windows.length - 1)]);
            }
            out.int32(chunks.size());
            for (Chunk chunk : chunks) {
                out.int64(chunk.from());
                out.int64(chunk.to());
            }
        });
        if (form == Form.BAI) {
            out.int32(windows.length);
            for (long window : windows) {
                out.int64(window);
            }
        }
    }

    /** The pseudo-bin, numbered behind the last one, whose chunks are the place of the reference and its counts. */
    private void addCounts(List<Run> runs, long mapped, long unmapped) {
        out.int32(firstBin(depth + 1) + 1);
        if (form == Form.CSI) {
            out.int64(0);
        }
        out.int32(2);
        out.int64(runs.getFirst().from().packed());
        out.int64(runs.getLast().to().packed());
        out.int64(mapped);
        out.int64(unmapped);
    }

    /**
     * Ends the index.
     *
     * @param unplaced records without a reference
     * @return the bytes of the file
     */
    public byte[] finish(long unplaced) {
        out.int64(unplaced);
        byte[] index = out.toByteArray();
        if (form == Form.BAI) {
            return index;
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream(BgzfDeflaters.maxCompressedLength(index.length));
        try (BgzfOutputStream bgzf = new BgzfOutputStream(file, STORED)) {
            bgzf.write(index);
            bgzf.finish();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not break", e);
        }
        return file.toByteArray();
    }

    private static void addChunk(List<Chunk> chunks, Run run) {
        int last = chunks.size() - 1;
        if (last >= 0 && chunks.get(last).to() == run.from().packed()) {
            chunks.set(last, new Chunk(chunks.get(last).from(), run.to().packed()));
        } else {
            chunks.add(new Chunk(run.from().packed(), run.to().packed()));
        }
    }

    /**
     * For each window of 16 kb the offset of the first run that overlaps it, or of the first one behind it. There are none behind
     * the reference's end: a run whose end is not known would have all of 2^29 bases, which is 256 kB for each of thousands of
     * references. Readers take no offset as that of the file's beginning.
     *
     * @param most index of the window that holds the end of the reference
     */
    private long[] windows(List<Run> runs, int most) {
        int count = 1
                + runs.stream()
                        .mapToInt(run -> Math.min(most, last(run) >> LEAF_SHIFT))
                        .max()
                        .orElse(0);
        long[] windows = new long[count];
        Arrays.fill(windows, -1);
        int next = 0;
        for (Run run : runs) {
            // Starts do not fall, so windows before `next` belong to an earlier run, or to none.
            for (next = Math.max(next, Math.min(count - 1, first(run) >> LEAF_SHIFT));
                    next <= Math.min(count - 1, last(run) >> LEAF_SHIFT);
                    next++) {
                windows[next] = run.from().packed();
            }
        }
        for (int window = count - 2; window >= 0; window--) {
            windows[window] = windows[window] < 0 ? windows[window + 1] : windows[window];
        }
        return windows;
    }

    /** The smallest bin that covers a run's stretch. */
    private int bin(Run run) {
        int shift = LEAF_SHIFT;
        for (int level = depth; level > 0; level--) {
            if (first(run) >> shift == last(run) >> shift) {
                return firstBin(level) + (first(run) >> shift);
            }
            shift += 3;
        }
        return 0;
    }

    private int firstWindow(int bin) {
        int level = depth;
        while (bin < firstBin(level)) {
            level--;
        }
        return (bin - firstBin(level)) << 3 * (depth - level);
    }

    private static int firstBin(int level) {
        return ((1 << 3 * level) - 1) / 7;
    }

    private int first(Run run) {
        return (int) Math.min(Math.max(0, run.start()), maxPosition());
    }

    private int last(Run run) {
        return (int) Math.min(Math.max(first(run), run.end() - 1L), maxPosition());
    }

    /** No query can ask for positions beyond it, which lie past the end of every reference. */
    private long maxPosition() {
        return (1L << LEAF_SHIFT + 3 * depth) - 1;
    }

    private static int depth(ReferenceDictionary references) {
        int depth = BAI_DEPTH;
        while (1L << LEAF_SHIFT + 3 * depth < longest(references)) {
            depth++;
        }
        return depth;
    }

    private static int longest(ReferenceDictionary references) {
        return references.references().stream()
                .mapToInt(Reference::length)
                .max()
                .orElse(0);
    }

    private static final class LittleEndianBytes {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        void bytes(byte[] some) {
            bytes.writeBytes(some);
        }

        void int32(int value) {
            for (int shift = 0; shift < 32; shift += 8) {
                bytes.write(value >>> shift);
            }
        }

        void int64(long value) {
            int32((int) value);
            int32((int) (value >>> 32));
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }
    }
}
