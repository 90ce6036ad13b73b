package dev.bams3.app;

import static dev.bams3.app.SettingChecks.range;

import dev.bams3.security.RateLimit;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What one caller may ask for, known by token or else by address.
 *
 * @param requestsPerSecond in the long run, 0 to 100,000; 0 is no limit
 * @param burst requests at once after a pause, 1 to 100,000
 * @param concurrent requests under way at the same time, 0 to 100,000; 0 is no limit
 * @param failedAuthentications tokens and links of one address that were not accepted, in a minute, 0 to 100,000; 0 is no limit
 */
public record LimitSettings(
        @DefaultValue("0") int requestsPerSecond,
        @DefaultValue("100") int burst,
        @DefaultValue("0") int concurrent,
        @DefaultValue("60") int failedAuthentications) {
    public LimitSettings {
        range("bams3.limit.requests-per-second", requestsPerSecond, 0, 100_000);
        range("bams3.limit.burst", burst, 1, 100_000);
        range("bams3.limit.concurrent", concurrent, 0, 100_000);
        range("bams3.limit.failed-authentications", failedAuthentications, 0, 100_000);
    }

    RateLimit.Limits limits() {
        return new RateLimit.Limits(requestsPerSecond, burst, concurrent);
    }
}
