/**
 * Conversions as jobs that outlive processes: submitted, claimed by one worker of any replica, watched, cancelled, taken
 * over. All they know of each other is in the object store.
 *
 * <p>Read first: {@link dev.bams3.jobs.JobDocuments}, which holds the
 * one rule that everything else relies on, then {@link dev.bams3.jobs.Jobs} and {@link dev.bams3.jobs.JobWorker}.
 */
@NullMarked
package dev.bams3.jobs;

import org.jspecify.annotations.NullMarked;
