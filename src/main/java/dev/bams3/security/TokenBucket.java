package dev.bams3.security;

/** A token bucket: so many at once after a pause, and so many in a time in the long run. Guarded by its owner. */
final class TokenBucket {
    private final double perSecond;
    private final int burst;
    private double left;
    private long lastNanos;

    /**
     * A full bucket.
     *
     * @param perSecond tokens that come back in a second
     * @param burst tokens that it holds at most; at least 1
     * @param nowNanos of a clock that never goes back; likewise below
     */
    TokenBucket(double perSecond, int burst, long nowNanos) {
        this.perSecond = perSecond;
        this.burst = burst;
        left = burst;
        lastNanos = nowNanos;
    }

    /** Takes a token; false where there is none. */
    boolean take(long nowNanos) {
        refill(nowNanos);
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }

    /** Returns the seconds until there is a token, as a whole number; 0 where there is one. */
    int secondsUntilNext(long nowNanos) {
        refill(nowNanos);
        return left >= 1 ? 0 : (int) Math.ceil((1 - left) / perSecond);
    }

    private void refill(long nowNanos) {
        left = Math.min(burst, left + (nowNanos - lastNanos) / 1e9 * perSecond);
        lastNanos = nowNanos;
    }
}
