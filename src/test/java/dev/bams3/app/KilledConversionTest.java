package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.fixtures.Bams;
import dev.bams3.format.BlockSizing;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A conversion in a process of its own that is killed without warning, as by a power cut or the kernel's memory killer. */
class KilledConversionTest {
    /** Chunks are small and appear one by one; the large reference gives time to kill after them. */
    private static final List<Reference> REFERENCES = Stream.concat(
                    IntStream.rangeClosed(1, 12).mapToObj(number -> new Reference("contig" + number, 5_000)),
                    Stream.of(new Reference("chr1", 250_000)))
            .toList();

    /** Chunks that are there when the process is killed. */
    private static final int[] CHUNKS = {1, 6, 12};

    /** The conversion, with chunks that are small enough to be many. */
    static final class Conversion {
        static void main(String[] arguments) {
            Path source = Path.of(arguments[0]);
            try (ExecutorService cpu = Executors.newFixedThreadPool(2);
                    ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
                    ObjectStore sources = new FolderObjectStore(new StoreUri.Folder(source.resolveSibling("")));
                    ObjectStore store = new FolderObjectStore(new StoreUri.Folder(Path.of(arguments[1])))) {
                new Converter("test", cpu, waiting)
                        .convert(
                                SourceObject.open(
                                        sources,
                                        new ObjectKey(source.getFileName().toString())),
                                DatasetLocation.of(store, new DatasetId("sample")),
                                ConversionOptions.DEFAULT.withSizing(
                                        new BlockSizing(64 << 10, 1_000, 1 << 20, 128 << 10)),
                                Progress.Listener.NONE);
            }
        }
    }

    @TempDir
    private Path folder;

    private Path source = Path.of("set before each test");
    private String dataset = "";

    @BeforeEach
    void simulate() throws IOException {
        source = folder.resolve("source.bam");
        dataset = "file:" + folder.resolve("store/sample.bams3");
        try (ExecutorService cpu = Executors.newFixedThreadPool(2);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(source))) {
            new Simulator(cpu, 1).simulate(SimulationOptions.illumina(31, REFERENCES), out);
        }
    }

    @Test
    @Timeout(120)
    void nothingIsVisibleWheneverItIsKilledAndTheNextRunSucceeds() throws Exception {
        for (int chunks : CHUNKS) {
            killWith(chunks);
            ProgramRun stats = ProgramRun.of("stats", dataset);
            assertThat(stats.code()).as("killed with %d chunks", chunks).isEqualTo(1);
            assertThat(stats.output()).contains("no such dataset");
        }
        ProgramRun.expecting(0, "convert", source.toString(), dataset);
        try (Stream<Path> unfinished = Files.list(folder.resolve("store/.bams3-tmp"))) {
            assertThat(unfinished.map(file -> String.valueOf(file.getFileName())))
                    .noneMatch(name -> name.startsWith("write-"));
        }
        ProgramRun.expecting(0, "verify", dataset);
        Path exported = folder.resolve("exported.bam");
        ProgramRun.expecting(0, "export", dataset, exported.toString(), "--level", "1");
        Bams.Content was = Bams.read(Files.readAllBytes(source), "source");
        Bams.Content is = Bams.read(Files.readAllBytes(exported), "exported");
        assertThat(is.header().text()).isEqualTo(was.header().text());
        assertThat(is.records()).isEqualTo(was.records());
    }

    /** Kills a conversion when that many more chunks are stored than at its beginning. */
    private void killWith(int chunks) throws Exception {
        long before = storedChunks();
        Path log = folder.resolve("child.log");
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Conversion.class.getName(),
                        source.toString(),
                        folder.resolve("store").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            while (storedChunks() - before < chunks) {
                assertThat(child.waitFor(2, TimeUnit.MILLISECONDS))
                        .as("ended before it could be killed: %s", Files.readString(log))
                        .isFalse();
            }
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor()).as("killed, not done").isEqualTo(128 + 9);
    }

    private long storedChunks() {
        try (Stream<Path> files = Files.walk(folder.resolve("store"))) {
            return files.filter(file -> file.toString().endsWith(".b3c")).count();
        } catch (NoSuchFileException e) {
            return 0;
        } catch (UncheckedIOException e) {
            // A temporary file was renamed while the folder was read.
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
