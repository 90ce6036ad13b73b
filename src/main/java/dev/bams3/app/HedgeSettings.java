package dev.bams3.app;

import dev.bams3.error.ReadsException;
import dev.bams3.storage.HedgedObjectStore;
import java.time.Duration;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Second reads of S3 where the first is slow. The meaning of each component is that of {@link HedgedObjectStore.Rules}.
 *
 * @param quantile of the times of the latest reads, beyond which one is slow, 0.5 to 0.999; 0: none is read twice
 * @param floor never sooner than that, 1 ms to 1 minute
 * @param share most second reads for each read, 0.001 to 1
 */
public record HedgeSettings(
        @DefaultValue("0") double quantile,
        @DefaultValue("50ms") Duration floor,
        @DefaultValue("0.05") double share) {
    public HedgeSettings {
        check("quantile", quantile == 0 || quantile >= 0.5 && quantile <= 0.999, "0, or 0.5 to 0.999", quantile);
        check("floor", floor.toMillis() >= 1 && floor.toMillis() <= 60_000, "1ms to 1m", floor);
        check("share", share >= 0.001 && share <= 1, "0.001 to 1", share);
    }

    boolean isOn() {
        return quantile > 0;
    }

    HedgedObjectStore.Rules rules() {
        return new HedgedObjectStore.Rules(quantile, floor, share);
    }

    private static void check(String name, boolean right, String range, Object value) {
        if (!right) {
            String key = "bams3.s3.hedge." + name;
            throw ReadsException.invalidInput(key, key + ": must be " + range + ", is " + value);
        }
    }
}
