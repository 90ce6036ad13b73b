package dev.bams3.web;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A connection to a server on this machine that sends bytes and reads answers by their framing, one after the other. */
final class RawConnection implements Closeable {
    private static final int LONGEST_WAIT_MILLIS = 20_000;
    private static final byte[] NEXT_ANSWER = "HTTP/1.1 ".getBytes(StandardCharsets.US_ASCII);

    private final Socket socket;
    private final InputStream in;
    private boolean open = true;
    private boolean answersToHead;

    RawConnection(int port) throws IOException {
        socket = new Socket("localhost", port);
        socket.setSoTimeout(LONGEST_WAIT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    /**
     * One answer.
     *
     * @param headers by their names in lower case, the last of each; none at all where the answer had no head
     * @param body without its framing
     */
    record Answer(int status, Map<String, String> headers, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }

        String type() {
            return headers.getOrDefault("content-type", "");
        }
    }

    /** Whether another request may be sent. */
    boolean isOpen() {
        return open;
    }

    void send(byte[] bytes) throws IOException {
        try {
            socket.getOutputStream().write(bytes);
        } catch (SocketException e) {
            // Refused before it was all read; the answer may lie here nevertheless.
            open = false;
        }
    }

    /** Says that nothing more will be sent. */
    void endSending() throws IOException {
        open = false;
        if (!socket.isClosed() && !socket.isOutputShutdown()) {
            try {
                socket.shutdownOutput();
            } catch (SocketException e) {
                // Closed already.
            }
        }
    }

    /**
     * The next final answer, or none if the connection ends before it.
     *
     * @throws java.net.SocketTimeoutException when nothing comes for long
     */
    Optional<Answer> read() throws IOException {
        try {
            Answer answer = readOne();
            while (answer.status / 100 == 1) {
                answer = readOne();
            }
            answersToHead = false;
            return Optional.of(answer);
        } catch (SocketException | EOFException e) {
            open = false;
            return Optional.empty();
        }
    }

    /** All answers up to the connection's end. */
    List<Answer> readAll() throws IOException {
        List<Answer> answers = new ArrayList<>();
        for (Optional<Answer> next = read(); next.isPresent(); next = read()) {
            answers.add(next.get());
        }
        return answers;
    }

    private Answer readOne() throws IOException {
        String first = line();
        if (socket.isOutputShutdown() && !first.startsWith("HTTP/")) {
            // A request without a version is one of HTTP/0.9, whose answers are bodies and nothing else.
            return new Answer(200, Map.of(), in.readAllBytes());
        }
        if (!first.matches("HTTP/1\\.1 [1-5][0-9]{2}( .*)?")) {
            throw new AssertionError("not the first line of an answer: " + first);
        }
        int status = Integer.parseInt(first.substring(9, 12));
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new AssertionError("not a header: " + line);
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        boolean hasBody = status >= 200 && status != 204 && status != 304;
        byte[] body = hasBody ? body(headers) : new byte[0];
        open &= !"close".equalsIgnoreCase(headers.get("connection"));
        return new Answer(status, headers, body);
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if (readsOnlyAHead()) {
            return new byte[0];
        }
        String length = headers.get("content-length");
        if (length != null) {
            return in.readNBytes(Integer.parseInt(length));
        }
        if (!"chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            open = false;
            return in.readAllBytes();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int chunk = chunkLength(); chunk > 0; chunk = chunkLength()) {
            body.write(in.readNBytes(chunk));
            line();
        }
        while (!line().isEmpty()) {
            // A trailer.
        }
        return body.toByteArray();
    }

    private int chunkLength() throws IOException {
        return Integer.parseInt(line(), 16);
    }

    /** Whether the next answer is one to HEAD: it tells the length of a body that does not come. */
    void expectHead(boolean head) {
        answersToHead = head;
    }

    /** Whether, after the end of the sending, another answer, or nothing, stands where the body would be. */
    private boolean readsOnlyAHead() throws IOException {
        if (answersToHead) {
            return true;
        }
        if (!socket.isOutputShutdown()) {
            return false;
        }
        in.mark(NEXT_ANSWER.length);
        byte[] next = in.readNBytes(NEXT_ANSWER.length);
        in.reset();
        return next.length == 0 || Arrays.equals(next, NEXT_ANSWER);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        while (c >= 0 && c != '\n') {
            if (c != '\r') {
                line.append((char) c);
            }
            c = in.read();
        }
        if (c < 0) {
            throw new EOFException();
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
