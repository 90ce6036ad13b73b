package dev.bams3.source;

import dev.bams3.legacy.LegacyDataset;
import dev.bams3.sam.SamHeader;
import java.util.Iterator;
import java.util.List;

/** The records of a dataset of version 0.x, chunk by chunk; each chunk's are in coordinate order. */
final class LegacyRecords implements RecordSource {
    private static final byte[] NONE = {};

    private final LegacyDataset dataset;
    private final SamHeader header;
    private final long size;
    private final SourceWarnings warnings = new SourceWarnings();
    private Iterator<byte[]> chunk = List.<byte[]>of().iterator();
    private int nextChunk;
    private byte[] record = NONE;

    LegacyRecords(SourceObject metadata, SamHeader header) {
        dataset = open(metadata);
        this.header = header;
        size = metadata.size();
        dataset.losses().forEach(loss -> warnings.add(WarningKind.of(loss.kind()), loss.records(), loss.text()));
    }

    /** Opens a dataset whose chunks may take an eighth of the heap, and their records as much. */
    static LegacyDataset open(SourceObject metadata) {
        return LegacyDataset.open(
                metadata.store(), metadata.key(), Runtime.getRuntime().maxMemory() / 8);
    }

    @Override
    public SamHeader header() {
        return header;
    }

    @Override
    public boolean next() {
        while (!chunk.hasNext()) {
            if (nextChunk == dataset.chunks()) {
                record = NONE;
                return false;
            }
            chunk = dataset.records(nextChunk++).iterator();
        }
        record = chunk.next();
        return true;
    }

    @Override
    public byte[] buffer() {
        return record;
    }

    @Override
    public int offset() {
        return 0;
    }

    @Override
    public int length() {
        return record.length;
    }

    /** Returns the share of the chunks that were read, of the size of the metadata. */
    long position() {
        return dataset.chunks() == 0 ? size : size * nextChunk / dataset.chunks();
    }

    @Override
    public List<SourceWarnings.Warning> takeWarnings() {
        return warnings.take();
    }

    @Override
    public void close() {
        // Chunks are read whole; nothing is open between them.
    }
}
