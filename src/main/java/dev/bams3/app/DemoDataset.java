package dev.bams3.app;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.Datasets;
import dev.bams3.error.ReadsException;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * The dataset `demo`: 30x of simulated reads on two short references, the same on every machine. It is made before the
 * service listens, where it is wanted and not there yet. Its BAM is held in memory (about 10 MB) and then forgotten.
 */
final class DemoDataset implements SmartInitializingSingleton {
    static final DatasetId ID = new DatasetId("demo");

    private static final Logger LOG = LoggerFactory.getLogger(DemoDataset.class);
    private static final long SEED = 42;
    private static final int COMPRESSION_LEVEL = 1;

    private final boolean wanted;
    private final ObjectStore store;
    private final Datasets datasets;
    private final ExecutorService cpu;

    DemoDataset(boolean wanted, ObjectStore store, Datasets datasets, ExecutorService cpu) {
        this.wanted = wanted;
        this.store = store;
        this.datasets = datasets;
        this.cpu = cpu;
    }

    @Override
    public void afterSingletonsInstantiated() {
        if (!wanted || isThere()) {
            return;
        }
        try {
            checkWritable();
            make();
            datasets.forget(ID);
            LOG.info("made the simulated dataset '{}' in {}", ID, store.location());
        } catch (ReadsException e) {
            throw ReadsException.of(
                    e.kind(),
                    "could not make the dataset '" + ID + "': " + e.getMessage()
                            + ". Choose another store by BAMS3_STORE=file:/folder, or start without it by"
                            + " BAMS3_DEMO=false",
                    e);
        }
    }

    private boolean isThere() {
        try {
            return datasets.find(ID).isPresent();
        } catch (ReadsException e) {
            // It is there, but cannot be read.
            return true;
        }
    }

    /** A store that cannot be written to is found before the reads are made. */
    private void checkWritable() {
        ObjectKey key = DatasetLocation.of(store, ID).key("_writable");
        store.put(key, new byte[0], PutCondition.always());
        store.delete(key);
    }

    private void make() {
        ObjectKey key = new ObjectKey("demo.bam");
        try (MemoryObjectStore memory = new MemoryObjectStore();
                ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor()) {
            memory.put(key, simulatedBam(), PutCondition.always());
            new Converter(ProgramVersion.PROGRAM, cpu, waiting)
                    .convert(
                            SourceObject.open(memory, key),
                            DatasetLocation.of(store, ID),
                            ConversionOptions.DEFAULT,
                            Progress.Listener.NONE);
        }
    }

    private byte[] simulatedBam() {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        try {
            new Simulator(cpu, COMPRESSION_LEVEL)
                    .simulate(SimulationOptions.illumina(SEED, Simulator.demoReferences()), bam);
        } catch (IOException e) {
            throw new IllegalStateException("memory does not break", e);
        }
        return bam.toByteArray();
    }
}
