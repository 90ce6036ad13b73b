package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.RawBam;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import htsjdk.samtools.BAMIndexer;
import htsjdk.samtools.BAMRecordCodec;
import htsjdk.samtools.QueryInterval;
import htsjdk.samtools.SAMRecord;
import htsjdk.samtools.SAMRecordIterator;
import htsjdk.samtools.SamInputResource;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import htsjdk.samtools.ValidationStringency;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A second opinion on what a selection selects: htsjdk asks a BAM through an index that it made itself. */
final class HtsjdkQuery implements AutoCloseable {
    private final ReferenceDictionary references;
    private final List<byte[]> records;
    private final SamReader reader;
    private final BAMRecordCodec codec;
    private final ByteArrayOutputStream encoded = new ByteArrayOutputStream();

    /**
     * @param bam a file of these records in coordinate order, whose header says that they are
     */
    HtsjdkQuery(RawBam source, Path bam) throws IOException {
        references = source.header().references();
        records = source.records();
        Path bai = bam.resolveSibling(bam.getFileName() + ".bai");
        SamReaderFactory factory = SamReaderFactory.makeDefault().validationStringency(ValidationStringency.SILENT);
        if (!references.references().isEmpty()) {
            try (SamReader withSources = SamReaderFactory.makeDefault()
                    .validationStringency(ValidationStringency.SILENT)
                    .enable(SamReaderFactory.Option.INCLUDE_SOURCE_IN_RECORDS)
                    .open(SamInputResource.of(bam))) {
                BAMIndexer.createIndex(withSources, bai);
            }
        }
        reader = factory.open(Files.exists(bai) ? SamInputResource.of(bam).index(bai) : SamInputResource.of(bam));
        assertThat(reader.getFileHeader().getSequenceDictionary().size()).isEqualTo(references.size());
        codec = new BAMRecordCodec(reader.getFileHeader());
        codec.setOutputStream(encoded);
    }

    /** Asserts that htsjdk finds these records, in this order. */
    void check(ReadSelection.Regions selection, int[] expected) {
        if (!reader.hasIndex()) {
            return;
        }
        int found = 0;
        QueryInterval[] intervals = intervals(selection);
        if (intervals.length > 0) {
            try (SAMRecordIterator answer = reader.query(intervals, false)) {
                found = check(selection, answer, expected, found);
            }
        }
        if (selection.unplaced()) {
            try (SAMRecordIterator answer = reader.queryUnmapped()) {
                found = check(selection, answer, expected, found);
            }
        }
        assertThat(found).as("htsjdk's records of %s", selection).isEqualTo(expected.length);
    }

    private int check(ReadSelection selection, SAMRecordIterator answer, int[] expected, int before) {
        int at = before;
        while (answer.hasNext()) {
            byte[] theirs = encode(answer.next());
            assertThat(at).as("htsjdk's records of %s", selection).isLessThan(expected.length);
            byte[] ours = records.get(expected[at]);
            if (compare(theirs, ours) != 0) {
                assertThat(ours).as("record %s of %s", at, selection).isEqualTo(theirs);
            }
            at++;
        }
        return at;
    }

    private QueryInterval[] intervals(ReadSelection.Regions selection) {
        return QueryInterval.optimizeIntervals(selection.regions().stream()
                .map(this::interval)
                .filter(interval -> interval.start <= interval.end)
                .toArray(QueryInterval[]::new));
    }

    private QueryInterval interval(Region region) {
        int reference = references.indexOf(region.referenceName()).orElseThrow();
        // Reads stand behind the end of a reference, too; a BAI has no bins behind 2^29.
        long last = Math.max(references.get(reference).length(), 1 << 29);
        long end = Math.min(last, region.end().orElse(last));
        return new QueryInterval(
                reference, Math.toIntExact(Math.min(Integer.MAX_VALUE, region.start() + 1)), Math.toIntExact(end));
    }

    private byte[] encode(SAMRecord record) {
        encoded.reset();
        codec.encode(record);
        return encoded.toByteArray();
    }

    /** Bytes but for BIN, which htsjdk computes anew for reads without a place; where it rewrites a CIGAR that stands in the CG tag, the fixed fields and the name. */
    private static int compare(byte[] left, byte[] right) {
        if (hasCigarInTag(right)) {
            int name = right[12] & 0xFF;
            int fields = Arrays.compare(left, 4, 14, right, 4, 14);
            return fields != 0 ? fields : Arrays.compare(left, 36, 36 + name, right, 36, 36 + name);
        }
        int front = Arrays.compare(left, 0, 14, right, 0, 14);
        return front != 0 ? front : Arrays.compare(left, 16, left.length, right, 16, right.length);
    }

    /** CIGAR kSmN with k the bases of the read (SAMv1 § 4.2.2). */
    private static boolean hasCigarInTag(byte[] record) {
        int at = 36 + (record[12] & 0xFF);
        return (RawBam.int32(record, 16) & 0xFFFF) == 2
                && RawBam.int32(record, at) == (RawBam.int32(record, 20) << 4 | 4)
                && (RawBam.int32(record, at + 4) & 15) == 3;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
