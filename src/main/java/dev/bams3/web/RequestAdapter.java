package dev.bams3.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.coyote.Adapter;
import org.apache.coyote.InputBuffer;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.apache.tomcat.util.net.SocketEvent;

/**
 * The first that sees a request whose head was read. Begins its {@link RequestContext}, reports when its body is waited for
 * and when it was answered, rewrites addresses whose ids have {@linkplain RequestTarget#withPlainSlashes encoded slashes}, and lets {@link AllowedMethods}
 * answer {@code OPTIONS *}: Tomcat would name methods that exist nowhere here, and would do so for malformed requests, too.
 */
final class RequestAdapter implements Adapter {
    private static final byte[] ROOT = {'/'};

    private final Adapter server;
    private final int maxHeadBytes;

    /** @param maxHeadBytes first line and headers of a request that the server reads */
    RequestAdapter(Adapter server, int maxHeadBytes) {
        this.server = server;
        this.maxHeadBytes = maxHeadBytes;
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        MessageBytes address = request.requestURI();
        boolean asterisk = address.equals("*") && "OPTIONS".equals(request.getMethod());
        RequestContext.begin(request, asterisk, isHeadTooLong(request, response));
        if (asterisk) {
            address.setBytes(ROOT, 0, ROOT.length);
        } else if (address.getType() == MessageBytes.T_BYTES
                && address.getByteChunk().indexOf("%2", 0, 2, 0) >= 0) {
            // The text of the bytes, since an address that has become text is not decoded any more.
            RequestTarget.withPlainSlashes(address.getByteChunk().toString()).ifPresent(plain -> {
                byte[] bytes = plain.getBytes(StandardCharsets.ISO_8859_1);
                address.setBytes(bytes, 0, bytes.length);
            });
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

    /** A head that does not fit is refused once the buffer of the connection was read to its end. */
    private boolean isHeadTooLong(Request request, Response response) {
        return response.getStatus() == HttpServletResponse.SC_BAD_REQUEST
                && request.getInputBuffer() instanceof ApplicationBufferHandler buffer
                && buffer.getByteBuffer().position() >= maxHeadBytes;
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
