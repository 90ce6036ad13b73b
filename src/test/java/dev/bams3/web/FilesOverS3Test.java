package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyS3;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.fixtures.Tool;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.s3.S3Connection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a virtual file costs on an S3 server that takes 30 ms for each request, read by samtools over a real port. */
@Timeout(600)
class FilesOverS3Test {
    private static final long LATENCY_NANOS = TimeUnit.MILLISECONDS.toNanos(30);

    /** Of the reference; at this depth about 65 MB of records. */
    private static final int LENGTH = 1_200_000;

    @TempDir
    private Path folder;

    private final long seed = new Random().nextLong();

    @Test
    void regionsCostFewGetsAndFewBytes() throws IOException {
        MemoryObjectStore memory = new MemoryObjectStore();
        byte[] source = simulate();
        ServedReads.convert(memory, source, "reads");
        Path original = Files.write(folder.resolve("original.bam"), source);
        assertThat(Tool.run(folder, "samtools", "index", original.toString()).exit())
                .isZero();
        try (FaultyS3 s3 = new FaultyS3(memory)) {
            s3.setFaults(request -> {
                LockSupport.parkNanos(LATENCY_NANOS);
                return null;
            });
            try (S3Connection connection =
                    S3Connection.open(S3ProxyServer.settings(s3.endpoint()), S3ProxyServer.CREDENTIALS)) {
                CountingObjectStore counted =
                        new CountingObjectStore(connection.store(new StoreUri.Bucket("bucket", "alias")));
                try (RunningServer server = RunningServer.start(unused -> counted, "bams3.cache.blocks=0")) {
                    compare(server.url("/files/reads.bam"), original.toString(), counted);
                }
            }
        }
    }

    private static byte[] simulate() throws IOException {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        try (ExecutorService cpu = Executors.newFixedThreadPool(2)) {
            new Simulator(cpu, 1)
                    .simulate(
                            SimulationOptions.illumina(11, List.of(new Reference("chr1", LENGTH)))
                                    .withDepth(20),
                            bam);
        }
        return bam.toByteArray();
    }

    private void compare(String bam, String original, CountingObjectStore store) throws IOException {
        store.reset();
        assertThat(samtools("view", "-c", bam)).isEqualTo(samtools("view", "-c", original));
        long whole = store.bytesRead();
        assertThat(store.gets()).as("of the whole file").isLessThanOrEqualTo(40);
        Random random = new Random(seed);
        for (int i = 0; i < 8; i++) {
            int start = random.nextInt(LENGTH - 100_000);
            int length = i % 4 == 0 ? 100_000 : 1_000;
            String region = "chr1:" + (start + 1) + "-" + (start + length);
            String what = region + ", seed " + seed;
            store.reset();
            assertThat(samtools("view", "-c", "-X", bam, bam + ".bai", region))
                    .as(what)
                    .isEqualTo(samtools("view", "-c", original, region));
            // What samtools takes before it hangs up is bounded by the buffers of the connection: a few MB of records.
            assertThat(store.gets()).as(what).isLessThanOrEqualTo(20);
            assertThat(store.bytesRead()).as(what).isLessThan(whole * 3 / 4);
        }
    }

    private String samtools(String... arguments) throws IOException {
        Tool.Result result = Tool.run(folder, "samtools", arguments);
        assertThat(result.exit()).as(result.errors()).isZero();
        return result.output();
    }
}
