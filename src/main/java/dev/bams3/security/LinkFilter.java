package dev.bams3.security;

import dev.bams3.access.Caller;
import dev.bams3.access.LinkTokens;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetError;
import dev.bams3.web.ErrorWriter;
import dev.bams3.web.RequestContext;
import dev.bams3.web.RequestTarget;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.springframework.web.util.UriUtils;

/**
 * Takes the token out of {@code /t/<token>/reads/...}: what comes after sees the path without it and the caller that it
 * stands for, so neither an answer, nor an error, nor a log can repeat it.
 */
public final class LinkFilter extends HttpFilter {
    private static final List<String> PLACES = List.of("/reads/", "/stream/reads/", "/files/", "/datasets/");

    private final transient LinkTokens tokens;
    private final transient FailedAttempts attempts;

    public LinkFilter(LinkTokens tokens, FailedAttempts attempts) {
        this.tokens = tokens;
        this.attempts = attempts;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        RequestTarget target = RequestTarget.of(request);
        if (target.link().isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        String token = target.link().get();
        WithoutToken inner = new WithoutToken(request, target.path(), withoutToken(request));
        try {
            if (PLACES.stream().noneMatch(target.path()::startsWith)) {
                ErrorWriter.write(
                        HtsgetError.ofStatus(404, "a link leads to /t/<token>/reads/{id} or /t/<token>/files/{id}.bam"),
                        inner,
                        response);
                return;
            }
            Optional<HtsgetError> refusal = attempts.refusal(ClientAddress.of(request), token);
            if (refusal.isPresent()) {
                ErrorWriter.write(refusal.get(), inner, response);
                return;
            }
            RequestContext.of(request).authenticated(Caller.of(tokens.verify(token), LinkTokens.id(token)));
            attempts.succeeded(token);
        } catch (ReadsException e) {
            if (!tokens.isSigned(token)) {
                attempts.failed(ClientAddress.of(request), token);
            }
            ErrorWriter.write(HtsgetError.of(e), inner, response);
            return;
        }
        // The page that follows such an address must not tell others of it.
        response.setHeader("Referrer-Policy", "no-referrer");
        chain.doFilter(inner, response);
    }

    /** The path as it was sent, from the third slash on; what is not normal in it is refused by the firewall. */
    private static String withoutToken(HttpServletRequest request) {
        String sent = request.getRequestURI().substring(request.getContextPath().length());
        int second = sent.indexOf('/', 1);
        int third = second < 0 ? -1 : sent.indexOf('/', second + 1);
        // Where the first segment is not that of links, the path was not normal.
        boolean normal = third > 0
                && UriUtils.decode(sent.substring(0, second), StandardCharsets.UTF_8)
                        .equals("/t");
        return normal ? sent.substring(third) : "//";
    }

    private static final class WithoutToken extends HttpServletRequestWrapper {
        private final String path;
        private final String encoded;

        /**
         * @param path as it is routed
         * @param encoded as it was sent
         */
        WithoutToken(HttpServletRequest request, String path, String encoded) {
            super(request);
            this.path = path;
            this.encoded = encoded;
        }

        @Override
        public String getRequestURI() {
            return getContextPath() + encoded;
        }

        @Override
        public StringBuffer getRequestURL() {
            StringBuffer url = super.getRequestURL();
            url.setLength(url.length() - super.getRequestURI().length());
            return url.append(getRequestURI());
        }

        /** The whole path is the servlet's path of the one that is mapped to everything. */
        @Override
        public String getServletPath() {
            return path;
        }
    }
}
