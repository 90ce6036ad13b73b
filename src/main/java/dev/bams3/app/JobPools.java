package dev.bams3.app;

import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Threads of conversions, apart from those of requests, which must not queue behind them. Made as they are needed. */
final class JobPools implements AutoCloseable {
    private final ExecutorService cpu = Executors.newFixedThreadPool(
            Runtime.getRuntime().availableProcessors(),
            Thread.ofPlatform()
                    .name("convert-", 0)
                    .daemon()
                    .priority(Thread.MIN_PRIORITY)
                    .factory());
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();

    ExecutorService cpu() {
        return cpu;
    }

    ExecutorService waiting() {
        return waiting;
    }

    /** Returns a name that only this process has: its host, and a part that a restart does not repeat. */
    static String processName() {
        String host = System.getenv("HOSTNAME");
        return (host == null || host.isBlank() ? "worker" : host) + "-"
                + UUID.randomUUID().toString().substring(0, 8);
    }

    @Override
    public void close() {
        cpu.shutdownNow();
        waiting.close();
    }
}
