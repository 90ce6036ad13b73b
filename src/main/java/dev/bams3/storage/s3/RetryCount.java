package dev.bams3.storage.s3;

import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Counts the attempts of calls beyond the first. */
final class RetryCount implements ExecutionInterceptor {
    private static final ExecutionAttribute<Boolean> TRIED = new ExecutionAttribute<>("bams3-tried");

    private final LongAdder retries = new LongAdder();

    /** Called before each attempt. */
    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        if (attributes.getAttribute(TRIED) != null) {
            retries.increment();
        }
        attributes.putAttribute(TRIED, true);
    }

    long retries() {
        return retries.sum();
    }
}
