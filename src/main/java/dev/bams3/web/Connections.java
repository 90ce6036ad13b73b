package dev.bams3.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * The connections of clients, and the memory of those that wait for a client: for the head, the body or the rest of a request.
 * It is bounded by a budget, and their number by another; whenever one would be exceeded, the connection that has waited longest is closed, so a flood of
 * unfinished requests never keeps out a client that sends its request at once. A request whose head has begun is answered
 * before. Connections whose request is being answered are
 * counted and never closed. Safe for many threads.
 */
public final class Connections implements AutoCloseable {
    /** The phase of a connection. */
    public enum Phase {
        /** The first byte of a request. The cost is that of two socket buffers and Tomcat's objects. */
        IDLE(24 << 10),
        /** The rest of a request's head. The head's buffer is as large as the largest head. */
        HEAD(128 << 10),
        /** The rest of a request's body, which an endpoint reads. */
        BODY(128 << 10),
        /** The rest of a body that is skipped, because the answer was sent before. */
        REST(128 << 10),
        /** Nothing: the request is being answered. */
        ANSWERING(0);

        private final int bytes;

        Phase(int bytes) {
            this.bytes = bytes;
        }
    }

    /** Why a connection is closed that waits for a client. */
    public enum Reason {
        /** Others need its memory or place. */
        MEMORY,
        /** A head or body took too long. */
        LATE
    }

    /** A socket of the server. */
    public interface Socket {
        /**
         * Ends the connection; called by any thread.
         *
         * @param reason that a request which has begun is answered with; absent where there is none
         */
        void end(Optional<Reason> reason);
    }

    private static final Duration SCAN = Duration.ofMillis(500);

    private final long budget;
    private final int mostWaiting;
    private final long receiveNanos;
    private final Thread watch;
    // All guarded by this.
    private final SequencedSet<Connection> waiting = new LinkedHashSet<>();
    private final Map<Phase, Integer> counts = new EnumMap<>(Phase.class);
    private long held;
    private long evicted;
    private long late;

    /**
     * @param budget bytes of memory for connections that wait
     * @param mostWaiting connections that wait, at most
     * @param receive time for the whole head of a request, and again for its whole body
     */
    public Connections(long budget, int mostWaiting, Duration receive) {
        this.budget = budget;
        this.mostWaiting = mostWaiting;
        this.receiveNanos = receive.toNanos();
        for (Phase phase : Phase.values()) {
            counts.put(phase, 0);
        }
        watch = Thread.ofPlatform().name("connections").daemon().start(this::watch);
    }

    /** One connection, from its first byte or its acceptance to its end. */
    public final class Connection {
        private final Socket socket;
        private Phase phase = Phase.IDLE;
        private long since = System.nanoTime();
        private long bodySince;
        private boolean counted;
        private boolean gone;

        private Connection(Socket socket) {
            this.socket = socket;
        }

        /** Counts it, unless that was done. */
        void accepted() {
            enter(this, Phase.IDLE, true);
        }

        /** The next request is waited for. */
        void idle() {
            enter(this, Phase.IDLE);
        }

        /** A request's head has begun and is not complete. */
        void head() {
            enter(this, Phase.HEAD);
        }

        /** A request's head is complete. */
        void answers() {
            bodySince = 0;
            enter(this, Phase.ANSWERING);
        }

        /** Bytes of the body are waited for; the time counts from the first call for a request. */
        void body() {
            enter(this, Phase.BODY);
        }

        /** The bytes have come. */
        void bodyCame() {
            enter(this, Phase.ANSWERING);
        }

        /** The answer has been sent. */
        void answered() {
            enter(this, Phase.REST);
        }

        void end() {
            leave(this);
        }

        /** A body is waited for by an endpoint, which answers; after the answer, or before a request, there is nothing to. */
        private void close(Reason reason) {
            socket.end(Optional.of(reason).filter(_ -> phase == Phase.HEAD));
        }
    }

    /** Returns a new connection, not yet counted. */
    Connection of(Socket socket) {
        return new Connection(socket);
    }

    private void enter(Connection connection, Phase phase) {
        enter(connection, phase, false);
    }

    /** @param first whether to do nothing for a connection that is in a phase already: its first request may be quicker */
    private void enter(Connection connection, Phase phase, boolean first) {
        synchronized (this) {
            if (connection.gone || (connection.counted && (first || connection.phase == phase))) {
                return;
            }
            if (connection.counted) {
                count(connection.phase, -1);
            }
            connection.counted = true;
            count(phase, 1);
            waiting.remove(connection);
            connection.phase = phase;
            if (phase == Phase.ANSWERING) {
                return;
            }
            connection.since = System.nanoTime();
            if (phase == Phase.BODY) {
                connection.bodySince = connection.bodySince == 0 ? connection.since : connection.bodySince;
                connection.since = connection.bodySince;
            }
            waiting.add(connection);
        }
        closeLongestWaiting();
    }

    private synchronized void leave(Connection connection) {
        if (!connection.gone) {
            connection.gone = true;
            waiting.remove(connection);
            if (connection.counted) {
                count(connection.phase, -1);
            }
        }
    }

    private void count(Phase phase, int change) {
        counts.merge(phase, change, Integer::sum);
        held += (long) change * phase.bytes;
    }

    private void closeLongestWaiting() {
        List<Connection> excess = new ArrayList<>();
        synchronized (this) {
            while ((held > budget || waiting.size() > mostWaiting) && !waiting.isEmpty()) {
                Connection longest = waiting.getFirst();
                leave(longest);
                excess.add(longest);
                evicted++;
            }
        }
        excess.forEach(connection -> connection.close(Reason.MEMORY));
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(SCAN);
                closeLate(System.nanoTime());
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private void closeLate(long now) {
        List<Connection> over = new ArrayList<>();
        synchronized (this) {
            for (Iterator<Connection> all = waiting.iterator(); all.hasNext(); ) {
                Connection connection = all.next();
                // The server has a time of its own for those that send nothing.
                if (connection.phase != Phase.IDLE && now - connection.since > receiveNanos) {
                    all.remove();
                    leave(connection);
                    over.add(connection);
                    late++;
                }
            }
        }
        over.forEach(connection -> connection.close(Reason.LATE));
    }

    /** Connections that are in a phase. */
    public synchronized int count(Phase phase) {
        return counts.getOrDefault(phase, 0);
    }

    /** Connections that were closed because others needed their memory or place. */
    public synchronized long evicted() {
        return evicted;
    }

    /** Connections that were closed because a head or body took too long. */
    public synchronized long late() {
        return late;
    }

    /** Bytes of memory that connections hold while they wait, about; at most {@link #budget}. */
    public synchronized long held() {
        return held;
    }

    public long budget() {
        return budget;
    }

    /** Connections that are allowed while they are idle. */
    public int mostIdle() {
        return (int) Math.min(mostWaiting, budget / Phase.IDLE.bytes);
    }

    @Override
    public void close() {
        watch.interrupt();
    }
}
