package dev.bams3.app;

import static dev.bams3.app.SettingChecks.range;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Requests for several datasets at once.
 *
 * @param maxMembers datasets of one request, 1 to 20,000
 */
public record CohortSettings(@DefaultValue("2000") int maxMembers) {
    public CohortSettings {
        range("bams3.cohort.max-members", maxMembers, 1, 20_000);
    }
}
