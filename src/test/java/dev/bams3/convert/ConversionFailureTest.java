package dev.bams3.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever goes wrong, a dataset is there whole or not at all, and the message says what and where. */
class ConversionFailureTest {
    private static final ConversionOptions SMALL =
            ConversionOptions.DEFAULT.withSizing(new BlockSizing(20_000, 3, 60_000, 60_000));

    private final ConversionRig rig = new ConversionRig();
    private final List<byte[]> records = new RandomRecords(77).sortedList(300);
    private final byte[] bam = ConversionRig.bam(RandomRecords.header(), records);

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"UNAVAILABLE", "ANSWER_LOST"})
    void aStoreThatFailsAtAnyCallLeavesAWholeDatasetOrNone(Fault fault) {
        int failed = 0;
        for (int n = 1; ; n++) {
            FaultyObjectStore store = new FaultyObjectStore(rig.datasets, n).onNth(n, call -> true, fault);
            boolean succeeded = true;
            try {
                rig.convert(bam, store, SMALL);
            } catch (ReadsException e) {
                succeeded = false;
                failed++;
            }
            if (store.faults() == 0) {
                assertThat(rig.verify().isSound()).isTrue();
                break;
            }
            boolean visible = rig.keys().contains(ConversionRig.DATASET + "/_metadata.json");
            assertThat(visible).as("fault at call %d", n).isEqualTo(succeeded);
            if (visible) {
                assertThat(rig.verify().problems()).as("fault at call %d", n).isEmpty();
            }
            clear();
        }
        assertThat(failed).isGreaterThan(5);
    }

    @Test
    void aFailedUploadLeavesNothingBehindAndASecondRunSucceeds() {
        FaultyObjectStore store = new FaultyObjectStore(rig.datasets, 1)
                .onNth(3, FaultyObjectStore.calls(Operation.COMPLETE), Fault.UNAVAILABLE);
        assertThatThrownBy(() -> rig.convert(bam, store, SMALL)).isInstanceOf(ReadsException.class);
        assertThat(rig.keys()).isEmpty();
        rig.convert(bam, SMALL);
        assertThat(rig.verify().isSound()).isTrue();
    }

    @Test
    void aTruncatedFileIsRefusedWhereverItIsCut() {
        Random random = new Random(5);
        List<Integer> cuts =
                new ArrayList<>(List.of(1, 3, 17, 18, 27, bam.length - 28, bam.length - 27, bam.length - 1));
        for (int i = 0; i < 60; i++) {
            cuts.add(1 + random.nextInt(bam.length - 2));
        }
        for (int cut : cuts) {
            byte[] file = Arrays.copyOf(bam, cut);
            assertThatThrownBy(() -> rig.convert(file, SMALL))
                    .as("cut at %d", cut)
                    .isInstanceOf(ReadsException.class)
                    .hasMessageContaining("source.bam");
            // Even if a missing end is allowed, a block or record may not be cut.
            if (cut < bam.length - BgzfBlock.END_OF_FILE_LENGTH) {
                assertThatThrownBy(() -> rig.convert(file, SMALL.withAllowMissingEndOfFile(true)))
                        .as("cut at %d", cut)
                        .isInstanceOf(ReadsException.class);
            }
            assertThat(rig.keys()).isEmpty();
        }
    }

    @Test
    void aFileWithoutItsLastBlockIsRefusedUnlessAllowed() {
        byte[] file = Arrays.copyOf(bam, bam.length - BgzfBlock.END_OF_FILE_LENGTH);
        assertThatThrownBy(() -> rig.convert(file, SMALL))
                .hasMessageContaining("BGZF end-of-file block")
                .hasMessageContaining("truncated");
        DatasetMetadata metadata = rig.convert(file, SMALL.withAllowMissingEndOfFile(true));
        assertThat(metadata.digest().records()).isEqualTo(300);
    }

    @Test
    void aFlippedBitIsFoundOrHarmless() {
        Random random = new Random(6);
        byte[] inflated = ConversionRig.inflated(bam);
        int found = 0;
        for (int i = 0; i < 120; i++) {
            byte[] file = bam.clone();
            int bit = random.nextInt(8 * file.length);
            file[bit / 8] ^= (byte) (1 << bit % 8);
            try {
                rig.convert(file, SMALL);
                assertThat(ConversionRig.inflated(rig.export()))
                        .as("bit %d", bit)
                        .isEqualTo(inflated);
            } catch (ReadsException e) {
                assertThat(e.getMessage()).as("bit %d", bit).contains("source.bam");
                found++;
            }
            clear();
        }
        assertThat(found).isGreaterThan(100);
    }

    @Test
    void brokenRecordsAreNamedWithTheirPlace() {
        byte[] unknownReference = records.getFirst().clone();
        unknownReference[4] = 99;
        assertRefused(unknownReference, "refID 99");
        byte[] beforeTheStart = records.getFirst().clone();
        Arrays.fill(beforeTheStart, 8, 12, (byte) 0xFE);
        assertRefused(beforeTheStart, "is less than -1");
        byte[] wrongLength = records.getFirst().clone();
        wrongLength[22] = 0x7F;
        assertRefused(wrongLength, "");
    }

    private void assertRefused(byte[] record, String message) {
        byte[] file = ConversionRig.bam(RandomRecords.header(), List.of(records.getFirst(), record));
        assertThatThrownBy(() -> rig.convert(file, SMALL))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("source.bam: ")
                .hasMessageContaining("at byte ")
                .hasMessageContaining("BAM record 2")
                .hasMessageContaining(message);
        assertThat(rig.keys()).isEmpty();
    }

    @Test
    void filesThatAreNoReadsAreRefused() {
        assertThatThrownBy(() -> rig.convert(new byte[0], SMALL)).hasMessageContaining("the file is empty");
        assertThatThrownBy(() -> rig.convert(new byte[] {1, 2, 3}, SMALL))
                .hasMessageContaining("neither BAM, SAM nor CRAM");
        assertThatThrownBy(() -> rig.convert(ConversionRig.inflated(bam), SMALL))
                .hasMessageContaining("uncompressed BAM");
    }

    @Test
    void anExistingDatasetIsReplacedOnlyOnDemand() {
        rig.convert(bam, SMALL);
        String generation = rig.open().metadata().generation();
        assertThatThrownBy(() -> rig.convert(bam, SMALL))
                .hasMessageContaining("exists already")
                .hasMessageContaining("--replace");
        rig.convert(bam, SMALL.withReplace(true));
        assertThat(rig.open().metadata().generation()).isNotEqualTo(generation);
        assertThat(rig.verify().isSound()).isTrue();
    }

    @Test
    void ofTwoRacingConversionsOneWinsAndTheOtherSaysSo() throws Exception {
        FaultyObjectStore slow =
                new FaultyObjectStore(rig.datasets, 1).onEach(call -> call.key().endsWith("index.b3i"), Fault.HANG);
        SourceObject source = rig.source(bam);
        Callable<DatasetMetadata> conversion = () -> rig.converter()
                .convert(source, new DatasetLocation(slow, ConversionRig.DATASET), SMALL, Progress.Listener.NONE);
        Future<DatasetMetadata> one = rig.waiting.submit(conversion);
        Future<DatasetMetadata> other = rig.waiting.submit(conversion);
        slow.awaitHanging(2);
        slow.release();
        List<ReadsException> losers = new ArrayList<>();
        for (Future<DatasetMetadata> future : List.of(one, other)) {
            try {
                future.get();
            } catch (java.util.concurrent.ExecutionException e) {
                losers.add((ReadsException) e.getCause());
            }
        }
        assertThat(losers).hasSize(1);
        assertThat(losers.getFirst().kind()).isEqualTo(ErrorKind.CHANGED);
        assertThat(losers.getFirst()).hasMessageContaining("another conversion published this dataset");
        assertThat(rig.verify().isSound()).isTrue();
        assertThat(rig.keys().stream().map(key -> key.split("/")[2]).distinct())
                .as("the loser's generation is gone")
                .hasSize(2);
    }

    @Test
    void interruptingTheThreadCancelsAndLeavesNothing() throws Exception {
        FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1)
                .onNth(2, FaultyObjectStore.calls(Operation.COMPLETE), Fault.HANG);
        List<ReadsException> failures = Collections.synchronizedList(new ArrayList<>());
        Thread thread = Thread.ofPlatform()
                .start(() ->
                        failures.add(catchThrowableOfType(ReadsException.class, () -> rig.convert(bam, slow, SMALL))));
        slow.awaitHanging(1);
        thread.interrupt();
        thread.join();
        assertThat(failures).extracting(ReadsException::kind).containsExactly(ErrorKind.CANCELLED);
        assertThat(rig.keys()).isEmpty();
    }

    @Test
    void aSourceReplacedMeanwhileIsNoticed() {
        SourceObject source = rig.source(bam);
        rig.sources.put(new ObjectKey("source.bam"), bam, PutCondition.always());
        assertThatThrownBy(() -> rig.converter()
                        .convert(
                                source,
                                new DatasetLocation(rig.datasets, ConversionRig.DATASET),
                                SMALL,
                                Progress.Listener.NONE))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED));
    }

    @Test
    void damageOfAnyObjectIsFoundByVerify() {
        rig.convert(bam, SMALL);
        Random random = new Random(8);
        for (String key : rig.keys()) {
            ObjectKey object = new ObjectKey(key);
            byte[] body = rig.datasets.get(object, Integer.MAX_VALUE).body();
            if (key.endsWith("_metadata.json")) {
                continue;
            }
            byte[] damaged = body.clone();
            damaged[random.nextInt(body.length)] ^= 1;
            rig.datasets.put(object, damaged, PutCondition.always());
            assertThat(rig.verify().problems()).as("bit flip in %s", key).isNotEmpty();
            rig.datasets.put(object, Arrays.copyOf(body, body.length - 1), PutCondition.always());
            assertThat(rig.verify().problems()).as("%s truncated", key).isNotEmpty();
            rig.datasets.delete(object);
            assertThat(rig.verify().problems()).as("%s missing", key).isNotEmpty();
            rig.datasets.put(object, body, PutCondition.always());
        }
        assertThat(rig.verify().isSound()).isTrue();
    }

    @Test
    void temporaryFilesOfAFailedSortAreRemoved(@TempDir Path temporary) {
        List<byte[]> unsorted = new ArrayList<>(records.reversed());
        byte[] last = records.getFirst().clone();
        last[4] = 99;
        unsorted.add(last);
        byte[] file = ConversionRig.bam(RandomRecords.header(), unsorted);
        assertThatThrownBy(() -> rig.convert(file, SMALL.withSort(3 << 20, temporary)))
                .hasMessageContaining("refID 99");
        assertThat(temporary).isEmptyDirectory();
    }

    private void clear() {
        rig.keys().forEach(key -> rig.datasets.delete(new ObjectKey(key)));
    }
}
