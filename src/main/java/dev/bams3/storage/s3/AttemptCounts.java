package dev.bams3.storage.s3;

import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;

/** Counts the attempts of calls beyond the first, and answers that ask for fewer requests. */
final class AttemptCounts implements ExecutionInterceptor {
    private static final ExecutionAttribute<Boolean> TRIED = new ExecutionAttribute<>("bams3-tried");

    private static final Set<Integer> THROTTLING = Set.of(429, 503);

    private final LongAdder retries = new LongAdder();
    private final LongAdder throttled = new LongAdder();

    /** Called before each attempt. */
    @Override
    public void beforeTransmission(Context.BeforeTransmission context, ExecutionAttributes attributes) {
        if (attributes.getAttribute(TRIED) != null) {
            retries.increment();
        }
        attributes.putAttribute(TRIED, true);
    }

    /** Called after each attempt that got the head of an answer. */
    @Override
    public void afterTransmission(Context.AfterTransmission context, ExecutionAttributes attributes) {
        if (THROTTLING.contains(context.httpResponse().statusCode())) {
            throttled.increment();
        }
    }

    long throttled() {
        return throttled.sum();
    }

    long retries() {
        return retries.sum();
    }
}
