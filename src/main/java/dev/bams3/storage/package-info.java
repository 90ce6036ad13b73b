/**
 * The object-store port and its in-memory form; the adapters are packages of their own.
 *
 * <p>Read first: {@link dev.bams3.storage.ObjectStore}.
 */
@NullMarked
package dev.bams3.storage;

import org.jspecify.annotations.NullMarked;
