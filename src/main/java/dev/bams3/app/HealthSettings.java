package dev.bams3.app;

import static dev.bams3.app.SettingChecks.atLeast;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * When the service calls itself unhealthy.
 *
 * @param diskFree bytes that the file systems of the store (a folder) and of temporary files must have free, 0 or more
 */
public record HealthSettings(@DefaultValue("64MB") DataSize diskFree) {
    public HealthSettings {
        atLeast("bams3.health.disk-free", diskFree, "0");
    }
}
