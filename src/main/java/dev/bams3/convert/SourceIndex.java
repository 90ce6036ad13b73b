package dev.bams3.convert;

import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/**
 * Where records begin, as a BAI or CSI beside the BAM says: the beginnings of its chunks, which are those of bins of the
 * genome. It may be of another file by now, so that nothing it says is believed untried, and one that cannot be read is none.
 */
final class SourceIndex {
    private static final int BAI = magic("BAI\1");
    private static final int CSI = magic("CSI\1");

    /** A human genome at 30x has 9 MB. */
    private static final int MAX_LENGTH = 256 << 20;

    private static final int BAI_DEPTH = 5;
    private static final int CHUNK_LENGTH = 16;
    private static final int MAX_DEPTH = 9;

    static final SourceIndex NONE = new SourceIndex();

    private final TreeSet<VirtualOffset> beginnings = new TreeSet<>();

    private SourceIndex() {}

    /** The first that is found of {@code x.bam.bai}, {@code x.bai}, {@code x.bam.csi} and {@code x.csi}; may be empty. */
    static SourceIndex beside(SourceObject source) {
        String key = source.key().value();
        String stem = key.endsWith(".bam") ? key.substring(0, key.length() - 4) : key;
        for (String name : List.of(key + ".bai", stem + ".bai", key + ".csi", stem + ".csi")) {
            try {
                SourceIndex index = new SourceIndex();
                index.read(source.store().get(new ObjectKey(name), MAX_LENGTH).body());
                return index;
            } catch (ReadsException | IOException | BufferUnderflowException | IllegalArgumentException e) {
                // Not there, not for us to read, or not sound: the bytes of the source say the same.
            }
        }
        return NONE;
    }

    /** The first that lies at or behind that byte of the file. */
    Optional<VirtualOffset> firstFrom(long offset) {
        return Optional.ofNullable(beginnings.ceiling(VirtualOffset.of(offset, 0)));
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
                    beginnings.add(new VirtualOffset(bytes.getLong()));
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
            return in.readNBytes(MAX_LENGTH);
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
