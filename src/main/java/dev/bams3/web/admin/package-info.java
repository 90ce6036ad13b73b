/**
 * The endpoints of the admin surface: conversions and datasets. Who may reach them is decided before them.
 *
 * <p>Read first: {@link dev.bams3.web.admin.ConversionsController}.
 */
@NullMarked
package dev.bams3.web.admin;

import org.jspecify.annotations.NullMarked;
