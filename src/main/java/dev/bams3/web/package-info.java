/**
 * The HTTP surface: endpoints, addresses in tickets, cross-origin rules, and htsget JSON for every failure.
 *
 * <p>Read first: {@link dev.bams3.web.ReadsController}.
 */
@NullMarked
package dev.bams3.web;

import org.jspecify.annotations.NullMarked;
