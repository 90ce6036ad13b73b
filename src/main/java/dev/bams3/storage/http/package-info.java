/**
 * Files of web servers, for reading.
 *
 * <p>Read first: {@link dev.bams3.storage.http.WebConnection}.
 */
@NullMarked
package dev.bams3.storage.http;

import org.jspecify.annotations.NullMarked;
