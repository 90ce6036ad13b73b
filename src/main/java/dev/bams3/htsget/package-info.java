/**
 * The htsget protocol (1.3, reads) as values: requests, tickets, errors, service-info, signed slices. No I/O, no framework.
 *
 * <p>Read first: {@link dev.bams3.htsget.HtsgetRequest}.
 */
@NullMarked
package dev.bams3.htsget;

import org.jspecify.annotations.NullMarked;
