package dev.bams3.metrics;

import dev.bams3.query.ReadTotals;
import dev.bams3.web.RequestContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Requests by kind, format and outcome, and what they gave. Tags have a handful of values each, and no caller
 * chooses them.
 */
public final class RequestMetrics implements Consumer<RequestContext> {
    private final MeterRegistry registry;

    public RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void accept(RequestContext context) {
        String kind = lower(context.kind().name());
        String format = context.format().isEmpty() ? "none" : lower(context.format());
        timer(
                        "bams3.requests",
                        "Requests, and their duration",
                        Tags.of(
                                "kind",
                                kind,
                                "format",
                                format,
                                "outcome",
                                lower(context.outcome().name())))
                .record(context.duration());
        timer(
                        "bams3.first.byte",
                        "Time to the first byte of records, or the end where there are none",
                        Tags.of("kind", kind))
                .record(context.timeToFirstByte());
        ReadTotals totals = context.totals();
        counter("bams3.records.returned", "Records written", Tags.of("format", format))
                .increment(totals.records());
        counter("bams3.records.scanned", "Records decoded to find them", Tags.empty())
                .increment(totals.scanned());
        counter("bams3.bytes.sent", "Bytes of answers", Tags.of("kind", kind, "format", format))
                .increment(totals.bytesOut());
    }

    private Counter counter(String name, String description, Tags tags) {
        return Counter.builder(name).description(description).tags(tags).register(registry);
    }

    /** Creates a timer with buckets from a cached small query to a slice over a slow line. */
    private Timer timer(String name, String description, Tags tags) {
        return Timer.builder(name)
                .description(description)
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
