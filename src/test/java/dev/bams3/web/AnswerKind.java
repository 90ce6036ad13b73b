package dev.bams3.web;

import dev.bams3.encode.ReadFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The kinds of answer that a client can ask for. */
enum AnswerKind {
    /** A ticket, and all that its addresses lead to. */
    TICKET,
    /** The header alone, as BAM. */
    HEADER,
    BAM,
    SAM,
    JSON,
    NDJSON,
    TSV,
    ARROW;

    ReadFormat format() {
        return switch (this) {
            case TICKET, HEADER, BAM -> ReadFormat.BAM;
            case SAM -> ReadFormat.SAM;
            case JSON -> ReadFormat.JSON;
            case NDJSON -> ReadFormat.NDJSON;
            case TSV -> ReadFormat.TSV;
            case ARROW -> ReadFormat.ARROW;
        };
    }

    /**
     * Asks as a client does, minding how the answer ends.
     *
     * @param query parameters of the selection, or nothing
     */
    WireAnswer ask(int port, String id, String query) throws IOException {
        return switch (this) {
            case TICKET -> followed(port, WireAnswer.get(port, "/reads/" + id + "?" + query));
            case HEADER -> WireAnswer.get(port, "/stream/reads/" + id + "?class=header");
            default -> WireAnswer.get(port, "/stream/reads/" + id + "?format=" + this + "&" + query);
        };
    }

    /** The first part that is not whole decides. */
    private static WireAnswer followed(int port, WireAnswer ticket) throws IOException {
        if (ticket.status() != 200 || !ticket.complete()) {
            return ticket;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        JsonNode urls =
                JsonMapper.shared().readTree(ticket.body()).get("htsget").get("urls");
        for (JsonNode part : urls) {
            String url = part.get("url").stringValue();
            if (url.startsWith("data:")) {
                bytes.writeBytes(Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1)));
                continue;
            }
            WireAnswer answer = WireAnswer.get(port, url.substring(url.indexOf('/', "http://".length())));
            if (answer.status() != 200) {
                return answer;
            }
            bytes.writeBytes(answer.body());
            if (!answer.complete()) {
                return new WireAnswer(200, false, bytes.toByteArray());
            }
        }
        return new WireAnswer(200, true, bytes.toByteArray());
    }
}
