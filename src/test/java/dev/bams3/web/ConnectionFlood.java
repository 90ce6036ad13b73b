package dev.bams3.web;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Connections that ask for nothing, or send a request that never ends. */
final class ConnectionFlood implements AutoCloseable {
    /** What each kind sends at first; all but the first go on byte by byte. */
    private static final List<String> BEGINNINGS = List.of(
            "",
            "GET /reads/service-info HTTP/1.1\r\nHost: a\r\n\r\n",
            "GET /reads/service-info HTTP/1.1\r\nHost: a\r\nX-Long: ",
            "POST /reads/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n{",
            "GET /reads/service-info HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n ");

    private static final int KINDS = BEGINNINGS.size();

    private final List<SocketChannel> channels = new ArrayList<>();
    private final InetSocketAddress server;
    private int next;

    ConnectionFlood(int port) {
        server = new InetSocketAddress("localhost", port);
    }

    /** Opens one more. */
    synchronized void open() throws IOException {
        SocketChannel channel = SocketChannel.open(server);
        channels.add(channel);
        String beginning = BEGINNINGS.get((channels.size() - 1) % KINDS);
        channel.write(ByteBuffer.wrap(beginning.getBytes(StandardCharsets.US_ASCII)));
        channel.configureBlocking(false);
    }

    /** Sends a byte on some of the connections, by turns. */
    synchronized void trickle(int some) {
        for (int i = 0; i < some; i++) {
            next = (next + 1) % channels.size();
            if (next % KINDS > 1) {
                try {
                    channels.get(next).write(ByteBuffer.wrap(new byte[] {'x'}));
                } catch (IOException e) {
                    // The server has closed it.
                }
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }
}
