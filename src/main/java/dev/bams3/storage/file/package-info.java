/**
 * Objects as files below a folder.
 *
 * <p>Read first: {@link dev.bams3.storage.file.FolderObjectStore}.
 */
@NullMarked
package dev.bams3.storage.file;

import org.jspecify.annotations.NullMarked;
