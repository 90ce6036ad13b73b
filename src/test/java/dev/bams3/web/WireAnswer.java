package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.encode.ReadFormat;
import dev.bams3.fixtures.RawBam;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An answer as it came over the wire.
 *
 * @param status of HTTP
 * @param complete whether it came to the end that its framing promised
 * @param body without the framing
 */
record WireAnswer(int status, boolean complete, byte[] body) {
    /** What an answer can be under faults; anything else is an {@link AssertionError}. */
    enum Outcome {
        /** All of the right answer. */
        EXACT,
        /** An htsget error, before the first byte. */
        REFUSED,
        /** A beginning of the right answer, and a connection that broke. */
        BROKEN
    }

    static WireAnswer get(int port, String path) throws IOException {
        return of(RawHttp.send(port, "GET " + path + " HTTP/1.1"));
    }

    private static WireAnswer of(RawHttp.Answer answer) {
        byte[] bytes = answer.bytes();
        int at = 4;
        while (at <= bytes.length
                && !(bytes[at - 4] == '\r'
                        && bytes[at - 3] == '\n'
                        && bytes[at - 2] == '\r'
                        && bytes[at - 1] == '\n')) {
            at++;
        }
        assertThat(at).as("an answer without a head: " + answer.text()).isLessThanOrEqualTo(bytes.length);
        String head = new String(bytes, 0, at, StandardCharsets.ISO_8859_1);
        int status = Integer.parseInt(head.split(" ", 3)[1]);
        return head.toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked")
                ? chunked(status, bytes, at)
                : new WireAnswer(
                        status,
                        answer.header("Content-Length").orElse("none").equals(Integer.toString(bytes.length - at)),
                        Arrays.copyOfRange(bytes, at, bytes.length));
    }

    private static WireAnswer chunked(int status, byte[] bytes, int start) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int at = start;
        while (true) {
            int line = at;
            while (line < bytes.length && bytes[line] != '\n') {
                line++;
            }
            if (line == bytes.length) {
                return new WireAnswer(status, false, body.toByteArray());
            }
            int size = Integer.parseInt(new String(bytes, at, line - at, StandardCharsets.ISO_8859_1).strip(), 16);
            if (size == 0) {
                // The last chunk, trailer fields or none, an empty line.
                boolean ended = new String(bytes, line + 1, bytes.length - line - 1, StandardCharsets.ISO_8859_1)
                        .matches("([!-9;-~]+: [ -~]+\\r\\n)*\\r\\n");
                return new WireAnswer(status, ended, body.toByteArray());
            }
            int end = Math.min(bytes.length, line + 1 + size);
            body.write(bytes, line + 1, end - line - 1);
            at = end + 2;
            if (at > bytes.length) {
                return new WireAnswer(status, false, body.toByteArray());
            }
        }
    }

    /**
     * Which of the three it is.
     *
     * @param right the right answer: inflated for BAM, as it stands for the others
     */
    Outcome outcome(ReadFormat format, byte[] right, String what) {
        if (status != 200) {
            assertThat(complete).as(what).isTrue();
            assertThat(new String(body, StandardCharsets.UTF_8)).as(what).startsWith("{\"htsget\":{\"error\":\"");
            return Outcome.REFUSED;
        }
        byte[] content = content(format);
        if (complete) {
            assertThat(content.length).as(what).isEqualTo(right.length);
            assertThat(Arrays.mismatch(content, right)).as(what).isEqualTo(-1);
            return Outcome.EXACT;
        }
        assertThat(content.length).as(what).isLessThanOrEqualTo(right.length);
        assertThat(Arrays.mismatch(content, Arrays.copyOf(right, content.length)))
                .as(what)
                .isEqualTo(-1);
        if (format == ReadFormat.BAM) {
            byte[] end = BgzfBlock.endOfFile();
            assertThat(body.length >= end.length
                            && Arrays.equals(body, body.length - end.length, body.length, end, 0, end.length))
                    .as("terminator: " + what)
                    .isFalse();
        }
        return Outcome.BROKEN;
    }

    /** The whole BGZF blocks inflated, for BAM; else the body. */
    private byte[] content(ReadFormat format) {
        if (format != ReadFormat.BAM) {
            return body;
        }
        int end = 0;
        while (end + 18 <= body.length) {
            // SAMv1 § 4.1: a gzip member whose one extra subfield holds its size less one at 16.
            int size = (body[end + 16] & 0xFF | (body[end + 17] & 0xFF) << 8) + 1;
            if (end + size > body.length) {
                break;
            }
            end += size;
        }
        assertThat(complete && end < body.length).as("a broken BGZF block").isFalse();
        return RawBam.inflated(Arrays.copyOf(body, end));
    }
}
