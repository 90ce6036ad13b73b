package dev.bams3.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What an open costs, who shares it, and how long it is believed; the bytes of the format are other tests'. */
@Tag("fast")
class DatasetsTest {
    private static final DatasetId ID = new DatasetId("cohort/sample");

    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final CountingObjectStore store = new CountingObjectStore(memory);
    private final AtomicLong clock = new AtomicLong();
    private final Datasets datasets = new Datasets(store, DatasetCacheSettings.DEFAULT, clock::get);

    private StoredSample publish(long version) {
        return StoredSample.publish(memory, ID.prefix(), version);
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }

    private static void assertFails(ThrowingCallable call, ErrorKind kind, String resource) {
        assertThatThrownBy(call).isInstanceOfSatisfying(ReadsException.class, failure -> {
            assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
            assertThat(failure.resource()).contains(resource);
        });
    }

    @Test
    void aColdOpenIsOneGetAndEachPartIsOneMore() {
        StoredSample sample = publish(1);

        OpenDataset dataset = datasets.open(ID);
        assertThat(store.calls()).hasSize(1);
        assertThat(dataset.metadata().uuid()).isEqualTo(sample.uuid());
        assertThat(dataset.references().size()).isEqualTo(2);
        assertThat(dataset.totals()).hasSize(2);
        // Placed and unplaced reads have pages of their own; both are one GET.
        assertThat(dataset.pages().all()).hasSize(2);
        assertThat(store.calls()).hasSize(1);
        assertThat(dataset.blocks().all()).isEqualTo(StoredSample.blocks());
        assertThat(store.calls()).hasSize(2);
        assertThat(dataset.header().text()).isEqualTo(sample.headerText());
        assertThat(dataset.header().references().size()).isEqualTo(2);
        assertThat(dataset.chunks()).hasSize(2);
        assertThat(store.calls()).hasSize(4);
    }

    @Test
    void pagesAreReadWithoutACacheToo() {
        publish(1);
        DatasetCacheSettings nothing = new DatasetCacheSettings(Duration.ZERO, Duration.ZERO, 0, 0, 0);
        OpenDataset dataset = new Datasets(store, nothing, clock::get).open(ID);
        store.reset();
        assertThat(dataset.blocks().all()).hasSize(4);
        assertThat(store.calls()).hasSize(1);
    }

    @Test
    void aWarmOpenAsksNothing() {
        publish(1);
        readAll(datasets.open(ID));
        store.reset();

        OpenDataset again = datasets.open(ID);
        readAll(again);
        assertThat(again.chunkKey(1).value())
                .isEqualTo("cohort/sample.bams3/" + again.metadata().generation() + "/chunks/000001.b3c");
        assertThat(store.calls()).isEmpty();
    }

    private static void readAll(OpenDataset dataset) {
        dataset.blocks();
        dataset.header();
        dataset.chunks();
    }

    @Test
    void aHundredOpensAtOnceAreOneGet() throws Exception {
        publish(1);
        FaultyObjectStore slow = new FaultyObjectStore(store, 1).onEach(FaultyObjectStore.reads(), Fault.HANG);
        Datasets shared = new Datasets(slow, DatasetCacheSettings.DEFAULT, clock::get);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<OpenDataset>> opens = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                opens.add(executor.submit(() -> {
                    OpenDataset dataset = shared.open(ID);
                    readAll(dataset);
                    return dataset;
                }));
            }
            slow.awaitHanging(1);
            // One who gives up does not take the others' answer away.
            opens.getFirst().cancel(true);
            slow.release();
            Set<OpenDataset> different = new HashSet<>();
            for (Future<OpenDataset> open : opens.subList(1, 100)) {
                different.add(open.get());
            }
            assertThat(different).hasSize(1);
        }
        // Metadata, pages, header, chunks.
        assertThat(store.calls()).hasSize(4);
    }

    @Test
    void aReplacedDatasetIsSeenWithinItsTimeAndAnOpenOneKeepsItsGeneration() {
        StoredSample first = publish(1);
        OpenDataset before = datasets.open(ID);
        StoredSample second = publish(2);

        assertThat(datasets.open(ID)).isSameAs(before);
        pass(DatasetCacheSettings.DEFAULT.metadataTtl());
        OpenDataset after = datasets.open(ID);
        assertThat(after.metadata().uuid()).isEqualTo(second.uuid());
        assertThat(after.header().text()).isEqualTo(second.headerText());
        assertThat(before.header().text()).isEqualTo(first.headerText());
        assertThat(before.chunkKey(0)).isNotEqualTo(after.chunkKey(0));
    }

    @Test
    void anUnchangedDatasetCostsOneHeadWhenItsTimeIsOver() {
        publish(1);
        OpenDataset before = datasets.open(ID);
        store.reset();
        pass(DatasetCacheSettings.DEFAULT.metadataTtl());

        assertThat(datasets.open(ID)).isSameAs(before);
        assertThat(datasets.open(ID)).isSameAs(before);
        assertThat(store.calls()).extracting(call -> call.operation()).containsExactly(Operation.HEAD);
    }

    @Test
    void aDatasetInUseIsLookedAtAheadAndNobodyWaitsForThat() {
        publish(1);
        FaultyObjectStore slow =
                new FaultyObjectStore(store, 1).onNth(1, FaultyObjectStore.calls(Operation.HEAD), Fault.HANG);
        Datasets used = new Datasets(slow, DatasetCacheSettings.DEFAULT, clock::get);
        OpenDataset first = used.open(ID);
        Duration step = DatasetCacheSettings.DEFAULT.metadataTtl().dividedBy(5);
        pass(step.multipliedBy(4));
        assertThat(used.open(ID)).isSameAs(first);
        slow.awaitHanging(1);
        assertThat(used.open(ID)).isSameAs(first);
        slow.release();
        // Its time has begun anew once the look was taken note of; until then the old one's goes on.
        Awaitility.await().until(() -> used.knownFor(ID).compareTo(step.multipliedBy(2)) > 0);
        store.reset();
        pass(step.multipliedBy(3));
        assertThat(used.open(ID)).isSameAs(first);
        assertThat(store.calls()).isEmpty();
    }

    @Test
    void aReplacedDatasetIsSeenAheadAndInAnyCaseInTime() {
        publish(1);
        OpenDataset before = datasets.open(ID);
        StoredSample second = publish(2);
        Duration step = DatasetCacheSettings.DEFAULT.metadataTtl().dividedBy(5);
        pass(step.multipliedBy(4));
        assertThat(datasets.open(ID)).isSameAs(before);
        Awaitility.await().until(() -> datasets.open(ID).metadata().uuid().equals(second.uuid()));

        // A look ahead that hangs keeps nothing alive.
        FaultyObjectStore slow =
                new FaultyObjectStore(store, 1).onNth(1, FaultyObjectStore.calls(Operation.HEAD), Fault.HANG);
        Datasets used = new Datasets(slow, DatasetCacheSettings.DEFAULT, clock::get);
        assertThat(used.open(ID).metadata().uuid()).isEqualTo(second.uuid());
        StoredSample third = publish(3);
        pass(step.multipliedBy(4));
        used.open(ID);
        slow.awaitHanging(1);
        pass(step);
        assertThat(used.open(ID).metadata().uuid()).isEqualTo(third.uuid());
        slow.release();
    }

    @Test
    void anUnknownIdIsNotFoundByItsNameAndSoForAShortTime() {
        assertFails(() -> datasets.open(ID), ErrorKind.NOT_FOUND, "cohort/sample");
        publish(1);
        assertFails(() -> datasets.open(ID), ErrorKind.NOT_FOUND, "cohort/sample");
        assertThat(store.calls()).hasSize(1);

        pass(DatasetCacheSettings.DEFAULT.missingTtl());
        assertThat(datasets.open(ID)).isNotNull();
    }

    @Test
    void whoPublishesMakesTheCacheForget() {
        assertFails(() -> datasets.open(ID), ErrorKind.NOT_FOUND, "cohort/sample");
        publish(1);
        datasets.forget(ID);

        assertThat(datasets.open(ID)).isNotNull();
    }

    @Test
    void aRemovedDatasetIsNotFoundWhenItsTimeIsOver() {
        StoredSample sample = publish(1);
        datasets.open(ID);
        memory.delete(sample.commit());
        pass(DatasetCacheSettings.DEFAULT.metadataTtl());

        assertFails(() -> datasets.open(ID), ErrorKind.NOT_FOUND, "cohort/sample");
    }

    @Test
    void aFailureIsNotRemembered() {
        publish(1);
        Datasets failing = new Datasets(
                new FaultyObjectStore(store, 1)
                        .onNth(1, FaultyObjectStore.reads(), Fault.UNAVAILABLE)
                        .onNth(2, FaultyObjectStore.readsOf("header"), Fault.OVERLOADED),
                DatasetCacheSettings.DEFAULT,
                clock::get);
        assertFails(() -> failing.open(ID), ErrorKind.UNAVAILABLE, "cohort/sample.bams3/_metadata.json");

        OpenDataset dataset = failing.open(ID);
        assertThat(dataset.header()).isNotNull();
    }

    @Test
    void aDamagedSectionIsCorruptAndNamesObjectOffsetAndField() {
        StoredSample sample = publish(1);
        OpenDataset dataset = datasets.open(ID);
        long offset = dataset.pages().all().getFirst().section().offset();
        ObjectKey index = new ObjectKey(sample.indexName());
        byte[] stored = memory.get(index, Integer.MAX_VALUE).body();
        stored[(int) offset + 20] ^= 4;
        memory.put(index, stored, PutCondition.always());

        assertFails(dataset::blocks, ErrorKind.CORRUPT, sample.indexName());
        assertThatThrownBy(dataset::blocks).hasMessageContaining("section at byte " + offset);
    }

    @Test
    void aMissingObjectThatTheMetadataNamesIsCorrupt() {
        StoredSample sample = publish(1);
        OpenDataset dataset = datasets.open(ID);
        memory.delete(new ObjectKey(sample.headerName()));
        memory.put(new ObjectKey(sample.indexName()), new byte[10], PutCondition.always());

        assertFails(dataset::header, ErrorKind.CORRUPT, sample.headerName());
        assertFails(dataset::blocks, ErrorKind.CORRUPT, sample.indexName());
    }

    @Test
    void aMissingObjectOfAReplacedDatasetIsAChangeAndTheNextOpenSeesIt() {
        StoredSample first = publish(1);
        OpenDataset outdated = datasets.open(ID);
        StoredSample second = publish(2);
        memory.delete(new ObjectKey(first.headerName()));

        assertFails(outdated::header, ErrorKind.CHANGED, first.headerName());
        assertThat(datasets.open(ID).metadata().uuid()).isEqualTo(second.uuid());
    }

    @Test
    void unreadableMetadataIsCorrupt() {
        memory.put(new ObjectKey("cohort/sample.bams3/_metadata.json"), new byte[] {'{'}, PutCondition.always());

        assertFails(() -> datasets.open(ID), ErrorKind.CORRUPT, "cohort/sample.bams3/_metadata.json");
    }

    @Test
    void aDatasetSomewhereElseIsOpenedByItsLocation() {
        MemoryObjectStore other = new MemoryObjectStore();
        StoredSample sample = StoredSample.publish(other, "any/name", 3);

        OpenDataset dataset = datasets.open(new DatasetLocation(other, "any/name"));
        assertThat(dataset.metadata().uuid()).isEqualTo(sample.uuid());
        assertFails(
                () -> datasets.open(new DatasetLocation(memory, "any/name")), ErrorKind.NOT_FOUND, "memory:/any/name");
    }

    @Test
    void withoutMemoryEveryOpenAsksTheStore() {
        publish(1);
        Datasets forgetful =
                new Datasets(store, new DatasetCacheSettings(Duration.ZERO, Duration.ZERO, 0, 0, 0), clock::get);
        // What does not fit is dropped by the loading thread, possibly after the first answer was given.
        Awaitility.await().untilAsserted(() -> {
            long before = store.gets();
            OpenDataset dataset = forgetful.open(ID);
            assertThat(dataset.blocks().all()).hasSize(4);
            assertThat(dataset.header()).isNotNull();
            assertThat(store.gets()).isEqualTo(before + 3);
        });
    }

    @Test
    void datasetsAreListedWithoutTheirChunks() {
        for (String id : List.of("b", "a/x", "a/y", "a", "a-1", "c/d/e")) {
            String prefix = new DatasetId(id).prefix();
            StoredSample sample = StoredSample.publish(memory, prefix, 1);
            for (int chunk = 0; chunk < 2500; chunk++) {
                memory.put(
                        new ObjectKey(prefix + "/" + sample.generation() + "/chunks/" + chunk),
                        new byte[0],
                        PutCondition.always());
            }
        }
        memory.put(new ObjectKey("uncommitted.bams3/2026-x/header.sam.zst"), new byte[0], PutCondition.always());
        memory.put(new ObjectKey("some/file.bam"), new byte[0], PutCondition.always());
        store.reset();

        assertThat(datasets.list("", "", 100))
                .extracting(DatasetId::value)
                .containsExactly("a-1", "a", "a/x", "a/y", "b", "c/d/e");
        assertThat(store.calls()).hasSizeLessThanOrEqualTo(14).allMatch(call -> call.operation() == Operation.LIST);
        assertThat(datasets.list("a/", "", 100)).extracting(DatasetId::value).containsExactly("a/x", "a/y");
        assertThat(datasets.list("", "a", 2)).extracting(DatasetId::value).containsExactly("a/x", "a/y");
        assertThat(datasets.list("", "c/d/e", 2)).isEmpty();
        assertThat(datasets.list("uncommitted", "", 2)).isEmpty();
    }

    @Test
    void aChunkThatCannotBeIsAMistakeOfTheCaller() {
        publish(1);
        OpenDataset dataset = datasets.open(ID);
        assertThatThrownBy(() -> dataset.chunkKey(1_000_000)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
