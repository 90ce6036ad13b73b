package dev.bams3.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Requests from a seed, few of which are right: wrong parts put together rightly, and right bytes changed. */
final class HostileRequests {
    private static final List<String> METHODS = list("""
            GET  GET  GET  GET  GET  GET  HEAD  POST  POST  OPTIONS  PUT  DELETE  PATCH  TRACE  get  BREW  CONNECT  PROPFIND  G@T
            G\u00cbT  (empty)
            """);

    private static final List<String> PATHS = list("""
            /reads/a/reads  /stream/reads/a/reads  /datasets/a/reads  /datasets/a/reads/count  /datasets/a/reads/coverage
            /datasets/a/reads/plan  /datasets  /t/{link}/reads/a/reads  /t/{link}/stream/reads/a/reads
            /stream/reads/a/reads?slice={slice}  /t/{link}/datasets/a/reads/count  /links  /admin/links  /reads/a/nothing
            /reads/b/closed  /reads/service-info  /reads  /reads/  /stream/reads/  /  /nothing  /swagger-ui  /v3/api-docs/none
            /actuator/health  /actuator/  /error  /favicon.ico  /reads/a%2Freads  /reads/..%2f..%2fetc  /reads/%2e%2e/x
            /reads/%252e%252e%252fx  /reads/a%252freads  /reads/%c0%ae%c0%ae/x  /reads/a%c0%afreads  /reads/%e0%80%ae/x
            /reads/\u00ff\u00fe  /reads/%ef%bc%8e%ef%bc%8e/x  /reads/\u00d0\u00b0/reads  /reads/%d0%b0/reads  /reads/a\u2024/x
            /reads/a;x=1/reads  /reads/a/reads;jsessionid=1  /reads//a  //reads/a/reads  /reads/a%00  /reads/a\u0000b  /reads/%ff
            /reads/a%zz  /reads/a%  *  reads  http://localhost/reads/a/reads  http://evil.example/reads/a/reads  https://  localhost:80
            /reads/a/reads.bai  /reads/../reads/a/reads  /reads/./a/reads  /../../etc/passwd  /reads/a\\reads  /reads/a/reads/
            /%72eads/a/reads  /READS/a/reads  /reads/a%0d%0aX-Evil:%201/x  /stream/reads/.bams3-jobs/x  /datasets/.bams3-tmp
            /datasets/../x/count  /datasets//count  /datasets/count  /t/  /t/x  /t/x/reads/a/reads  /t//reads/a/reads  /t/{link}
            /t/{link}/admin/conversions  /t/{link}/t/{link}/reads/a/reads  /admin  /admin/  /admin/conversions  /admin/conversions/x
            /admin/conversions/../x  /admin/conversions/x/retry  /admin/conversions/x/events  /admin/sweep  /admin/datasets/none
            /admin/datasets/../x  /admin/datasets/.bams3-jobs  /admin/datasets/%2e%2e/x  /admin;x/links  /admin/nothing
            //admin/conversions  /admin%2fconversions
            """);

    private static final List<String> NAMES = list("""
            referenceName  start  end  format  class  fields  tags  notags  slice  explain  bams3.minMapq  bams3.limit  bams3.tag
            bams3.nope  bams3.subsample  bams3.requiredFlags  bins  source  prefix  after  limit  state  dataset  x  (empty)  %  %00
            a%0d%0aX-Evil:%201  encryptionScheme  \u00e9  %c0%80
            """);

    private static final List<String> VALUES = list("""
            chr1  *  chr9  0  1  100  4294967295  4294967296  -1  1e5  +5  0x10  1_000  (empty)  BAM  SAM  CRAM  NDJSON  JSON  header
            body  true  index  records  QNAME  SEQ,QUAL  NM  N  NM:0  0.5  %zz  %ff  %00  %0d%0aX-Evil:1  \u0001  %F0%9F%A7%AC  %ed%a0%80
            %c0%ae%c0%ae%c0%af  %252e  99999999999999999999  9223372036854775807  NaN  ' or 1=1  <script>  ${jndi:ldap://x}  {}  |  [1]
            `  \u0661\u0662  ../../etc/passwd  a,,,b  ,
            """);

    private static final List<String> HEADERS = List.of(
            "Accept: */*",
            "Accept: application/json",
            "Accept: ;;,q=",
            "Accept: application/vnd.ga4gh.htsget.v1.2.0+json",
            "Accept: text/x-sam;q=2",
            "Accept: image/svg+xml",
            "Accept: \u0001x",
            "Accept\u0001: x",
            "Authorization: Bearer {bearer}\u0001",
            "Accept: " + "a/b,".repeat(2000),
            "Range: bytes=0-10",
            "Range: bytes=99999999999999999999-",
            "Range: bytes=-",
            "Range: bytes=5-2",
            "Range: bytes=-99999999999",
            "Range: bytes=" + "0-1,".repeat(500) + "1-2",
            "Range: lines=1-2",
            "If-Range: \"x\"",
            "If-Range: Mon, 99 Foo",
            "If-None-Match: *",
            "If-None-Match: \"",
            "If-Modified-Since: tomorrow",
            "Origin: https://igv.example",
            "Origin: null",
            "Origin: \u00ff",
            "Origin: x\rX-Evil: 1",
            "X-Request-Id: a b",
            "X-Request-Id: a\rX-Evil: 1",
            "X-Request-Id: " + "x".repeat(300),
            "X-Request-Id: x\r\n X-Evil: 1",
            "Authorization: Bearer {bearer}",
            "Authorization: Bearer {bearer}x",
            "Authorization: Bearer {bearer}, Bearer {bearer}",
            "authorization: bearer {admin}",
            "Authorization: Bearer {admin}",
            "Authorization: Bearer {admin}",
            "Authorization: Bearer {none}",
            "Authorization: Bearer",
            "Authorization: Bearer a.b.c",
            "Authorization: Basic {admin}",
            "Authorization: x",
            "Cookie: JSESSIONID={admin}",
            "Cookie: \u0001=;;,",
            "X-Forwarded-Host: evil.example",
            "X-Forwarded-Host: a\tb",
            "X-Forwarded-Proto: gopher",
            "X-Forwarded-Port: x",
            "X-Forwarded-Prefix: /../x",
            "Forwarded: host=\"",
            "Forwarded: for=_x;proto=https;host=a:99999",
            "Via: 1.1 x",
            "Expect: 100-continue",
            "Expect: tea",
            "Content-Type: application/json",
            "Content-Type: text/plain",
            "Content-Type: application/json; charset=utf-7",
            "Content-Type: \u0001",
            "Content-Type: application/json; charset=\"",
            "Accept-Encoding: gzip, br",
            "Access-Control-Request-Method: GET",
            "Access-Control-Request-Method: \u00ff",
            "Access-Control-Request-Headers: authorization,cache-control",
            "X: " + "y".repeat(9000),
            ": empty",
            "No colon",
            "Bad Name: x",
            "Folded: a\r\n b",
            "Nul: a\u0000b",
            "Upgrade: h2c",
            "Connection: Upgrade",
            "Connection: close, keep-alive",
            "Host: second",
            "Content-Encoding: gzip",
            "TE: trailers",
            "Transfer-Encoding: identity",
            "X-HTTP-Method-Override: DELETE",
            "Idempotency-Key: " + "k".repeat(2000),
            "Last-Event-ID: 99999999999999999999");

    private static final List<String> BODIES = List.of(
            "{",
            "",
            "[]",
            "null",
            "\u0000",
            "\u00ef\u00bb\u00bf{}",
            "\u00ff\u00fe{\u0000}\u0000",
            "{}",
            "{}{}",
            "{} x",
            "{\"regions\":[]}",
            "{\"regions\":[{\"referenceName\":\"chr1\",\"start\":5,\"end\":4}]}",
            "{\"regions\":[{\"referenceName\":\"chr1\",\"start\":5,\"end\":900}]}",
            "{\"regions\":[{\"referenceName\":\"chr1\",\"start\":5,\"start\":6,\"end\":900}]}",
            "{\"regions\":[{\"referenceName\":\"chr1\",\"start\":1e400}]}",
            "{\"regions\":[{\"referenceName\":\"chr1\",\"start\":1" + "0".repeat(900) + "}]}",
            "{\"regions\":[{\"referenceName\":\"chr1\",\"start\":1.5}]}",
            "{\"regions\":[{\"referenceName\":[\"chr1\"]}]}",
            "{\"regions\":[" + "{\"referenceName\":\"chr1\",\"start\":1,\"end\":2},".repeat(300) + "{}]}",
            "{\"format\":\"VCF\"}",
            "{\"format\":\"BAM\",\"format\":\"SAM\"}",
            "{\"class\":\"header\"}",
            "{\"bams3\":{\"limit\":-1}}",
            "{\"bams3\":{\"name\":[\"\"]}}",
            "{\"bams3\":[]}",
            "{\"fields\":[\"x\"]}",
            "{\"fields\":{\"a\":1}}",
            "[".repeat(3000),
            "{\"a\":".repeat(2000),
            "{\"a\":1e999999999}",
            "{\"a\":" + "9".repeat(3000) + "}",
            "\"" + "x".repeat(5000) + "\"",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":\"\\u0000\"}",
            "{\"a\":\"\u0001\"}",
            "{\"\u00c0\u00ae\":1}",
            "{'a':1}",
            "{\"a\":NaN}",
            "{\"a\":1,}",
            "{\"__proto__\":{}}",
            "{\"source\":\"file:/etc/passwd\",\"dataset\":\"x/y\"}",
            "{\"source\":\"s3://bucket/key\",\"dataset\":\"x/y\"}",
            "{\"source\":\"file:../../x\",\"dataset\":\"../x\"}",
            "{\"source\":1,\"dataset\":null}",
            "{\"source\":\"http://localhost/x\",\"dataset\":\"x\"}",
            "{\"source\":\"memory:\",\"dataset\":\".bams3-jobs\",\"options\":{\"chunkBytes\":1e99}}",
            "{\"dataset\":\"a/reads\",\"ttlSeconds\":60}",
            "{\"dataset\":\"../x\",\"ttlSeconds\":60}",
            "{\"dataset\":\"a/reads\",\"ttlSeconds\":99999999999999999999}",
            "{\"dataset\":\"none\",\"dataset\":\"a/reads\"}",
            "{\"dataset\":\"a/reads\",\"regions\":[{\"referenceName\":\"chr1\",\"start\":9223372036854775807}]}");

    /** What is put into requests, and in front of their ends, where it does not belong. */
    private static final List<String> NASTY = List.of(
            "%",
            "%0",
            "%2F",
            "%2e%2e",
            "%00",
            "%0d%0a",
            "\r\n",
            "\r",
            "\n",
            "\r\n\r\n",
            "\u0000",
            "\u0001",
            "\u007f",
            "\u00ff",
            "\u00c0\u00ae",
            "\u00e2\u0080\u00ae",
            "../",
            "..\\",
            "//",
            ";",
            "?",
            "#",
            "&",
            "=",
            "\"",
            "'",
            "{",
            "}",
            "[",
            "\\",
            "\\u0000",
            " ",
            "\t",
            ":",
            ",",
            "-",
            "+",
            "1e999",
            "99999999999999999999",
            "HTTP/1.1",
            " HTTP/9.9",
            "HTTP/0.9",
            "X-Evil: 1\r\n",
            "Content-Length: 5\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Host: b\r\n",
            "${x}",
            "%s%n",
            "<",
            ">");

    /** Heads and bodies that do not fit each other; `@` is a valid body. */
    private static final List<String> FRAMINGS = List.of(
            "Content-Length: -1\r\n\r\n@",
            "Content-Length: abc\r\n\r\n@",
            "Content-Length: \r\n\r\n@",
            "Content-Length: 99999999999999999999\r\n\r\n@",
            "Content-Length: 9223372036854775807\r\n\r\n@",
            "Content-Length: 500\r\n\r\n@",
            "Content-Length: 1\r\n\r\n@",
            "Content-Length: 2, 2\r\n\r\n{}",
            "Content-Length: 2\r\nContent-Length: 3\r\n\r\n@",
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Content-Length: +2\r\n\r\n{}",
            "Content-Length: 0x2\r\n\r\n{}",
            "Transfer-Encoding: chunked\r\n\r\n@",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n@\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n-1\r\n@\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n@",
            "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n@",
            "Transfer-Encoding: chunked\r\n\r\n2;x=" + "y".repeat(20_000) + "\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Evil: 1\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n",
            "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: xchunked\r\n\r\n@",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n");

    /** Entries of a text between two spaces or lines. */
    private static List<String> list(String text) {
        return Arrays.stream(text.strip().split(" {2}|\n"))
                .map(entry -> entry.equals("(empty)") ? "" : entry)
                .toList();
    }

    private final Random random;
    private final Map<String, String> planted;

    /** @param planted secrets by their names, which stand in braces where they are sent */
    HostileRequests(long seed, Map<String, String> planted) {
        random = new Random(seed);
        this.planted = planted;
    }

    /**
     * A request, or something like one.
     *
     * @param complete whether a server can tell where it ends, so that an answer is due while the connection stays open
     */
    record Request(byte[] bytes, boolean complete) {
        String text() {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }

        /** Whether an answer to it, or to what it is taken for, may be one without a body. */
        boolean mayBeHead() {
            return complete ? text().startsWith("HEAD ") : text().contains("HEAD");
        }

        /** Whether it is none of HTTP/0.9, whose answers have no head. */
        boolean namesAVersion() {
            return text().lines()
                    .filter(line -> !line.isEmpty())
                    .findFirst()
                    .orElse("")
                    .contains(" HTTP/1");
        }

        @Override
        public String toString() {
            String text = text();
            return text.length() > 800 ? text.substring(0, 800) + "..." : text;
        }
    }

    Request next() {
        int kind = random.nextInt(20);
        if (kind < 3) {
            return new Request(bytes(changed(composed())), false);
        }
        if (kind == 3) {
            String head = one(List.of("POST", "POST", "GET", "PUT")) + " " + one(PATHS)
                    + " HTTP/1.1\r\nHost: localhost\r\n" + "Content-Type: application/json\r\n";
            return new Request(bytes(head + one(FRAMINGS).replace("@", "{\"class\":\"header\"}")), false);
        }
        return new Request(bytes(composed()), true);
    }

    private String composed() {
        StringBuilder target = new StringBuilder(one(PATHS));
        if (random.nextInt(20) == 0) {
            target.append(noise(1 + random.nextInt(20)));
        }
        if (random.nextInt(60) == 0) {
            target.append('/').append("x".repeat(random.nextInt(70_000)));
        }
        String separator = "?";
        for (int i = random.nextInt(5); i > 0; i--) {
            target.append(separator)
                    .append(one(NAMES))
                    .append(random.nextInt(10) == 0 ? "" : "=")
                    .append(one(VALUES));
            separator = random.nextInt(30) == 0 ? "&&" : "&";
        }
        String method = one(METHODS);
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n");
        for (int i = random.nextInt(4); i > 0; i--) {
            head.append(one(HEADERS)).append("\r\n");
        }
        if (random.nextInt(100) == 0) {
            head.append(("X-" + random.nextInt(9) + ": y\r\n").repeat(150));
        }
        if (random.nextInt(4) == 0) {
            // The doors behind which most of the code is.
            head.append("Authorization: Bearer {")
                    .append(one(List.of("bearer", "admin")))
                    .append("}\r\n");
        }
        String body = "";
        if (method.equals("POST") || random.nextInt(30) == 0) {
            body = one(BODIES);
            if (random.nextInt(3) > 0) {
                head.append("Content-Type: application/json\r\n");
            }
            head.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        return head + "\r\n" + body;
    }

    private String changed(String request) {
        StringBuilder bytes = new StringBuilder(request);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(Math.max(1, bytes.length()));
            int end = Math.min(bytes.length(), at + 1 + random.nextInt(8));
            switch (random.nextInt(5)) {
                case 0 -> bytes.replace(at, end, Character.toString(random.nextInt(256)));
                case 1 -> bytes.insert(at, one(NASTY));
                case 2 -> bytes.delete(at, end);
                case 3 -> bytes.insert(at, bytes.substring(at, end));
                default -> bytes.setLength(at);
            }
        }
        return bytes.toString();
    }

    private String noise(int length) {
        StringBuilder noise = new StringBuilder();
        for (int i = 0; i < length; i++) {
            char c = (char) (1 + random.nextInt(255));
            // A line end would make another request of it.
            noise.append(c == '\r' || c == '\n' ? '~' : c);
        }
        return noise.toString();
    }

    private byte[] bytes(String request) {
        String filled = request;
        for (Map.Entry<String, String> secret : planted.entrySet()) {
            filled = filled.replace("{" + secret.getKey() + "}", secret.getValue());
        }
        // Letters beyond Latin-1 are sent as UTF-8, all others as the bytes that they stand for.
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        filled.chars()
                .forEach(c -> bytes.writeBytes(
                        c < 256 ? new byte[] {(byte) c} : Character.toString(c).getBytes(StandardCharsets.UTF_8)));
        return bytes.toByteArray();
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
