package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads tickets as a client does, and minds what no real one would tell: keys, encodings, block boundaries. */
final class TicketClient {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Pattern DATA = Pattern.compile("data:;base64,([A-Za-z0-9+/]*={0,2})");

    private TicketClient() {}

    /** One fetched part of a ticket. */
    record Part(String url, String partClass, byte[] bytes) {}

    static HttpResponse<byte[]> get(String url, String... headers) throws IOException {
        return send(withHeaders(HttpRequest.newBuilder(URI.create(url)).GET(), headers));
    }

    static HttpResponse<byte[]> head(String url, String... headers) throws IOException {
        return send(withHeaders(HttpRequest.newBuilder(URI.create(url)).HEAD(), headers));
    }

    static HttpResponse<byte[]> post(String url, String json, String... headers) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json));
        return send(withHeaders(request, headers));
    }

    private static HttpRequest.Builder withHeaders(HttpRequest.Builder request, String... headers) {
        return headers.length == 0 ? request : request.headers(headers);
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Fetches every part, after checking that the ticket has what the specification and every client want. */
    static List<Part> resolve(HttpResponse<byte[]> ticket) throws IOException {
        assertThat(ticket.statusCode()).as(new String(ticket.body())).isEqualTo(200);
        assertThat(ticket.headers().firstValue("Content-Encoding")).isEmpty();
        JsonNode root = JsonMapper.shared().readTree(ticket.body());
        assertThat(root.propertyNames()).containsExactly("htsget");
        JsonNode htsget = root.get("htsget");
        assertThat(htsget.propertyNames()).isSubsetOf("format", "urls", "md5");
        assertThat(htsget.get("format").stringValue()).isEqualTo("BAM");
        List<Part> parts = new ArrayList<>();
        for (JsonNode url : htsget.get("urls")) {
            assertThat(Set.copyOf(url.propertyNames())).isEqualTo(Set.of("url", "headers", "class"));
            assertThat(url.get("headers").isObject()).isTrue();
            assertThat(url.get("headers").isEmpty()).isTrue();
            String address = url.get("url").stringValue();
            String partClass = url.get("class").stringValue();
            assertThat(partClass).isIn("header", "body");
            parts.add(new Part(address, partClass, fetch(address)));
        }
        return parts;
    }

    private static byte[] fetch(String address) throws IOException {
        if (address.startsWith("data:")) {
            Matcher data = DATA.matcher(address);
            assertThat(data.matches()).as(address).isTrue();
            return Base64.getDecoder().decode(data.group(1));
        }
        HttpResponse<byte[]> response = get(address);
        assertThat(response.statusCode()).as(address).isEqualTo(200);
        return response.body();
    }

    static byte[] joined(List<Part> parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        parts.forEach(part -> bytes.writeBytes(part.bytes()));
        return bytes.toByteArray();
    }

    /** Sizes of the uncompressed contents of the BGZF blocks that a part consists of; 0 is the end-of-file block. */
    static List<Integer> blocks(byte[] part) {
        List<Integer> sizes = new ArrayList<>();
        int at = 0;
        while (at < part.length) {
            // SAMv1 § 4.1: a gzip member whose one extra subfield, at 10, holds its size less one.
            assertThat(part[at] & 0xFF).isEqualTo(31);
            assertThat(part[at + 12]).isEqualTo((byte) 'B');
            int size = (part[at + 16] & 0xFF | (part[at + 17] & 0xFF) << 8) + 1;
            int end = at + size;
            assertThat(end).isLessThanOrEqualTo(part.length);
            sizes.add(part[end - 4] & 0xFF | (part[end - 3] & 0xFF) << 8 | (part[end - 2] & 0xFF) << 16);
            at = end;
        }
        return sizes;
    }
}
