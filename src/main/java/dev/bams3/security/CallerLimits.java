package dev.bams3.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bams3.access.Caller;
import dev.bams3.htsget.HtsgetError;
import dev.bams3.web.ErrorWriter;
import dev.bams3.web.RequestContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Bounds what one caller may ask for, so that it does not take the service from the others: requests in a time and requests
 * at the same time. A caller without a token is known by {@linkplain ClientAddress its address}.
 */
public final class CallerLimits extends OncePerRequestFilter {
    /** Callers that are remembered; a forgotten one begins again. */
    private static final int MAX_CALLERS = 100_000;

    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    private final RateLimit.Limits limits;
    private final Cache<String, RateLimit> callers = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_CALLERS)
            .expireAfterAccess(REMEMBERED)
            .build();

    public CallerLimits(RateLimit.Limits limits) {
        this.limits = limits;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !limits.limitsAnything();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Caller caller = RequestContext.of(request).caller();
        String key = caller.equals(Caller.ANONYMOUS) ? "from " + ClientAddress.of(request) : "is " + caller.name();
        RateLimit turns = callers.get(key, unused -> new RateLimit(limits, System.nanoTime()));
        RateLimit.Refusal refusal = turns.take(System.nanoTime());
        if (refusal != RateLimit.Refusal.NONE) {
            String message = refusal == RateLimit.Refusal.TOO_MANY_AT_ONCE
                    ? "you have " + limits.atOnce() + " requests under way, which is the limit; wait for one of them"
                    : "you ask more than " + limits.perSecond() + " times a second, which is the limit; ask slower";
            ErrorWriter.write(HtsgetError.tooMany(message, 1), request, response);
            return;
        }
        try {
            chain.doFilter(request, response);
        } finally {
            turns.giveBack();
        }
    }
}
