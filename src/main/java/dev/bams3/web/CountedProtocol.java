package dev.bams3.web;

import dev.bams3.htsget.HtsgetError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.AbstractEndpoint;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tomcat's HTTP/1.1 over NIO that reports to {@link Connections} what each of its connections waits for. */
public final class CountedProtocol extends Http11NioProtocol {
    private static final Logger LOG = LoggerFactory.getLogger(CountedProtocol.class);

    /** The connection that the current thread works for. */
    private static final ScopedValue<Connections.Connection> CURRENT = ScopedValue.newInstance();

    /** Answers to requests whose head is not complete, sent before their connection is closed. */
    private static final Map<Connections.Reason, byte[]> ANSWERS = Map.of(
            Connections.Reason.MEMORY,
            ErrorWriter.message(HtsgetError.ofStatus(
                    503, "too many connections wait for the rest of a request; send the whole request again")),
            Connections.Reason.LATE,
            ErrorWriter.message(HtsgetError.ofStatus(
                    408, "the head of the request took too long; send the whole request again, at once")));

    private final CountedEndpoint endpoint;

    /** Made by name; {@link #countBy} comes before the first connection. */
    public CountedProtocol() {
        this(new CountedEndpoint());
    }

    private CountedProtocol(CountedEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        endpoint.setHandler(new Handler(endpoint, endpoint.getHandler()));
    }

    /** Sets what counts the connections. */
    public void countBy(Connections connections) {
        endpoint.connectionsOfClients = Optional.of(connections);
    }

    @Override
    public void setAdapter(Adapter adapter) {
        super.setAdapter(new RequestAdapter(adapter, getMaxHttpRequestHeaderSize()));
    }

    static Optional<Connections.Connection> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    private static final class CountedEndpoint extends NioEndpoint {
        private Optional<Connections> connectionsOfClients = Optional.empty();
        private final Map<SocketWrapperBase<NioChannel>, Connections.Connection> counted = new ConcurrentHashMap<>();

        @Override
        protected boolean setSocketOptions(SocketChannel channel) {
            boolean accepted = super.setSocketOptions(channel);
            // Absent when the connection has ended already.
            SocketWrapperBase<NioChannel> socket = connections.get(channel);
            if (accepted && socket != null) {
                count(socket);
            }
            return accepted;
        }

        private Optional<Connections.Connection> count(SocketWrapperBase<NioChannel> socket) {
            if (connectionsOfClients.isEmpty()) {
                return Optional.empty();
            }
            Connections.Connection known = counted.get(socket);
            if (known == null) {
                // The acceptor and the thread of the first request may meet here.
                Connections.Connection fresh = connectionsOfClients.get().of(reason -> end(socket, reason));
                Connections.Connection other = counted.putIfAbsent(socket, fresh);
                known = other == null ? fresh : other;
                known.accepted();
                if (socket.isClosed()) {
                    forget(socket);
                }
            }
            return Optional.of(known);
        }

        private void forget(SocketWrapperBase<NioChannel> socket) {
            Connections.Connection connection = counted.remove(socket);
            if (connection != null) {
                connection.end();
            }
        }

        /** A socket that a thread works for must not be closed by another: Tomcat reuses its buffers. */
        private void end(SocketWrapperBase<NioChannel> socket, Optional<Connections.Reason> reason) {
            if (socket.getLock().tryLock()) {
                try {
                    if (!isSSLEnabled()) {
                        reason.ifPresent(why -> answer(socket, why));
                    }
                    socket.close();
                } finally {
                    socket.getLock().unlock();
                }
            } else {
                try {
                    // The thread that waits for bytes meets the end of input.
                    socket.getSocket().getIOChannel().shutdownInput();
                } catch (IOException e) {
                    LOG.debug("a connection had ended already", e);
                }
            }
        }
    }

    /** Writes as much of an answer as the connection takes at once, which is all of it unless the client reads nothing. */
    private static void answer(SocketWrapperBase<NioChannel> socket, Connections.Reason reason) {
        try {
            socket.getSocket().getIOChannel().write(ByteBuffer.wrap(ANSWERS.getOrDefault(reason, new byte[0])));
        } catch (IOException e) {
            LOG.debug("a connection had ended already", e);
        }
    }

    private record Handler(CountedEndpoint endpoint, AbstractEndpoint.Handler<NioChannel> server)
            implements AbstractEndpoint.Handler<NioChannel> {
        @Override
        public SocketState process(SocketWrapperBase<NioChannel> socket, SocketEvent event) {
            Optional<Connections.Connection> counted = endpoint.count(socket);
            if (counted.isEmpty()) {
                return server.process(socket, event);
            }
            Connections.Connection connection = counted.get();
            SocketState state = ScopedValue.where(CURRENT, connection).call(() -> server.process(socket, event));
            switch (state) {
                case OPEN -> connection.idle();
                case LONG -> {
                    if (!(socket.getCurrentProcessor() instanceof Processor processor && processor.isAsync())) {
                        connection.head();
                    }
                }
                // Anything else has ended, or is being answered.
                default -> {}
            }
            return state;
        }

        @Override
        public Object getGlobal() {
            return server.getGlobal();
        }

        @Override
        public void release(SocketWrapperBase<NioChannel> socket) {
            endpoint.forget(socket);
            server.release(socket);
        }

        @Override
        public void pause() {
            server.pause();
        }

        @Override
        public void recycle() {
            server.recycle();
        }
    }
}
