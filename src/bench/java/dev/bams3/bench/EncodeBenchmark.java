package dev.bams3.bench;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.encode.ReadFormat;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.fixtures.Bams;
import dev.bams3.sam.BamRecord;
import htsjdk.samtools.SAMFileHeader;
import htsjdk.samtools.SAMRecord;
import htsjdk.samtools.SAMTextWriter;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;

/**
 * Prints how many MB of BAM records a second of one thread's CPU time turn into each format, beside rivals measured in
 * the same run. Arguments: a BAM file, and how many rounds (7). The rounds take turns; the best of each is printed.
 */
public final class EncodeBenchmark {
    private static final int BLOCK = 512 * 1024;

    private EncodeBenchmark() {}

    /** Runs once over all records and returns how many bytes came out. */
    private interface Run {
        long once() throws IOException;
    }

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 7;
        Bams.Content content = Bams.read(Files.readAllBytes(file), file.toString());
        int[] cuts = cuts(content.records());
        try (BgzfDeflaters fast = new BgzfDeflaters(1, 1);
                BgzfDeflaters stored = new BgzfDeflaters(0, 1)) {
            Map<String, Run> runs = new LinkedHashMap<>();
            runs.put("BAM level 1, " + fast.variant(), blocks(ReadFormat.BAM, content, cuts, fast));
            runs.put("BAM level 0 (stored)", blocks(ReadFormat.BAM, content, cuts, stored));
            runs.put("  java.util.zip level 1 alone", () -> javaDeflate(content.records()));
            runs.put("SAM", blocks(ReadFormat.SAM, content, cuts, fast));
            runs.put("  htsjdk SAM, records decoded before", htsjdkSam(file));
            runs.put("NDJSON", blocks(ReadFormat.NDJSON, content, cuts, fast));
            runs.put("JSON", blocks(ReadFormat.JSON, content, cuts, fast));
            print(file, content, runs, rounds);
        }
    }

    private static void print(Path file, Bams.Content content, Map<String, Run> runs, int rounds) throws IOException {
        Map<String, Long> best = new LinkedHashMap<>();
        Map<String, Long> sizes = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Run> run : runs.entrySet()) {
                long before = cpuTime();
                sizes.put(run.getKey(), run.getValue().once());
                best.merge(run.getKey(), cpuTime() - before, Math::min);
            }
        }
        double megabytes = content.records().length / 1e6;
        System.out.printf("%s: %,d records, %.1f MB%n", file.getFileName(), content.count(), megabytes);
        System.out.printf("%-38s %8s %9s %10s%n", "", "MB/s", "M reads/s", "out/in");
        runs.keySet().forEach(name -> {
            double seconds = best.getOrDefault(name, 1L) / 1e9;
            System.out.printf(
                    "%-38s %8.0f %9.2f %10.3f%n",
                    name,
                    megabytes / seconds,
                    content.count() / 1e6 / seconds,
                    sizes.getOrDefault(name, 0L) / 1e6 / megabytes);
        });
    }

    private static long cpuTime() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static Run blocks(ReadFormat format, Bams.Content content, int[] cuts, BgzfDeflaters deflaters) {
        RecordEncoder encoder = RecordEncoder.of(format, content.header(), deflaters);
        return () -> {
            long written = 0;
            for (int i = 0; i + 1 < cuts.length; i++) {
                written += encoder.block(content.records(), cuts[i], cuts[i + 1] - cuts[i])
                        .length();
            }
            return written;
        };
    }

    /** Where blocks of about 512 KiB begin, and where the last ends. */
    private static int[] cuts(byte[] records) {
        List<Integer> cuts = new ArrayList<>(List.of(0));
        int record = 0;
        while (record < records.length) {
            record += BamRecord.length(records, record);
            if (record - cuts.getLast() >= BLOCK || record == records.length) {
                cuts.add(record);
            }
        }
        return cuts.stream().mapToInt(Integer::intValue).toArray();
    }

    private static long javaDeflate(byte[] records) {
        Deflater deflater = new Deflater(1, true);
        byte[] target = new byte[BgzfDeflaters.maxCompressedLength(BgzfDeflaters.MAX_PAYLOAD)];
        long written = 0;
        for (int from = 0; from < records.length; from += BgzfDeflaters.MAX_PAYLOAD) {
            deflater.reset();
            deflater.setInput(records, from, Math.min(BgzfDeflaters.MAX_PAYLOAD, records.length - from));
            deflater.finish();
            written += deflater.deflate(target);
        }
        deflater.end();
        return written;
    }

    private static Run htsjdkSam(Path file) throws IOException {
        List<SAMRecord> records = new ArrayList<>();
        try (SamReader reader = SamReaderFactory.makeDefault().open(file)) {
            for (SAMRecord record : reader) {
                // Touching the fields decodes them, so that only the writing is measured.
                record.getAttributes();
                record.getCigar();
                record.getReadBases();
                record.getBaseQualities();
                records.add(record);
            }
            SAMFileHeader header = reader.getFileHeader();
            return () -> writeSam(header, records);
        }
    }

    private static long writeSam(SAMFileHeader header, List<SAMRecord> records) {
        Counter counter = new Counter();
        try (SAMTextWriter writer = new SAMTextWriter(counter)) {
            writer.setSortOrder(header.getSortOrder(), true);
            writer.setHeader(header);
            records.forEach(writer::addAlignment);
        }
        return counter.written;
    }

    private static final class Counter extends OutputStream {
        private long written;

        @Override
        public void write(int value) {
            written++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            written += length;
        }
    }
}
