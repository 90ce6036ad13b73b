package dev.bams3.web;

import dev.bams3.htsget.HtsgetError;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes every error of this service, for filters, endpoints and the HTTP server alike. It has two forms: a problem (RFC 9457)
 * on the admin surface, htsget JSON elsewhere.
 */
public final class ErrorWriter {
    private static final String PROBLEM = "application/problem+json";
    private static final JsonFactory JSON = new JsonFactory();

    private ErrorWriter() {}

    /** Writes an error as the whole answer of a request whose response has not begun. */
    public static void write(HtsgetError error, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        RequestContext context = RequestContext.of(request);
        HtsgetError answer = error.isOurs() ? error.withRequestId(context.requestId()) : error;
        boolean admin = RequestTarget.of(request).isAdmin();
        response.setStatus(answer.status());
        response.setContentType(admin ? PROBLEM : HtsgetError.CONTENT_TYPE);
        response.setHeader("Cache-Control", "no-store");
        answer.retryAfterSeconds().ifPresent(seconds -> response.setHeader("Retry-After", Integer.toString(seconds)));
        if (answer.status() == 401 && !response.containsHeader("WWW-Authenticate")) {
            response.setHeader("WWW-Authenticate", "Bearer");
        }
        byte[] json = admin ? problem(answer) : answer.toJson();
        response.setContentLength(json.length);
        if (!context.isHead()) {
            response.getOutputStream().write(json);
        }
    }

    /** Returns an error as the last message of a connection whose request has not come to its end. */
    static byte[] message(HtsgetError error) {
        byte[] json = error.toJson();
        String head = "HTTP/1.1 " + error.status() + " \r\nConnection: close\r\nRetry-After: 1\r\nContent-Type: "
                + HtsgetError.CONTENT_TYPE + "\r\nContent-Length: " + json.length + "\r\n\r\n";
        return (head + new String(json, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] problem(HtsgetError error) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        HttpStatus known = HttpStatus.resolve(error.status());
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringProperty("type", "about:blank");
            json.writeStringProperty("title", known == null ? "Status " + error.status() : known.getReasonPhrase());
            json.writeNumberProperty("status", error.status());
            json.writeStringProperty("detail", error.message());
            error.field().ifPresent(name -> json.writeStringProperty("field", name));
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
