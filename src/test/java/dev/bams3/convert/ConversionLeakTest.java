package dev.bams3.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Call;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetMetadata;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However a conversion that sorts ends, what it ran and stored for itself is gone when the call returns. */
class ConversionLeakTest {
    private static final Predicate<Call> UPLOADS = FaultyObjectStore.calls(Operation.COMPLETE);

    @TempDir
    private Path temporary;

    private final ConversionRig rig = new ConversionRig();
    private final byte[] bam = ConversionRig.bam(
            RandomRecords.header(), new RandomRecords(91).sortedList(6_000).reversed());
    private final Set<Thread> before = new HashSet<>();

    @BeforeEach
    void noteTheThreads() {
        before.addAll(Thread.getAllStackTraces().keySet());
    }

    @Test
    void afterSuccess() throws Exception {
        assertThat(convert(new FaultyObjectStore(rig.datasets, 1)).source().sortedOnConversion())
                .isTrue();
        assertThat(rig.verify().isSound()).isTrue();
        assertNothingIsLeft();
    }

    @Test
    void afterAFailedUpload() throws Exception {
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1).onNth(2, UPLOADS, Fault.UNAVAILABLE);
        assertThatThrownBy(() -> convert(store)).isInstanceOf(ReadsException.class);
        assertNothingIsLeft();
        assertThat(rig.keys()).isEmpty();
    }

    @Test
    void afterACancellation() throws Exception {
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1).onNth(2, UPLOADS, Fault.HANG);
        List<ReadsException> failures = Collections.synchronizedList(new ArrayList<>());
        Thread caller = Thread.ofPlatform()
                .start(() -> failures.add(catchThrowableOfType(ReadsException.class, () -> convert(store))));
        store.awaitHanging(1);
        caller.interrupt();
        caller.join();
        assertThat(failures).extracting(ReadsException::kind).containsExactly(ErrorKind.CANCELLED);
        assertNothingIsLeft();
        assertThat(rig.keys()).isEmpty();
    }

    private DatasetMetadata convert(FaultyObjectStore store) {
        ConversionOptions options = ConversionOptions.DEFAULT
                .withSizing(new BlockSizing(100_000, 300, 600_000, 300_000))
                .withSort(3 << 20, temporary);
        return rig.converter()
                .convert(
                        rig.source(bam),
                        new DatasetLocation(store, ConversionRig.DATASET),
                        options,
                        Progress.Listener.NONE);
    }

    private void assertNothingIsLeft() throws InterruptedException {
        assertThat(temporary).isEmptyDirectory();
        // Ended without interruption: every task that was given to the pools has returned, or returns at once.
        for (var pool : List.of(rig.cpu, rig.waiting)) {
            if (pool instanceof ThreadPoolExecutor threads) {
                assertThat(threads.getQueue()).isEmpty();
            }
            pool.shutdown();
            assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
        Set<Thread> left = new HashSet<>(Thread.getAllStackTraces().keySet());
        left.removeAll(before);
        // Those that carry virtual threads are the JVM's.
        left.removeIf(thread ->
                thread.getName().startsWith("ForkJoinPool-") || thread.getName().startsWith("VirtualThread-"));
        // A pool is terminated a moment before its last thread is.
        for (Thread thread : left) {
            assertThat(thread.join(Duration.ofSeconds(10))).as(thread.getName()).isTrue();
        }
    }
}
