package dev.bams3.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.bams3.BlockSizing;
import dev.bams3.bams3.DatasetMetadata;
import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
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
    private ConversionResult inShards(ConversionRequest request, int wanted) throws Exception {
        ConversionPlan plan = rig.converter().plan(request, wanted, NOBODY);
        assertThat(plan.shards()).hasSizeBetween(1, wanted);
        List<Future<ShardResult>> running = new ArrayList<>();
        for (Shard shard : plan.shards().reversed()) {
            running.add(rig.waiting.submit(() -> rig.converter().convertShard(request, shard.number(), NOBODY)));
        }
        long records = 0;
        for (Future<ShardResult> shard : running) {
            records += shard.get().digest().records();
        }
        ConversionResult result = rig.converter().merge(request, NOBODY);
        assertThat(result.metadata().digest().records()).isEqualTo(records);
        assertThat(result.chunksMade()).isZero();
        return result;
    }

    private int assertSameAsOne(byte[] bam, ConversionOptions options, int... shardCounts) throws Exception {
        SourceObject source = rig.source(bam);
        DatasetMetadata one = rig.converter()
                .convert(request(source, rig.datasets, options), NOBODY)
                .metadata();
        byte[] exported = ConversionRig.inflated(rig.export());
        int most = 0;
        for (int wanted : shardCounts) {
            ConversionRequest request = request(source, rig.datasets, options);
            most = Math.max(
                    most, rig.converter().plan(request, wanted, NOBODY).shards().size());
            DatasetMetadata merged = inShards(request, wanted).metadata();
            assertThat(merged.digest()).as("%d shards", wanted).isEqualTo(one.digest());
            assertThat(merged.flagstat()).isEqualTo(one.flagstat());
            assertThat(merged.bases()).isEqualTo(one.bases());
            assertThat(ConversionRig.inflated(rig.export())).isEqualTo(exported);
            assertThat(rig.verify().problems()).isEmpty();
        }
        return most;
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
        ConversionPlan plan = rig.converter().plan(request, 4, NOBODY);
        assertThat(rig.converter().plan(request, 2, NOBODY)).isEqualTo(plan);
        for (Shard shard : plan.shards()) {
            ShardResult first = rig.converter().convertShard(request, shard.number(), NOBODY);
            counting.reset();
            assertThat(rig.converter().convertShard(request, shard.number(), NOBODY))
                    .isEqualTo(first);
            assertThat(counting.gets(".b3c")).isZero();
        }
        counting.reset();
        rig.converter().merge(request, NOBODY);
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
        ConversionPlan plan = rig.converter().plan(request, 3, NOBODY);
        rig.converter().convertShard(request, 0, NOBODY);
        rig.converter().convertShard(request, 2, NOBODY);
        assertThatThrownBy(() -> rig.converter().merge(request, NOBODY))
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
        byte[] body = rig.datasets.get(chunk, 1 << 20).body();
        rig.datasets.delete(chunk);
        assertThatThrownBy(() -> rig.converter().merge(request, NOBODY)).hasMessageContaining("begins at virtual");
        rig.datasets.put(chunk, body, PutCondition.always());
        rig.converter().merge(request, NOBODY);
        assertThat(rig.verify().problems()).isEmpty();
    }

    @Test
    void bordersThatAreNoRecordsAreRefused() {
        SourceObject source =
                rig.source(ConversionRig.bam(RandomRecords.header(), new RandomRecords(5).sortedList(900)));
        ConversionRequest request = request(source, rig.datasets, SMALL);
        ConversionPlan plan = rig.converter().plan(request, 2, NOBODY);
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
                            List.of(first, new Shard(1, from, second.to(), second.firstChunk(), second.endChunk())))),
                    PutCondition.always());
            assertThat(workspace.plan()).isPresent();
            assertThatThrownBy(() -> {
                        rig.converter().convertShard(request, 0, NOBODY);
                        rig.converter().convertShard(request, 1, NOBODY);
                        rig.converter().merge(request, NOBODY);
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
                                new Shard(1, moved, second.to(), second.firstChunk(), second.endChunk())))),
                PutCondition.always());
        assertThatThrownBy(() -> rig.converter().convertShard(request, 0, NOBODY))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT));
        assertThat(rig.keys()).noneMatch(name -> name.endsWith("_metadata.json"));
    }

    @Test
    void unsortedFilesAreRefusedInPartsAndConvertedAsOne() throws Exception {
        List<byte[]> records =
                new ArrayList<>(new RandomRecords(8).sortedList(600).reversed());
        SourceObject source = rig.source(ConversionRig.bam(RandomRecords.header(), records));
        ConversionRequest request = request(source, rig.datasets, SMALL);
        ConversionPlan plan = rig.converter().plan(request, 3, NOBODY);
        assertThatThrownBy(() -> rig.converter().convertShard(request, 0, NOBODY))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.field()).contains("order"));
        assertThat(plan.shards()).isNotEmpty();
        rig.converter().abandon(request);
        assertThat(rig.keys()).isEmpty();
        assertThat(rig.converter().convert(request, NOBODY).metadata().source().sortedOnConversion())
                .isTrue();
        assertThat(rig.keys()).noneMatch(key -> key.contains("/conversion/"));
    }
}
