/**
 * Which records and columns are wanted, as requests and commands write it: text to values of {@code sam}.
 *
 * <p>May use: sam, error. Read first: {@link dev.bams3.view.CriteriaText}.
 */
@NullMarked
package dev.bams3.view;

import org.jspecify.annotations.NullMarked;
