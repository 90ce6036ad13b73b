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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The same records as a BAM with an index of htsjdk's, asked by htsjdk. */
final class HtsjdkQuery implements RegionDifferentialTest.Oracle, AutoCloseable {
    private final ReferenceDictionary references;
    private final SamReader reader;
    private final Path bam;
    private final Path bai;

    HtsjdkQuery(RawBam source, Path bam) throws IOException {
        references = source.header().references();
        this.bam = bam;
        bai = bam.resolveSibling(bam.getFileName() + ".bai");
        new RawBam(source.header().sortedByCoordinate(), source.records()).write(bam);
        SamReaderFactory factory = SamReaderFactory.makeDefault().validationStringency(ValidationStringency.SILENT);
        try (SamReader unindexed = factory.open(SamInputResource.of(bam))) {
            if (!references.references().isEmpty()) {
                try (SamReader withSources = SamReaderFactory.makeDefault()
                        .validationStringency(ValidationStringency.SILENT)
                        .enable(SamReaderFactory.Option.INCLUDE_SOURCE_IN_RECORDS)
                        .open(SamInputResource.of(bam))) {
                    BAMIndexer.createIndex(withSources, bai);
                }
            }
            assertThat(unindexed.getFileHeader().getSequenceDictionary().size()).isEqualTo(references.size());
        }
        reader = factory.open(Files.exists(bai) ? SamInputResource.of(bam).index(bai) : SamInputResource.of(bam));
    }

    @Override
    public void check(ReadSelection.Regions selection, List<byte[]> expected) {
        if (!reader.hasIndex()) {
            return;
        }
        List<byte[]> found = new ArrayList<>();
        QueryInterval[] intervals = intervals(selection);
        if (intervals.length > 0) {
            try (SAMRecordIterator records = reader.query(intervals, false)) {
                records.forEachRemaining(record -> found.add(encode(record)));
            }
        }
        if (selection.unplaced()) {
            try (SAMRecordIterator records = reader.queryUnmapped()) {
                records.forEachRemaining(record -> found.add(encode(record)));
            }
        }
        assertThat(found.size()).as("htsjdk's records of %s", selection).isEqualTo(expected.size());
        for (int i = 0; i < found.size(); i++) {
            if (compare(found.get(i), expected.get(i)) != 0) {
                assertThat(expected.get(i)).as("record %s of %s", i, selection).isEqualTo(found.get(i));
            }
        }
    }

    private QueryInterval[] intervals(ReadSelection.Regions selection) {
        Map<Boolean, List<QueryInterval>> byUse = selection.regions().stream()
                .map(this::interval)
                .collect(Collectors.partitioningBy(interval -> interval.start <= interval.end));
        return QueryInterval.optimizeIntervals(
                byUse.getOrDefault(true, List.of()).toArray(QueryInterval[]::new));
    }

    private QueryInterval interval(Region region) {
        int reference = references.indexOf(region.referenceName()).orElseThrow();
        int length = references.get(reference).length();
        long end = Math.min(length, region.end().orElse(length));
        return new QueryInterval(
                reference, Math.toIntExact(Math.min(Integer.MAX_VALUE, region.start() + 1)), Math.toIntExact(end));
    }

    private static byte[] encode(SAMRecord record) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BAMRecordCodec codec = new BAMRecordCodec(record.getHeader());
        codec.setOutputStream(out);
        codec.encode(record);
        return out.toByteArray();
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
        Files.delete(bam);
        Files.deleteIfExists(bai);
    }
}
