package dev.bams3.metrics;

import dev.bams3.web.Connections;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;

/** Metrics of clients' connections: the phases they are in, and how many were closed while they waited. */
public final class ConnectionMetrics implements MeterBinder {
    private static final String CLOSED = "Connections that were closed while they waited for their client";

    private final Connections connections;

    public ConnectionMetrics(Connections connections) {
        this.connections = connections;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Connections.Phase phase : Connections.Phase.values()) {
            Gauge.builder("bams3.connections", connections, all -> all.count(phase))
                    .description("Connections of clients, by what they wait for")
                    .tag("phase", phase.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        FunctionCounter.builder("bams3.connections.closed", connections, Connections::evicted)
                .description(CLOSED)
                .tag("reason", "memory")
                .register(registry);
        FunctionCounter.builder("bams3.connections.closed", connections, Connections::late)
                .description(CLOSED)
                .tag("reason", "late")
                .register(registry);
    }
}
