package dev.bams3.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks the service and looks at the clock. */
final class BenchClient {
    private static final JsonMapper JSON = new JsonMapper();

    private final BenchParts parts;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    BenchClient(BenchParts parts) {
        this.parts = parts;
    }

    /** Milliseconds to the first byte of the body and to the last. */
    record Timing(double firstMillis, double allMillis, long bytes) {}

    private InputStream open(String url, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<InputStream> response = http.send(request.build(), BodyHandlers.ofInputStream());
        if (response.statusCode() / 100 != 2) {
            try (InputStream body = response.body()) {
                throw new IOException(url + ": " + response.statusCode() + " "
                        + new String(body.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
        return response.body();
    }

    /** One answer of the service, read to its end. */
    Timing get(String path) throws IOException, InterruptedException {
        return read(parts.url(path));
    }

    /** One answer of any server, read to its end. */
    Timing read(String url, String... headers) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        try (InputStream body = open(url, headers)) {
            byte[] buffer = new byte[1 << 16];
            long bytes = body.read(buffer);
            double first = (System.nanoTime() - begun) / 1e6;
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                bytes += read;
            }
            return new Timing(first, (System.nanoTime() - begun) / 1e6, bytes);
        }
    }

    /** A ticket and all that it names, one after the other, as htsget clients do. */
    Timing follow(String url) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        JsonNode ticket;
        try (InputStream body = open(url)) {
            ticket = JSON.readTree(body).path("htsget");
        }
        long bytes = 0;
        double first = 0;
        for (JsonNode part : ticket.path("urls")) {
            String address = part.path("url").asString();
            if (address.startsWith("data:")) {
                continue;
            }
            List<String> headers = new ArrayList<>();
            part.path("headers").forEachEntry((name, value) -> headers.addAll(List.of(name, value.asString())));
            double before = (System.nanoTime() - begun) / 1e6;
            Timing timing = read(address, headers.toArray(String[]::new));
            first = first == 0 ? before + timing.firstMillis() : first;
            bytes += timing.bytes();
        }
        return new Timing(first, (System.nanoTime() - begun) / 1e6, bytes);
    }

    /** Milliseconds of every request of a time, sorted. */
    record Load(double[] millis, double seconds) {
        double perSecond() {
            return millis.length / seconds;
        }

        double percentile(double share) {
            return millis[(int) Math.min(millis.length - 1L, (long) (millis.length * share))];
        }
    }

    /** Something that a client asks for, again and again. */
    interface Request {
        Timing ask() throws Exception;
    }

    Load load(int clients, int seconds, Request request) throws Exception {
        long begun = System.nanoTime();
        long end = begun + seconds * 1_000_000_000L;
        List<Future<List<Double>>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(() -> {
                    List<Double> millis = new ArrayList<>();
                    while (System.nanoTime() < end) {
                        millis.add(request.ask().allMillis());
                    }
                    return millis;
                }));
            }
        }
        List<Double> all = new ArrayList<>();
        for (Future<List<Double>> one : running) {
            all.addAll(one.get());
        }
        double[] sorted = all.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return new Load(sorted, (System.nanoTime() - begun) / 1e9);
    }

    /**
     * What a BAM holds.
     *
     * @param compressed bytes as they came
     * @param records bytes uncompressed, header included
     * @param crc CRC-32C of these
     */
    record Content(long compressed, long records, long crc) {}

    List<Content> contents(String path, int count) throws Exception {
        List<Future<Content>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                running.add(threads.submit(() -> content(path)));
            }
        }
        List<Content> contents = new ArrayList<>();
        for (Future<Content> one : running) {
            contents.add(one.get());
        }
        return contents;
    }

    /** Reads a BAM and inflates it; a block or an end that is not whole is an error. */
    Content content(String path) throws IOException, InterruptedException {
        try (InputStream in = open(parts.url(path))) {
            return content(in);
        }
    }

    static long inflatedBytes(Path bam) throws IOException {
        try (InputStream in = Files.newInputStream(bam)) {
            return content(in).records();
        }
    }

    private static Content content(InputStream source) throws IOException {
        InputStream in = new BufferedInputStream(source, 1 << 17);
        CRC32C crc = new CRC32C();
        byte[] block = new byte[1 << 16];
        byte[] bytes = new byte[1 << 16];
        long compressed = 0;
        long records = 0;
        int last = -1;
        Inflater inflater = new Inflater(true);
        try {
            while (in.readNBytes(block, 0, 18) == 18) {
                // SAMv1 § 4.1: the size of the block less one is at 16; 18 bytes of head, 8 of tail.
                int size = (block[16] & 0xFF | (block[17] & 0xFF) << 8) + 1;
                if (in.readNBytes(block, 18, size - 18) != size - 18) {
                    throw new IOException("a block is cut");
                }
                inflater.reset();
                inflater.setInput(block, 18, size - 26);
                last = inflater.inflate(bytes);
                crc.update(bytes, 0, last);
                records += last;
                compressed += size;
            }
        } catch (DataFormatException e) {
            throw new IOException(e);
        } finally {
            inflater.end();
        }
        if (last != 0) {
            throw new IOException("no end-of-file block");
        }
        return new Content(compressed, records, crc.getValue());
    }

    /** Runs a program to its end; it must succeed. */
    static String run(Path folder, Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(Arrays.toString(command) + ": " + output);
        }
        return output;
    }

    /** CPU seconds, user and system, of a shell command. */
    static double cpuSeconds(String command) throws IOException, InterruptedException {
        String[] times = run(Path.of("/"), Map.of(), "bash", "-c", "TIMEFORMAT='%U %S'; time " + command)
                .strip()
                .split(" ");
        return Double.parseDouble(times[0]) + Double.parseDouble(times[1]);
    }
}
