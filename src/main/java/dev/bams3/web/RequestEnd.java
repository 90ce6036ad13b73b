package dev.bams3.web;

import dev.bams3.htsget.HtsgetError;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Ends the {@link RequestContext} of each request and reports it to listeners, however the request ended. Refuses addresses
 * that the filters behind it could not read.
 */
public final class RequestEnd extends HttpFilter {
    private final transient List<Consumer<RequestContext>> listeners;

    public RequestEnd(List<Consumer<RequestContext>> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        RequestContext context = RequestContext.of(request);
        if (RequestTarget.of(request).isAdmin()) {
            context.is(RequestContext.Kind.ADMIN);
        } else if (RequestTarget.of(request).isIn("/datasets")
                || RequestTarget.of(request).isIn("/cohorts")) {
            context.is(RequestContext.Kind.DATASETS);
        }
        boolean answered = false;
        try {
            if (RequestTarget.hasWholeEscapes(request)) {
                chain.doFilter(request, response);
            } else {
                ErrorWriter.write(
                        HtsgetError.ofStatus(
                                400, "the address has a % without two hexadecimal digits; write it as %25"),
                        request,
                        response);
            }
            answered = true;
        } finally {
            // What is thrown from here on, the server answers with 500, or by breaking off.
            int status = answered || response.isCommitted() ? response.getStatus() : 500;
            context.end(status, length(response));
            listeners.forEach(listener -> listener.accept(context));
        }
    }

    private static long length(HttpServletResponse response) {
        String length = response.getHeader("Content-Length");
        return length == null ? 0 : Long.parseLong(length);
    }
}
