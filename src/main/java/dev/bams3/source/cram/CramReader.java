package dev.bams3.source.cram;

import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.sam.BamRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The records of a CRAM, or of whole containers of it, as BAM bytes; slices are decoded on all cores, ahead of the one
 * thread that reads. What the records are is what htslib makes of them.
 *
 * <p>Memory: slices that are being decoded need an eighth of the heap by what they say of themselves, or are one alone that
 * needs a quarter at most.
 */
public final class CramReader implements AutoCloseable {
    /** Bytes that show whether a container begins with them. */
    public static final int PROBE_LENGTH = 4 << 10;

    private static final long LEAST_MEMORY = 32L << 20;

    private final CramInput in;
    private final long end;
    private final boolean wholeFile;
    private final SliceContext context;
    private final OrderedTasks<SliceRecords> slices;
    private final ArrayDeque<Long> costs = new ArrayDeque<>();
    private final int ahead;
    private final long memory;
    private long cost;

    // The container that is being read, and how many slices of it are left.
    private @Nullable CompressionHeader compression;
    private int slicesLeft;
    private long containerEnd;

    private @Nullable SliceRecords current;
    private int record = -1;

    /**
     * @param header of the file
     * @param references of the file
     * @param name of the file without folders, for the names of reads that have none
     * @param bytes of the file from {@code from} on
     * @param from where a container begins
     * @param end where a container begins that is not read any more, or the size of the file
     * @param size bytes of the file
     * @param resource name of the file, for messages
     */
    public CramReader(
            CramHeader header,
            References references,
            String name,
            CramBytes bytes,
            long from,
            long end,
            long size,
            String resource,
            Executor cpu) {
        this.end = end;
        wholeFile = end == size;
        in = new CramInput(bytes, from, resource);
        long heap = Runtime.getRuntime().maxMemory();
        memory = Math.max(LEAST_MEMORY, heap / 8);
        context = new SliceContext(header, references, name, Math.max(LEAST_MEMORY, heap / 4));
        slices = new OrderedTasks<>(cpu);
        ahead = Runtime.getRuntime().availableProcessors() + 2;
        containerEnd = from;
    }

    /**
     * Goes to the next record; false after the last.
     *
     * @throws ReadsException CORRUPT, TOO_LARGE or INVALID_INPUT, naming the file and the place in it
     */
    public boolean next() {
        while (current == null || record + 1 >= current.count()) {
            current = null;
            submitAhead();
            if (slices.pending() == 0) {
                return false;
            }
            current = slices.take();
            cost -= costs.removeFirst();
            record = -1;
        }
        record++;
        return true;
    }

    public byte[] buffer() {
        return records().buffer(record);
    }

    public int offset() {
        return records().offset(record);
    }

    public int length() {
        return BamRecord.length(buffer(), offset());
    }

    private SliceRecords records() {
        if (current == null) {
            throw new IllegalStateException("no record");
        }
        return current;
    }

    /**
     * Whether a container with records begins with these bytes.
     *
     * @param bytes of the file, {@link #PROBE_LENGTH} or all to its end
     * @param offset of the first of them
     * @param size bytes of the file
     */
    public static boolean isContainer(CramHeader header, byte[] bytes, long offset, long size) {
        ArrayDeque<byte[]> ranges = new ArrayDeque<>(List.of(bytes, new byte[0]));
        CramInput in = new CramInput(CramBytes.once(ranges::pop), offset, "probe");
        try {
            ContainerHeader container = ContainerHeader.read(in, header.version());
            Place place = in.place("block");
            in.unsignedByte(place);
            return container.records() > 0
                    && container.slices() > 0
                    && container.length() <= size - place.offset()
                    && in.unsignedByte(place) == Block.COMPRESSION_HEADER;
        } catch (ReadsException e) {
            // Not a container, or none that ends within the probe.
            return false;
        }
    }

    private void submitAhead() {
        while (slices.pending() == 0 || slices.pending() < ahead && cost < memory) {
            while (slicesLeft == 0) {
                if (!nextContainer()) {
                    return;
                }
            }
            submitSlice();
        }
    }

    /** Reads the header of the next container and of its compression; false at the end. */
    private boolean nextContainer() {
        Place left = in.place("container");
        if (in.position() > containerEnd) {
            throw left.corrupt("the blocks of the container before reach beyond its end");
        }
        in.skip(containerEnd - in.position(), left);
        if (in.position() >= end || wholeFile && in.atEnd()) {
            requireBorder();
            return false;
        }
        CramVersion version = context.header().version();
        ContainerHeader container = in.part(part -> ContainerHeader.read(part, version));
        containerEnd = in.position() + container.length();
        if (container.records() == 0 || container.length() == 0) {
            return true;
        }
        compression = CompressionHeader.read(readBlock());
        slicesLeft = container.slices();
        return true;
    }

    private void requireBorder() {
        if (in.position() != end && !wholeFile) {
            throw new Place(in.place("").resource(), end, "border of shards")
                    .corrupt(
                            "no container begins there: the index (.crai) is of another file; remove it or make it again");
        }
    }

    private Block readBlock() {
        boolean checksums = context.header().version().hasChecksums();
        return in.part(part -> Block.read(part, checksums, containerEnd - part.position(), context.most()));
    }

    private void submitSlice() {
        slicesLeft--;
        SliceHeader header = SliceHeader.read(readBlock(), context.header().version());
        if (header.blocks() > containerEnd - in.position()) {
            throw header.place().corrupt("has " + header.blocks() + " blocks, which its container has no room for");
        }
        List<Block> blocks = new ArrayList<>();
        long needed = SliceDecoder.memory(header);
        requireRoom(header, needed);
        long workspace = 0;
        for (int i = 0; i < header.blocks(); i++) {
            Block block = readBlock();
            blocks.add(block);
            needed += block.bytes().length + (long) block.rawLength();
            workspace = Math.max(workspace, BlockCodec.workspace(block));
            requireRoom(header, needed + workspace);
        }
        needed += workspace;
        CompressionHeader how = compression;
        if (how == null) {
            throw new IllegalStateException("a slice outside of containers");
        }
        cost += needed;
        costs.addLast(needed);
        slices.submit(() -> SliceDecoder.decode(context, how, header, blocks));
    }

    private void requireRoom(SliceHeader header, long needed) {
        if (needed > context.most()) {
            throw Block.tooLarge(header.place(), needed, context.most());
        }
    }

    @Override
    public void close() {
        slices.close();
    }
}
