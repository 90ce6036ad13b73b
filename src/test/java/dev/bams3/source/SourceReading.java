package dev.bams3.source;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.fixtures.RawBam;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamFlags;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Reads whole sources as a conversion does. */
final class SourceReading implements AutoCloseable {
    private static final int FLAG = 18;

    private final ExecutorService cpu = Executors.newFixedThreadPool(3);
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private final MemoryObjectStore store = new MemoryObjectStore();

    /**
     * A source.
     *
     * @param warnings of reading; those that follow from the records are counted later
     */
    record Read(RawBam bam, List<SourceWarnings.Warning> warnings) {}

    /** @throws dev.bams3.error.ReadsException when the source is refused */
    Read read(byte[] file, SourceOptions options) {
        ObjectKey key = new ObjectKey("source.bam");
        store.put(key, file, PutCondition.always());
        List<byte[]> records = new ArrayList<>();
        List<SourceWarnings.Warning> warnings = new ArrayList<>();
        try (BgzfInflaters inflaters = new BgzfInflaters(2)) {
            SourceHead head = SourceHead.read(SourceObject.open(store, key), options, inflaters, cpu, waiting);
            try (SourceFile source = SourceFile.open(head, inflaters, cpu, waiting)) {
                RecordSource in = source.records();
                while (in.next()) {
                    records.add(Arrays.copyOfRange(in.buffer(), in.offset(), in.offset() + in.length()));
                }
                warnings.addAll(in.takeWarnings());
            }
            return new Read(new RawBam(head.header(), records), warnings);
        }
    }

    /**
     * What htslib makes of a line of SAM text with the FLAG of that line: htslib sets 0x4 on reads without position or
     * CIGAR, we do not.
     */
    static byte[] withFlagOf(byte[] ours, byte[] theirs) {
        boolean incomplete = BamRecord.referenceIndex(theirs, 0) < 0
                || BamRecord.start(theirs, 0) < 0
                || BamRecord.cigarLength(theirs, 0) == 0;
        byte[] same = theirs.clone();
        if (incomplete && (BamRecord.flags(ours, 0) | SamFlags.UNMAPPED) == BamRecord.flags(theirs, 0)) {
            same[FLAG] = ours[FLAG];
        }
        return same;
    }

    @Override
    public void close() {
        cpu.shutdownNow();
        waiting.shutdownNow();
    }
}
