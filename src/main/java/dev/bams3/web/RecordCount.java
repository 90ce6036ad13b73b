package dev.bams3.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Enumeration;
import java.util.Map;

/**
 * The trailer field {@code BAMS3-Records} (RFC 9110 § 6.5, 2022-06) behind a whole answer: how many records it has. It shows a
 * reader that nothing is missing where the format cannot, which is SAM: samtools refuses any line behind the records. It comes
 * only where it is asked for, by {@code TE: trailers} (§ 10.1.4): Java's own HTTP client takes a trailer that it did not expect
 * for the beginning of the next answer. HTTP/1.0 has no trailers.
 */
final class RecordCount {
    static final String FIELD = "BAMS3-Records";

    private static final String ANNOUNCEMENT = "Trailer";

    private Map<String, String> fields = Map.of();

    private RecordCount() {}

    /** Says that the field will come; before the first byte. */
    static RecordCount announce(HttpServletRequest request, HttpServletResponse response) {
        RecordCount count = new RecordCount();
        if (!request.getProtocol().equals("HTTP/1.0") && accepts(request)) {
            response.setHeader(ANNOUNCEMENT, FIELD);
            response.setTrailerFields(() -> count.fields);
        }
        return count;
    }

    private static boolean accepts(HttpServletRequest request) {
        Enumeration<String> headers = request.getHeaders("TE");
        while (headers.hasMoreElements()) {
            for (String coding : headers.nextElement().split(",", -1)) {
                if (coding.strip().equalsIgnoreCase("trailers")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The answer is whole. */
    void whole(long records) {
        fields = Map.of(FIELD, Long.toString(records));
    }

    /** There will be an error instead of records. */
    static void withdraw(HttpServletResponse response) {
        if (response.containsHeader(ANNOUNCEMENT)) {
            response.setHeader(ANNOUNCEMENT, null);
            response.setTrailerFields(null);
        }
    }
}
