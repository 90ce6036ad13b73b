package dev.bams3.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRig;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.Datasets;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.TwoConnections;
import dev.bams3.storage.ObjectStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A bit that flips between store and verifier is no damage of the dataset. */
class VerifierDamageTest {
    private final long seed = Seed.draw();
    private final ConversionRig rig = new ConversionRig();

    @AfterEach
    void close() {
        rig.close();
    }

    /** A bit of every read flips, but for those over the second connection. */
    @Test
    void aDatasetThatArrivesDamagedIsSound() {
        rig.convert(bam(), ConversionOptions.DEFAULT);
        ObjectStore faulty = new TwoConnections(
                new FaultyObjectStore(rig.datasets, seed).onEach(FaultyObjectStore.reads(), Fault.FLIPPED_BIT),
                rig.datasets);
        Datasets datasets = new Datasets(faulty, DatasetCacheSettings.DEFAULT);
        Verifier.Report report = new Verifier(rig.cpu, rig.waiting)
                .verify(datasets.open(new DatasetLocation(faulty, ConversionRig.DATASET)), Progress.Listener.NONE);
        assertThat(report.problems()).as("seed %d", seed).isEmpty();
        assertThat(datasets.damage().inFlight()).as("seed %d", seed).isGreaterThan(3);
    }

    private byte[] bam() {
        return Bams.file(RandomRecords.header(), new RandomRecords(seed).sortedList(400));
    }
}
