package dev.bams3.web;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * A failed request of the admin surface (RFC 9457, problem details).
 *
 * @param status of HTTP
 * @param detail for people: the field and the way out
 * @param field of the request that is wrong: a key of the body ({@code options.chunkBytes}), a parameter, a header
 */
public record Problem(int status, String detail, Optional<String> field) {
    public static final String CONTENT_TYPE = "application/problem+json";

    private static final JsonFactory JSON = new JsonFactory();

    /** Of no field in particular. */
    public Problem(int status, String detail) {
        this(status, detail, Optional.empty());
    }

    /** The JSON document, UTF-8. */
    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        HttpStatus known = HttpStatus.resolve(status);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringProperty("type", "about:blank");
            json.writeStringProperty("title", known == null ? "Status " + status : known.getReasonPhrase());
            json.writeNumberProperty("status", status);
            json.writeStringProperty("detail", detail);
            field.ifPresent(name -> json.writeStringProperty("field", name));
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
