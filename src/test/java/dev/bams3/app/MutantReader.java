package dev.bams3.app;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetCacheSettings;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.export.Exporter;
import dev.bams3.export.Verifier;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.MutantDatasets;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.TestReads;
import dev.bams3.genome.Interval;
import dev.bams3.genome.Region;
import dev.bams3.lifecycle.Retention;
import dev.bams3.query.Bins;
import dev.bams3.query.OpenRead;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.RecordView;
import dev.bams3.source.CramMutants;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.slf4j.LoggerFactory;

/**
 * A process that reads mutants of datasets and converts mutants of sources, in every way there is. It ends with 0 when each was
 * read, or refused by a failure that names what is wrong with it; with another number at the first that was neither.
 */
final class MutantReader {
    private static final DatasetId ID = new DatasetId("mutant");
    private static final int NOT_REFUSED = 4;

    private final TestReads reads = new TestReads();
    private final Map<ErrorKind, Integer> refused = new EnumMap<>(ErrorKind.class);
    private int answered;

    /** One way to use what is in a store. */
    private interface Use {
        void run() throws IOException;
    }

    /** @param arguments the first seed, how many datasets, how many sources, and a folder of CRAMs where there are any */
    public static void main(String[] arguments) {
        // What is damaged is logged; here everything is.
        ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("dev.bams3"))
                .setLevel(ch.qos.logback.classic.Level.OFF);
        try {
            long seed = Long.parseLong(arguments[0]);
            int sources = Integer.parseInt(arguments[2]);
            read(seed, Integer.parseInt(arguments[1]), sources);
            if (arguments.length > 3) {
                readCrams(seed, sources, Path.of(arguments[3]));
            }
        } catch (IOException | RuntimeException e) {
            // The pools' threads would keep the process alive.
            e.printStackTrace(System.out);
            System.exit(NOT_REFUSED);
        }
        System.exit(0);
    }

    private static void read(long seed, int datasets, int sources) {
        MutantReader reader = new MutantReader();
        for (int i = 0; i < datasets; i++) {
            reader.readDataset(seed + i);
        }
        System.out.printf("%d datasets: %d answers, refused %s%n", datasets, reader.answered, reader.refused);
        reader.answered = 0;
        reader.refused.clear();
        for (int i = 0; i < sources; i++) {
            reader.convert(seed + i, source(seed + i));
        }
        System.out.printf("%d sources: %d converted, refused %s%n", sources, reader.answered, reader.refused);
    }

    private static void readCrams(long seed, int count, Path folder) throws IOException {
        MutantReader reader = new MutantReader();
        for (int i = 0; i < count; i++) {
            reader.convert(seed + i, CramMutants.of(folder, new Random(seed + i)));
        }
        System.out.printf("%d CRAMs: %d converted, refused %s%n", count, reader.answered, reader.refused);
    }

    private void use(String what, long seed, Use use) {
        try {
            use.run();
            answered++;
        } catch (ReadsException e) {
            refused.merge(e.kind(), 1, Integer::sum);
            if (e.kind() == ErrorKind.INTERNAL || e.kind() == ErrorKind.CANCELLED) {
                notRefused(what, seed, e);
            }
        } catch (IOException | RuntimeException e) {
            notRefused(what, seed, e);
        }
    }

    private static void notRefused(String what, long seed, Exception e) {
        System.out.println(what + " of seed " + seed + ": " + e);
        e.printStackTrace(System.out);
        System.exit(NOT_REFUSED);
    }

    private void readDataset(long seed) {
        MemoryObjectStore store = new MemoryObjectStore();
        MutantDatasets.write(store, ID.prefix(), seed);
        Datasets datasets = new Datasets(store, DatasetCacheSettings.DEFAULT);
        use("header", seed, () -> datasets.open(ID).header().printable());
        use("header in order", seed, () -> datasets.open(ID).header().sortedByCoordinate());
        use("read groups", seed, () -> datasets.open(ID).header().readGroups());
        use("chunks", seed, () -> datasets.open(ID).chunks());
        ReadSelection region = ReadSelection.region(new Region("chr1", 1_000, OptionalLong.of(2_000_000)));
        for (ReadFormat format : ReadFormat.values()) {
            use(format + " of all", seed, () -> write(datasets, ReadSelection.everything(), RecordView.ALL, format));
            use(format + " of a region", seed, () -> write(datasets, region, view(), format));
        }
        use("unplaced", seed, () -> write(datasets, ReadSelection.unplacedReads(), RecordView.ALL, ReadFormat.SAM));
        use("count", seed, () -> open(datasets, region, RecordView.ALL).count());
        use(
                "coverage",
                seed,
                () -> open(datasets, region, RecordView.ALL).coverage(Bins.of(new Interval(1_000, 2_000_000), 100)));
        use(
                "estimated coverage",
                seed,
                () -> open(datasets, region, RecordView.ALL)
                        .estimatedCoverage(Bins.of(new Interval(1_000, 2_000_000), 100)));
        use(
                "slices",
                seed,
                () -> open(datasets, ReadSelection.everything(), RecordView.ALL).slices(10_000));
        if (seed % 4 == 0) {
            use(
                    "verify",
                    seed,
                    () -> new Verifier(reads.cpu, reads.waiting).verify(fresh(store), Progress.Listener.NONE));
            use(
                    "export",
                    seed,
                    () -> new Exporter(reads.cpu, reads.waiting)
                            .export(fresh(store), (bytes, offset, length) -> {}, 1, Progress.Listener.NONE));
            use("sweep", seed, () -> new Retention(store, reads.waiting).sweep(Retention.LEAST_GRACE, true));
        }
    }

    private static OpenDataset fresh(MemoryObjectStore store) {
        return new Datasets(store, DatasetCacheSettings.DEFAULT).open(ID);
    }

    private static RecordView view() {
        return new RecordView(
                new RecordCriteria(
                        0,
                        4,
                        0,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(new RecordCriteria.TagCondition("NM", Optional.empty())),
                        Optional.empty()),
                new RecordColumns(EnumSet.of(RecordField.QNAME, RecordField.SEQ), Optional.empty(), List.of("XA")),
                OptionalLong.of(20));
    }

    private OpenRead open(Datasets datasets, ReadSelection selection, RecordView view) {
        return reads.query.open(datasets.open(ID), selection, view);
    }

    private void write(Datasets datasets, ReadSelection selection, RecordView view, ReadFormat format)
            throws IOException {
        try (OpenRead read = open(datasets, selection, view)) {
            var _ = read.writeTo(format, OpenRead.Part.WHOLE, OutputStream.nullOutputStream());
        }
    }

    private void convert(long seed, byte[] source) {
        MemoryObjectStore store = new MemoryObjectStore();
        ObjectKey key = new ObjectKey("source");
        store.put(key, source, PutCondition.always());
        use("conversion", seed, () -> {
            var _ = new Converter("test", reads.cpu, reads.waiting)
                    .convert(
                            SourceObject.open(store, key),
                            new DatasetLocation(store, ID.prefix()),
                            ConversionOptions.DEFAULT,
                            Progress.Listener.NONE);
        });
    }

    /** A BAM, or SAM text, in which some numbers or bytes were changed before it was compressed. */
    private static byte[] source(long seed) {
        Random random = new Random(seed);
        RawBam bam = new RawBam(
                RandomRecords.header(), new RandomRecords(random.nextInt(50)).sortedList(1 + random.nextInt(40)));
        byte[] inflated = RawBam.inflated(Bams.file(bam.header(), bam.records()));
        int firstRecord = inflated.length - RandomRecords.concatenated(bam.records()).length;
        for (int i = 0; i <= random.nextInt(3); i++) {
            int at = random.nextInt(3) == 0 ? random.nextInt(firstRecord) : random.nextInt(inflated.length - 4);
            switch (random.nextInt(3)) {
                case 0 -> inflated[at] = (byte) random.nextInt();
                case 1 -> inflated[at] ^= (byte) (1 << random.nextInt(8));
                default ->
                    ByteBuffer.wrap(inflated)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putInt(Math.min(at, inflated.length - 4), extreme(random));
            }
        }
        // l_text and n_ref, which decide how much is read before the first record.
        if (random.nextInt(8) == 0) {
            int text = 8 + bam.header().text().length;
            ByteBuffer.wrap(inflated)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(random.nextBoolean() ? 4 : text, extreme(random));
        }
        if (random.nextInt(4) == 0) {
            byte[] text = bam.header().printable();
            return changed(
                    (new String(text, StandardCharsets.ISO_8859_1)
                                    + "r\t0\tchr1\t5\t9\t4M\t*\t0\t0\tACGT\tIIII\tNM:i:1\n")
                            .getBytes(StandardCharsets.ISO_8859_1),
                    random);
        }
        return Bams.compressed(inflated);
    }

    private static int extreme(Random random) {
        int[] extremes = {0, 1, -1, 35, 1 << 16, 1 << 24, 150_000_000, 1 << 30, Integer.MAX_VALUE, Integer.MIN_VALUE};
        return extremes[random.nextInt(extremes.length)];
    }

    private static byte[] changed(byte[] bytes, Random random) {
        for (int i = 0; i <= random.nextInt(4); i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }
}
