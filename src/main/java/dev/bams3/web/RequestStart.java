package dev.bams3.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;

/**
 * Answers each request with its id, which is the caller's {@code X-Request-Id} where that is harmless text: it connects an
 * error that a caller has seen with a line of the log.
 */
public final class RequestStart extends HttpFilter {
    static final String ID = "X-Request-Id";

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        response.setHeader(ID, RequestContext.of(request).requestId());
        chain.doFilter(new WithoutLanguages(request), response);
    }

    /**
     * A request whose language is not read: all answers are in one language, and the server's parser fails on a list of more than
     * ten.
     */
    private static final class WithoutLanguages extends HttpServletRequestWrapper {
        WithoutLanguages(HttpServletRequest request) {
            super(request);
        }

        @Override
        public Locale getLocale() {
            return Locale.ENGLISH;
        }

        @Override
        public Enumeration<Locale> getLocales() {
            return Collections.enumeration(List.of(Locale.ENGLISH));
        }
    }
}
