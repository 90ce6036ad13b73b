package dev.bams3.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.convert.ConversionKey;
import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRequest;
import dev.bams3.convert.ConversionResult;
import dev.bams3.convert.ConversionRig;
import dev.bams3.convert.Progress;
import dev.bams3.convert.Supervision;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.format.BlockSizing;
import dev.bams3.lifecycle.Retention.Finding;
import dev.bams3.lifecycle.Retention.Kind;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A sweep removes what nobody can reach, and nothing else. */
@Tag("fast")
class RetentionTest {
    private static final Duration GRACE = Duration.ofHours(24);
    private static final ConversionOptions SMALL = ConversionOptions.DEFAULT
            .withSizing(new BlockSizing(4_000, 3, 30_000, 12_000))
            .withReplace(true);

    private final ConversionRig rig = new ConversionRig();
    private final SourceObject source =
            rig.source(ConversionRig.bam(RandomRecords.header(), new RandomRecords(3).sortedList(120)));
    private final ConversionKey key = new ConversionKey(Instant.parse("2026-01-02T03:04:05Z"), "job");

    @AfterEach
    void close() {
        rig.close();
    }

    private ConversionResult convert(String id, ObjectStore store, ConversionKey conversion) {
        return rig.converter()
                .convert(
                        new ConversionRequest(conversion, source, DatasetLocation.of(store, new DatasetId(id)), SMALL),
                        Supervision.of(Progress.Listener.NONE));
    }

    private ConversionResult convert(String id) {
        return convert(id, rig.datasets, new ConversionKey(Instant.now(), "job " + System.nanoTime()));
    }

    /** Dies before the commit. */
    private void interrupted(String id) {
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1)
                .onEach(call -> call.key().endsWith("index.b3i"), Fault.UNAVAILABLE);
        assertThatThrownBy(() -> convert(id, store, key)).isInstanceOf(ReadsException.class);
    }

    private List<Finding> sweep(Duration later, boolean dryRun) {
        return new Retention(rig.datasets, rig.waiting, () -> Instant.now().plus(later)).sweep(GRACE, dryRun);
    }

    @Test
    void onlyWhatNobodyCanReachIsSwept() {
        String old = convert("a").metadata().generation();
        convert("a");
        convert("a/b");
        interrupted("a.bams3x");
        for (String foreign :
                List.of("notes.txt", "a.bams3/notes.txt", "a.bams3/" + old + "/notes.txt", "x.bams3/g/y")) {
            rig.datasets.put(new ObjectKey(foreign), new byte[1], PutCondition.always());
        }
        TreeSet<String> before = new TreeSet<>(rig.keys());
        assertThat(sweep(Duration.ofHours(23), false)).isEmpty();
        List<Finding> wouldBe = sweep(Duration.ofHours(25), true);
        assertThat(wouldBe)
                .extracting(Finding::kind)
                .containsExactlyInAnyOrder(Kind.OLD_GENERATION, Kind.UNFINISHED_CONVERSION);
        assertThat(new TreeSet<>(rig.keys())).isEqualTo(before);
        List<Finding> done = sweep(Duration.ofHours(25), false);
        assertThat(done)
                .extracting(Finding::place)
                .isEqualTo(wouldBe.stream().map(Finding::place).toList());
        assertThat(done).allMatch(finding -> finding.removed() == finding.objects());
        before.removeIf(name -> name.startsWith("a.bams3/" + old + "/") && !name.endsWith("notes.txt"));
        before.removeIf(name -> name.startsWith("a.bams3x.bams3/"));
        assertThat(new TreeSet<>(rig.keys())).isEqualTo(before);
        assertThat(sweep(Duration.ofHours(25), false)).isEmpty();
    }

    @Test
    void aYoungCommitKeepsWhatReadersMayStillHold() {
        convert("a");
        convert("a");
        assertThat(sweep(Duration.ofHours(23), true)).isEmpty();
        assertThat(sweep(Duration.ofHours(25), true)).hasSize(1);
        assertThatThrownBy(() -> new Retention(rig.datasets, rig.waiting).sweep(Duration.ofMinutes(59), true))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.field()).contains("grace"));
    }

    @Test
    void aDamagedCommitKeepsAllOfItsDataset() {
        convert("a");
        convert("a");
        rig.datasets.put(new ObjectKey("a.bams3/_metadata.json"), new byte[] {'{'}, PutCondition.always());
        assertThat(sweep(Duration.ofDays(400), false)).isEmpty();
    }

    @Test
    void documentsLeftBesideAPublishedGenerationAreSwept() {
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1)
                .onEach(FaultyObjectStore.calls(Operation.DELETE), Fault.UNAVAILABLE);
        convert("a", store, key);
        assertThat(rig.keys()).anyMatch(name -> name.contains("/conversion/"));
        assertThat(sweep(Duration.ofHours(25), false)).extracting(Finding::kind).containsExactly(Kind.LEFT_DOCUMENTS);
        assertThat(rig.keys()).noneMatch(name -> name.contains("/conversion/"));
        assertThat(rig.keys()).hasSizeGreaterThan(3);
    }

    /** The sweep has looked, then the conversion goes on, then the sweep removes. */
    @Test
    void aConversionThatWakesUpIsLeftAlone() throws Exception {
        interrupted("a");
        FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1)
                .onNth(
                        1,
                        call -> call.operation() == Operation.PUT && call.key().contains("/alive/"),
                        Fault.HANG);
        Future<List<Finding>> sweep = rig.waiting.submit(() ->
                new Retention(slow, rig.waiting, () -> Instant.now().plus(GRACE.multipliedBy(2))).sweep(GRACE, false));
        slow.awaitHanging(1);
        assertThat(convert("a", rig.datasets, key).chunksMade()).isZero();
        slow.release();
        assertThat(sweep.get()).extracting(Finding::removed).containsExactly(0);
        assertThat(rig.keys()).anyMatch(name -> name.endsWith("_metadata.json"));
        assertThat(rig.keys()).anyMatch(name -> name.endsWith(".b3c"));
    }

    /** The sweep has claimed; the conversion finds that out before it can use anything. */
    @Test
    void aConversionThatWakesUpTooLateBeginsAnew() throws Exception {
        interrupted("a");
        FaultyObjectStore slow =
                new FaultyObjectStore(rig.datasets, 1).onNth(1, FaultyObjectStore.calls(Operation.DELETE), Fault.HANG);
        Future<List<Finding>> sweep = rig.waiting.submit(() ->
                new Retention(slow, rig.waiting, () -> Instant.now().plus(GRACE.multipliedBy(2))).sweep(GRACE, false));
        slow.awaitHanging(1);
        assertThatThrownBy(() -> rig.converter()
                        .convert(
                                new ConversionRequest(
                                        key, source, DatasetLocation.of(rig.datasets, new DatasetId("a")), SMALL),
                                Supervision.of(Progress.Listener.NONE)))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED))
                .hasMessageContaining("swept");
        slow.release();
        sweep.get();
        assertThat(rig.keys()).isEmpty();
        assertThat(convert("a", rig.datasets, key).chunksKept()).isZero();
    }

    @Test
    void removingADatasetRemovesNothingElse() {
        List<String> ids = List.of("a", "a.bams3x", "a.bams3", "a/b", "ab", "a.bams3/b");
        ids.forEach(this::convert);
        convert("a");
        for (String id : ids) {
            String prefix = id + ".bams3/";
            TreeSet<String> expected = new TreeSet<>(rig.keys());
            expected.removeIf(name -> name.startsWith(prefix) && !name.startsWith("a.bams3/b.bams3/"));
            if (id.equals("a.bams3/b")) {
                expected.removeIf(name -> name.startsWith(prefix));
            }
            assertThat(new Retention(rig.datasets, rig.waiting).remove(new DatasetId(id)))
                    .isPositive();
            assertThat(new TreeSet<>(rig.keys())).as(id).isEqualTo(expected);
        }
        assertThat(rig.keys()).isEmpty();
        assertThatThrownBy(() -> new Retention(rig.datasets, rig.waiting).remove(new DatasetId("a")))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
    }

    @Test
    void whatTakesTheRemovedDatasetsPlaceMeanwhileStays() {
        convert("a");
        ObjectStore slow = new ForwardingObjectStore(rig.datasets) {
            @Override
            protected <T> T around(Call call, Supplier<T> body) {
                T result = body.get();
                if (call.operation() == Operation.DELETE && call.key().endsWith("_metadata.json")) {
                    convert("a");
                }
                return result;
            }
        };
        new Retention(slow, rig.waiting).remove(new DatasetId("a"));
        TreeSet<String> left = new TreeSet<>(rig.keys());
        assertThat(left).contains("a.bams3/_metadata.json");
        assertThat(left.stream().filter(name -> name.contains("/chunks/"))).isNotEmpty();
        assertThat(left.stream().map(name -> name.split("/")[1]).filter(name -> !name.startsWith("_")))
                .as("one whole generation")
                .hasSizeGreaterThan(2)
                .containsOnly(left.stream()
                        .filter(name -> name.endsWith("/index.b3i"))
                        .findFirst()
                        .orElseThrow()
                        .split("/")[1]);
    }
}
