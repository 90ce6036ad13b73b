package dev.bams3.storage.s3;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads the body of a ranged GET inside the SDK's call, so that its retries cover the body, and believes nothing: a server
 * or proxy that ignores `Range` or `If-Match` answers with a success and other bytes.
 */
final class RangeBody implements ResponseTransformer<GetObjectResponse, byte[]> {
    // RFC 9110 § 14.4; 18 digits fit a long.
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

    private final String resource;
    private final ByteRange range;
    private final ETag ifMatch;

    RangeBody(String resource, ByteRange range, ETag ifMatch) {
        this.resource = resource;
        this.range = range;
        this.ifMatch = ifMatch;
    }

    @Override
    public byte[] transform(GetObjectResponse response, AbortableInputStream stream) {
        try {
            check(response);
            return read(stream);
        } catch (ReadsException e) {
            // What follows is not wanted: without this, closing would read it.
            stream.abort();
            throw e;
        } catch (IOException e) {
            throw RetryableException.create("the body broke off", e);
        }
    }

    private void check(GetObjectResponse response) {
        if (!ifMatch.equals(ETag.ANY) && !ifMatch.value().equals(response.eTag())) {
            throw ReadsException.about(ErrorKind.CHANGED, resource, "the object was replaced");
        }
        Long length = response.contentLength();
        int status = response.sdkHttpResponse().statusCode();
        if (status == 200) {
            if (range.offset() != 0 || length == null || length != range.length()) {
                throw wrong("it ignores ranges (status 200)");
            }
            return;
        }
        String contentRange = String.valueOf(response.contentRange());
        Matcher matcher = CONTENT_RANGE.matcher(contentRange);
        if (status != 206 || !matcher.matches() || Long.parseLong(matcher.group(1)) != range.offset()) {
            throw wrong("status " + status + ", Content-Range " + contentRange);
        }
        long end = Long.parseLong(matcher.group(2)) + 1;
        if (end < range.end() && matcher.group(3).equals(Long.toString(end))) {
            throw ReadsException.about(
                    ErrorKind.INVALID_RANGE,
                    resource,
                    range.length() + " bytes at " + range.offset() + " end behind its " + end + " bytes");
        }
        if (end != range.end() || (length != null && length != range.length())) {
            throw wrong("Content-Range " + contentRange + ", Content-Length " + length);
        }
    }

    private byte[] read(AbortableInputStream stream) throws IOException {
        byte[] body = new byte[range.length()];
        int read = stream.readNBytes(body, 0, body.length);
        if (read < body.length) {
            throw new IOException(read + " bytes came instead of " + body.length);
        }
        // This also returns the connection to the pool.
        if (stream.read() >= 0) {
            throw wrong("the body has more bytes than that");
        }
        return body;
    }

    private ReadsException wrong(String what) {
        return ReadsException.about(
                ErrorKind.UNAVAILABLE,
                resource,
                "the server answered " + range.toHttp() + " with other bytes: " + what);
    }
}
