package dev.bams3.cli;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.export.Exporter;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.ObjectUri;
import dev.bams3.storage.StoreUri;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The BAM that a command writes: standard output, a file, as {@link OutputFile} has them, or an object of a bucket, which
 * appears whole, on {@link #complete}, or not at all.
 */
final class BamTarget extends OutputStream {
    private final Exporter.Target bytes;
    private final Runnable completion;
    private final Runnable closing;
    private final boolean stream;

    private BamTarget(Exporter.Target bytes, Runnable completion, Runnable closing, boolean stream) {
        this.bytes = bytes;
        this.completion = completion;
        this.closing = closing;
        this.stream = stream;
    }

    /** Returns what a user needs to know when the writing of an address is stopped. */
    static String unfinished(String address) {
        return (address.equals(CommandContext.STANDARD) ? "the output is cut" : address + " is not written")
                + "; the same command starts over";
    }

    /**
     * @param address {@code -} for standard output, path, {@code file:} or {@code s3://} address
     * @param replace whether a regular file or an object that is there may be written over
     * @throws ReadsException INVALID_INPUT for one that may not, and for a folder; DENIED; UNAVAILABLE
     */
    static BamTarget open(CommandContext context, String address, boolean replace) {
        if (address.equals(CommandContext.STANDARD)) {
            OutputStream out = context.output();
            return new BamTarget(
                    (bytes, offset, length) -> write(out, bytes, offset, length), () -> flush(out), () -> {}, true);
        }
        ObjectUri uri = ObjectUri.parse("bam", address);
        if (uri.root() instanceof StoreUri.Folder(Path folder)) {
            Path path = folder.resolve(uri.key().value());
            boolean stream = OutputFile.isStream(path);
            if (!replace && Files.isRegularFile(path) && !stream) {
                throw isThere(path.toString());
            }
            OutputFile file = OutputFile.open(path);
            return new BamTarget(file::write, file::complete, file::close, stream);
        }
        if (uri.root() instanceof StoreUri.Web) {
            throw ReadsException.invalidInput(
                    "bam", "'" + uri + "' cannot be written; name a file or an s3:// address");
        }
        ObjectStore store = context.environment().store(uri.root());
        if (!replace && exists(store, uri.key())) {
            throw isThere(uri.toString());
        }
        ObjectUpload upload = store.upload(uri.key());
        return new BamTarget(upload::write, upload::complete, upload::close, false);
    }

    private static void write(OutputStream out, byte[] bytes, int offset, int length) {
        try {
            out.write(bytes, offset, length);
        } catch (IOException e) {
            // Standard output remembers it.
            throw new UncheckedIOException(e);
        }
    }

    private static void flush(OutputStream out) {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it is written directly, as standard output is. */
    boolean isStream() {
        return stream;
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        bytes.write(buffer, offset, length);
    }

    /** Makes it what was written. Nothing but {@link #close} may follow. */
    void complete() {
        completion.run();
    }

    @Override
    public void close() {
        closing.run();
    }

    private static ReadsException isThere(String name) {
        return ReadsException.about(ErrorKind.INVALID_INPUT, name, "is there already; use --force to write over it");
    }

    private static boolean exists(ObjectStore store, ObjectKey key) {
        return store.find(key).isPresent();
    }
}
