package dev.bams3.security;

/** The rate limit of one caller: a token bucket for requests in a time, a count for requests at one time. Safe for many threads. */
public final class RateLimit {
    /**
     * @param perSecond requests a second in the long run; 0 is no limit
     * @param burst requests at once after a pause; at least 1
     * @param atOnce requests under way at one time; 0 is no limit
     */
    public record Limits(int perSecond, int burst, int atOnce) {
        public boolean limitsAnything() {
            return perSecond > 0 || atOnce > 0;
        }
    }

    public enum Refusal {
        NONE,
        TOO_MANY_A_SECOND,
        TOO_MANY_AT_ONCE
    }

    private final Limits limits;
    private final TokenBucket bucket;
    private int underWay;

    /** @param nowNanos of a clock that never goes back; likewise below */
    public RateLimit(Limits limits, long nowNanos) {
        this.limits = limits;
        bucket = new TokenBucket(limits.perSecond(), limits.burst(), nowNanos);
    }

    /** Takes a turn, which has to be given back, unless it is refused. */
    public synchronized Refusal take(long nowNanos) {
        if (limits.atOnce() > 0 && underWay >= limits.atOnce()) {
            return Refusal.TOO_MANY_AT_ONCE;
        }
        if (limits.perSecond() > 0 && !bucket.take(nowNanos)) {
            return Refusal.TOO_MANY_A_SECOND;
        }
        underWay++;
        return Refusal.NONE;
    }

    public synchronized void giveBack() {
        underWay--;
    }
}
