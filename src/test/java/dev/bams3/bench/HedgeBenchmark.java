package dev.bams3.bench;

import dev.bams3.fixtures.FaultyS3;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.HedgedObjectStore;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.s3.S3Connection;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What second reads do for the slowest of many small reads, and what they cost: a server that answers after 25 ms, but for two
 * of a hundred after 500 ms; 30 kB each, 8 at a time, through the real adapter. Arguments: number of reads.
 */
final class HedgeBenchmark {
    private static final int CALLERS = 8;
    private static final int LENGTH = 30_000;

    private HedgeBenchmark() {}

    static void main(String[] arguments) throws Exception {
        int reads = arguments.length == 0 ? 4000 : Integer.parseInt(arguments[0]);
        MemoryObjectStore memory = new MemoryObjectStore();
        memory.put(new ObjectKey("key"), new byte[1 << 20], PutCondition.always());
        Random random = new Random(1);
        try (FaultyS3 s3 = new FaultyS3(memory);
                S3Connection connection =
                        S3Connection.open(S3ProxyServer.settings(s3.endpoint()), S3ProxyServer.CREDENTIALS)) {
            s3.setFaults(request -> {
                boolean slow;
                synchronized (random) {
                    slow = random.nextInt(100) < 2;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(slow ? 500 : 25));
                return null;
            });
            ObjectStore plain = connection.store(new StoreUri.Bucket("bucket", "alias"));
            System.out.println(
                    "| second reads | GETs | p50 ms | p95 ms | p99 ms | longest ms |\n|---|---|---|---|---|---|");
            run("none", plain, s3, reads);
            run("none", plain, s3, reads);
            for (double share : new double[] {0.05, 0.01}) {
                ObjectStore hedged =
                        new HedgedObjectStore(plain, new HedgedObjectStore.Rules(0.95, Duration.ofMillis(50), share));
                run("at most " + share, hedged, s3, reads);
            }
        }
    }

    private static void run(String name, ObjectStore store, FaultyS3 s3, int reads) {
        ConcurrentLinkedQueue<Long> times = new ConcurrentLinkedQueue<>();
        long before = s3.requests();
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < CALLERS; caller++) {
                callers.execute(() -> {
                    for (int i = 0; i < reads / CALLERS; i++) {
                        long began = System.nanoTime();
                        store.getRange(new ObjectKey("key"), new ByteRange(i, LENGTH), ETag.ANY);
                        times.add(System.nanoTime() - began);
                    }
                });
            }
        }
        long[] sorted = times.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.0f | %.0f | %.0f | %.0f |%n",
                name,
                s3.requests() - before,
                at(sorted, 0.5),
                at(sorted, 0.95),
                at(sorted, 0.99),
                at(sorted, 1));
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, quantile * sorted.length)] / 1e6;
    }
}
