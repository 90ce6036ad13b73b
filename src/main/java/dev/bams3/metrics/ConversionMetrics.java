package dev.bams3.metrics;

import dev.bams3.jobs.JobCounts;
import dev.bams3.jobs.JobState;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Locale;

/** Conversions that wait and run, by the look that workers take anyway, and what became of those of this process. */
public final class ConversionMetrics implements MeterBinder {
    private final JobCounts counts;

    public ConversionMetrics(JobCounts counts) {
        this.counts = counts;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (JobState state : JobState.values()) {
            String name = state.name().toLowerCase(Locale.ROOT);
            Gauge.builder("bams3.conversions", counts, all -> all.inState(state))
                    .description("Conversions that are remembered, as last seen by this process")
                    .tag("state", name)
                    .register(registry);
            if (state.isFinal()) {
                FunctionCounter.builder("bams3.conversions.ended", counts, all -> all.ended(state))
                        .description("Conversions that this process has brought to their end")
                        .tag("outcome", name)
                        .register(registry);
            }
        }
        FunctionCounter.builder("bams3.conversions.records", counts, JobCounts::records)
                .description("Records of the datasets that this process made")
                .register(registry);
    }
}
