package dev.bams3.htsget;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/**
 * A ticket for BAM: addresses whose contents, fetched and joined, are the answer (htsget 1.3 § Response JSON).
 *
 * @param parts in order; the first begins with the BAM header, the last ends with the one BGZF end-of-file block
 */
public record Ticket(List<Part> parts) {
    /** Version of the protocol where the client names none that is known. */
    public static final String VERSION = "1.3.0";

    /** Versions of the protocol that GA4GH has published, oldest first; a ticket is the same in all of them. */
    static final List<String> PUBLISHED_VERSIONS = List.of("1.0.0", "1.1.0", "1.1.1", "1.2.0", VERSION);

    /** SAMv1 § 4.1.2 (2024-11-06): the empty block that ends a BGZF file. */
    private static final String END_OF_FILE = "H4sIBAAAAAAA/wYAQkMCABsAAwAAAAAAAAAAAA==";

    private static final JsonFactory JSON = new JsonFactory();

    public Ticket {
        parts = List.copyOf(parts);
    }

    /** The content of a part; every part of a ticket names it, because the specification wants all or none to do so. */
    public enum PartClass {
        HEADER("header"),
        BODY("body");

        private final String text;

        PartClass(String text) {
            this.text = text;
        }
    }

    /** An address: http(s), or a data URI. It works without request headers. */
    public record Part(String url, PartClass partClass) {
        /**
         * Bytes within the ticket itself. No media type in front of `;base64` and the standard alphabet: the only form
         * that every client reads.
         */
        public static Part inline(byte[] bytes, PartClass partClass) {
            return new Part("data:;base64," + Base64.getEncoder().encodeToString(bytes), partClass);
        }

        /** The BGZF end-of-file block. It may stand only at the very end: htsjdk stops reading there. */
        public static Part endOfFile(PartClass partClass) {
            return new Part("data:;base64," + END_OF_FILE, partClass);
        }
    }

    /** Content type of a ticket of this version. */
    public static String contentType(String version) {
        return "application/vnd.ga4gh.htsget.v" + version + "+json; charset=utf-8";
    }

    /**
     * The JSON document, UTF-8. Nothing beside {@code htsget} at the top (htslib refuses it) and nothing inside that the
     * specification does not name (its schema refuses it); {@code headers} on every part, although empty (htsjdk needs it).
     */
    public byte[] toJson() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectPropertyStart("htsget");
            json.writeStringProperty("format", HtsgetFormat.BAM.name());
            json.writeArrayPropertyStart("urls");
            for (Part part : parts) {
                json.writeStartObject();
                json.writeStringProperty("url", part.url());
                json.writeObjectPropertyStart("headers");
                json.writeEndObject();
                json.writeStringProperty("class", part.partClass().text);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
