package dev.bams3.bench;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.source.RecordSource;
import dev.bams3.source.SourceFile;
import dev.bams3.source.SourceHead;
import dev.bams3.source.SourceObject;
import dev.bams3.source.SourceOptions;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Reads a CRAM that needs no reference again and again, first so that its code is compiled and then as often, and prints the
 * reads per second of CPU of the latter, garbage collection included. Arguments: the file, and how often (100).
 */
public final class CramBenchmark {
    private CramBenchmark() {}

    public static void main(String[] arguments) {
        Path file = Path.of(arguments[0]).toAbsolutePath();
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
        ExecutorService cpu = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
        try (BgzfInflaters inflaters = new BgzfInflaters(1)) {
            SourceObject source = SourceObject.open(
                    new FolderObjectStore(new StoreUri.Folder(file.resolveSibling(""))),
                    new ObjectKey(file.getFileName().toString()));
            for (int i = 0; i < rounds; i++) {
                read(source, inflaters, cpu, waiting);
            }
            // All rounds together: a process's time is counted in steps of 10 ms.
            double before = cpuSeconds();
            long records = 0;
            for (int i = 0; i < rounds; i++) {
                records += read(source, inflaters, cpu, waiting);
            }
            System.out.printf(
                    Locale.ROOT,
                    "%,d records, %,.0f reads per CPU-second%n",
                    records,
                    records / (cpuSeconds() - before));
        } finally {
            cpu.shutdownNow();
            waiting.shutdownNow();
        }
    }

    private static long read(
            SourceObject source, BgzfInflaters inflaters, ExecutorService cpu, ExecutorService waiting) {
        SourceHead head = SourceHead.read(source, SourceOptions.DEFAULT, inflaters, cpu, waiting);
        long count = 0;
        try (SourceFile open = SourceFile.open(head, inflaters, cpu, waiting)) {
            RecordSource records = open.records();
            while (records.next()) {
                count++;
            }
        }
        return count;
    }

    private static double cpuSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime()
                / 1e9;
    }
}
