package dev.bams3.app;

import dev.bams3.error.ReadsException;
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
        check("requests-per-second", requestsPerSecond, 0);
        check("burst", burst, 1);
        check("concurrent", concurrent, 0);
        check("failed-authentications", failedAuthentications, 0);
    }

    RateLimit.Limits limits() {
        return new RateLimit.Limits(requestsPerSecond, burst, concurrent);
    }

    private static void check(String name, int value, int least) {
        if (value < least || value > 100_000) {
            String key = "bams3.limit." + name;
            throw ReadsException.invalidInput(key, key + ": must be " + least + " to 100000, is " + value);
        }
    }
}
