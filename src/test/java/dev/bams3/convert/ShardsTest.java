package dev.bams3.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of a file converted apart and merged are the dataset that one worker makes. */
class ShardsTest {
    private static final ConversionOptions SMALL = ConversionOptions.DEFAULT
            .withSizing(new BlockSizing(4_000, 3, 30_000, 12_000))
            .withReplace(true);
    private static final Supervision NOBODY = Supervision.of(Progress.Listener.NONE);

    private final ConversionRig rig = new ConversionRig();
    private int jobs;

    @AfterEach
    void close() {
        rig.close();
    }

    private ConversionRequest request(SourceObject source, ObjectStore store, ConversionOptions options) {
        ConversionKey key = new ConversionKey(Instant.parse("2026-01-02T03:04:05Z"), "job-" + jobs++);
        return new ConversionRequest(key, source, new DatasetLocation(store, ConversionRig.DATASET), options);
    }

    /** Converts the shards last to first, several at a time, then merges. */
    private ConversionResult inShards(ConversionRequest request, int wanted) {
        AtomicLong records = new AtomicLong();
        ShardRunner lastToFirst = (same, plan, supervision) -> {
            assertThat(plan.shards()).hasSizeBetween(1, wanted);
            List<Future<ShardResult>> running = new ArrayList<>();
            for (Shard shard : plan.shards().reversed()) {
                running.add(rig.waiting.submit(() -> rig.converter().convertShard(same, shard.number(), NOBODY)));
            }
            for (Future<ShardResult> shard : running) {
                records.addAndGet(result(shard).digest().records());
            }
        };
        ConversionResult result = rig.converter().convert(request, wanted, lastToFirst, NOBODY);
        assertThat(result.metadata().digest().records()).isEqualTo(records.get());
        assertThat(result.chunksMade()).isZero();
        return result;
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ReadsException known) {
                throw known;
            }
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Plans, and leaves it at that. */
    private ConversionPlan plan(ConversionRequest request, int wanted) {
        AtomicReference<ConversionPlan> seen = new AtomicReference<>();
        ShardRunner lazy = (same, plan, supervision) -> {
            seen.set(plan);
            throw ReadsException.of(ErrorKind.UNAVAILABLE, "planned");
        };
        assertThatThrownBy(() -> rig.converter().convert(request, wanted, lazy, NOBODY))
                .hasMessage("planned");
        return Objects.requireNonNull(seen.get());
    }

    /** Publishes what the shards of a plan have stored. */
    private ConversionResult merge(ConversionRequest request) {
        return rig.converter().convert(request, 1, (same, plan, supervision) -> {}, NOBODY);
    }

    private int assertSameAsOne(byte[] bam, ConversionOptions options, int... shardCounts) throws Exception {
        SourceObject source = rig.source(bam);
        DatasetMetadata one = rig.converter()
                .convert(request(source, rig.datasets, options), NOBODY)
                .metadata();
        byte[] exported = ConversionRig.inflated(rig.export());
        byte[] depth = depth(one);
        int most = 0;
        for (int wanted : shardCounts) {
            ConversionRequest request = request(source, rig.datasets, options);
            most = Math.max(most, plan(request, wanted).shards().size());
            DatasetMetadata merged = inShards(request, wanted).metadata();
            assertThat(merged.digest()).as("%d shards", wanted).isEqualTo(one.digest());
            assertThat(merged.flagstat()).isEqualTo(one.flagstat());
            assertThat(merged.bases()).isEqualTo(one.bases());
            assertThat(ConversionRig.inflated(rig.export())).isEqualTo(exported);
            assertThat(depth(merged)).isEqualTo(depth);
            assertThat(merged.depth()).isEqualTo(one.depth());
            assertThat(rig.verify().problems()).isEmpty();
        }
        return most;
    }

    /** All of a summary of depth but its head, which names the dataset. */
    private byte[] depth(DatasetMetadata metadata) {
        ObjectKey key = new DatasetLocation(rig.datasets, ConversionRig.DATASET)
                .key(DatasetLayout.depth(metadata.generation()));
        byte[] object = rig.datasets.get(key, Integer.MAX_VALUE).body();
        return Arrays.copyOfRange(object, 64, object.length);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void nastyRecords(long seed) throws Exception {
        byte[] bam = ConversionRig.bam(RandomRecords.header(), new RandomRecords(seed).sortedList(800));
        assertThat(assertSameAsOne(bam, SMALL, 1, 3, 7)).isGreaterThan(2);
    }

    @Test
    void simulatedReads() throws Exception {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        List<Reference> references = List.of(new Reference("chr1", 30_000), new Reference("chr2", 9_000));
        new Simulator(rig.cpu, 1).simulate(SimulationOptions.illumina(1, references), bam);
        assertThat(assertSameAsOne(bam.toByteArray(), SMALL, 2, 5, 7)).isEqualTo(7);
    }

    @Test
    void longRecordsThatCrossManyBlocks() throws Exception {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        List<Reference> references = List.of(new Reference("chr1", 40_000));
        new Simulator(rig.cpu, 1).simulate(SimulationOptions.longReads(3, references), bam);
        assertThat(assertSameAsOne(bam.toByteArray(), ConversionOptions.DEFAULT.withReplace(true), 3, 6))
                .isGreaterThan(1);
    }

    @Test
    void everyRealFile() throws Exception {
        int files = 0;
        for (Path file : Bams.real()) {
            byte[] bam = Files.readAllBytes(file);
            ConversionOptions options = SMALL.withSizing(BlockSizing.DEFAULT).withAllowMissingEndOfFile(true);
            SourceObject source = rig.source(bam);
            DatasetMetadata one = rig.converter()
                    .convert(request(source, rig.datasets, options), NOBODY)
                    .metadata();
            if (one.source().sortedOnConversion()) {
                continue;
            }
            // All numbers from 1 to 7 in turn, two for each file.
            for (int shards : List.of(1 + files % 7, 1 + (files + 3) % 7)) {
                DatasetMetadata merged =
                        inShards(request(source, rig.datasets, options), shards).metadata();
                assertThat(merged.digest()).as("%s in %d shards", file, shards).isEqualTo(one.digest());
                assertThat(merged.flagstat()).isEqualTo(one.flagstat());
            }
            files++;
        }
    }

    @Test
    void theMergeTouchesNoChunkAndEachShardIsDoneOnce() throws Exception {
        SourceObject source =
                rig.source(ConversionRig.bam(RandomRecords.header(), new RandomRecords(5).sortedList(900)));
        CountingObjectStore counting = new CountingObjectStore(rig.datasets);
        ConversionRequest request = request(source, counting, SMALL);
        ConversionPlan plan = plan(request, 4);
        assertThat(plan(request, 2)).isEqualTo(plan);
        for (Shard shard : plan.shards()) {
            ShardResult first = rig.converter().convertShard(request, shard.number(), NOBODY);
            counting.reset();
            assertThat(rig.converter().convertShard(request, shard.number(), NOBODY))
                    .isEqualTo(first);
            assertThat(counting.gets(".b3c")).isZero();
        }
        counting.reset();
        merge(request);
        assertThat(counting.calls())
                .filteredOn(call -> call.key().endsWith(".b3c"))
                .extracting(call -> call.operation().name())
                .containsOnly("HEAD");
        assertThat(rig.keys()).noneMatch(key -> key.contains("/conversion/"));
    }

    @Test
    void aMissingShardIsNamedAndNothingIsPublished() {
        SourceObject source =
                rig.source(ConversionRig.bam(RandomRecords.header(), new RandomRecords(5).sortedList(900)));
        ConversionRequest request = request(source, rig.datasets, SMALL);
        assertThatThrownBy(() -> rig.converter().convertShard(request, 0, NOBODY))
                .hasMessageContaining("no plan");
        ConversionPlan plan = plan(request, 3);
        rig.converter().convertShard(request, 0, NOBODY);
        rig.converter().convertShard(request, 2, NOBODY);
        assertThatThrownBy(() -> merge(request))
                .hasMessageContaining("shard 1 is not converted")
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
        // A chunk that went away since.
        rig.converter().convertShard(request, 1, NOBODY);
        ObjectKey chunk = new ObjectKey(rig.keys().stream()
                .filter(key ->
                        key.endsWith("%06d.b3c".formatted(plan.shards().get(1).firstChunk())))
                .findFirst()
                .orElseThrow());
        rig.datasets.delete(chunk);
        assertThatThrownBy(() -> merge(request)).hasMessageContaining("are not those that were made");
        assertThat(rig.keys()).isEmpty();
    }

    @Test
    void bordersThatAreNoRecordsAreRefused() {
        SourceObject source =
                rig.source(ConversionRig.bam(RandomRecords.header(), new RandomRecords(5).sortedList(900)));
        ConversionRequest request = request(source, rig.datasets, SMALL);
        ConversionPlan plan = plan(request, 2);
        Workspace workspace = Workspace.of(ConversionRig.PROGRAM, request, false, rig.waiting);
        ObjectKey key = new ObjectKey(rig.keys().stream()
                .filter(name -> name.endsWith("plan.json"))
                .findFirst()
                .orElseThrow());
        Shard first = plan.shards().get(0);
        Shard second = plan.shards().get(1);
        VirtualOffset border = first.end();
        long moved = VirtualOffset.of(border.block(), border.within() + 1).packed();
        // A gap and an overlap of two shards.
        for (long from : List.of(moved, first.from())) {
            rig.datasets.put(
                    key,
                    WorkDocument.encode(new ConversionPlan(
                            plan.generation(),
                            plan.uuid(),
                            plan.request(),
                            plan.replaces(),
                            List.of(first, new Shard(1, from, second.to(), second.firstChunk(), second.endChunk())),
                            false)),
                    PutCondition.always());
            assertThat(workspace.plan()).isPresent();
            assertThatThrownBy(() -> {
                        rig.converter().convertShard(request, 0, NOBODY);
                        rig.converter().convertShard(request, 1, NOBODY);
                        merge(request);
                    })
                    .isInstanceOf(ReadsException.class);
        }
        // A border inside a record, known to both sides.
        rig.datasets.put(
                key,
                WorkDocument.encode(new ConversionPlan(
                        plan.generation(),
                        plan.uuid(),
                        plan.request(),
                        plan.replaces(),
                        List.of(
                                new Shard(0, first.from(), moved, first.firstChunk(), first.endChunk()),
                                new Shard(1, moved, second.to(), second.firstChunk(), second.endChunk())),
                        false)),
                PutCondition.always());
        assertThatThrownBy(() -> rig.converter().convertShard(request, 0, NOBODY))
                .hasMessageContaining("no record begins at virtual offset " + new VirtualOffset(moved))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT));
        assertThat(rig.keys()).noneMatch(name -> name.endsWith("_metadata.json"));
    }

    @Test
    void unsortedFilesAreSortedAsOneShard() {
        List<byte[]> sorted = new RandomRecords(8).sortedList(600);
        // Backwards; and two sorted halves, of which shards alone do not show that they are the wrong way round.
        List<byte[]> halves = new ArrayList<>(sorted.subList(300, 600));
        halves.addAll(sorted.subList(0, 300));
        for (List<byte[]> records : List.of(sorted.reversed(), halves)) {
            SourceObject source = rig.source(ConversionRig.bam(RandomRecords.header(), records));
            DatasetMetadata one = rig.converter()
                    .convert(request(source, rig.datasets, SMALL), NOBODY)
                    .metadata();
            List<Boolean> sorting = new ArrayList<>();
            DatasetMetadata merged = rig.converter()
                    .convert(request(source, rig.datasets, SMALL), 2, noting(sorting), NOBODY)
                    .metadata();
            assertThat(sorting).containsExactly(false, true);
            assertThat(merged.source().sortedOnConversion()).isTrue();
            assertThat(merged.digest()).isEqualTo(one.digest());
            assertThat(rig.verify().problems()).isEmpty();
            assertThat(rig.keys()).noneMatch(key -> key.contains("/conversion/"));

            ConversionRequest refused = request(source, rig.datasets, SMALL.withSort(false));
            assertThatThrownBy(() -> rig.converter().convert(refused, 2, noting(sorting), NOBODY))
                    .isInstanceOfSatisfying(
                            ReadsException.class, e -> assertThat(e.field()).contains("options.sort"));
        }
    }

    /** What is sorted stores no chunk before its last record was read. */
    @Test
    void aLoneShardTellsHowFarItIs() {
        SourceObject source = rig.source(ConversionRig.bam(
                RandomRecords.header(), new RandomRecords(8).sortedList(600).reversed()));
        ConversionRequest request = request(source, rig.datasets, SMALL);
        List<Progress> seen = new ArrayList<>();
        rig.converter()
                .convert(
                        request,
                        1,
                        (same, plan, supervision) -> {
                            ShardWatch watch = rig.converter().watch(same, plan);
                            seen.add(watch.look());
                            // The first time finds that there is something to sort.
                            result(rig.waiting.submit(() -> rig.converter().convertShard(same, 0, NOBODY)));
                            seen.add(watch.look());
                            seen.add(rig.converter().watch(same, plan).look());
                        },
                        NOBODY);
        assertThat(seen).extracting(Progress::fraction).containsExactly(0.0, 0.0, 1.0, 1.0);
        assertThat(seen).extracting(Progress::records).containsExactly(0L, 0L, 600L, 600L);
        assertThat(seen).extracting(Progress::keptRecords).containsExactly(0L, 0L, 0L, 600L);
        assertThat(seen.getFirst().sourceSize()).isPositive();
    }

    /** A second run begins with sorting, whoever found that it is needed. */
    @Test
    void thatASourceIsToBeSortedIsFoundOutOnce() {
        SourceObject source = rig.source(ConversionRig.bam(
                RandomRecords.header(), new RandomRecords(8).sortedList(600).reversed()));
        ConversionRequest request = request(source, rig.datasets, SMALL);
        List<Boolean> sorting = new ArrayList<>();
        ShardRunner broken = (same, plan, supervision) -> {
            if (plan.sorting()) {
                throw ReadsException.of(ErrorKind.UNAVAILABLE, "on purpose");
            }
            new LocalShards(rig.converter(), 2).run(same, plan, supervision);
        };
        assertThatThrownBy(() -> rig.converter().convert(request, 3, broken, NOBODY))
                .hasMessage("on purpose");
        rig.converter().convert(request, 3, noting(sorting), NOBODY);
        assertThat(sorting).containsExactly(true);
        assertThat(rig.verify().problems()).isEmpty();
    }

    private ShardRunner noting(List<Boolean> sorting) {
        return (request, plan, supervision) -> {
            sorting.add(plan.sorting());
            new LocalShards(rig.converter(), 2).run(request, plan, supervision);
        };
    }

    /** Chunks span references, so that their number does not bound the shards. */
    @Test
    void sourcesOfVeryManyReferencesAreCutIntoAsManyShards() {
        List<Reference> references =
                new ArrayList<>(RandomRecords.header().references().references());
        while (references.size() < 150_000) {
            references.add(new Reference("c" + references.size(), 1000));
        }
        SamHeader header = new SamHeader(new byte[0], new ReferenceDictionary(references));
        SourceObject source = rig.source(ConversionRig.bam(header, new RandomRecords(5).sortedList(900)));
        ConversionPlan plan = plan(request(source, rig.datasets, SMALL), 7);
        assertThat(plan.shards()).hasSize(7);
    }

    @Test
    void progressIsThatOfAllShardsAndTheFirstFailureEndsThemAll() {
        SourceObject source =
                rig.source(ConversionRig.bam(RandomRecords.header(), new RandomRecords(5).sortedList(900)));
        List<Progress> told = Collections.synchronizedList(new ArrayList<>());
        ConversionRequest request = request(source, rig.datasets, SMALL);
        rig.converter().convert(request, 4, new LocalShards(rig.converter(), 2), Supervision.of(told::add));
        assertThat(told).isSortedAccordingTo(Comparator.comparing(Progress::fraction));
        assertThat(told.getLast().fraction()).isEqualTo(1);
        assertThat(told.getLast().records()).isEqualTo(900);

        // One shard hangs; that another fails ends it.
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        FaultyObjectStore.calls(Operation.COMPLETE)
                                .and(call -> call.key().endsWith("/000000.b3c")),
                        Fault.HANG)
                .onEach(
                        FaultyObjectStore.calls(Operation.COMPLETE)
                                .and(call -> call.key().contains("/chunks/5")),
                        Fault.UNAVAILABLE);
        ConversionRequest failing = request(source, store, SMALL);
        assertThatThrownBy(() -> rig.converter().convert(failing, 2, new LocalShards(rig.converter(), 2), NOBODY))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
        store.release();
    }
}
