package dev.bams3.app;

import dev.bams3.query.ReadTotals;
import dev.bams3.web.RequestContext;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import java.util.Locale;
import java.util.Objects;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;

/**
 * What the span of a request says beside method, pattern of the path and status: the same as its line in the access log, and what
 * failure broke it off. Never its address, which may be a capability link or the signed address of a slice.
 */
final class RequestTrace extends DefaultServerRequestObservationConvention {
    @Override
    public KeyValues getHighCardinalityKeyValues(ServerRequestObservationContext context) {
        RequestContext request = RequestContext.of(Objects.requireNonNull(context.getCarrier()));
        ReadTotals totals = request.totals();
        return KeyValues.of(
                value("request", request.requestId()),
                value("kind", request.kind().name().toLowerCase(Locale.ROOT)),
                value("dataset", request.dataset()),
                value("region", request.region()),
                value("format", request.format()),
                value("outcome", request.outcome().name().toLowerCase(Locale.ROOT)),
                value("records", Long.toString(totals.records())),
                value("bytes", Long.toString(totals.bytesOut())),
                value("gets", Long.toString(totals.gets())),
                value("read", Long.toString(totals.bytesFetched())));
    }

    private static KeyValue value(String name, String value) {
        return KeyValue.of("bams3." + name, value.isEmpty() ? "-" : value);
    }
}
