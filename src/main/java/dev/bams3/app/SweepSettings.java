package dev.bams3.app;

import static dev.bams3.app.SettingChecks.check;

import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Removing what no reader can reach any more, where the admin surface is open.
 *
 * @param grace how long nothing must have changed of it, 1 hour or more: longer than any download and any conversion's pause
 * @param period between two sweeps, 1 minute or more; 0 sweeps only on request
 */
public record SweepSettings(
        @DefaultValue("24h") Duration grace,
        @DefaultValue("6h") Duration period) {
    public SweepSettings {
        check(grace.compareTo(Duration.ofHours(1)) >= 0, "bams3.sweep.grace", "must be 1h or more, is " + grace);
        check(
                period.isZero() || period.compareTo(Duration.ofMinutes(1)) >= 0,
                "bams3.sweep.period",
                "must be 1m or more, or 0s for never, is " + period);
    }
}
