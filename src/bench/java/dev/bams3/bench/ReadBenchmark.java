package dev.bams3.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.encode.ReadFormat;
import dev.bams3.fetch.ChunkFetcher;
import dev.bams3.fetch.FetchLimits;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.format.BlockSizing;
import dev.bams3.query.BamCompression;
import dev.bams3.query.OpenRead;
import dev.bams3.query.QueryLimits;
import dev.bams3.query.ReadsQuery;
import dev.bams3.sam.ReadSelection;
import dev.bams3.storage.MemoryObjectStore;
import htsjdk.samtools.SAMFileWriter;
import htsjdk.samtools.SAMFileWriterFactory;
import htsjdk.samtools.SAMRecord;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import htsjdk.samtools.ValidationStringency;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * How much of a dataset one core turns into an answer: fetch from memory, decode, encode, write to nowhere. MB/s of BAM
 * records per second of CPU time of the whole process (collector and compiler included), median of the rounds, beside htsjdk
 * reading the same BAM into records and writing them as BAM.
 *
 * <pre>
 * ./mvnw -q test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp target/classes:target/test-classes:$(cat target/classpath) dev.bams3.bench.ReadBenchmark in.bam [rounds]
 * </pre>
 */
public final class ReadBenchmark {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int MIB = 1 << 20;

    private ReadBenchmark() {}

    private interface Work {
        void run() throws IOException;
    }

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 15;
        RawBam source = RawBam.read(file);
        RawBam bam = source.isSorted() ? source : source.sorted();
        long bytes = bam.records().stream().mapToLong(record -> record.length).sum();
        MemoryObjectStore store = new MemoryObjectStore();
        DatasetId id = new DatasetId("bench");
        long stored = TestDatasets.write(store, id.prefix(), bam.header(), bam.records(), BlockSizing.DEFAULT)
                .chunks()
                .length();
        System.out.printf(
                Locale.ROOT,
                "%s: %,d records, %.1f MB, stored as %.3f of that%n",
                file.getFileName(),
                bam.records().size(),
                bytes / 1e6,
                stored / (double) bytes);
        ExecutorService cpu = Executors.newFixedThreadPool(1);
        try (ChunkFetcher fetcher = new ChunkFetcher(new FetchLimits(16, 8, 128L * MIB, 12 * MIB));
                BamCompression compression = new BamCompression(1, 1);
                ReadsQuery query = new ReadsQuery(fetcher, cpu, compression, new QueryLimits(4, 128L * MIB))) {
            OpenDataset dataset = new Datasets(store, DatasetCacheSettings.DEFAULT).open(id);
            for (ReadFormat format : ReadFormat.values()) {
                report(format.toString(), bam, bytes, rounds, () -> {
                    try (OpenRead read = query.open(dataset, ReadSelection.everything())) {
                        read.writeTo(format, OpenRead.Part.WHOLE, OutputStream.nullOutputStream());
                    }
                });
            }
        } finally {
            cpu.shutdown();
        }
        for (int level : new int[] {1, 5}) {
            report("htsjdk, BAM level " + level, bam, bytes, rounds, () -> copyWithHtsjdk(file, level));
        }
    }

    private static void copyWithHtsjdk(Path file, int level) throws IOException {
        SamReaderFactory readers = SamReaderFactory.makeDefault().validationStringency(ValidationStringency.SILENT);
        SAMFileWriterFactory writers = new SAMFileWriterFactory().setCompressionLevel(level);
        try (SamReader reader = readers.open(file);
                SAMFileWriter writer =
                        writers.makeBAMWriter(reader.getFileHeader(), true, OutputStream.nullOutputStream())) {
            for (SAMRecord record : reader) {
                writer.addAlignment(record);
            }
        }
    }

    private static void report(String name, RawBam bam, long bytes, int rounds, Work work) throws IOException {
        double[] seconds = new double[rounds];
        for (int round = -rounds / 3; round < rounds; round++) {
            long before = PROCESS.getProcessCpuTime();
            work.run();
            if (round >= 0) {
                seconds[round] = (PROCESS.getProcessCpuTime() - before) / 1e9;
            }
        }
        Arrays.sort(seconds);
        double median = seconds[rounds / 2];
        System.out.printf(
                Locale.ROOT,
                "%-22s %7.0f MB/s of records, %5.2f M reads/s%n",
                name,
                bytes / 1e6 / median,
                bam.records().size() / 1e6 / median);
    }
}
