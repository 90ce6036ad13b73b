package dev.bams3.app;

import dev.bams3.jobs.JobService;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** The health of conversions: what this process runs, and which conditions its store honours. It never affects serving reads. */
final class ConversionsHealth extends AbstractHealthIndicator {
    private final JobService service;

    ConversionsHealth(JobService service) {
        this.service = service;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        builder.up()
                .withDetail("worker", service.worker().name())
                .withDetail("places", service.worker().places())
                .withDetail("running", service.worker().running())
                .withDetail("claiming", service.worker().mayClaim());
        service.conditions()
                .ifPresent(conditions -> builder.withDetail("ifNoneMatch", conditions.ifAbsent())
                        .withDetail("ifMatch", conditions.ifMatch()));
    }
}
