package dev.bams3.security;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetError;
import dev.bams3.web.ErrorWriter;
import dev.bams3.web.RequestContext;
import dev.bams3.web.RequestTarget;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Finds out who the caller is, from a bearer token in the header {@code Authorization} and nowhere else. A token that is not accepted
 * is an error even where none is needed (RFC 6750 § 3.1), but not on an address that is its own authorization: there, a
 * client's credentials for the ticket may have expired meanwhile.
 */
public final class CallerFilter extends OncePerRequestFilter {
    private static final Pattern SLICE = Pattern.compile("(?:^|&)slice=");

    private final Optional<TokenVerifier> verifier;
    private final FailedAttempts attempts;

    /** @param verifier absent: no token means anything, and headers with one are not looked at */
    public CallerFilter(Optional<TokenVerifier> verifier, FailedAttempts attempts) {
        this.verifier = verifier;
        this.attempts = attempts;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Optional<String> token = bearer(request.getHeader("Authorization"));
        if (verifier.isPresent() && token.isPresent() && !isOwnAuthorization(request)) {
            Optional<HtsgetError> refusal = attempts.refusal(ClientAddress.of(request), token.get());
            if (refusal.isPresent()) {
                ErrorWriter.write(refusal.get(), request, response);
                return;
            }
            try {
                RequestContext.of(request).authenticated(verifier.get().verify(token.get()));
                attempts.succeeded(token.get());
            } catch (ReadsException e) {
                if (e.kind() == ErrorKind.UNAUTHENTICATED) {
                    attempts.failed(ClientAddress.of(request), token.get());
                    response.setHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
                }
                ErrorWriter.write(HtsgetError.of(e), request, response);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private static boolean isOwnAuthorization(HttpServletRequest request) {
        String query = request.getQueryString();
        return RequestContext.of(request).caller().link().isPresent()
                || (RequestTarget.of(request).isIn("/stream/reads")
                        && query != null
                        && SLICE.matcher(query).find());
    }

    private static Optional<String> bearer(@Nullable String header) {
        return header != null && header.regionMatches(true, 0, "Bearer ", 0, 7)
                ? Optional.of(header.substring(7).strip())
                : Optional.empty();
    }
}
