package dev.bams3.storage;

/**
 * An object being written in order. Used by one thread. Closing without {@link #complete}, or after a failure of any call,
 * leaves nothing visible behind.
 */
public interface ObjectUpload extends AutoCloseable {
    /** Appends {@code length} bytes; they may be sent before this returns or later, the array is free again either way. */
    void write(byte[] buffer, int offset, int length);

    /** Makes the object visible, whole. Nothing but {@link #close} may follow. */
    ETag complete();

    @Override
    void close();
}
