package dev.bams3.security;

import dev.bams3.access.Caller;
import dev.bams3.access.LinkTokens;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetError;
import dev.bams3.web.Access;
import dev.bams3.web.Failures;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/**
 * Takes the token out of {@code /t/<token>/reads/...}: what comes after sees the path without it and the caller that it
 * stands for, so neither an answer, nor an error, nor a log can repeat it.
 */
public final class LinkFilter extends HttpFilter {
    /** Beginning of the paths of links. */
    public static final String PREFIX = "/t/";

    private static final List<String> PLACES = List.of("/reads/", "/stream/reads/", "/files/", "/datasets/");

    private final transient LinkTokens tokens;

    public LinkFilter(LinkTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String prefix = request.getContextPath() + PREFIX;
        String path = request.getRequestURI();
        if (!path.startsWith(prefix)) {
            chain.doFilter(request, response);
            return;
        }
        int end = path.indexOf('/', prefix.length());
        String token = path.substring(prefix.length(), end < 0 ? path.length() : end);
        String rest = end < 0 ? "" : path.substring(end);
        WithoutToken inner = new WithoutToken(request, rest.isEmpty() ? "/t" : rest);
        try {
            if (PLACES.stream().noneMatch(rest::startsWith)) {
                Failures.write(
                        HtsgetError.ofStatus(404, "a link leads to /t/<token>/reads/{id} or /t/<token>/files/{id}.bam"),
                        inner,
                        response);
                return;
            }
            Access.setCaller(inner, Caller.of(tokens.verify(token), LinkTokens.id(token)));
        } catch (ReadsException e) {
            Failures.write(HtsgetError.of(e), inner, response);
            return;
        }
        // The page that follows such an address must not tell others of it.
        response.setHeader("Referrer-Policy", "no-referrer");
        chain.doFilter(inner, response);
    }

    private static final class WithoutToken extends HttpServletRequestWrapper {
        private final String path;

        WithoutToken(HttpServletRequest request, String path) {
            super(request);
            this.path = path;
        }

        @Override
        public String getRequestURI() {
            return getContextPath() + path;
        }

        @Override
        public StringBuffer getRequestURL() {
            StringBuffer url = super.getRequestURL();
            int end = url.indexOf(PREFIX, url.indexOf("//") + 2);
            return url.replace(end, url.length(), path);
        }

        /** The whole path is the servlet's path of the one that is mapped to everything. */
        @Override
        public String getServletPath() {
            return path;
        }
    }
}
