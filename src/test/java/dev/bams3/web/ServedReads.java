package dev.bams3.web;

import dev.bams3.app.RunningServer;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.genome.Reference;
import dev.bams3.query.BamCompression;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import htsjdk.samtools.SAMRecord;
import htsjdk.samtools.SamInputResource;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import htsjdk.samtools.ValidationStringency;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * A service with the dataset `a/reads` of simulated reads, and what htsjdk reads from their BAM. The dataset `a/broken` has
 * the same reads, but its store fails from the second range of a chunk on.
 */
final class ServedReads {
    static final String ID = "a/reads";
    static final String BROKEN = "a/broken";

    /** Small, so that tickets have several. */
    static final String SLICE_SIZE = "512KB";

    private static final class Holder {
        // Shared by the tests of this package; the JVM's end stops it.
        static final ServedReads INSTANCE = new ServedReads();
    }

    private static final String KEY = "bams3.ticket.key=fedcba9876543210fedcba9876543210";

    private final RunningServer server;
    private final MemoryObjectStore memory = new MemoryObjectStore();
    private final List<SAMRecord> records;
    private final List<CountingObjectStore> stores = new ArrayList<>();

    private ServedReads() {
        byte[] bam = simulate();
        records = decode(bam);
        convert(memory, bam, ID);
        convert(memory, bam, BROKEN);
        server = RunningServer.start(
                unused -> counted(memory),
                KEY,
                "bams3.ticket.slice-size=" + SLICE_SIZE,
                // So that every answer is read.
                "bams3.cache.blocks=0",
                "bams3.fetch.read-ahead=64KB",
                "bams3.fetch.gets-per-request=1");
    }

    static ServedReads shared() {
        return Holder.INSTANCE;
    }

    /** Another service over the same datasets, with the store wrapped; the caller closes it. */
    RunningServer start(UnaryOperator<ObjectStore> wrapping, String... settings) {
        return RunningServer.start(unused -> wrapping.apply(memory), settings);
    }

    RunningServer server() {
        return server;
    }

    /** Another process with the same store and keys; the caller closes it. */
    RunningServer replica(String... settings) {
        List<String> all = new ArrayList<>(List.of(KEY, "bams3.ticket.slice-size=" + SLICE_SIZE));
        all.addAll(List.of(settings));
        return RunningServer.start(unused -> memory, all.toArray(String[]::new));
    }

    /** A replica of a machine without ISA-L, so that its compressed bytes are others. */
    RunningServer replicaThatCompressesOtherwise() {
        BeanPostProcessor jdk = new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof BamCompression
                        ? new BamCompression(1, level -> BgzfDeflaters.ofJdk(level, 2))
                        : bean;
            }
        };
        return RunningServer.start(unused -> memory, List.of(jdk), KEY, "bams3.ticket.slice-size=" + SLICE_SIZE);
    }

    /** All records, in file order. */
    List<SAMRecord> records() {
        return records;
    }

    /** SAM text of the records that htsget has for a region, in file order. */
    List<String> overlapping(String reference, int start, int end) {
        return sam(record -> record.getReferenceName().equals(reference)
                && record.getAlignmentStart() - 1 < end
                && Math.max(record.getAlignmentEnd(), record.getAlignmentStart()) > start);
    }

    List<String> sam(Predicate<SAMRecord> wanted) {
        return records.stream().filter(wanted).map(ServedReads::text).toList();
    }

    static String text(SAMRecord alignment) {
        return sorted(alignment.getSAMString().strip());
    }

    /** A SAM line with its tags in alphabetical order: htsjdk writes them in an order of its own. */
    static String sorted(String line) {
        String[] columns = line.split("\t");
        if (columns.length > 11) {
            Arrays.sort(columns, 11, columns.length);
        }
        return String.join("\t", columns);
    }

    /** The store of the service, as it counts. */
    CountingObjectStore store() {
        return stores.getFirst();
    }

    static List<SAMRecord> decode(byte[] bam) {
        SamReaderFactory factory = SamReaderFactory.makeDefault().validationStringency(ValidationStringency.SILENT);
        try (SamReader reader = factory.open(SamInputResource.of(new ByteArrayInputStream(bam)))) {
            List<SAMRecord> decoded = new ArrayList<>();
            reader.forEach(decoded::add);
            return decoded;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectStore counted(ObjectStore memory) {
        FaultyObjectStore faulty = new FaultyObjectStore(memory, 1);
        Predicate<FaultyObjectStore.Call> chunks = call -> call.operation() == FaultyObjectStore.Operation.GET_RANGE
                && call.key().contains("broken.bams3/")
                && call.key().contains("chunk")
                && call.offset() > 100_000;
        faulty.onEach(chunks, FaultyObjectStore.Fault.UNAVAILABLE);
        CountingObjectStore counting = new CountingObjectStore(faulty);
        stores.add(counting);
        return counting;
    }

    static byte[] simulate() {
        List<Reference> references = List.of(
                new Reference("chr1", 300_000),
                new Reference("HLA-A*01:01", 5_000),
                new Reference("HG002#1#chr2", 50_000));
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        try (ExecutorService cpu = Executors.newFixedThreadPool(2)) {
            new Simulator(cpu, 1)
                    .simulate(SimulationOptions.illumina(11, references).withDepth(20), bam);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bam.toByteArray();
    }

    static void convert(ObjectStore store, byte[] bam, String id) {
        ObjectKey key = new ObjectKey("source.bam");
        try (MemoryObjectStore sources = new MemoryObjectStore();
                ExecutorService cpu = Executors.newFixedThreadPool(2);
                ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor()) {
            sources.put(key, bam, PutCondition.always());
            new Converter("test", cpu, waiting)
                    .convert(
                            SourceObject.open(sources, key),
                            DatasetLocation.of(store, new DatasetId(id)),
                            ConversionOptions.DEFAULT,
                            Progress.Listener.NONE);
        }
    }
}
