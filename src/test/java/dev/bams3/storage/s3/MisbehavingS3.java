package dev.bams3.storage.s3;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A server that answers each request with the next of its answers, and the last one again and again; raw HTTP/1.1. */
final class MisbehavingS3 implements AutoCloseable {
    /** Writes an answer to the socket; the connection is closed behind it. */
    interface Answer {
        void write(Request request, Socket socket) throws IOException, InterruptedException;
    }

    /** @param head request line and header lines, as they came */
    record Request(List<String> head) {
        String line() {
            return head.getFirst();
        }

        /** Value of a header, or nothing. */
        String header(String name) {
            String start = name.toLowerCase(Locale.ROOT) + ":";
            return head.stream()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                    .map(line -> line.substring(start.length()).strip())
                    .findFirst()
                    .orElse("");
        }
    }

    private final ServerSocket server;
    private final Deque<Answer> answers;
    private final List<Request> requests = new ArrayList<>();
    private final Set<Socket> sockets = new HashSet<>();

    MisbehavingS3(Answer... answers) {
        this.answers = new ArrayDeque<>(Arrays.asList(answers));
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    synchronized List<Request> requests() {
        return List.copyOf(requests);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                synchronized (this) {
                    sockets.add(socket);
                }
                Thread.ofVirtual().start(() -> answer(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void answer(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            Request request = read(in, socket.getOutputStream());
            Answer answer;
            synchronized (this) {
                requests.add(request);
                answer = answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
            }
            answer.write(request, socket);
        } catch (IOException | InterruptedException e) {
            // The client went away first, as it may.
        }
    }

    private static Request read(InputStream in, OutputStream out) throws IOException {
        List<String> head = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                throw new SocketException("no request");
            }
            if (c != '\n') {
                line.append((char) c);
            } else if (line.toString().isBlank()) {
                break;
            } else {
                head.add(line.toString().strip());
                line.setLength(0);
            }
        }
        Request request = new Request(head);
        if (!request.header("Expect").isEmpty()) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
        String length = request.header("Content-Length");
        in.skipNBytes(length.isEmpty() ? 0 : Long.parseLong(length));
        return request;
    }

    /** Status, header lines and body. */
    static Answer of(String status, List<String> headers, byte[] body) {
        return (request, socket) -> {
            OutputStream out = socket.getOutputStream();
            String head =
                    "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.ISO_8859_1));
            out.write(body);
            out.flush();
        };
    }

    /** An error document of S3. */
    static Answer error(String status, String code) {
        byte[] body = ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>secret text</Message></Error>")
                .getBytes(StandardCharsets.UTF_8);
        return of(status, List.of("Content-Length: " + body.length, "x-amz-request-id: r1"), body);
    }

    /** The connection breaks without an answer, as a reset (RST). */
    static Answer reset() {
        return (_, socket) -> socket.setSoLinger(true, 0);
    }

    /** Nothing comes, until the client gives up. */
    static Answer silence() {
        return (_, socket) -> {
            while (socket.getInputStream().read() >= 0) {
                continue;
            }
        };
    }

    /** The first answer, and then nothing more, until the client gives up. */
    static Answer thenSilence(Answer first) {
        return (request, socket) -> {
            first.write(request, socket);
            silence().write(request, socket);
        };
    }

    @Override
    public void close() throws IOException {
        server.close();
        synchronized (this) {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
