package dev.bams3.web;

import dev.bams3.htsget.HtsgetError;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.apache.coyote.CloseNowException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers as htsget JSON what fails before or outside the application: malformed requests, over-long headers, bad
 * encodings, failing filters. Its base class breaks the connection off where a failure comes after the first byte.
 */
public final class ServerErrors extends ErrorReportValve {
    private static final Logger LOG = LoggerFactory.getLogger(ServerErrors.class);

    /** RFC 6585 § 5. */
    private static final int HEADERS_TOO_LARGE = 431;

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        if (failure instanceof CloseNowException) {
            // Who reads this has closed only the sending side; what was said of records does not hold for it.
            answerInstead(response);
        }
        int status = status(request, response);
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        if (failure != null && status >= 500) {
            LOG.error("request {} failed", RequestContext.of(request).requestId(), failure);
        }
        response.setHeader(RequestStart.ID, RequestContext.of(request).requestId());
        if (status == HttpServletResponse.SC_METHOD_NOT_ALLOWED) {
            response.setHeader("Allow", AllowedMethods.of(RequestTarget.of(request)));
        }
        if (endsTheConnection(response)) {
            response.setHeader("Connection", "close");
        }
        try {
            // Not through the facade: after a filter's sendError, that takes no more headers.
            String message =
                    failure instanceof CloseNowException ? ClientWatch.CLOSED_BEFORE_THE_ANSWER : message(status);
            ErrorWriter.write(HtsgetError.ofStatus(status, message), request, response);
            response.finishResponse();
        } catch (IOException | IllegalStateException e) {
            LOG.debug(
                    "request {}: no connection to send its error to",
                    RequestContext.of(request).requestId(),
                    e);
        }
    }

    private static void answerInstead(Response response) {
        response.reset();
        try {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        response.setSuspended(false);
    }

    /** Tomcat says so by itself for a few statuses only, which those of {@link #status} are not all among. */
    private static boolean endsTheConnection(Response response) {
        AtomicBoolean ends = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_ERROR, ends);
        return ends.get();
    }

    /** A method, transfer coding or HTTP version that Tomcat does not implement is not a failure of the service. */
    private static int status(Request request, Response response) {
        int status = response.getStatus();
        if (status == HttpServletResponse.SC_BAD_REQUEST
                && RequestContext.of(request).isHeadTooLong()) {
            // While the first line was read, there is no address yet.
            return request.getRequestURI() == null ? HttpServletResponse.SC_REQUEST_URI_TOO_LONG : HEADERS_TOO_LARGE;
        }
        return switch (status) {
            case HttpServletResponse.SC_NOT_IMPLEMENTED ->
                "CONNECT".equals(request.getMethod())
                        ? HttpServletResponse.SC_METHOD_NOT_ALLOWED
                        : HttpServletResponse.SC_BAD_REQUEST;
            case HttpServletResponse.SC_HTTP_VERSION_NOT_SUPPORTED -> HttpServletResponse.SC_BAD_REQUEST;
            default -> status;
        };
    }

    private static String message(int status) {
        return switch (status) {
            case 400 ->
                "not a request that can be read: look for a broken percent-escape, an encoded slash, an illegal"
                        + " character, or too many headers";
            case 404 -> "nothing is at this path; datasets are at /reads/{id} and /stream/reads/{id}";
            case 405 -> "this method is not known here; use GET, HEAD, POST or OPTIONS";
            case 413 -> "the request body is too large";
            case 414, 431 -> "the address or the headers of the request are too long; send regions by POST";
            default -> status < 500 ? "the request cannot be answered" : "the service failed; tell the operator";
        };
    }
}
