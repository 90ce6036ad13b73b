package dev.bams3.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A way to an HTTP server with the latency and the bandwidth of S3: each request waits before it is passed on, each
 * connection has so many bytes a second. Counts requests and bytes of answers. Listens on the loopback.
 */
final class SlowWay implements AutoCloseable {
    private static final int HEAD_END = 0x0D0A0D0A;

    private final ServerSocket listener;
    private final int server;
    private final long latencyNanos;
    private final long bytesPerSecond;
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * @param server port on the loopback
     * @param latencyMillis to each first byte
     * @param bytesPerSecond of one connection
     */
    SlowWay(int server, int latencyMillis, long bytesPerSecond) throws IOException {
        this.server = server;
        latencyNanos = latencyMillis * 1_000_000L;
        this.bytesPerSecond = bytesPerSecond;
        listener = new ServerSocket(0, 500, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /**
     * What went through so far.
     *
     * @param gets requests
     * @param bytes of answers, heads included
     */
    record Traffic(long gets, long bytes) {
        Traffic since(Traffic before) {
            return new Traffic(gets - before.gets, bytes - before.bytes);
        }
    }

    Traffic traffic() {
        return new Traffic(requests.get(), bytes.get());
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server);
                client.setTcpNoDelay(true);
                upstream.setTcpNoDelay(true);
                Thread.ofVirtual().start(() -> relay(client, upstream, this::requests));
                Thread.ofVirtual().start(() -> relay(upstream, client, this::answers));
            } catch (IOException e) {
                // Closed, or one connection failed; the client of that sees it.
                continue;
            }
        }
    }

    private interface Relay {
        void run(InputStream from, OutputStream to) throws IOException;
    }

    private static void relay(Socket from, Socket to, Relay relay) {
        try (from;
                to) {
            relay.run(from.getInputStream(), to.getOutputStream());
        } catch (IOException e) {
            // One side has ended the connection, which ends the other.
            return;
        }
    }

    /** Heads one by one, each after the latency; bodies as they come. */
    private void requests(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        InputStream client = new BufferedInputStream(from);
        for (int next = client.read(); next >= 0; next = client.read()) {
            head.write(next);
            last = last << 8 | next;
            if (last != HEAD_END) {
                continue;
            }
            requests.incrementAndGet();
            LockSupport.parkNanos(latencyNanos);
            long body = bodyLength(head.toString(StandardCharsets.ISO_8859_1));
            head.writeTo(to);
            head.reset();
            last = 0;
            while (body > 0) {
                int read = client.read(buffer, 0, (int) Math.min(buffer.length, body));
                if (read < 0) {
                    return;
                }
                to.write(buffer, 0, read);
                body -= read;
            }
        }
    }

    private static long bodyLength(String head) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                return Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return 0;
    }

    private void answers(InputStream from, OutputStream to) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long due = System.nanoTime();
        for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
            to.write(buffer, 0, read);
            bytes.addAndGet(read);
            due = Math.max(due, System.nanoTime() - 1_000_000) + read * 1_000_000_000L / bytesPerSecond;
            long wait = due - System.nanoTime();
            if (wait > 1_000_000) {
                LockSupport.parkNanos(wait);
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
