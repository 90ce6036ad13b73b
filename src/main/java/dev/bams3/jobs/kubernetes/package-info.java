/**
 * Shards of conversions as pods of Kubernetes: the one place that knows its API.
 *
 * <p>Read first: {@link dev.bams3.jobs.kubernetes.KubernetesShards}.
 */
@NullMarked
package dev.bams3.jobs.kubernetes;

import org.jspecify.annotations.NullMarked;
