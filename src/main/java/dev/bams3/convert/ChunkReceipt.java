package dev.bams3.convert;

import dev.bams3.format.BlockEntry;
import dev.bams3.format.ChunkEntry;
import dev.bams3.format.ChunkReader;
import dev.bams3.format.Flagstat;
import dev.bams3.format.ReadsTotals;
import dev.bams3.format.ReferenceReads;
import dev.bams3.format.StoredRange;
import dev.bams3.format.StreamDigest;
import dev.bams3.sort.RecordOrder;
import dev.bams3.source.RecordSource;
import dev.bams3.source.SourceWarnings;
import dev.bams3.storage.ETag;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * All that index and metadata will say of a finished chunk object, and which part of the source it holds.
 *
 * @param chunk its row of the chunk table
 * @param etag of the object as it was stored
 * @param crc32c of the object's bytes
 * @param from virtual offset of its first record in a BAM, else {@link RecordSource#NOWHERE}
 * @param next virtual offset of the record behind its last
 * @param digest of its records
 * @param reads of each reference, four numbers: its index, mapped and unmapped records, bases
 * @param passed flagstat counts of records that passed quality control
 * @param failed flagstat counts of the others
 * @param end last bytes of the object: its directory and its tail
 * @param warnings of the part of the source that it holds
 */
@SuppressWarnings("ArrayRecordComponent") // a document, never compared
record ChunkReceipt(
        ChunkEntry chunk,
        String etag,
        int crc32c,
        long from,
        long next,
        StreamDigest digest,
        long[] reads,
        long[] passed,
        long[] failed,
        byte[] end,
        List<SourceWarnings.Warning> warnings) {

    static ChunkReceipt of(
            ChunkEntry chunk,
            ETag etag,
            int crc32c,
            long from,
            long next,
            StreamDigest digest,
            List<ReferenceReads> reads,
            Flagstat flagstat,
            byte[] end,
            List<SourceWarnings.Warning> warnings) {
        long[] passed = new long[Flagstat.Category.values().length];
        long[] failed = new long[passed.length];
        for (Flagstat.Category category : Flagstat.Category.values()) {
            passed[category.ordinal()] = flagstat.passed(category);
            failed[category.ordinal()] = flagstat.failed(category);
        }
        long[] numbers = reads.stream()
                .flatMapToLong(each -> LongStream.of(
                        each.reference(),
                        each.totals().mapped(),
                        each.totals().unmapped(),
                        each.totals().bases(),
                        each.totals().rawBytes()))
                .toArray();
        return new ChunkReceipt(
                chunk, etag.value(), crc32c, from, next, digest, numbers, passed, failed, end, warnings);
    }

    Flagstat flagstat() {
        return Flagstat.ofCounts(passed, failed);
    }

    List<ReferenceReads> referenceReads() {
        List<ReferenceReads> all = new ArrayList<>();
        for (int i = 0; i < reads.length; i += 5) {
            all.add(new ReferenceReads(
                    Math.toIntExact(reads[i]),
                    new ReadsTotals(reads[i + 1], reads[i + 2], reads[i + 3], reads[i + 4])));
        }
        return all;
    }

    /** @throws dev.bams3.error.ReadsException CORRUPT for a receipt that was damaged */
    List<BlockEntry> blocks() {
        String name = "receipt of chunk " + chunk.number();
        byte[] last = Arrays.copyOfRange(end, end.length - ChunkReader.TAIL_LENGTH, end.length);
        StoredRange range = ChunkReader.tail(name, last, chunk.length());
        byte[] directory = Arrays.copyOf(end, end.length - ChunkReader.TAIL_LENGTH);
        return ChunkReader.directory(name, directory, range, chunk.number()).all();
    }

    /** Bytes of the source that it holds, about; 0 where that is not known. */
    long sourceBytes() {
        return from == RecordSource.NOWHERE ? 0 : (next >>> 16) - (from >>> 16);
    }

    /** Place of its first record in coordinate order. */
    long firstKey() {
        BlockEntry first = blocks().getFirst();
        return RecordOrder.key(first.firstReference(), first.firstStart());
    }

    /** Place of its last record in coordinate order. */
    long lastKey() {
        BlockEntry last = blocks().getLast();
        return RecordOrder.key(last.lastReference(), last.lastStart());
    }
}
