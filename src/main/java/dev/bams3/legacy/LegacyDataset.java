package dev.bams3.legacy;

import com.github.luben.zstd.ZstdInputStream;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A dataset of a prototype. Its chunks are read one after the other; each is checked against its checksum, where it has one.
 *
 * <p>Memory: the bytes of one chunk, and its records.
 */
public final class LegacyDataset {
    private static final String HEADER = "_header.json";
    private static final int MOST_JSON = 64 << 20;
    private static final int MOST_CHUNK = 1 << 30;
    private static final int ZSTD_MAGIC = 0xFD2FB528;
    private static final int SKIPPABLE_MAGIC = 0x184D2A50;
    private final ObjectStore store;
    private final String prefix;
    private final Manifest manifest;
    private final int mostBytes;

    private LegacyDataset(ObjectStore store, String prefix, Manifest manifest, int mostBytes) {
        this.mostBytes = mostBytes;
        this.store = store;
        this.prefix = prefix;
        this.manifest = manifest;
    }

    /**
     * Whether a text is the metadata of a dataset before 1.0, as far as its first bytes show: they were written before
     * anything else.
     */
    public static boolean isMetadata(byte[] start) {
        String text = new String(start, 0, Math.min(start.length, 1024), StandardCharsets.UTF_8);
        return text.stripLeading().startsWith("{")
                && text.matches("(?is)\\s*\\{.*\"format\"\\s*:\\s*\"bams3\".*\"version\"\\s*:\\s*\"0\\..*");
    }

    /**
     * Opens a dataset.
     *
     * @param metadata its key; the other objects lie beside it
     * @param mostBytes of a chunk as it is stored, and of its records
     * @throws ReadsException UNSUPPORTED_VERSION for another version, CORRUPT for documents that are wrong or missing
     */
    public static LegacyDataset open(ObjectStore store, ObjectKey metadata, long mostBytes) {
        String key = metadata.value();
        String prefix = key.substring(0, key.lastIndexOf('/') + 1);
        ObjectKey header = new ObjectKey(prefix + HEADER);
        return new LegacyDataset(
                store,
                prefix,
                Manifest.read(key, get(store, metadata, MOST_JSON), header.value(), get(store, header, MOST_JSON)),
                (int) Math.min(MOST_CHUNK, mostBytes));
    }

    private static byte[] get(ObjectStore store, ObjectKey key, int most) {
        try {
            return store.get(key, most).body();
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                throw ReadsException.about(
                        ErrorKind.CORRUPT, key.value(), "is missing, although the dataset has to have it", e);
            }
            throw e;
        }
    }

    /** Key of the metadata, for messages. */
    public String name() {
        return prefix + "_metadata.json";
    }

    /** Version of the metadata, such as 0.2.0. */
    public String version() {
        return manifest.version();
    }

    public Instant created() {
        return manifest.created();
    }

    public String createdBy() {
        return manifest.createdBy();
    }

    /** Name of the file that it was made from, without its folder. */
    public String sourceFile() {
        String file = manifest.sourceFile();
        return file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
    }

    /** The header, with a comment on what was lost; its order is by coordinate. */
    public SamHeader header() {
        StringBuilder text = new StringBuilder(new String(manifest.header().text(), StandardCharsets.UTF_8));
        losses().forEach(loss -> text.append("@CO\tBAMS3 ")
                .append(version())
                .append(": ")
                .append(loss.text())
                .append('\n'));
        return new SamHeader(
                text.toString().getBytes(StandardCharsets.UTF_8),
                manifest.header().references());
    }

    /** Returns the number of chunks. */
    public int chunks() {
        return manifest.chunks().size();
    }

    /** Returns what the prototype did not store, or stored wrongly. */
    public List<Loss> losses() {
        long reads = manifest.chunks().stream().mapToLong(LegacyChunk::reads).sum();
        Dialect dialect = manifest.dialect();
        List<Loss> losses = new ArrayList<>();
        losses.add(new Loss("lost-mates", reads, "RNEXT, PNEXT and TLEN were not stored"));
        if (!dialect.hasTags()) {
            losses.add(new Loss("lost-tags", reads, "optional fields were not stored"));
            losses.add(new Loss("lost-places", 0, "positions of unmapped reads were not stored"));
        } else {
            losses.add(new Loss(
                    "lost-tag-types",
                    reads,
                    "types and order of optional fields were not stored; types of standard tags are inferred, others are"
                            + " text"));
        }
        if (dialect.version() == Dialect.Version.BINARY) {
            losses.add(new Loss("lost-bases", reads, "bases other than A, C, G, T and N were not stored; they are N"));
        }
        if (!dialect.hasCigars()) {
            losses.add(new Loss(
                    "lost-cigars", reads, "CIGARs were not stored; reads are found by their first base alone"));
        }
        if (dialect.hasTags() && !dialect.fromText()) {
            losses.add(new Loss("lost-header-lines", 0, "fields of @RG, @PG and @SQ lines were not stored"));
        }
        if (manifest.hasRepeatedRows()) {
            losses.add(new Loss("repeated-chunks", 0, "chunks stood in the manifest several times; each is read once"));
        }
        return losses;
    }

    /**
     * Reads a chunk.
     *
     * @param number 0 to {@link #chunks} - 1
     * @return its records in coordinate order, sound, as BAM has them
     * @throws ReadsException CORRUPT naming object and field; TOO_LARGE for more than this process has memory for
     */
    public List<byte[]> records(int number) {
        LegacyChunk chunk = manifest.chunks().get(number);
        if (!ObjectKey.isValid(prefix + chunk.path())) {
            throw ReadsException.corrupt(name(), 0, "chunks.path", "'" + chunk.path() + "' leads out of the dataset");
        }
        ObjectKey key = new ObjectKey(prefix + chunk.path());
        byte[] stored = get(store, key, mostBytes);
        RecordBuilder out =
                new RecordBuilder(key.value(), manifest.header().references().size(), mostBytes);
        long expected = readsOf(key, chunk, stored);
        try (InputStream in = unpacked(stored)) {
            PushbackInputStream ahead = new PushbackInputStream(in, 4);
            byte[] magic = ahead.readNBytes(4);
            ahead.unread(magic);
            if (magic.length == 4 && littleEndian(magic) == BinaryReads.MAGIC) {
                new BinaryReads(out, manifest.dialect(), image(key, ahead)).read();
            } else {
                Optional<String> checksum = new JsonReads(out, manifest.dialect()).read(ahead);
                if (checksum.isPresent() && !chunk.readsByChecksum().containsKey(checksum.get())) {
                    throw notWritten(key);
                }
            }
        } catch (IOException e) {
            throw ReadsException.corrupt(key.value(), 0, "zstd", "cannot be unpacked: " + e.getMessage(), e);
        }
        if (out.count() != expected) {
            throw ReadsException.corrupt(
                    key.value(), 0, "reads", out.count() + " reads, the manifest says " + expected);
        }
        return out.sorted();
    }

    /** Reads by the row of the manifest whose checksum the object has. That of the Python program is one of the reads. */
    private long readsOf(ObjectKey key, LegacyChunk chunk, byte[] stored) {
        Map<String, Long> rows = chunk.readsByChecksum();
        if (manifest.dialect().version() == Dialect.Version.PYTHON_JSON) {
            return chunk.reads();
        }
        Long reads = rows.get(HexFormat.of().formatHex(newSha256().digest(stored)));
        if (reads == null) {
            throw notWritten(key);
        }
        return reads;
    }

    private static ReadsException notWritten(ObjectKey key) {
        return ReadsException.corrupt(key.value(), 0, "checksum", "the reads are not those that were written");
    }

    static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Decompresses a chunk by its first bytes, because the compression that a dataset declares is often wrong. */
    private static InputStream unpacked(byte[] stored) throws IOException {
        int magic = stored.length < 4 ? 0 : littleEndian(stored);
        InputStream in = new ByteArrayInputStream(stored);
        return magic == ZSTD_MAGIC || (magic & 0xFFFFFFF0) == SKIPPABLE_MAGIC ? new ZstdInputStream(in) : in;
    }

    private static int littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    private byte[] image(ObjectKey key, InputStream in) throws IOException {
        byte[] image = in.readNBytes(mostBytes);
        if (in.read() >= 0) {
            throw ReadsException.about(
                    ErrorKind.TOO_LARGE,
                    key.value(),
                    "unpacks to more than " + (mostBytes >> 20)
                            + " MB, a share of the heap; give this process a larger one (-Xmx)");
        }
        return image;
    }
}
