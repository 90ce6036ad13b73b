package dev.bams3.security;

import dev.bams3.htsget.HtsgetError;
import dev.bams3.web.ErrorWriter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** Writes refusals in the form of the requested path. They say what is wrong with a token, and never repeat it. */
public final class Refusals
        implements AuthenticationEntryPoint,
                AccessDeniedHandler,
                RequestRejectedHandler,
                HandlerExceptionResolver,
                Ordered {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        if (failure instanceof AdminTokens.IssuerUnavailable unavailable) {
            ErrorWriter.write(HtsgetError.of(unavailable.failure()), request, response);
            return;
        }
        if (failure instanceof AdminTokens.TooManyFailures tooMany) {
            ErrorWriter.write(tooMany.refusal(), request, response);
            return;
        }
        boolean nothingSent = failure instanceof InsufficientAuthenticationException;
        response.setHeader("WWW-Authenticate", nothingSent ? "Bearer" : "Bearer error=\"invalid_token\"");
        String message = nothingSent
                ? "send a token as 'Authorization: Bearer ...'"
                : "the token was not accepted; it is malformed, expired, or not meant for this service";
        ErrorWriter.write(HtsgetError.ofStatus(401, message), request, response);
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException failure)
            throws IOException {
        ErrorWriter.write(
                HtsgetError.ofStatus(403, "the token does not have the scope that this needs"), request, response);
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, RequestRejectedException failure)
            throws IOException {
        String message = "not a request that can be read: look for a broken percent-escape, an encoded slash or"
                + " full stop, a double slash, a semicolon or a control character";
        ErrorWriter.write(HtsgetError.ofStatus(400, message), request, response);
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    /**
     * Of a header with a control character the firewall's exception comes only when an endpoint reads it. It holds the value,
     * which may be a token and must not be shown.
     */
    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        if (!(failure instanceof RequestRejectedException rejected) || response.isCommitted()) {
            return null;
        }
        response.resetBuffer();
        try {
            handle(request, response, rejected);
        } catch (IOException e) {
            LOG.debug("no connection to send an error to", e);
        }
        return new ModelAndView();
    }
}
