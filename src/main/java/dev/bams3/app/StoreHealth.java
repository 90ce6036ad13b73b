package dev.bams3.app;

import dev.bams3.storage.ObjectStore;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/** Ready means that the store answers: one listing of at most one object. */
final class StoreHealth extends AbstractHealthIndicator {
    private final ObjectStore store;

    StoreHealth(ObjectStore store) {
        super("the store does not answer");
        this.store = store;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        store.list("", "", 1);
        builder.up();
    }
}
