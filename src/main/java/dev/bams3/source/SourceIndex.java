package dev.bams3.source;

import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * Where records begin, as a BAI or CSI beside the BAM says: the beginnings of its chunks, which are those of bins of the
 * genome. It may be of another file by now, so that nothing it says is believed untried, and one that cannot be read is none.
 */
public final class SourceIndex {
    private static final int BAI = magic("BAI\1");
    private static final int CSI = magic("CSI\1");

    /** Inflated, too; of a larger one the bytes of the source are searched. A human genome at 30x has 9 MB. */
    private static final int MAX_LENGTH = 32 << 20;

    private static final int BAI_DEPTH = 5;
    private static final int CHUNK_LENGTH = 16;
    private static final int MAX_DEPTH = 9;

    /** The last of all virtual offsets. */
    private static final long NO_BEGINNING = -1;

    private final long[] offsets;
    private final long[] firsts;

    private SourceIndex(long[] offsets) {
        this.offsets = offsets;
        firsts = new long[offsets.length];
        Arrays.fill(firsts, NO_BEGINNING);
    }

    /**
     * The first that is found of {@code x.bam.bai}, {@code x.bai}, {@code x.bam.csi} and {@code x.csi}; may be empty.
     *
     * @param offsets bytes of the file, ascending; the first chunk that begins between one and the next is kept
     */
    public static SourceIndex beside(SourceObject source, long[] offsets) {
        String key = source.key().value();
        String stem = key.endsWith(".bam") ? key.substring(0, key.length() - 4) : key;
        for (String name : List.of(key + ".bai", stem + ".bai", key + ".csi", stem + ".csi")) {
            try {
                SourceIndex index = new SourceIndex(offsets);
                index.read(source.store().get(new ObjectKey(name), MAX_LENGTH).body());
                return index;
            } catch (ReadsException | IOException | BufferUnderflowException | IllegalArgumentException e) {
                // Not there, not for us to read, or not sound: the bytes of the source say the same.
            }
        }
        return new SourceIndex(offsets);
    }

    /** Of no use for any offset. */
    public static SourceIndex none() {
        return new SourceIndex(new long[0]);
    }

    /** The first that lies at or behind the offset of that number, and before the next one. */
    public Optional<VirtualOffset> first(int number) {
        return firsts[number] == NO_BEGINNING ? Optional.empty() : Optional.of(new VirtualOffset(firsts[number]));
    }

    private void add(VirtualOffset beginning) {
        int found = Arrays.binarySearch(offsets, beginning.block());
        int number = found >= 0 ? found : -found - 2;
        if (number >= 0 && Long.compareUnsigned(beginning.packed(), firsts[number]) < 0) {
            firsts[number] = beginning.packed();
        }
    }

    private void read(byte[] file) throws IOException {
        ByteBuffer bytes = littleEndian(SourceFormat.isGzip(file) ? inflated(file) : file);
        int magic = bytes.getInt();
        int depth = BAI_DEPTH;
        if (magic == CSI) {
            bytes.getInt();
            depth = bytes.getInt();
            skip(bytes, bytes.getInt());
        } else if (magic != BAI) {
            throw new IllegalArgumentException("no index");
        }
        if (depth < 0 || depth > MAX_DEPTH) {
            throw new IllegalArgumentException("depth " + depth);
        }
        // Of it and those behind it, chunks are counts.
        long statistics = ((1L << 3 * (depth + 1)) - 1) / 7;
        int references = bytes.getInt();
        for (int reference = 0; reference < references; reference++) {
            int bins = bytes.getInt();
            for (int bin = 0; bin < bins; bin++) {
                long number = Integer.toUnsignedLong(bytes.getInt());
                if (magic == CSI) {
                    bytes.getLong();
                }
                int chunks = bytes.getInt();
                if (number >= statistics) {
                    skip(bytes, CHUNK_LENGTH * (long) chunks);
                    continue;
                }
                for (int chunk = 0; chunk < chunks; chunk++) {
                    add(new VirtualOffset(bytes.getLong()));
                    bytes.getLong();
                }
            }
            if (magic == BAI) {
                skip(bytes, 8L * bytes.getInt());
            }
        }
    }

    private static void skip(ByteBuffer bytes, long length) {
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        bytes.position(bytes.position() + (int) length);
    }

    private static byte[] inflated(byte[] file) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
            byte[] inflated = in.readNBytes(MAX_LENGTH + 1);
            if (inflated.length > MAX_LENGTH) {
                throw new IllegalArgumentException("over " + MAX_LENGTH + " bytes");
            }
            return inflated;
        }
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int magic(String text) {
        return littleEndian(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))
                .getInt();
    }
}
