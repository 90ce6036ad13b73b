package dev.bams3.web.admin;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.web.Failures;
import dev.bams3.web.Problem;
import dev.bams3.web.RequestTarget;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Answers what is wrong with a request to the admin surface as a problem (RFC 9457) that names the field. A store that refuses
 * what was asked for is named with its reason, because only the operator can do something about it. Everything else is left
 * to {@link Failures}, which writes problems there too.
 */
public final class AdminFailures implements HandlerExceptionResolver, Ordered {
    private static final Logger LOG = LoggerFactory.getLogger(AdminFailures.class);

    @Override
    public int getOrder() {
        // After what is refused whatever the path.
        return HIGHEST_PRECEDENCE + 1;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        if (!RequestTarget.of(request).isAdmin()
                || response.isCommitted()
                || !(failure instanceof ReadsException known)) {
            return null;
        }
        int status = known.resource().isEmpty() ? status(known.kind()) : statusOfStore(known.kind());
        if (status == 0) {
            return null;
        }
        String detail = known.resource().isEmpty()
                ? known.field().map(field -> field + ": " + known.text()).orElse(known.text())
                : "the store refuses this: " + known.getMessage();
        byte[] json = new Problem(status, detail, known.field()).toJson();
        response.resetBuffer();
        response.setStatus(status);
        response.setContentType(Problem.CONTENT_TYPE);
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(json.length);
        try {
            response.getOutputStream().write(json);
        } catch (IOException e) {
            LOG.debug("no connection to send an error to", e);
        }
        return new ModelAndView();
    }

    /** Asking again does not help where a store can only be read, or lacks a permission. */
    private static int statusOfStore(ErrorKind kind) {
        return kind == ErrorKind.DENIED ? 409 : 0;
    }

    /** 0 for what is not the caller's affair. */
    private static int status(ErrorKind kind) {
        return switch (kind) {
            case INVALID_INPUT, INVALID_RANGE, UNSUPPORTED_FORMAT -> 400;
            case NOT_FOUND -> 404;
            case CHANGED -> 409;
            case TOO_LARGE -> 413;
            default -> 0;
        };
    }
}
