package dev.bams3.web;

import java.io.IOException;
import java.util.Optional;
import org.apache.coyote.Adapter;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;

/**
 * The first that sees a request whose head was read. Reports when its body is waited for and when it was answered, and lets
 * {@link ServerErrors} answer a malformed {@code OPTIONS *}, too: Tomcat answers the asterisk before anything else looks at the
 * request, also where it has found the rest of it unreadable; then with status 400 and nothing said.
 */
final class RequestAdapter implements Adapter {
    private static final byte[] ROOT = {'/'};

    private final Adapter server;

    RequestAdapter(Adapter server) {
        this.server = server;
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        if (response.getStatus() >= 400 && request.requestURI().equals("*")) {
            request.requestURI().setBytes(ROOT, 0, ROOT.length);
        }
        Optional<Connections.Connection> counted = CountedProtocol.current();
        if (counted.isEmpty()) {
            server.service(request, response);
            return;
        }
        Connections.Connection connection = counted.get();
        connection.answers();
        InputBuffer input = request.getInputBuffer();
        request.setInputBuffer(new CountedInput(input, connection));
        try {
            server.service(request, response);
        } finally {
            request.setInputBuffer(input);
            connection.answered();
        }
    }

    private record CountedInput(InputBuffer server, Connections.Connection connection) implements InputBuffer {
        @Override
        public int doRead(ApplicationBufferHandler handler) throws IOException {
            connection.body();
            try {
                return server.doRead(handler);
            } finally {
                connection.bodyCame();
            }
        }

        @Override
        public int available() {
            return server.available();
        }
    }

    @Override
    public boolean prepare(Request request, Response response) throws Exception {
        return server.prepare(request, response);
    }

    @Override
    public boolean asyncDispatch(Request request, Response response, SocketEvent event) throws Exception {
        return server.asyncDispatch(request, response, event);
    }

    @Override
    public void log(Request request, Response response, long time) {
        server.log(request, response, time);
    }

    @Override
    public void checkRecycled(Request request, Response response) {
        server.checkRecycled(request, response);
    }

    @Override
    public String getDomain() {
        return server.getDomain();
    }
}
