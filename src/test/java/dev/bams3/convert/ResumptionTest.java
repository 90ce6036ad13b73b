package dev.bams3.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Call;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A later run of a conversion makes what is missing, and the dataset is the one that a single run makes. */
class ResumptionTest {
    private static final ConversionOptions SMALL =
            ConversionOptions.DEFAULT.withSizing(new BlockSizing(2_000, 3, 30_000, 5_000));
    private static final Predicate<Call> CHUNKS =
            FaultyObjectStore.calls(Operation.COMPLETE).and(call -> call.key().endsWith(".b3c"));

    private final ConversionRig rig = new ConversionRig();
    private final List<byte[]> records = new RandomRecords(23).sortedList(100);
    private final SourceObject source = rig.source(ConversionRig.bam(RandomRecords.header(), records));
    private final ConversionKey key = new ConversionKey(Instant.parse("2026-01-02T03:04:05Z"), "job-1");

    @AfterEach
    void close() {
        rig.close();
    }

    private ConversionRequest request(ObjectStore store, ConversionOptions options) {
        return new ConversionRequest(key, source, new DatasetLocation(store, ConversionRig.DATASET), options);
    }

    private ConversionResult run(ObjectStore store) {
        return rig.converter().convert(request(store, SMALL), Supervision.of(Progress.Listener.NONE));
    }

    /** Checksums of all objects but the commit, which says when it was written. */
    private Map<String, Integer> objects() {
        Map<String, Integer> objects = new TreeMap<>();
        for (String name : rig.keys()) {
            if (!name.endsWith("_metadata.json")) {
                objects.put(
                        name,
                        Workspace.crc32c(List.of(rig.datasets
                                .get(new ObjectKey(name), Integer.MAX_VALUE)
                                .body())));
            }
        }
        return objects;
    }

    private void clear() {
        rig.keys().forEach(name -> rig.datasets.delete(new ObjectKey(name)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"UNAVAILABLE", "ANSWER_LOST"})
    void aRunThatFailsAtAnyCallIsGoneOnWith(Fault fault) {
        ConversionResult whole = run(rig.datasets);
        Map<String, Integer> expected = objects();
        int chunks = whole.metadata().chunks().count();
        assertThat(whole.chunksMade()).isEqualTo(chunks).isGreaterThan(10);
        int resumed = 0;
        for (int n = 1; ; n++) {
            clear();
            FaultyObjectStore store = new FaultyObjectStore(rig.datasets, n).onNth(n, call -> true, fault);
            try {
                run(store);
            } catch (ReadsException e) {
                assertThat(e.kind()).as("call %d", n).isEqualTo(ErrorKind.UNAVAILABLE);
            }
            if (store.faults() == 0) {
                break;
            }
            int kept = (int) rig.keys().stream()
                    .filter(name -> name.contains("/conversion/chunks/"))
                    .count();
            boolean published = rig.keys().contains(ConversionRig.DATASET + "/_metadata.json");
            CountingObjectStore counting = new CountingObjectStore(rig.datasets);
            ConversionResult result = run(counting);
            if (!published) {
                assertThat(counting.calls().stream().filter(CHUNKS))
                        .as("chunks made after call %d", n)
                        .hasSize(chunks - kept);
                assertThat(result.chunksKept()).isEqualTo(kept);
                resumed += kept > 0 ? 1 : 0;
            }
            assertThat(result.metadata().digest()).isEqualTo(whole.metadata().digest());
            assertThat(objects()).as("call %d", n).isEqualTo(expected);
        }
        assertThat(resumed).isGreaterThan(chunks);
        assertThat(rig.verify().problems()).isEmpty();
    }

    @Test
    void holesBetweenFinishedChunksAreFilled() {
        run(rig.datasets);
        Map<String, Integer> expected = objects();
        for (int missing = 0; missing < 5; missing++) {
            interruptedRun(Integer.MAX_VALUE);
            // Every third chunk, from another one each time; some only half of it.
            int removed = 0;
            for (String name : rig.keys()) {
                if (name.endsWith(".b3c") && Math.abs(name.hashCode() + missing) % 3 == 0) {
                    rig.datasets.delete(new ObjectKey(name));
                    removed++;
                }
            }
            ConversionResult result = run(rig.datasets);
            assertThat(result.chunksMade()).isEqualTo(removed).isPositive();
            assertThat(objects()).isEqualTo(expected);
        }
    }

    /** A run that dies at the commit, or when so many chunks are stored. */
    private void interruptedRun(int chunks) {
        clear();
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1)
                .onNth(chunks, CHUNKS, Fault.UNAVAILABLE)
                .onEach(call -> call.key().endsWith("index.b3i"), Fault.UNAVAILABLE);
        assertThatThrownBy(() -> run(store)).isInstanceOf(ReadsException.class);
    }

    @Test
    void chunksThatAreNotAsTheyWereMadeAreMadeAgain() {
        run(rig.datasets);
        Map<String, Integer> expected = objects();
        interruptedRun(Integer.MAX_VALUE);
        List<ObjectInfo> chunks = rig.datasets.list("", "", 1000).stream()
                .filter(object -> object.key().value().endsWith(".b3c"))
                .toList();
        byte[] changed = rig.datasets.get(chunks.get(2).key(), 1 << 20).body();
        changed[changed.length / 2] ^= 1;
        rig.datasets.put(chunks.get(2).key(), changed, PutCondition.always());
        rig.datasets.put(chunks.get(4).key(), new byte[10], PutCondition.always());
        // The same bytes under another ETag are as good.
        byte[] same = rig.datasets.get(chunks.get(6).key(), 1 << 20).body();
        rig.datasets.put(chunks.get(6).key(), same, PutCondition.always());
        // A damaged receipt is none.
        ObjectKey receipt = new ObjectKey(rig.keys().stream()
                .filter(name -> name.endsWith("/conversion/chunks/000008.json"))
                .findFirst()
                .orElseThrow());
        byte[] document = rig.datasets.get(receipt, 1 << 20).body();
        document[20] ^= 1;
        rig.datasets.put(receipt, document, PutCondition.always());
        assertThat(run(rig.datasets).chunksMade()).isEqualTo(3);
        assertThat(objects()).isEqualTo(expected);
    }

    @Test
    void anotherSourceOrOtherOptionsOrAnotherProgramBeginAnew() {
        interruptedRun(8);
        int objects = rig.keys().size();
        SourceObject changed = rig.source(ConversionRig.bam(RandomRecords.header(), records));
        Supervision nobody = Supervision.of(Progress.Listener.NONE);
        DatasetLocation destination = new DatasetLocation(rig.datasets, ConversionRig.DATASET);
        List<ConversionRequest> others = List.of(
                new ConversionRequest(key, changed, destination, SMALL),
                new ConversionRequest(
                        key, changed, destination, SMALL.withSizing(new BlockSizing(2_001, 3, 30_000, 5_000))),
                new ConversionRequest(new ConversionKey(key.begun(), "job-2"), changed, destination, SMALL));
        for (ConversionRequest other : others) {
            ConversionResult result = rig.converter()
                    .convert(
                            new ConversionRequest(
                                    other.key(),
                                    other.source(),
                                    destination,
                                    other.options().withReplace(true)),
                            nobody);
            assertThat(result.chunksKept()).isZero();
        }
        assertThat(new Converter("another/2", rig.cpu, rig.waiting)
                        .convert(new ConversionRequest(key, changed, destination, SMALL.withReplace(true)), nobody)
                        .chunksKept())
                .isZero();
        assertThat(rig.keys()).hasSizeGreaterThan(objects);
        // The source that it was begun for is not there any more.
        assertThatThrownBy(() -> run(rig.datasets))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED));
    }

    @Test
    void whatIsPublishedIsNotMadeAgain() {
        DatasetMetadata first = run(rig.datasets).metadata();
        CountingObjectStore counting = new CountingObjectStore(rig.datasets);
        ConversionResult again = run(counting);
        assertThat(again.metadata()).isEqualTo(first);
        assertThat(again.chunksMade()).isZero();
        assertThat(counting.calls(Operation.PUT)).isEmpty();
        assertThat(counting.calls(Operation.COMPLETE)).isEmpty();
    }

    @Test
    void cancellingRemovesEverythingAndStoppingKeepsWhatIsFinished() throws Exception {
        for (boolean cancel : List.of(false, true)) {
            clear();
            ConversionControl control = new ConversionControl();
            FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1).onNth(9, CHUNKS, Fault.HANG);
            List<RuntimeException> failures = Collections.synchronizedList(new ArrayList<>());
            List<Boolean> interrupted = Collections.synchronizedList(new ArrayList<>());
            Thread thread = Thread.ofPlatform().start(() -> {
                try {
                    rig.converter()
                            .convert(
                                    request(slow, SMALL),
                                    new Supervision(Progress.Listener.NONE, control, Supervision.Fence.OPEN));
                } catch (RuntimeException e) {
                    failures.add(e);
                    interrupted.add(Thread.currentThread().isInterrupted());
                }
            });
            slow.awaitHanging(1);
            if (cancel) {
                control.cancel();
            } else {
                control.stop();
            }
            thread.join();
            assertThat(failures).hasSize(1);
            assertThat(((ReadsException) failures.getFirst()).kind()).isEqualTo(ErrorKind.CANCELLED);
            assertThat(interrupted).containsExactly(false);
            if (cancel) {
                assertThat(rig.keys()).isEmpty();
            } else {
                assertThat(rig.keys()).isNotEmpty();
            }
        }
    }

    @Test
    void aRunThatLostItsLeaseNeitherPublishesNorRemoves() {
        AtomicInteger asked = new AtomicInteger();
        Supervision fenced = new Supervision(Progress.Listener.NONE, new ConversionControl(), () -> {
            asked.incrementAndGet();
            throw ReadsException.of(ErrorKind.CHANGED, "the lease is another's");
        });
        assertThatThrownBy(() -> rig.converter().convert(request(rig.datasets, SMALL), fenced))
                .hasMessageContaining("the lease is another's");
        assertThat(asked).hasPositiveValue();
        assertThat(rig.keys()).doesNotContain(ConversionRig.DATASET + "/_metadata.json");
        assertThat(run(rig.datasets).chunksMade()).isZero();
        assertThat(rig.verify().problems()).isEmpty();
    }

    @Test
    void twoRunsAtOncePublishOneDataset() throws Exception {
        FaultyObjectStore slow =
                new FaultyObjectStore(rig.datasets, 1).onEach(call -> call.key().endsWith("index.b3i"), Fault.HANG);
        var one = rig.waiting.submit(() -> run(slow));
        var other = rig.waiting.submit(() -> run(slow));
        slow.awaitHanging(2);
        slow.release();
        assertThat(one.get().metadata()).isEqualTo(other.get().metadata());
        assertThat(rig.verify().problems()).isEmpty();
        assertThat(rig.keys()).noneMatch(name -> name.contains("/conversion/"));
    }
}
