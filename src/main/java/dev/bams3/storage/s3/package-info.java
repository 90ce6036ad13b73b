/**
 * Objects in a bucket of S3 or of a server that speaks its protocol; the only place that knows the AWS SDK.
 *
 * <p>Read first: {@link dev.bams3.storage.s3.S3Connection}.
 */
@NullMarked
package dev.bams3.storage.s3;

import org.jspecify.annotations.NullMarked;
