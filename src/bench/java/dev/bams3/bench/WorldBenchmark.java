package dev.bams3.bench;

import dev.bams3.bench.BenchParts.Way;
import dev.bams3.bench.SlowWay.Traffic;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.s3.S3Connection;
import java.io.BufferedOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a user waits and pays for: regions of a 30x genome counted by samtools of htslib 1.24, from a ticket of the service,
 * from its stream at levels 1 and 0, and from BAM+BAI and CRAM+CRAI at presigned addresses of the same S3 server, by {@linkplain SlowWay ways} with
 * S3's latency and bandwidth. Each count is compared with the others'. Prints tables in Markdown; docs/performance.md has
 * those of one run.
 *
 * <pre>
 * ./mvnw -q -Pbench test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath
 * java --enable-native-access=ALL-UNNAMED -cp target/test-classes:target/classes:$(cat target/test.classpath) \
 *     dev.bams3.bench.WorldBenchmark python=python-with-pysam-0.24.1 [ceph=script] [size=MB of BAM] [samples=3] \
 *     [latencies=25,100] [htsget-rs=htsget-axum]
 * </pre>
 */
public final class WorldBenchmark {
    private static final double BAM_BYTES_PER_BASE = 11;
    private static final String WARM = "warm/set";
    private static final int TARGETS = 5_000;

    /** USD of one GET of S3 Standard, and of a second of one core on demand, both us-east-1. */
    private static final double USD_GET = 0.4e-6;

    private static final double USD_CPU_SECOND = 0.04 / 3600;

    /** Counts as {@code samtools view -c} does, without the start of Python: milliseconds, CPU milliseconds, records. */
    private static final String COUNT = """
            import os, resource, subprocess, sys, time, pysam
            def cpu(): return sum(r.ru_utime + r.ru_stime for r in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
            before, begun = cpu(), time.perf_counter()
            if sys.argv[1] == '-curl':
                curl = subprocess.Popen(['curl', '-sf'] + sys.argv[2:], stdout=subprocess.PIPE)
                os.dup2(curl.stdout.fileno(), 0)
                records = pysam.samtools.view('-c', '-').strip()
                assert curl.wait() == 0
            else:
                records = pysam.samtools.view('-c', *sys.argv[1:]).strip()
            print(f'{(time.perf_counter() - begun) * 1e3} {(cpu() - before) * 1e3} {records}')
            """;

    private final Map<String, String> arguments;
    private final Path folder;
    private final BenchParts parts;
    private final Random random = new Random(20_261_128);
    private final int chromosome;
    private int copies;
    private @Nullable String htsgetRs;

    private WorldBenchmark(Map<String, String> arguments, Path folder) {
        this.arguments = arguments;
        this.folder = folder;
        parts = new BenchParts(folder);
        chromosome = (int) (Double.parseDouble(arguments.getOrDefault("size", "115")) * 1e6 / BAM_BYTES_PER_BASE);
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> arguments = new HashMap<>();
        for (String arg : args) {
            arguments.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
        }
        Path folder = Files.createTempDirectory(
                Path.of(arguments.getOrDefault("folder", System.getProperty("java.io.tmpdir"))), "bams3-world-");
        WorldBenchmark benchmark = new WorldBenchmark(arguments, folder);
        try {
            benchmark.run();
        } finally {
            benchmark.parts.close();
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private void run() throws Exception {
        int samples = Integer.parseInt(arguments.getOrDefault("samples", "3"));
        int[] latencies = Arrays.stream(
                        arguments.getOrDefault("latencies", "25,100").split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
        Files.writeString(folder.resolve("count.py"), COUNT);
        simulate();
        @Nullable String ceph = arguments.get("ceph");
        parts.startS3(ceph);
        fill(2 * 3 * samples);
        int cores = Runtime.getRuntime().availableProcessors();
        for (int latency : latencies) {
            parts.openWays(latency);
            copies = 0;
            parts.startService(arguments.getOrDefault("heap", "512m"), cores);
            if (arguments.containsKey("htsget-rs")) {
                htsgetRs = parts.startHtsgetRs(Path.of(arguments.get("htsget-rs")));
            }
            BenchClient client = new BenchClient(parts);
            // The compiler has its time before anything is measured.
            for (int i = 0; i < 200; i++) {
                client.get("/stream/reads/" + WARM + "?" + query(region(i % 20 == 0 ? 1_000_000 : 1_000), "BAM"));
            }
            System.out.printf(
                    Locale.ROOT,
                    "%n%s, %d ms to the first byte, 87 MB/s a connection, %d cores, load average %s, BAM of %,d bytes%n",
                    ceph == null ? "S3Proxy" : "Ceph",
                    latency,
                    cores,
                    Files.readString(Path.of("/proc/loadavg")).split(" ")[0],
                    Files.size(folder.resolve("set.bam")));
            System.out.printf("%n| region | metadata | by | ms | CPU ms, client | CPU ms, service | GETs | MB from S3"
                    + " | USD a million | speed, BAM+BAI is 1 |%n|---|---|---|---|---|---|---|---|---|---|%n");
            for (int length : new int[] {1_000, 100_000}) {
                table(length, true, samples);
                table(length, false, samples);
            }
            table(10_000_000, false, samples);
            table(chromosome, false, samples);
            targets(samples);
        }
    }

    private void simulate() throws Exception {
        ExecutorService cpu = Executors.newFixedThreadPool(2);
        Path simulated = folder.resolve("simulated.bam");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(simulated), 1 << 16)) {
            new Simulator(cpu, 1)
                    .simulate(SimulationOptions.illumina(1, List.of(new Reference("chr1", chromosome))), out);
        } finally {
            cpu.shutdown();
        }
        // htsget-rs answers slices that begin within a record where BGZF blocks do not begin with one, as samtools' do.
        samtools("view", "-b", "--no-PG", "-o", "set.bam", "simulated.bam");
        samtools("index", "set.bam");
        samtools("view", "-C", "--output-fmt-option", "embed_ref=2", "--no-PG", "-o", "set.cram", "set.bam");
        samtools("index", "set.cram");
        Files.delete(simulated);
    }

    private void samtools(String... command) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                python(),
                "-c",
                "import sys, pysam; getattr(pysam.samtools, sys.argv[1])(*sys.argv[2:], catch_stdout=False)"));
        all.addAll(List.of(command));
        BenchClient.run(folder, Map.of(), all.toArray(String[]::new));
    }

    private String python() {
        return arguments.getOrDefault("python", "python3");
    }

    /** The files, the dataset, and copies of the dataset of which the service has seen nothing. */
    private void fill(int unseen) throws Exception {
        try (S3Connection connection = parts.connect();
                ObjectStore store = connection.store(new StoreUri.Bucket(BenchParts.BUCKET, ""))) {
            for (String name : List.of("set.bam", "set.bam.bai", "set.cram", "set.cram.crai")) {
                try (ObjectUpload upload = store.upload(new ObjectKey(name));
                        InputStream in = Files.newInputStream(folder.resolve(name))) {
                    byte[] buffer = new byte[1 << 20];
                    for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                        upload.write(buffer, 0, read);
                    }
                    upload.complete();
                }
            }
            parts.command("convert", "s3://" + BenchParts.BUCKET + "/set.bam", WARM);
            for (ObjectInfo object : store.list(WARM, "", ObjectStore.MAX_LISTED)) {
                byte[] body = store.get(object.key(), Integer.MAX_VALUE).body();
                for (int copy = 0; copy < unseen; copy++) {
                    String key = object.key().value().replaceFirst("warm/set", "cold/" + copy);
                    store.put(new ObjectKey(key), body, PutCondition.always());
                }
            }
        }
    }

    private record Region(int start, int end) {
        String samtools() {
            return "chr1:" + (start + 1) + "-" + end;
        }
    }

    private Region region(int length) {
        int start = random.nextInt(Math.max(1, chromosome - length));
        return new Region(start, Math.min(chromosome, start + length));
    }

    private static String query(Region region, String format) {
        return "format=" + format + "&referenceName=chr1&start=" + region.start + "&end=" + region.end;
    }

    /** One count: milliseconds, CPU milliseconds of client and service, GETs, MB, records. */
    private double[] count(Way way, String... command) throws Exception {
        Path where = Files.createTempDirectory(folder, "run");
        List<String> all =
                new ArrayList<>(List.of(python(), folder.resolve("count.py").toString()));
        all.addAll(List.of(command));
        Traffic before = parts.traffic(way);
        double cpu = parts.serviceCpu();
        String[] values = BenchClient.run(where, Map.of(), all.toArray(String[]::new))
                .strip()
                .split(" ");
        double served = (parts.serviceCpu() - cpu) * 1e3;
        Traffic used = parts.traffic(way).since(before);
        return new double[] {
            Double.parseDouble(values[0]),
            Double.parseDouble(values[1]),
            way == Way.SERVICE ? served : 0,
            used.gets(),
            used.bytes() / 1e6,
            Double.parseDouble(values[2])
        };
    }

    private String dataset(boolean cold) {
        return cold ? "cold/" + copies++ : WARM;
    }

    private double[] file(String name, boolean cold, String... what) throws Exception {
        String index = name + (name.endsWith("bam") ? ".bai" : ".crai");
        List<String> command = new ArrayList<>();
        String address = parts.presigned(Way.SAMTOOLS, name);
        if (cold) {
            command.add(address + "##idx##" + parts.presigned(Way.SAMTOOLS, index));
        } else {
            command.addAll(List.of("-X", address, folder.resolve(index).toString()));
        }
        command.addAll(List.of(what));
        return count(Way.SAMTOOLS, command.toArray(String[]::new));
    }

    private void table(int length, boolean cold, int samples) throws Exception {
        Map<String, List<double[]>> rows = new LinkedHashMap<>();
        for (int i = 0; i < samples; i++) {
            Region region = region(length);
            List<double[]> round = new ArrayList<>();
            round.add(add(
                    rows,
                    "ticket",
                    count(Way.SERVICE, parts.url("/reads/" + dataset(cold) + "?" + query(region, "BAM")))));
            // Another place, so that a block that was just read is not in the cache.
            for (int level : new int[] {1, 0}) {
                Region other = cold || length > 1_000_000 ? region : region(length);
                double[] streamed = count(
                        Way.SERVICE,
                        parts.url("/stream/reads/" + dataset(cold) + "?" + query(other, "BAM") + "&bams3.level="
                                + level));
                add(rows, "stream, level " + level, streamed);
                if (other.equals(region)) {
                    round.add(streamed);
                }
            }
            round.add(add(rows, "BAM+BAI", file("set.bam", cold, region.samtools())));
            round.add(add(rows, "CRAM+CRAI", file("set.cram", cold, region.samtools())));
            if (htsgetRs != null) {
                round.add(add(
                        rows,
                        "htsget-rs, ticket",
                        count(Way.HTSGET_RS, htsgetRs + "/reads/set?" + query(region, "BAM"))));
            }
            requireEqual(round);
        }
        print(length == chromosome ? "whole chromosome" : String.format("%,d kb", length / 1000), cold, rows);
    }

    /** An exome: all of it in one POST, and as a BED for samtools. */
    private void targets(int samples) throws Exception {
        int step = chromosome / TARGETS;
        StringBuilder bed = new StringBuilder();
        StringBuilder body = new StringBuilder("{\"format\":\"BAM\",\"regions\":[");
        for (int i = 0; i < TARGETS; i++) {
            int start = i * step + random.nextInt(step / 4);
            int end = start + Math.min(150, step / 2);
            bed.append("chr1\t").append(start).append('\t').append(end).append('\n');
            body.append(i == 0 ? "" : ",")
                    .append("{\"referenceName\":\"chr1\",\"start\":" + start + ",\"end\":" + end + "}");
        }
        Path bedFile = Files.writeString(folder.resolve("targets.bed"), bed);
        Map<String, List<double[]>> rows = new LinkedHashMap<>();
        for (int i = 0; i < samples; i++) {
            List<double[]> round = new ArrayList<>();
            for (int level : new int[] {1, 0}) {
                Path posted = Files.writeString(
                        folder.resolve("targets.json"), body + "],\"bams3\":{\"level\":" + level + "}}");
                round.add(add(
                        rows,
                        "stream, level " + level,
                        count(
                                Way.SERVICE,
                                "-curl",
                                "-HContent-Type: application/json",
                                "--data-binary",
                                "@" + posted,
                                parts.url("/stream/reads/" + WARM))));
            }
            round.add(add(rows, "BAM+BAI", file("set.bam", false, "-M", "-L", bedFile.toString())));
            round.add(add(rows, "CRAM+CRAI", file("set.cram", false, "-M", "-L", bedFile.toString())));
            requireEqual(round);
        }
        print("5,000 targets", false, rows);
    }

    private static double[] add(Map<String, List<double[]>> rows, String name, double[] sample) {
        rows.computeIfAbsent(name, _ -> new ArrayList<>()).add(sample);
        return sample;
    }

    private static void requireEqual(List<double[]> round) {
        if (round.stream().mapToDouble(sample -> sample[5]).distinct().count() != 1) {
            throw new IllegalStateException("the counts differ: "
                    + round.stream().map(sample -> (long) sample[5]).toList());
        }
    }

    private static void print(String what, boolean cold, Map<String, List<double[]>> rows) {
        double rival = median(rows.getOrDefault("BAM+BAI", List.of()), 0);
        rows.forEach((name, samples) -> {
            double[] medians = new double[5];
            for (int column = 0; column < medians.length; column++) {
                medians[column] = median(samples, column);
            }
            double usd = medians[3] * USD_GET + (medians[1] + medians[2]) / 1e3 * USD_CPU_SECOND;
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %s | %.0f | %.0f | %.0f | %.0f | %.2f | %.2f | **%.1f** |%n",
                    what,
                    cold ? "cold" : "warm",
                    name,
                    medians[0],
                    medians[1],
                    medians[2],
                    medians[3],
                    medians[4],
                    usd * 1e6,
                    rival / medians[0]);
        });
    }

    private static double median(List<double[]> samples, int column) {
        double[] sorted =
                samples.stream().mapToDouble(sample -> sample[column]).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
