/**
 * What the service measures of itself, as Micrometer meters: decorators of ports, listeners, and gauges of what is held.
 *
 * <p>Read first: {@link
 * dev.bams3.metrics.RequestMetrics}.
 */
@NullMarked
package dev.bams3.metrics;

import org.jspecify.annotations.NullMarked;
