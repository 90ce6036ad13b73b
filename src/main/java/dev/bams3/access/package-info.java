/**
 * Permissions: rules and secrets as values, without a network or a framework.
 *
 * <p>Read first: {@link dev.bams3.access.AccessPolicy}.
 */
@NullMarked
package dev.bams3.access;

import org.jspecify.annotations.NullMarked;
