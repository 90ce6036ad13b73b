package dev.bams3.source;

import dev.bams3.bam.BamReader;
import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.error.ReadsException;
import dev.bams3.sam.SamHeader;
import dev.bams3.source.cram.CramHeader;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * What is known of a source before its records are read.
 *
 * @param format of the file
 * @param header of the file
 * @param cram head of a CRAM
 * @param options how it is read
 * @param first where the first record of a BAM begins, {@code end} if there is none; or the first container of a CRAM
 * @param end where a record after the last would begin
 */
public record SourceHead(
        SourceObject object,
        SourceFormat format,
        SamHeader header,
        Optional<CramHeader> cram,
        SourceOptions options,
        VirtualOffset first,
        VirtualOffset end) {
    private static final int RANGE_LENGTH = 256 << 10;

    /**
     * Reads the head of a source.
     *
     * @throws dev.bams3.error.ReadsException INVALID_INPUT or CORRUPT, naming the file and the place in it
     */
    public static SourceHead read(
            SourceObject object,
            SourceOptions options,
            BgzfInflaters inflaters,
            ExecutorService cpu,
            ExecutorService waiting) {
        SourceFormat format = SourceFormat.of(object);
        VirtualOffset begin = VirtualOffset.of(0, 0);
        VirtualOffset end = VirtualOffset.of(object.size(), 0);
        if (format == SourceFormat.BAMS3) {
            SamHeader header = LegacyRecords.open(object).header();
            return new SourceHead(object, format, header, Optional.empty(), options, begin, end);
        }
        SourceRanges ranges = new SourceRanges(object, waiting, RANGE_LENGTH, 1, 0, object.size());
        if (format == SourceFormat.CRAM) {
            try (ranges) {
                return readCram(object, options, ranges);
            }
        }
        if (!options.allowMissingEndOfFile() && (format == SourceFormat.BAM || SamText.isBgzf(object))) {
            requireEndOfFile(object);
        }
        if (format == SourceFormat.SAM) {
            try (ranges;
                    SamText text = SamText.open(ranges, object, inflaters, cpu, 1);
                    SamRecords records = new SamRecords(text, cpu, 1, options.allowUnknownReferences())) {
                return new SourceHead(object, format, records.header(), Optional.empty(), options, begin, end);
            }
        }
        try (ParallelInflater inflater = new ParallelInflater(ranges, inflaters, cpu, 1, object.name(), begin, end)) {
            BamReader reader = new BamReader(inflater, BamRecords.MAX_RECORD_LENGTH, BamRecords.MAX_HEADER_BYTES);
            VirtualOffset first = reader.next() ? inflater.virtualOffset(reader.position()) : end;
            return new SourceHead(object, format, reader.header(), Optional.empty(), options, first, end);
        }
    }

    private static SourceHead readCram(SourceObject object, SourceOptions options, SourceRanges ranges) {
        CramHeader header = CramHeader.read(object.cram(ranges), object.size(), object.name());
        if (!options.allowMissingEndOfFile()) {
            try {
                header.requireEnd(object.size(), length -> object.read(object.size() - length, length), object.name());
            } catch (ReadsException e) {
                if (!object.isRemote()) {
                    throw e;
                }
                object.damage().again(e, () -> {
                    header.requireEnd(
                            object.size(), length -> object.readAgain(object.size() - length, length), object.name());
                    return header;
                });
            }
        }
        return new SourceHead(
                object,
                SourceFormat.CRAM,
                header.header(),
                Optional.of(header),
                options,
                VirtualOffset.of(header.first(), 0),
                VirtualOffset.of(object.size(), 0));
    }

    /** Looked at first, because a truncated file of hours should not be noticed only at its end. */
    private static void requireEndOfFile(SourceObject object) {
        int length = (int) Math.min(object.size(), BgzfBlock.END_OF_FILE_LENGTH);
        object.read(object.size() - length, length, tail -> {
            BgzfBlock.requireEndOfFile(tail, tail.length, object.size(), object.name());
            return tail;
        });
    }

    /** Whether records can be read from a place in the middle, and are known by such places. */
    public boolean isSeekable() {
        return format == SourceFormat.BAM;
    }
}
