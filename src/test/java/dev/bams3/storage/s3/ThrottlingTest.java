package dev.bams3.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.FaultyS3;
import dev.bams3.fixtures.FaultyS3.Fault;
import dev.bams3.fixtures.S3ProxyServer;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that ask for fewer requests than many callers would make: everybody is served, and only who is refused waits. */
@Timeout(120)
class ThrottlingTest {
    private static final int CALLERS = 24;
    private static final int CALLS = 6;
    private static final int AT_ONCE = 6;
    private static final int PER_PERIOD = 10;
    private static final long PERIOD = TimeUnit.MILLISECONDS.toNanos(100);

    private final byte[] object = new byte[50_000];
    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final AtomicBoolean throttles = new AtomicBoolean(true);
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong period = new AtomicLong();
    private final AtomicInteger inPeriod = new AtomicInteger();

    ThrottlingTest() {
        new Random(1).nextBytes(object);
        memory.put(new ObjectKey("key"), object, PutCondition.always());
    }

    @Test
    void moreRequestsAtOnceThanTheServerTakes() throws Exception {
        assertEverybodyIsServed(request -> {
            int now = running.incrementAndGet();
            try {
                if (throttles.get() && now > AT_ONCE) {
                    return Fault.SLOW_DOWN;
                }
                LockSupport.parkNanos(5_000_000);
                return null;
            } finally {
                running.decrementAndGet();
            }
        });
    }

    @Test
    void moreRequestsInATimeThanTheServerTakes() throws Exception {
        assertEverybodyIsServed(request -> perPeriod());
    }

    private synchronized @Nullable Fault perPeriod() {
        long now = System.nanoTime() / PERIOD;
        if (period.getAndSet(now) != now) {
            inPeriod.set(0);
        }
        return throttles.get() && inPeriod.incrementAndGet() > PER_PERIOD ? Fault.SLOW_DOWN : null;
    }

    /** As Amazon S3 does while it makes room: what it takes is no less for it, so the others must not wait. */
    @Test
    void oneRequestInTwentyIsRefused() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        long began = System.nanoTime();
        assertEverybodyIsServed(
                request -> throttles.get() && asked.incrementAndGet() % 20 == 0 ? Fault.SLOW_DOWN : null);
        // About a second, most of it waits of up to 200 ms; a rate that falls with every refusal makes minutes of it.
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
    }

    private void assertEverybodyIsServed(FaultyS3.Faults faults) throws Exception {
        try (FaultyS3 s3 = new FaultyS3(memory)) {
            s3.setFaults(faults);
            S3Settings usual = S3ProxyServer.settings(s3.endpoint());
            S3Settings settings = new S3Settings(
                    usual.endpoint(),
                    null,
                    true,
                    usual.checksums(),
                    usual.maxConnections(),
                    usual.connectTimeout(),
                    usual.readTimeout(),
                    usual.attemptTimeout(),
                    usual.attempts(),
                    S3Settings.DEFAULT.firstBackoff(),
                    usual.partSize(),
                    S3Settings.Access.USUAL);
            try (S3Connection connection = S3Connection.open(settings, S3ProxyServer.CREDENTIALS)) {
                ObjectStore store = connection.store(new StoreUri.Bucket("bucket", "alias"));
                allRead(store);
                allRead(store);
                assertThat(connection.throttled()).as("it was too much").isPositive();
                assertThat(connection.retries()).isEqualTo(connection.throttled());
                assertThat(connection.throttled()).as("who is refused waits").isLessThan(2 * CALLERS * CALLS);
                throttles.set(false);
                long before = s3.requests();
                allRead(store);
                assertThat(s3.requests() - before).isEqualTo(CALLERS * CALLS);
            }
        }
    }

    private void allRead(ObjectStore store) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Stream<Future<?>> callers = IntStream.range(0, CALLERS)
                    .<Future<?>>mapToObj(caller -> threads.submit(() -> {
                        for (int i = 0; i < CALLS; i++) {
                            int offset = 1000 * caller + i;
                            assertThat(store.getRange(new ObjectKey("key"), new ByteRange(offset, 5000), ETag.ANY))
                                    .isEqualTo(Arrays.copyOfRange(object, offset, offset + 5000));
                        }
                    }))
                    .toList()
                    .stream();
            for (Future<?> caller : callers.toList()) {
                caller.get();
            }
        }
    }
}
