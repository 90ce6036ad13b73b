package dev.bams3.security;

import dev.bams3.htsget.HtsgetError;
import dev.bams3.web.ErrorWriter;
import dev.bams3.web.RequestTarget;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Separates the admin surface, if it has a port of its own: nothing else is there, and nothing of it elsewhere. */
public final class AdminPort extends HttpFilter {
    private final int port;

    public AdminPort(int port) {
        this.port = port;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (RequestTarget.of(request).isAdmin() == (request.getLocalPort() == port)) {
            chain.doFilter(request, response);
        } else {
            ErrorWriter.write(HtsgetError.ofStatus(404, "nothing is at this path of this port"), request, response);
        }
    }
}
