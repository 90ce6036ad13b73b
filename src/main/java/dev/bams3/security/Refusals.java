package dev.bams3.security;

import dev.bams3.htsget.HtsgetError;
import dev.bams3.web.Failures;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.InsufficientAuthenticationException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.RequestRejectedHandler;

/** Says no in the form of the path that was asked for. What is wrong with a token is told, the token never. */
public final class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler, RequestRejectedHandler {
    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException failure)
            throws IOException {
        if (failure instanceof AdminTokens.IssuerUnavailable unavailable) {
            Failures.write(HtsgetError.of(unavailable.failure()), request, response);
            return;
        }
        boolean nothingSent = failure instanceof InsufficientAuthenticationException;
        response.setHeader("WWW-Authenticate", nothingSent ? "Bearer" : "Bearer error=\"invalid_token\"");
        String message = nothingSent
                ? "send a token as 'Authorization: Bearer ...'"
                : "the token was not accepted; it is malformed, expired, or not meant for this service";
        Failures.write(HtsgetError.ofStatus(401, message), request, response);
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException failure)
            throws IOException {
        Failures.write(
                HtsgetError.ofStatus(403, "the token does not have the scope that this needs"), request, response);
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, RequestRejectedException failure)
            throws IOException {
        String message = "not a request that can be read: look for a broken percent-escape, an encoded slash or"
                + " full stop, a double slash, a semicolon or a control character";
        Failures.write(HtsgetError.ofStatus(400, message), request, response);
    }
}
