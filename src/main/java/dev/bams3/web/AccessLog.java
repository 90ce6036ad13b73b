package dev.bams3.web;

import dev.bams3.query.ReadTotals;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Writes one line for each request, as {@code key=value} pairs. It has no credentials: no query
 * string, no header, no token, nothing of a record.
 */
public final class AccessLog implements Consumer<RequestContext> {
    private static final Logger LOG = LoggerFactory.getLogger("dev.bams3.access");

    @Override
    public void accept(RequestContext context) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        ReadTotals totals = context.totals();
        new LogLine()
                .with("request", context.requestId())
                .with("kind", context.kind().name().toLowerCase(Locale.ROOT))
                .with("dataset", orDash(context.dataset()))
                .with("region", orDash(context.region()))
                .with("format", orDash(context.format()))
                .with("status", context.status())
                .with("outcome", context.outcome().name().toLowerCase(Locale.ROOT))
                .with("records", totals.records())
                .with("bytes", totals.bytesOut())
                .with("gets", totals.gets())
                .with("read", totals.bytesFetched())
                .with("first_ms", context.timeToFirstByte().toMillis())
                .with("ms", context.duration().toMillis())
                .with("trace", orDash(MDC.get("traceId")))
                .logPairs(LOG);
    }

    private static String orDash(@Nullable String text) {
        return text == null || text.isEmpty() ? "-" : text;
    }
}
