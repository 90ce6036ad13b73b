package dev.bams3.jobs;

import dev.bams3.error.ReadsException;
import dev.bams3.lifecycle.Retention;
import dev.bams3.lifecycle.Retention.Finding;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.RevisionLog;
import dev.bams3.storage.StoreConditions;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes from time to time what no reader can reach any more. The day is cut into periods; in each of them the one replica
 * that creates the period's object ({@code If-None-Match: *}) sweeps, and the others do not. Where clocks differ, or a
 * replica dies in between, a period is swept twice or not at all, which harms nothing.
 */
public final class Sweeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);
    private static final String PREFIX = ".bams3-jobs/sweeps/";

    private final String name;
    private final ObjectStore store;
    private final Retention retention;
    private final Duration grace;
    private final Duration period;
    private final Clock clock;
    private final JobSignal stop = new JobSignal();
    private final Thread loop;
    private volatile boolean stopping;

    /**
     * @param name of this process
     * @param grace how long nothing must have changed of what is removed
     * @param period between two sweeps; zero: only on request
     * @throws ReadsException INVALID_INPUT for a grace time under {@link Retention#LEAST_GRACE}
     */
    public Sweeper(String name, ObjectStore store, Retention retention, Duration grace, Duration period, Clock clock) {
        if (grace.compareTo(Retention.LEAST_GRACE) < 0) {
            throw ReadsException.invalidInput(
                    "bams3.sweep.grace", "bams3.sweep.grace: must be 1h or more, is " + grace);
        }
        this.name = name;
        this.store = store;
        this.retention = retention;
        this.grace = grace;
        this.period = period;
        this.clock = clock;
        loop = Thread.ofVirtual().name("sweeper").unstarted(this::work);
        if (!period.isZero()) {
            loop.start();
        }
    }

    /** Returns the least age of the last change of anything that is removed. */
    public Duration grace() {
        return grace;
    }

    /** Returns what a sweep would remove now. */
    public List<Finding> look() {
        return retention.sweep(grace, true);
    }

    /** Sweeps now; what was removed. */
    public List<Finding> sweep() {
        List<Finding> findings = retention.sweep(grace, false);
        findings.forEach(finding -> LOG.info(
                "swept {} {}: {} of {} objects, {} bytes",
                finding.kind().name().toLowerCase(Locale.ROOT),
                finding.place(),
                finding.removed(),
                finding.objects(),
                finding.bytes()));
        try {
            removeOldProbes();
        } catch (ReadsException e) {
            LOG.warn("probes of processes that were killed are left for the next sweep: {}", e.getMessage());
        }
        return findings;
    }

    private void removeOldProbes() {
        Instant limit = clock.instant().minus(grace);
        store.listAll(StoreConditions.PREFIX)
                .filter(probe -> probe.modified().isBefore(limit))
                .forEach(probe -> store.delete(probe.key()));
    }

    private void work() {
        while (!stopping) {
            try {
                sweepInTurn(period);
            } catch (ReadsException e) {
                LOG.warn("the sweep is put off: {}", e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("the sweep failed", e);
            }
            try {
                stop.await(0, untilNext());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private Duration untilNext() {
        long now = clock.millis();
        return Duration.ofMillis(period.toMillis() - now % period.toMillis() + 1);
    }

    /** Sweeps unless another replica sweeps in this period; returns what was removed. */
    Optional<List<Finding>> sweepInTurn(Duration period) {
        RevisionLog turns = new RevisionLog(store, PREFIX, "");
        if (turns.create(clock.millis() / period.toMillis(), name.getBytes(StandardCharsets.UTF_8))
                .isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(sweep());
    }

    @Override
    public void close() {
        stopping = true;
        stop.changed();
        // A sweep that is under way may be left at any point.
        loop.interrupt();
        try {
            loop.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
