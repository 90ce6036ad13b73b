package dev.bams3.source.cram;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * References of a FASTA file that is indexed ({@code .fai}, and {@code .gzi} if it is compressed with bgzip), in a folder or
 * a bucket. Its indexes are read when the first reference is looked for.
 */
public final class FastaFile implements ReferenceSource {
    private static final int MAX_INDEX_LENGTH = 256 << 20;
    private static final int INDEX_FIELDS = 5;

    /** Of the bases that are read at one time, with the ends of their lines. */
    private static final int MAX_TEXT_LENGTH = 64 << 20;

    /** So that the place of a base, which lies at most 2^62 behind it, is a long. */
    private static final long MAX_OFFSET = 1L << 62;

    private static final int CASE = 0x20;

    /** Bytes of a gzip file up to its flags; blocks of bgzip have their length in an extra field. */
    private static final int GZIP_HEAD = 4;

    private static final int GZIP_EXTRA = 4;

    private final ObjectStore store;
    private final ObjectKey key;
    private final BgzfInflaters inflaters;
    private final DamageCheck damage;
    private @Nullable Map<String, Entry> index;
    private @Nullable Bytes bytes;

    /** The bytes of the file as text. */
    interface Bytes {
        byte[] read(long offset, int length);
    }

    private record Entry(long length, long offset, int lineBases, int lineLength) {}

    /**
     * @param store that holds the file; stays the caller's
     * @param inflaters stay the caller's
     */
    public FastaFile(ObjectStore store, ObjectKey key, BgzfInflaters inflaters) {
        this(store, key, inflaters, new DamageCheck());
    }

    /** @param damage counts damaged reads of a file that is compressed */
    public FastaFile(ObjectStore store, ObjectKey key, BgzfInflaters inflaters, DamageCheck damage) {
        this.store = store;
        this.key = key;
        this.inflaters = inflaters;
        this.damage = damage;
    }

    @Override
    public Optional<Stored> find(String name, Optional<String> md5) {
        return Optional.ofNullable(index().get(name)).map(Sequence::new);
    }

    private synchronized Map<String, Entry> index() {
        if (index == null) {
            ObjectInfo info = info();
            byte[] first = info.size() < GZIP_HEAD
                    ? new byte[GZIP_HEAD]
                    : store.getRange(key, new ByteRange(0, GZIP_HEAD), info.etag());
            boolean compressed = first[0] == 0x1f && first[1] == (byte) 0x8b;
            if (compressed && (first[3] & GZIP_EXTRA) == 0) {
                throw ReadsException.about(
                        ErrorKind.INVALID_INPUT,
                        name(),
                        "the reference is compressed with gzip, which cannot be read at any place; decompress it, or"
                                + " compress it with bgzip");
            }
            index = readIndex();
            bytes = compressed
                    ? BgzipText.open(store, info, gzi(), inflaters, damage, name())
                    : (offset, length) -> store.getRange(key, new ByteRange(offset, length), info.etag());
        }
        return index;
    }

    private ObjectInfo info() {
        try {
            return store.head(key);
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.NOT_FOUND) {
                throw e;
            }
            throw ReadsException.about(
                    ErrorKind.INVALID_INPUT,
                    name(),
                    "the reference does not exist: name the FASTA file with --reference (over HTTP options.reference), or a"
                            + " folder that has its sequences by their MD5 in REF_CACHE or REF_PATH",
                    e);
        }
    }

    private synchronized Bytes bytes() {
        index();
        if (bytes == null) {
            throw new IllegalStateException("opened with the index");
        }
        return bytes;
    }

    private byte[] gzi() {
        return companion(".gzi", "bgzip -r");
    }

    private byte[] companion(String extension, String maker) {
        try {
            return store.get(new ObjectKey(key.value() + extension), MAX_INDEX_LENGTH)
                    .body();
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.NOT_FOUND) {
                throw e;
            }
            throw ReadsException.about(
                    ErrorKind.INVALID_INPUT,
                    name(),
                    "the reference has no index " + extension + " beside it; make it with '" + maker + " "
                            + key.value().substring(key.value().lastIndexOf('/') + 1) + "'",
                    e);
        }
    }

    private Map<String, Entry> readIndex() {
        Map<String, Entry> entries = new HashMap<>();
        String text = new String(companion(".fai", "samtools faidx"), StandardCharsets.ISO_8859_1);
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (line.isEmpty()) {
                continue;
            }
            String[] fields = line.split("\t", -1);
            try {
                if (fields.length < INDEX_FIELDS) {
                    throw new NumberFormatException("too few fields");
                }
                Entry entry = new Entry(
                        Long.parseLong(fields[1]),
                        Long.parseLong(fields[2]),
                        Integer.parseInt(fields[3]),
                        Integer.parseInt(fields[4].strip()));
                if (entry.length() < 0
                        || entry.length() > Integer.MAX_VALUE
                        || entry.offset() < 0
                        || entry.offset() > MAX_OFFSET
                        || entry.length() > 0 && (entry.lineBases() < 1 || entry.lineLength() < entry.lineBases())) {
                    throw new NumberFormatException("impossible numbers");
                }
                entries.putIfAbsent(fields[0], entry);
            } catch (NumberFormatException e) {
                throw ReadsException.about(
                        ErrorKind.INVALID_INPUT,
                        name() + ".fai",
                        "line " + number + " is no line of a FASTA index; make it again with 'samtools faidx'",
                        e);
            }
        }
        return entries;
    }

    private String name() {
        String location = store.location();
        return location.endsWith("/") || location.endsWith(":") ? location + key : location + "/" + key;
    }

    private final class Sequence implements Stored {
        private final Entry entry;

        Sequence(Entry entry) {
            this.entry = entry;
        }

        @Override
        public long length() {
            return entry.length();
        }

        @Override
        public String description() {
            return name();
        }

        @Override
        public byte[] read(long from, int count) {
            byte[] bases = new byte[count];
            if (count == 0) {
                return bases;
            }
            long begin = place(from);
            long length = place(from + count - 1) + 1 - begin;
            if (length > MAX_TEXT_LENGTH) {
                throw malformed();
            }
            byte[] text = bytes().read(begin, (int) length);
            int have = 0;
            for (byte character : text) {
                if (character > ' ') {
                    if (have == count) {
                        throw malformed();
                    }
                    bases[have++] = character >= 'a' && character <= 'z' ? (byte) (character - CASE) : character;
                }
            }
            if (have != count) {
                throw malformed();
            }
            return bases;
        }

        private long place(long base) {
            return entry.offset() + base / entry.lineBases() * entry.lineLength() + base % entry.lineBases();
        }

        private ReadsException malformed() {
            return ReadsException.about(
                    ErrorKind.INVALID_INPUT,
                    name(),
                    "the lines are not as long as its index (.fai) says; make that again with 'samtools faidx'");
        }
    }
}
