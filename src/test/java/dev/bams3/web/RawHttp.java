package dev.bams3.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/** Requests as bytes on a socket: what no client library lets one send, and what it would hide of the answer. */
public final class RawHttp {
    private static final int TIMEOUT_MILLIS = 30_000;

    private RawHttp() {}

    /**
     * All bytes of an answer, up to the connection's end.
     *
     * @param bytes status line, headers, and the body as it was framed
     * @param reset whether the connection was reset rather than closed
     */
    public record Answer(byte[] bytes, boolean reset) {
        public String text() {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }

        public int status() {
            return Integer.parseInt(text().split(" ", 3)[1]);
        }

        public String body() {
            int end = text().indexOf("\r\n\r\n");
            return text().substring(end + 4);
        }

        public Optional<String> header(String name) {
            String head = text().substring(0, text().indexOf("\r\n\r\n"));
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst();
        }
    }

    /** Sends a request head (lines without the closing empty one) and asks for the connection to be closed after it. */
    public static Answer send(int port, String head) throws IOException {
        return sendBytes(port, (head + "\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    }

    public static Answer sendBytes(int port, String request) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            boolean reset = false;
            try {
                InputStream in = socket.getInputStream();
                in.transferTo(answer);
            } catch (java.net.SocketException e) {
                reset = true;
            }
            return new Answer(answer.toByteArray(), reset);
        }
    }
}
