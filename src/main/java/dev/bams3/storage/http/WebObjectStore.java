package dev.bams3.storage.http;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.ObjectUri;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.StoredObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Files below an address of a web server, by ranged GETs alone: a presigned address is signed for GET, and refuses HEAD.
 * A file is known by its ETag, or where the server gives none, by its time of change; every answer is held against it.
 */
final class WebObjectStore implements ObjectStore {
    private static final int MAX_REDIRECTS = 5;

    // RFC 9110 § 14.4; 18 digits fit a long.
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (?:(\\d{1,18})-(\\d{1,18})|\\*)/(\\d{1,18})");

    private final Optional<HttpClient> shared;
    private final WebSettings settings;
    private final StoreUri.Web root;
    private final Predicate<ObjectUri> redirects;

    /** @param shared sends all requests; absent: each has a client, and so a connection, of its own */
    WebObjectStore(
            Optional<HttpClient> shared, WebSettings settings, StoreUri.Web root, Predicate<ObjectUri> redirects) {
        this.shared = shared;
        this.settings = settings;
        this.root = root;
        this.redirects = redirects;
    }

    @Override
    public String location() {
        return root.toString();
    }

    @Override
    public ObjectStore fresh() {
        return new WebObjectStore(Optional.empty(), settings, root, redirects);
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        Attempts attempts = new Attempts(settings, name(key));
        return attempts.until(() -> info(key, answer(key, new ByteRange(0, 1), ETag.ANY)));
    }

    private ObjectInfo info(ObjectKey key, HttpResponse<byte[]> answer) {
        HttpHeaders headers = answer.headers();
        if (answer.statusCode() == 200 && length(headers).equals(OptionalLong.of(0))) {
            return new ObjectInfo(key, 0, identity(key, headers), modified(headers));
        }
        Matcher range =
                CONTENT_RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
        boolean empty =
                answer.statusCode() == 416 && range.matches() && range.group(3).equals("0");
        if (!empty) {
            requireSuccess(key, answer);
        }
        if (!range.matches()) {
            throw refused(key, "the server does not say how long the file is; download it first");
        }
        return new ObjectInfo(key, Long.parseLong(range.group(3)), identity(key, headers), modified(headers));
    }

    @Override
    public StoredObject get(ObjectKey key, int limit) {
        ObjectInfo info = head(key);
        if (info.size() > limit) {
            throw ReadsException.about(
                    ErrorKind.TOO_LARGE, name(key), info.size() + " bytes, where at most " + limit + " fit");
        }
        byte[] body = info.size() == 0 ? new byte[0] : getRange(key, new ByteRange(0, (int) info.size()), info.etag());
        return new StoredObject(body, info.etag());
    }

    @Override
    public byte[] getRange(ObjectKey key, ByteRange range, ETag ifMatch) {
        Attempts attempts = new Attempts(settings, name(key));
        return attempts.until(() -> {
            HttpResponse<byte[]> answer = answer(key, range, ifMatch);
            requireSuccess(key, answer);
            HttpHeaders headers = answer.headers();
            if (!ifMatch.matches(identity(key, headers))) {
                throw ReadsException.about(ErrorKind.CHANGED, name(key), "the file was replaced");
            }
            requireRange(key, range, answer.statusCode(), headers);
            return answer.body();
        });
    }

    private void requireRange(ObjectKey key, ByteRange range, int status, HttpHeaders headers) {
        if (isRange(range, status, headers)) {
            return;
        }
        String contentRange = headers.firstValue("Content-Range").orElse("");
        Matcher matcher = CONTENT_RANGE.matcher(contentRange);
        if (status == 206 && matcher.matches() && matcher.group(3) != null) {
            long size = Long.parseLong(matcher.group(3));
            if (size < range.end()) {
                throw ReadsException.about(
                        ErrorKind.INVALID_RANGE,
                        name(key),
                        range.length() + " bytes at " + range.offset() + " end behind its " + size + " bytes");
            }
        }
        throw refused(
                key,
                "the server answered " + range.toHttp() + " with other bytes (status " + status + ", Content-Range '"
                        + contentRange + "'): it cannot be read in ranges; download the file first");
    }

    /** Whether an answer, by its head, has exactly these bytes. */
    private static boolean isRange(ByteRange range, int status, HttpHeaders headers) {
        OptionalLong length = length(headers);
        if (headers.firstValue("Content-Encoding")
                .filter(coding -> !coding.equals("identity"))
                .isPresent()) {
            return false;
        }
        if (status == 200) {
            return range.offset() == 0 && length.equals(OptionalLong.of(range.length()));
        }
        Matcher matcher =
                CONTENT_RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
        return status == 206
                && matcher.matches()
                && matcher.group(1) != null
                && Long.parseLong(matcher.group(1)) == range.offset()
                && Long.parseLong(matcher.group(2)) == range.end() - 1
                && (length.isEmpty() || length.getAsLong() == range.length());
    }

    private static OptionalLong length(HttpHeaders headers) {
        try {
            return headers.firstValueAsLong("Content-Length");
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    private HttpResponse<byte[]> answer(ObjectKey key, ByteRange range, ETag ifMatch) {
        if (shared.isPresent()) {
            return answer(shared.get(), key, range, ifMatch);
        }
        HttpClient own = WebConnection.client(settings);
        try {
            return answer(own, key, range, ifMatch);
        } finally {
            own.shutdownNow();
        }
    }

    /** Makes one attempt, redirects included. The body is read only if the answer has exactly the range. */
    private HttpResponse<byte[]> answer(HttpClient client, ObjectKey key, ByteRange range, ETag ifMatch) {
        URI address = URI.create(new ObjectUri(root, key).withSecrets());
        for (int redirect = 0; redirect <= MAX_REDIRECTS; redirect++) {
            HttpRequest.Builder request = HttpRequest.newBuilder(address)
                    .header("Range", range.toHttp())
                    .header("Accept-Encoding", "identity");
            if (ifMatch.value().startsWith("\"")) {
                request.header("If-Match", ifMatch.value());
            }
            HttpResponse<byte[]> answer = Attempts.send(
                    client,
                    request.build(),
                    head -> isRange(range, head.statusCode(), head.headers())
                            ? ExactBody.of(range.length())
                            : ExactBody.none(),
                    settings.attemptTimeout(),
                    name(key));
            if (!isRedirect(answer.statusCode())) {
                return answer;
            }
            address = target(key, address, answer.headers());
        }
        throw refused(key, "the server redirects more than " + MAX_REDIRECTS + " times");
    }

    private static boolean isRedirect(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    /** Returns the target of a redirect if this store may follow it: the target must be permitted itself. */
    private URI target(ObjectKey key, URI from, HttpHeaders headers) {
        URI target;
        ObjectUri object;
        try {
            target = from.resolve(headers.firstValue("Location").orElse(""));
            object = ObjectUri.parse("Location", target.toString());
        } catch (IllegalArgumentException | ReadsException e) {
            throw refused(key, "the server redirects to what is no address of a file");
        }
        boolean weaker = "https".equals(from.getScheme()) && !"https".equals(target.getScheme());
        if (weaker || !(object.root() instanceof StoreUri.Web) || !redirects.test(object)) {
            throw refused(key, "the server redirects to " + object + ", from where this program may not read");
        }
        return target;
    }

    private void requireSuccess(ObjectKey key, HttpResponse<?> answer) {
        int status = answer.statusCode();
        String name = name(key);
        String code = " (" + status + ")";
        switch (status) {
            case 200, 206 -> {}
            case 404, 410 -> throw ReadsException.about(ErrorKind.NOT_FOUND, name, "no such file" + code);
            case 401, 403 ->
                throw refused(key, "the server refuses access" + code + "; a presigned address may have expired");
            case 412 -> throw ReadsException.about(ErrorKind.CHANGED, name, "the file was replaced" + code);
            case 416 ->
                throw ReadsException.about(ErrorKind.INVALID_RANGE, name, "the range ends behind the file" + code);
            case 429 ->
                throw ReadsException.about(ErrorKind.OVERLOADED, name, "the server asks for fewer requests" + code);
            case 408, 425, 500, 502, 503, 504 ->
                throw ReadsException.about(ErrorKind.UNAVAILABLE, name, "the server failed" + code);
            default -> throw refused(key, "the server refuses the request" + code);
        }
    }

    private ETag identity(ObjectKey key, HttpHeaders headers) {
        return headers.firstValue("ETag")
                .or(() -> headers.firstValue("Last-Modified").map(time -> "modified " + time))
                .map(ETag::new)
                .orElseThrow(() -> refused(
                        key,
                        "the server gives neither ETag nor Last-Modified, so a change could not be seen; download the"
                                + " file first"));
    }

    private static Instant modified(HttpHeaders headers) {
        try {
            return headers.firstValue("Last-Modified")
                    .map(time -> ZonedDateTime.parse(time, DateTimeFormatter.RFC_1123_DATE_TIME.withLocale(Locale.ROOT))
                            .toInstant())
                    .orElse(Instant.EPOCH);
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }

    private String name(ObjectKey key) {
        return root + "/" + key;
    }

    private ReadsException refused(ObjectKey key, String message) {
        return ReadsException.about(ErrorKind.DENIED, name(key), message);
    }

    @Override
    public ETag put(ObjectKey key, byte[] body, PutCondition condition) {
        throw readOnly();
    }

    @Override
    public ObjectUpload upload(ObjectKey key) {
        throw readOnly();
    }

    @Override
    public List<ObjectInfo> list(String prefix, String after, int limit) {
        throw readOnly();
    }

    @Override
    public void delete(ObjectKey key) {
        throw readOnly();
    }

    private ReadsException readOnly() {
        return ReadsException.about(
                ErrorKind.DENIED, location(), "files of a web server can only be read, by their names");
    }

    /** The connection is another's. */
    @Override
    public void close() {}
}
