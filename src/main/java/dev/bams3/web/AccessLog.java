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
        ReadTotals totals = exchange.totals();
        LOG.info(
                "request={} kind={} dataset={} region={} format={} status={} outcome={} records={} bytes={} gets={}"
                        + " read={} first_ms={} ms={} trace={}",
                exchange.requestId(),
                exchange.kind().name().toLowerCase(Locale.ROOT),
                orDash(exchange.dataset()),
                orDash(exchange.region()),
                orDash(exchange.format()),
                exchange.status(),
                exchange.outcome().name().toLowerCase(Locale.ROOT),
                totals.records(),
                totals.bytesOut(),
                totals.gets(),
                totals.bytesFetched(),
                exchange.timeToFirstByte().toMillis(),
                exchange.duration().toMillis(),
                orDash(MDC.get("traceId")));
    }

    private static String orDash(@Nullable String text) {
        return text == null || text.isEmpty() ? "-" : text;
    }
}
