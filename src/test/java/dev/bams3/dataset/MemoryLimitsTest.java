package dev.bams3.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import com.sun.management.ThreadMXBean;
import dev.bams3.convert.Progress;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.export.Verifier;
import dev.bams3.fixtures.MutantDatasets;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.flow.MemoryLimits;
import dev.bams3.format.BlockSizing;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What of a dataset is too large for the heap is refused by name, before memory is taken for it. */
class MemoryLimitsTest {
    private static final DatasetId ID = new DatasetId("large");
    private static final long HEAP = 64 << 20;

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final Datasets datasets =
            new Datasets(store, DatasetCacheSettings.DEFAULT, new MemoryLimits(HEAP), Ticker.systemTicker());

    private void publish(String headerText, List<Reference> references) {
        SamHeader header =
                new SamHeader(headerText.getBytes(StandardCharsets.UTF_8), new ReferenceDictionary(references));
        TestDatasets.write(store, ID.prefix(), header, List.of(), BlockSizing.DEFAULT);
    }

    /** @param object part of the name of the object */
    private static void assertTooLarge(ThrowingCallable call, String object) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(call).isInstanceOfSatisfying(ReadsException.class, failure -> {
            assertThat(failure.kind()).isEqualTo(ErrorKind.TOO_LARGE);
            assertThat(failure.resource().orElse("")).contains(object);
            assertThat(failure.text()).contains("MB").contains("-Xmx");
        });
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(HEAP / 16);
    }

    @Test
    void aHeaderThatUnpacksToManyTimesItsSize() {
        publish("@CO\t" + "x".repeat(20 << 20), List.of(new Reference("chr1", 1)));
        OpenDataset dataset = datasets.open(ID);
        assertThat(dataset.metadata().header().length()).isLessThan(20_000);
        assertTooLarge(dataset::header, "header.sam.zst");
    }

    /** Each fits into an eighth of the heap, both together do not. */
    @Test
    void aHeaderAndItsReferencesAreNotHeldAtOneTime() {
        List<Reference> references = IntStream.range(0, 20_000)
                .mapToObj(i -> new Reference("contig" + i, 1000))
                .toList();
        publish("@CO\t" + "x".repeat(3 << 20), references);
        assertThat(datasets.open(ID).header().references().size()).isEqualTo(references.size());
    }

    @Test
    void metadataOfManyReadGroups() {
        publish(
                IntStream.range(0, 40_000)
                        .mapToObj(i -> "@RG\tID:group" + i + "\tSM:sample" + i + "\n")
                        .collect(Collectors.joining()),
                List.of(new Reference("chr1", 1)));
        assertTooLarge(() -> datasets.open(ID), "_metadata.json");
    }

    /** Found by a mutant: 2,147,483,646 rows of totals were allocated before the index was asked how many references there are. */
    @Test
    void referencesThatOnlyTheMetadataClaims() {
        publish("@CO\tfew\n", List.of(new Reference("chr1", 1)));
        ObjectKey key = new ObjectKey(ID.prefix() + "/_metadata.json");
        String json = new String(store.get(key, 1 << 20).body(), StandardCharsets.UTF_8)
                .replaceFirst(",\"checksum\":\"[0-9a-f]{8}\"}$", "}");
        String claim = json.replace("\"references\":1,", "\"references\":" + (Integer.MAX_VALUE - 1) + ",");
        assertThat(claim).isNotEqualTo(json);
        store.put(key, MutantDatasets.sealed(claim), PutCondition.always());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertThat(new Verifier(threads, threads)
                            .verify(datasets.open(ID), Progress.Listener.NONE)
                            .problems())
                    .anyMatch(problem -> problem.contains("1 references, the metadata says 2147483646"));
        }
    }

    @Test
    void whatFitsIsServed() {
        SamHeader header = RandomRecords.header();
        TestDatasets.write(store, ID.prefix(), header, new RandomRecords(1).sortedList(50), BlockSizing.DEFAULT);
        assertThat(datasets.open(ID).header().text()).isEqualTo(header.text());
    }
}
