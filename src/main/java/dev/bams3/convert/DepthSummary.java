package dev.bams3.convert;

import dev.bams3.dataset.DatasetLocation;
import dev.bams3.depth.DepthBinner;
import dev.bams3.depth.DepthMerger;
import dev.bams3.depth.DepthPiece;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata.DepthObject;
import dev.bams3.format.DepthGrid;
import dev.bams3.format.DepthWriter;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.lifecycle.Removal;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;

/**
 * The depth summary of a generation, and the pieces that it is made of: the changes of depth of each chunk, kept in the
 * folder of the conversion until the commit. Reads overlap the borders of chunks, so only the pieces together say how deep
 * the bins there are; they follow from the records alone, and so does every byte of the summary, however the conversion was
 * cut into shards.
 */
public final class DepthSummary {
    /** The finest bins that there are. Those of `bamCoverage`, unless it is asked for others. */
    private static final int FINEST = 50;

    private static final int BETWEEN_SCALES = 10;

    /** Widths that are tried before the next that is ten times the first: once, twice and four times it. */
    private static final int STEPS = 3;

    /** Of shallow data, fine bins would take more than 3 % of the dataset; records take 1/16 of their bytes at least. */
    private static final long RECORDS_FOR_A_BYTE = 512;

    /** So much is always permitted. */
    private static final long LEAST_BUDGET = 4 << 10;

    private static final int MAX_PIECE = 1 << 30;
    private static final int READ_AHEAD = 3;

    private final DatasetLocation dataset;
    private final UUID uuid;
    private final String generation;
    private final ExecutorService waiting;

    /** @param waiting starts a thread for every task, such as a virtual one; stays the caller's */
    public DepthSummary(DatasetLocation dataset, UUID uuid, String generation, ExecutorService waiting) {
        this.dataset = dataset;
        this.uuid = uuid;
        this.generation = generation;
        this.waiting = waiting;
    }

    /** Stores the piece of a chunk. */
    public void store(int chunk, DepthPiece piece) {
        dataset.store().put(key(chunk), piece.toBytes(), PutCondition.always());
    }

    private ObjectKey key(int chunk) {
        return dataset.key(String.format(Locale.ROOT, "%s%06d", folder(), chunk));
    }

    private String folder() {
        return generation + "/conversion/depth/";
    }

    /** Removes all pieces. */
    public void removePieces() {
        new Removal(dataset.store(), waiting).removeBelow(dataset.prefix() + "/" + folder());
    }

    /**
     * Makes the depth object of the pieces and stores it: with the finest bins of 50, 100, 200, 500, 1000, 2000 ... positions that it has
     * room for.
     *
     * @param chunks numbers of all chunks, ascending
     * @param recordBytes bytes of all records, which decide how many bytes the object may have
     * @param check asks whether it is still wanted; throws where it is not
     * @return what the metadata says of it; empty where even the widest bins are too many, or there are no references
     */
    public Optional<DepthObject> make(
            ReferenceDictionary references, List<Integer> chunks, long recordBytes, Runnable check) {
        int longest = references.references().stream()
                .mapToInt(Reference::length)
                .max()
                .orElse(0);
        long budget = Math.max(LEAST_BUDGET, recordBytes / RECORDS_FOR_A_BYTE);
        if (longest == 0) {
            return Optional.empty();
        }
        for (int step = 0; ; step++) {
            List<Integer> widths = widths(step, longest);
            Optional<DepthObject> made = make(new DepthGrid(widths, references), chunks, budget, check);
            if (made.isPresent() || widths.size() == 1) {
                return made;
            }
        }
    }

    /** Widths from the finest of a step, each ten times the one before, to one that covers the longest reference. */
    private static List<Integer> widths(int step, int longest) {
        long width = FINEST << step % STEPS;
        for (int i = 0; i < step / STEPS; i++) {
            width *= BETWEEN_SCALES;
        }
        List<Integer> widths = new ArrayList<>();
        while (width <= Integer.MAX_VALUE && (widths.isEmpty() || widths.getLast() < longest)) {
            widths.add((int) width);
            width *= BETWEEN_SCALES;
        }
        return widths;
    }

    private Optional<DepthObject> make(DepthGrid grid, List<Integer> chunks, long budget, Runnable check) {
        ObjectKey key = dataset.key(DatasetLayout.depth(generation));
        try (ObjectUpload upload = dataset.store().upload(key);
                OrderedTasks<Piece> pieces = new OrderedTasks<>(waiting)) {
            DepthWriter writer = new DepthWriter(uuid, generation, grid, bytes -> upload.write(bytes, 0, bytes.length));
            DepthBinner binner = new DepthBinner(grid, writer::page);
            DepthMerger merger = new DepthMerger(binner);
            int next = 0;
            for (int done = 0; done < chunks.size() && writer.length() <= budget; done++) {
                check.run();
                for (; next < chunks.size() && pieces.pending() <= READ_AHEAD; next++) {
                    ObjectKey piece = key(chunks.get(next));
                    pieces.submit(() -> new Piece(
                            piece.value(), dataset.store().get(piece, MAX_PIECE).body()));
                }
                Piece piece = pieces.take();
                DepthPiece.read(piece.object(), piece.bytes(), merger::add);
            }
            merger.finish();
            binner.finish();
            DepthObject made = writer.finish();
            if (made.length() > budget) {
                return Optional.empty();
            }
            upload.complete();
            return Optional.of(made);
        }
    }

    /** A piece as it is stored. */
    @SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
    private record Piece(String object, byte[] bytes) {}
}
