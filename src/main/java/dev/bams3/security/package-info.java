/**
 * The filters before the endpoints: who asks, and whether the admin surface is open to them.
 *
 * <p>Read first: {@link dev.bams3.security.AdminGate}.
 */
@NullMarked
package dev.bams3.security;

import org.jspecify.annotations.NullMarked;
