package dev.bams3.web;

import dev.bams3.query.ReadTotals;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * One line for each request, as {@code key=value} pairs. It tells who fetched what, never with which credentials: no query
 * string, no header, no token, nothing of a record.
 */
public final class AccessLog implements Consumer<Exchange> {
    private static final Logger LOG = LoggerFactory.getLogger("dev.bams3.access");

    @Override
    public void accept(Exchange exchange) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        ReadTotals totals = exchange.totals();
        new LogLine()
                .with("request", exchange.requestId())
                .with("kind", exchange.kind().name().toLowerCase(Locale.ROOT))
                .with("dataset", orDash(exchange.dataset()))
                .with("region", orDash(exchange.region()))
                .with("format", orDash(exchange.format()))
                .with("status", exchange.status())
                .with("outcome", exchange.outcome().name().toLowerCase(Locale.ROOT))
                .with("records", totals.records())
                .with("bytes", totals.bytesOut())
                .with("gets", totals.gets())
                .with("read", totals.bytesFetched())
                .with("first_ms", exchange.timeToFirstByte().toMillis())
                .with("ms", exchange.duration().toMillis())
                .with("trace", orDash(MDC.get("traceId")))
                .logPairs(LOG);
    }

    private static String orDash(@Nullable String text) {
        return text == null || text.isEmpty() ? "-" : text;
    }
}
