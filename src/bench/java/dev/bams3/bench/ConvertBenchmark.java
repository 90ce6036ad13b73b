package dev.bams3.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.Converter;
import dev.bams3.convert.Progress;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.SimulationOptions.Qualities;
import dev.bams3.simulate.Simulator;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Converts a simulated BAM on disk and prints reads per second of CPU, MB of BAM records per second and peak resident
 * memory, beside {@code samtools view -b} writing the same file again, before and after. CPU seconds are those of the whole
 * process, garbage collection and compilation included.
 *
 * <p>Arguments, all optional: {@code source=path} of a BAM, SAM or CRAM that is there, else {@code size=MB of BAM} (200) to
 * simulate, {@code qualities=BINNED|FORTY}, {@code verify=true|false}, {@code rounds=n} (2; the first warms up),
 * {@code commands=n} (0) that convert the source in a process of their own, in turns with samtools, {@code command=words} that
 * start one (java with this class path), {@code folder=path}. Start it with the heap that the service has ({@code -Xmx512m}).
 */
public final class ConvertBenchmark {
    /** What the simulator writes at level 6 for one base of reference and 1x, roughly. */
    private static final double BAM_BYTES_PER_BASE = 0.45;

    private static final double DEPTH = 30;

    private ConvertBenchmark() {}

    public static void main(String[] args) throws Exception {
        double megabytes = Double.parseDouble(argument(args, "size", "200"));
        Qualities qualities = Qualities.valueOf(argument(args, "qualities", "BINNED"));
        boolean verify = Boolean.parseBoolean(argument(args, "verify", "true"));
        int rounds = Integer.parseInt(argument(args, "rounds", "2"));
        Path folder = Files.createTempDirectory(
                Path.of(argument(args, "folder", System.getProperty("java.io.tmpdir"))), "bams3-bench-");
        ExecutorService cpu = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try (ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
                ObjectStore store = new FolderObjectStore(new StoreUri.Folder(folder))) {
            String source = argument(args, "source", "");
            if (source.isEmpty()) {
                int length = (int) Math.min(240_000_000, megabytes * 1e6 / BAM_BYTES_PER_BASE / DEPTH);
                simulate(folder.resolve("simulated.bam"), length, qualities, cpu);
            } else {
                Files.createSymbolicLink(
                        folder.resolve("simulated.bam"), Path.of(source).toAbsolutePath());
            }
            System.out.printf(
                    "%-28s %12s %14s %10s %10s %9s%n", "", "reads/CPU-s", "MB/s records", "CPU s", "wall s", "peak MB");
            double[] reads = new double[rounds];
            List<Double> theirs = new ArrayList<>();
            for (int round = 1; round <= rounds; round++) {
                reads[round - 1] = convert(store, cpu, waiting, verify, "convert, round " + round);
                if (round == 1 || round == rounds) {
                    theirs.add(samtools(folder, records(store)));
                }
            }
            List<Double> commands = new ArrayList<>();
            String command = argument(args, "command", "");
            for (int i = 0; i < Integer.parseInt(argument(args, "commands", "0")); i++) {
                commands.add(command(command, folder, records(store)));
                theirs.add(samtools(folder, records(store)));
            }
            summary(reads, commands, median(theirs.stream().mapToDouble(Double::doubleValue)));
        } finally {
            cpu.shutdownNow();
            remove(folder);
        }
    }

    private static void simulate(Path file, int length, Qualities qualities, ExecutorService cpu) throws IOException {
        long begun = System.nanoTime();
        SimulationOptions options = SimulationOptions.illumina(1, List.of(new Reference("chr1", length)))
                .withQualities(qualities)
                .withDepth(DEPTH);
        Simulator.Totals totals;
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
            totals = new Simulator(cpu, 6).simulate(options, out);
        }
        System.out.printf(
                "simulated %,d records, %,d bytes of BAM (%s qualities) in %.1f s%n%n",
                totals.records(), totals.bytes(), qualities, (System.nanoTime() - begun) / 1e9);
    }

    /** Shares of the speed of samtools: of the first round, the second half of the rounds, and commands. */
    private static void summary(double[] rounds, List<Double> commands, double theirs) {
        System.out.printf(
                Locale.ROOT,
                "beside samtools: first round %.2f, rounds %d to %d %.2f",
                rounds[0] / theirs,
                rounds.length / 2 + 1,
                rounds.length,
                median(Arrays.stream(rounds).skip(rounds.length / 2)) / theirs);
        System.out.println(
                commands.isEmpty()
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ", commands %.2f",
                                median(commands.stream().mapToDouble(Double::doubleValue)) / theirs));
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** Converts in a process of its own, as a user does; returns reads per CPU-second. */
    private static double command(String words, Path folder, DatasetMetadata made)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                words.isEmpty()
                        ? List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xmx1g",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "dev.bams3.app.Bams3")
                        : List.of(words.split(" ")));
        command.addAll(List.of(
                "convert",
                folder.resolve("simulated.bam").toString(),
                folder.resolve("command.bams3").toString(),
                "--replace"));
        return child("convert, a command", command, made);
    }

    private static double convert(
            ObjectStore store, ExecutorService cpu, ExecutorService waiting, boolean verify, String name)
            throws IOException {
        // Resets the peak of resident memory (proc(5)).
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        SourceObject source = SourceObject.open(store, new ObjectKey("simulated.bam"));
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpuBegun = system.getProcessCpuTime();
        long begun = System.nanoTime();
        DatasetMetadata made = new Converter("benchmark", cpu, waiting)
                .convert(
                        source,
                        new DatasetLocation(store, "bench.bams3"),
                        ConversionOptions.DEFAULT.withReplace(true).withVerify(verify),
                        Progress.Listener.NONE);
        double wall = (System.nanoTime() - begun) / 1e9;
        double seconds = (system.getProcessCpuTime() - cpuBegun) / 1e9;
        print(name, made.digest().records(), made.digest().bytes() / 1e6, seconds, wall, peakMegabytes());
        System.out.printf(
                Locale.ROOT,
                "%-28s stored %.3f of the BAM, %.3f of its records%n",
                "",
                (double) made.chunks().length() / source.size(),
                (double) made.chunks().length() / made.digest().bytes());
        return made.digest().records() / seconds;
    }

    private static DatasetMetadata records(ObjectStore store) {
        return dev.bams3.format.MetadataCodec.decode(
                "bench",
                store.get(new ObjectKey("bench.bams3/_metadata.json"), 1 << 28).body());
    }

    private static double samtools(Path folder, DatasetMetadata made) throws IOException, InterruptedException {
        return child(
                "samtools view -b",
                List.of(
                        "samtools",
                        "view",
                        "-b",
                        "-o",
                        folder.resolve("again.bam").toString(),
                        folder.resolve("simulated.bam").toString()),
                made);
    }

    private static double child(String name, List<String> command, DatasetMetadata made)
            throws IOException, InterruptedException {
        double before = childSeconds();
        long begun = System.nanoTime();
        int exit = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException(command.getFirst() + " ended with " + exit);
        }
        double wall = (System.nanoTime() - begun) / 1e9;
        double seconds = childSeconds() - before;
        print(name, made.digest().records(), made.digest().bytes() / 1e6, seconds, wall, 0);
        return made.digest().records() / seconds;
    }

    private static void print(String name, long records, double megabytes, double cpu, double wall, long peak) {
        System.out.printf(
                Locale.ROOT,
                "%-28s %,12.0f %14.0f %10.1f %10.1f %9s%n",
                name,
                records / cpu,
                megabytes / wall,
                cpu,
                wall,
                peak == 0 ? "" : peak);
    }

    /** CPU seconds of ended child processes (proc(5): cutime and cstime, in hundredths). */
    private static double childSeconds() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / 100.0;
    }

    private static long peakMegabytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static String argument(String[] args, String name, String otherwise) {
        for (String argument : args) {
            if (argument.startsWith(name + "=")) {
                return argument.substring(name.length() + 1);
            }
        }
        return otherwise;
    }
}
