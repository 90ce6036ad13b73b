package dev.bams3.storage;

/** An object being written in order. Used by one thread. Closing without {@link #complete} leaves nothing behind. */
public interface ObjectUpload extends AutoCloseable {
    /** Appends {@code length} bytes; they may be sent before this returns or later, the array is free again either way. */
    void write(byte[] buffer, int offset, int length);

    /** Makes the object visible, whole. */
    ETag complete();

    @Override
    void close();
}
