package dev.bams3.storage.http;

import java.time.Duration;

/**
 * Settings of requests to web servers.
 *
 * @param connectTimeout longest wait for a connection
 * @param attemptTimeout longest duration of one attempt of a call, body included
 * @param attempts times that a call is tried, the first included, 1 or more
 * @param firstBackoff about the wait before the second attempt; the following ones double it, up to 5 s, with jitter
 */
public record WebSettings(Duration connectTimeout, Duration attemptTimeout, int attempts, Duration firstBackoff) {}
