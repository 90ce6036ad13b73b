package dev.bams3.web;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes connections on to a server, and resets the first ones after some bytes of their answers. */
final class CuttingProxy implements Closeable {
    private final ServerSocket listener;
    private final int target;
    private final int cutAfter;
    private final AtomicInteger cutsLeft;

    /**
     * @param cutAfter bytes of an answer that pass before its connection is cut
     * @param cuts connections to cut; the ones after these live
     */
    CuttingProxy(int target, int cutAfter, int cuts) throws IOException {
        this.target = target;
        this.cutAfter = cutAfter;
        cutsLeft = new AtomicInteger(cuts);
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    int cutsLeft() {
        return Math.max(0, cutsLeft.get());
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            Thread.ofVirtual().start(() -> copy(client, server));
            boolean cut = cutsLeft.getAndDecrement() > 0;
            InputStream in = server.getInputStream();
            OutputStream out = client.getOutputStream();
            byte[] buffer = new byte[8192];
            int left = cut ? cutAfter : Integer.MAX_VALUE;
            while (left > 0) {
                int read = in.read(buffer, 0, Math.min(buffer.length, left));
                if (read < 0) {
                    return;
                }
                out.write(buffer, 0, read);
                left -= cut ? read : 0;
            }
        } catch (IOException e) {
            // One of the two has left; so does this.
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // The other direction tells.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
