package dev.bams3.access;

import java.time.Instant;

/**
 * The permission of an address with a token in its path; anyone who has the address has it.
 *
 * @param dataset id of the one dataset
 * @param grant everything or regions of it
 * @param expiry after which it allows nothing
 */
public record CapabilityLink(String dataset, Grant grant, Instant expiry) {}
