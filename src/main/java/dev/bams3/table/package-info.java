/**
 * Tables of named, typed columns and their bytes: the messages of Arrow streams, and whole tables as JSON, TSV or Arrow.
 *
 * <p>Read first: {@link dev.bams3.table.TableWriter}.
 */
@NullMarked
package dev.bams3.table;

import org.jspecify.annotations.NullMarked;
