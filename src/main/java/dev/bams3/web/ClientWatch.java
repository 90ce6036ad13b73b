package dev.bams3.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.apache.catalina.Valve;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/**
 * Looks whether the client of a request is still there, without writing to it: a request that scans much and finds little
 * would otherwise read on for nobody. A client that has closed its side of the connection counts as gone, even if it closed
 * only that side. Used by the request's own thread.
 */
public final class ClientWatch implements Runnable {
    /** For one who has closed only the sending side. */
    static final String CLOSED_BEFORE_THE_ANSWER = "the connection was closed before the answer";

    private static final String ATTRIBUTE = ClientWatch.class.getName();

    private final org.apache.coyote.Request connection;

    private ClientWatch(org.apache.coyote.Request connection) {
        this.connection = connection;
    }

    /** The client left: what an {@link IOException} means in a write. */
    static final class Gone extends RuntimeException {
        Gone() {
            super("the client left");
        }
    }

    /** Lets the requests of a server be watched. */
    public static Valve valve() {
        return new WatchValve();
    }

    private static final class WatchValve extends ValveBase {
        WatchValve() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            request.setAttribute(ATTRIBUTE, new ClientWatch(request.getCoyoteRequest()));
            getNext().invoke(request, response);
        }
    }

    /** Of a request whose body was read; does nothing where the server has no {@link #valve}. */
    static Runnable of(HttpServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof ClientWatch watch ? watch : () -> {};
    }

    /** @throws Gone when the client is gone */
    @Override
    public void run() {
        // A next request that came early is there to be read once; the end of the connection is there again.
        for (int i = 0; i < 2; i++) {
            if (!somethingToRead()) {
                return;
            }
        }
        throw new Gone();
    }

    /** Tries to read from the connection, without waiting; what comes is kept for the next request. */
    private boolean somethingToRead() {
        connection.action(ActionCode.AVAILABLE, Boolean.TRUE);
        return connection.getAvailable() > 0;
    }
}
