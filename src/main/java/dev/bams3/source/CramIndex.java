package dev.bams3.source;

import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.error.ReadsException;
import dev.bams3.source.cram.CramHeader;
import dev.bams3.source.cram.CramReader;
import dev.bams3.storage.ObjectKey;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;

/**
 * The containers of a CRAM that the {@code .crai} beside it lists (CRAMv3 § 12). It may be of another file, so each container
 * is looked at before it is used, and an index that cannot be read has none.
 */
public final class CramIndex {
    private static final int MAX_LENGTH = 32 << 20;
    private static final int MAX_LINES = 1 << 24;
    private static final int FIELDS = 6;
    private static final int CONTAINER_OFFSET = 3;

    private final SourceObject source;
    private final CramHeader header;
    private final TreeSet<Long> containers = new TreeSet<>();

    private CramIndex(SourceObject source, CramHeader header) {
        this.source = source;
        this.header = header;
    }

    /** Reads the first that is found of {@code x.cram.crai} and {@code x.crai}; may be empty. */
    public static CramIndex beside(SourceObject source, CramHeader header) {
        String key = source.key().value();
        String stem = key.endsWith(".cram") ? key.substring(0, key.length() - 5) : key;
        for (String name : List.of(key + ".crai", stem + ".crai")) {
            CramIndex index = new CramIndex(source, header);
            try {
                index.read(source.store().get(new ObjectKey(name), MAX_LENGTH).body());
                return index;
            } catch (ReadsException | IOException | NumberFormatException e) {
                // Missing, unreadable or not sound: the file is then one shard.
            }
        }
        return new CramIndex(source, header);
    }

    private void read(byte[] file) throws IOException {
        InputStream bytes = new ByteArrayInputStream(file);
        InputStream text = SourceFormat.isGzip(file) ? new GZIPInputStream(bytes) : bytes;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(text, StandardCharsets.ISO_8859_1))) {
            int count = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split("\t", -1);
                if (fields.length < FIELDS || ++count > MAX_LINES) {
                    throw new IOException("no index");
                }
                containers.add(Long.parseLong(fields[CONTAINER_OFFSET]));
            }
        }
    }

    /** The first container at or behind {@code from} and before {@code to}, if there really is one. */
    public Optional<VirtualOffset> first(long from, long to) {
        return Optional.ofNullable(containers.ceiling(from))
                .filter(offset -> offset < to && offset < source.size())
                .filter(this::isContainer)
                .map(offset -> VirtualOffset.of(offset, 0));
    }

    private boolean isContainer(long offset) {
        int length = (int) Math.min(CramReader.PROBE_LENGTH, source.size() - offset);
        return CramReader.isContainer(header, source.read(offset, length), offset, source.size());
    }
}
