package dev.bams3.metrics;

import dev.bams3.query.ReadTotals;
import dev.bams3.web.Exchange;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Requests by kind, format and outcome, and what they gave. Tags have a handful of values each, none of which a caller
 * chooses.
 */
public final class RequestMetrics implements Consumer<Exchange> {
    private final MeterRegistry registry;

    public RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void accept(Exchange exchange) {
        String kind = lower(exchange.kind().name());
        String format = exchange.format().isEmpty() ? "none" : lower(exchange.format());
        timer(
                        "bams3.requests",
                        Tags.of(
                                "kind",
                                kind,
                                "format",
                                format,
                                "outcome",
                                lower(exchange.outcome().name())))
                .record(exchange.duration());
        timer("bams3.first.byte", Tags.of("kind", kind)).record(exchange.timeToFirstByte());
        ReadTotals totals = exchange.totals();
        registry.counter("bams3.records.returned", "format", format).increment(totals.records());
        registry.counter("bams3.records.scanned").increment(totals.scanned());
        registry.counter("bams3.bytes.sent", "kind", kind, "format", format).increment(totals.bytesOut());
    }

    /** From a cached small query to a slice over a slow line. */
    private Timer timer(String name, Tags tags) {
        return Timer.builder(name)
                .tags(tags)
                .serviceLevelObjectives(
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(25),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(5))
                .register(registry);
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
