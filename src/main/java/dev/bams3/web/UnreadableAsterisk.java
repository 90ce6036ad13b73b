package dev.bams3.web;

import org.apache.catalina.Lifecycle;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;

/**
 * Lets {@link ServerErrors} answer a malformed {@code OPTIONS *}, too. Tomcat answers the asterisk before anything else looks
 * at the request, also where it has found the rest of it unreadable: then with status 400 and nothing said.
 */
public final class UnreadableAsterisk implements Adapter {
    private static final byte[] ROOT = {'/'};

    private final Adapter server;

    private UnreadableAsterisk(Adapter server) {
        this.server = server;
    }

    /** Puts it before the requests of a connector, once that is initialized. */
    public static void guard(Connector connector) {
        connector.addLifecycleListener(event -> {
            if (Lifecycle.AFTER_INIT_EVENT.equals(event.getType())) {
                connector
                        .getProtocolHandler()
                        .setAdapter(new UnreadableAsterisk(
                                connector.getProtocolHandler().getAdapter()));
            }
        });
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        if (response.getStatus() >= 400 && request.requestURI().equals("*")) {
            request.requestURI().setBytes(ROOT, 0, ROOT.length);
        }
        server.service(request, response);
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
