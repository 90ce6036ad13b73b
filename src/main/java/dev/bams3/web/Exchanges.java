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
 * Keeps the {@link Exchange} of each request and reports it to listeners at its end, however it ends. Refuses addresses that
 * the filters behind it could not read.
 */
public final class Exchanges extends HttpFilter {
    private final transient List<Consumer<Exchange>> listeners;

    public Exchanges(List<Consumer<Exchange>> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Exchange exchange = new Exchange(RequestId.of(request));
        exchange.keepBeside(request);
        if (RequestTarget.of(request).isAdmin()) {
            exchange.is(Exchange.Kind.ADMIN);
        } else if (RequestTarget.of(request).isIn("/datasets")) {
            exchange.is(Exchange.Kind.DATASETS);
        }
        boolean answered = false;
        try {
            if (RequestTarget.hasWholeEscapes(request)) {
                chain.doFilter(request, response);
            } else {
                Failures.write(
                        HtsgetError.ofStatus(
                                400, "the address has a % without two hexadecimal digits; write it as %25"),
                        request,
                        response);
            }
            answered = true;
        } finally {
            // What is thrown from here on, the server answers with 500, or by breaking off.
            int status = answered || response.isCommitted() ? response.getStatus() : 500;
            exchange.end(status, length(response));
            listeners.forEach(listener -> listener.accept(exchange));
        }
    }

    private static long length(HttpServletResponse response) {
        String length = response.getHeader("Content-Length");
        return length == null ? 0 : Long.parseLong(length);
    }
}
