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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures the whole service: a real S3 server in a process of its own, ways to it with 25 ms to the first byte, the
 * service in a process of its own, and beside it, in the same run, samtools on the same reads as BAM and BAI in the same
 * store by a way of their own, and htsget-rs on these where its program is given. The reads are simulated from a fixed seed, at 30x. Prints tables in Markdown; docs/performance.md
 * has those of one run. Needs {@code samtools}.
 *
 * <pre>
 * ./mvnw -q test-compile dependency:build-classpath -Dmdep.outputFile=target/test.classpath
 * java --enable-native-access=ALL-UNNAMED -cp target/test-classes:target/classes:$(cat target/test.classpath) \
 *     dev.bams3.bench.LoadBenchmark [ceph=script] [size=MB of BAM] [seconds=for each load] [heap=512m] [latency=25] [streams=64] \
 *     [samples=5] [warmup=300] [htsget-rs=htsget-axum]
 * </pre>
 */
public final class LoadBenchmark {
    /** What the simulator writes at level 6 for one base of reference at 30x, roughly. */
    private static final double BAM_BYTES_PER_BASE = 11;

    private static final String WARM = "warm/set";
    private static final String BAM = "set.bam";
    private static final int[] LENGTHS = {1_000, 100_000, 10_000_000};

    private final Map<String, String> arguments;
    private final Path folder;
    private final BenchParts parts;
    private final Random random = new Random(20_261_122);
    private final int cores = Runtime.getRuntime().availableProcessors();
    private final int chromosome;
    private @Nullable String htsgetRs;

    private LoadBenchmark(Map<String, String> arguments, Path folder) {
        this.arguments = arguments;
        this.folder = folder;
        parts = new BenchParts(folder);
        chromosome = (int) (Double.parseDouble(arguments.getOrDefault("size", "300")) * 1e6 / BAM_BYTES_PER_BASE);
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> arguments = new HashMap<>();
        for (String arg : args) {
            arguments.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
        }
        Path folder = Files.createTempDirectory(
                Path.of(arguments.getOrDefault("folder", System.getProperty("java.io.tmpdir"))), "bams3-load-");
        LoadBenchmark benchmark = new LoadBenchmark(arguments, folder);
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

    private int number(String name, int usual) {
        return Integer.parseInt(arguments.getOrDefault(name, Integer.toString(usual)));
    }

    private void run() throws Exception {
        Path bam = simulate();
        @Nullable String ceph = arguments.get("ceph");
        parts.startS3(ceph);
        int samples = number("samples", 5);
        fill(bam, samples * LENGTHS.length * 2);
        int latency = number("latency", 25);
        parts.openWays(latency);
        String heap = arguments.getOrDefault("heap", "512m");
        parts.startService(heap, cores);
        if (arguments.containsKey("htsget-rs")) {
            htsgetRs = parts.startHtsgetRs(Path.of(arguments.get("htsget-rs")));
        }
        BenchClient client = new BenchClient(parts);
        // The compiler has its time before anything is measured.
        for (int i = 0; i < number("warmup", 300); i++) {
            client.get("/stream/reads/" + WARM + "?format=BAM&" + region(1_000));
        }
        System.out.printf(
                "%n%s, %d ms to the first byte, %d cores, service with a heap of %s, BAM of %,d bytes; load average %s%n",
                ceph == null ? "S3Proxy" : "Ceph",
                latency,
                cores,
                heap,
                Files.size(bam),
                Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
        queries(client, samples);
        throughput(client, bam);
        clients(client);
        streams(client);
        System.out.printf(Locale.ROOT, "%nPeak resident memory of the service: %.0f MB%n", parts.servicePeak());
    }

    private Path simulate() throws Exception {
        Path simulated = folder.resolve("simulated.bam");
        ExecutorService cpu = Executors.newFixedThreadPool(cores);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(simulated), 1 << 16)) {
            new Simulator(cpu, 1)
                    .simulate(SimulationOptions.illumina(1, List.of(new Reference("chr1", chromosome))), out);
        } finally {
            cpu.shutdown();
        }
        // Written by samtools, which begins every BGZF block with a record. The format asks for that nowhere, but
        // htsget-rs
        // relies on it: of other files it answers slices that begin within a record.
        Path bam = folder.resolve(BAM);
        BenchClient.run(folder, Map.of(), "samtools", "view", "-b", "--no-PG", "-o", BAM, simulated.toString());
        Files.delete(simulated);
        BenchClient.run(folder, Map.of(), "samtools", "index", BAM);
        return bam;
    }

    /** BAM, BAI, a dataset, and copies of it of which the service has seen nothing. */
    private void fill(Path bam, int copies) throws Exception {
        try (S3Connection connection = parts.connect();
                ObjectStore store = connection.store(new StoreUri.Bucket(BenchParts.BUCKET, ""))) {
            for (String name : List.of(BAM, BAM + ".bai")) {
                try (ObjectUpload upload = store.upload(new ObjectKey(name));
                        InputStream in = Files.newInputStream(folder.resolve(name))) {
                    byte[] buffer = new byte[1 << 20];
                    for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                        upload.write(buffer, 0, read);
                    }
                    upload.complete();
                }
            }
            parts.command("convert", "s3://" + BenchParts.BUCKET + "/" + BAM, WARM);
            List<ObjectInfo> objects = store.list(WARM, "", ObjectStore.MAX_LISTED);
            for (ObjectInfo object : objects) {
                byte[] body = store.get(object.key(), Integer.MAX_VALUE).body();
                for (int copy = 0; copy < copies; copy++) {
                    String key = object.key().value().replaceFirst("warm/set", "cold/" + copy);
                    store.put(new ObjectKey(key), body, PutCondition.always());
                }
            }
        }
    }

    private String region(int length) {
        int start = random.nextInt(Math.max(1, chromosome - length));
        return "referenceName=chr1&start=" + start + "&end=" + Math.min(chromosome, start + length);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Medians of one kind of query. */
    private record Cost(double gets, double kilobytes, double first, double total) {
        static Cost of(List<double[]> samples) {
            double[] medians = new double[4];
            for (int i = 0; i < 4; i++) {
                int column = i;
                medians[i] = median(
                        samples.stream().mapToDouble(sample -> sample[column]).toArray());
            }
            return new Cost(medians[0], medians[1], medians[2], medians[3]);
        }
    }

    private void queries(BenchClient client, int samples) throws Exception {
        System.out.printf("%n| region | metadata | GETs | kB from S3 | first byte ms | all ms | samtools, ticket ms"
                + " | samtools, BAM+BAI: GETs | kB | ms | ratio | samtools, htsget-rs: GETs | kB | ms | ratio |%n"
                + "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|%n");
        int copy = 0;
        for (int length : LENGTHS) {
            for (boolean cold : new boolean[] {true, false}) {
                if (!cold) {
                    samtools(false, Way.SAMTOOLS, "s3+http://" + BenchParts.BUCKET + "/" + BAM, "chr1:1-1");
                }
                List<double[]> direct = new ArrayList<>();
                List<double[]> ticket = new ArrayList<>();
                List<double[]> index = new ArrayList<>();
                List<double[]> rival = new ArrayList<>();
                for (int i = 0; i < samples; i++) {
                    String region = region(length);
                    direct.add(direct(client, cold ? "cold/" + copy++ : WARM, region));
                    String id = cold ? "cold/" + copy++ : WARM;
                    // Another place, so that the blocks that were just read are not there yet.
                    String other = region(length);
                    ticket.add(samtools(cold, Way.SERVICE, parts.url("/reads/" + id + "?" + other)));
                    index.add(samtools(
                            cold, Way.SAMTOOLS, "s3+http://" + BenchParts.BUCKET + "/" + BAM, samtoolsRegion(other)));
                    if (htsgetRs != null) {
                        rival.add(samtools(cold, Way.HTSGET_RS, htsgetRs + "/reads/set?" + other));
                    }
                }
                Cost ours = Cost.of(direct);
                Cost ticketed = Cost.of(ticket);
                Cost theirs = Cost.of(index);
                System.out.printf(
                        Locale.ROOT,
                        "| %,d kb | %s | %.0f | %,.0f | %.0f | %.0f | %.0f | %.0f | %,.0f | %.0f | **%.1f** |%s%n",
                        length / 1000,
                        cold ? "cold" : "warm",
                        ours.gets,
                        ours.kilobytes,
                        ours.first,
                        ours.total,
                        ticketed.total,
                        theirs.gets,
                        theirs.kilobytes,
                        theirs.total,
                        theirs.total / ticketed.total,
                        rival.isEmpty() ? " | | | |" : beside(Cost.of(rival), ticketed));
            }
        }
    }

    private static String beside(Cost theirs, Cost ours) {
        return String.format(
                Locale.ROOT,
                " %.0f | %,.0f | %.0f | **%.1f** |",
                theirs.gets,
                theirs.kilobytes,
                theirs.total,
                theirs.total / ours.total);
    }

    private double[] direct(BenchClient client, String id, String region) throws Exception {
        Traffic before = parts.traffic(Way.SERVICE);
        BenchClient.Timing timing = client.get("/stream/reads/" + id + "?format=BAM&" + region);
        Traffic used = parts.traffic(Way.SERVICE).since(before);
        return new double[] {used.gets(), used.bytes() / 1e3, timing.firstMillis(), timing.allMillis()};
    }

    private double[] samtools(boolean cold, Way way, String... source) throws Exception {
        Traffic before = parts.traffic(way);
        // samtools keeps an index that it fetched in its working folder.
        Path where = cold ? Files.createTempDirectory(folder, "cold") : folder.resolve("warm");
        Files.createDirectories(where);
        long begun = System.nanoTime();
        List<String> command = new ArrayList<>(List.of("samtools", "view", "-c"));
        command.addAll(List.of(source));
        BenchClient.run(where, parts.samtoolsEnvironment(), command.toArray(String[]::new));
        double millis = (System.nanoTime() - begun) / 1e6;
        Traffic used = parts.traffic(way).since(before);
        return new double[] {used.gets(), used.bytes() / 1e3, millis, millis};
    }

    /** {@code referenceName=chr1&start=0&end=5} as samtools writes it. */
    private static String samtoolsRegion(String region) {
        String[] values = region.split("[=&]");
        return values[1] + ":" + (Integer.parseInt(values[3]) + 1) + "-" + values[5];
    }

    private void throughput(BenchClient client, Path bam) throws Exception {
        double records = BenchClient.inflatedBytes(bam) / 1e6;
        System.out.printf("%n| whole chromosome as | MB/s of records per core | wall s |%n|---|---|---|%n");
        for (String format : List.of("BAM", "SAM", "NDJSON")) {
            // The first rounds are the compiler's.
            double[] cpu = new double[number("rounds", 6)];
            double wall = 0;
            for (int round = 0; round < cpu.length; round++) {
                double before = parts.serviceCpu();
                wall = client.get("/stream/reads/" + WARM + "?format=" + format).allMillis() / 1e3;
                cpu[round] = parts.serviceCpu() - before;
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.1f |%n",
                    format,
                    records / Arrays.stream(cpu).min().orElseThrow(),
                    wall);
        }
        long begun = System.nanoTime();
        double cpu = BenchClient.cpuSeconds("samtools view -b -1 -o /dev/null " + bam);
        System.out.printf(
                Locale.ROOT,
                "| samtools view -b -1, local BAM | %.0f | %.1f |%n",
                records / cpu,
                (System.nanoTime() - begun) / 1e9);
    }

    private void clients(BenchClient client) throws Exception {
        System.out.printf("%n| 1 kb regions, as | clients | answers/s | p50 ms | p99 ms | p99 / p50 |%n"
                + "|---|---|---|---|---|---|%n");
        int seconds = number("seconds", 8);
        String ticket = parts.url("/reads/" + WARM + "?");
        for (int count : new int[] {1, 4, 16, 64}) {
            print("ticket", count, client.load(count, seconds, () -> client.read(ticket + region(1_000))));
            print(
                    "stream",
                    count,
                    client.load(
                            count,
                            seconds,
                            () -> client.get("/stream/reads/" + WARM + "?format=BAM&" + region(1_000))));
            print("ticket and data", count, client.load(count, seconds, () -> client.follow(ticket + region(1_000))));
            if (htsgetRs != null) {
                String theirs = htsgetRs + "/reads/set?";
                print(
                        "htsget-rs, ticket",
                        count,
                        client.load(count, seconds, () -> client.read(theirs + region(1_000))));
                print(
                        "htsget-rs, ticket and data",
                        count,
                        client.load(count, seconds, () -> client.follow(theirs + region(1_000))));
            }
        }
    }

    private static void print(String what, int clients, BenchClient.Load load) {
        double p50 = load.percentile(0.5);
        double p99 = load.percentile(0.99);
        System.out.printf(
                Locale.ROOT,
                "| %s | %d | %.0f | %.1f | %.1f | %.1f |%n",
                what,
                clients,
                load.perSecond(),
                p50,
                p99,
                p99 / p50);
    }

    /** Many whole chromosomes at once: what they hold must be what the BAM holds. */
    private void streams(BenchClient client) throws Exception {
        int count = number("streams", 64);
        String path = "/stream/reads/" + WARM + "?format=BAM";
        BenchClient.Content right = client.content(path);
        long begun = System.nanoTime();
        List<BenchClient.Content> contents = client.contents(path, count);
        double seconds = (System.nanoTime() - begun) / 1e9;
        long equal = contents.stream()
                .filter(content -> content.records() == right.records() && content.crc() == right.crc())
                .count();
        long bytes =
                contents.stream().mapToLong(BenchClient.Content::compressed).sum();
        System.out.printf(
                Locale.ROOT,
                "%n%d of %d whole-chromosome streams at once have the right records: %.1f GB of BAM in %.0f s%n",
                equal,
                count,
                bytes / 1e9,
                seconds);
        if (equal != count) {
            throw new IllegalStateException("wrong streams: " + (count - equal));
        }
    }
}
