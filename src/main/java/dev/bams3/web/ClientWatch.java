package dev.bams3.web;

import java.io.IOException;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Request;

/**
 * Checks, without writing, whether the client of a request still holds the connection open: a request that scans much and
 * finds little would otherwise go on after its client has left. A client that closed only its sending side counts as gone.
 * Used by the request's own thread, after the body was read.
 */
final class ClientWatch implements Runnable {
    /** Message for a client that has closed only its sending side. */
    static final String CLOSED_BEFORE_THE_ANSWER = "the connection was closed before the answer";

    private final Request connection;

    ClientWatch(Request connection) {
        this.connection = connection;
    }

    /** Thrown when the client has left, as an {@link IOException} is by a write. */
    static final class Gone extends RuntimeException {
        Gone() {
            super("the client left");
        }
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
