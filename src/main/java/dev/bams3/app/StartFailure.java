package dev.bams3.app;

import dev.bams3.error.ReadsException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells why the service does not start in a sentence instead of a stack trace, where the sentence is known. */
final class StartFailure extends AbstractFailureAnalyzer<ReadsException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ReadsException cause) {
        return new FailureAnalysis(cause.getMessage(), null, cause);
    }
}
