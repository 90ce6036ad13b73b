package dev.bams3.cli;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.temporary.OwnedFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that a command writes. A regular file appears whole, on {@link #complete}, or not at all: it is written beside its
 * place and renamed. What is no regular file (a named pipe, a device, {@code /dev/stdout}) is written straight into. A link
 * stays, and what it points at is replaced. Every failure is a {@link ReadsException} that names the file.
 */
final class OutputFile extends OutputStream {
    private static final String PREFIX = ".bams3-";
    private static final String SUFFIX = ".part";

    private final Path file;
    private final Path target;
    private final @Nullable OwnedFile unfinished;
    private final FileChannel channel;

    private OutputFile(Path file, Path target, @Nullable OwnedFile unfinished) throws IOException {
        this.file = file;
        this.target = target;
        this.unfinished = unfinished;
        // Appending, because /dev/stdout may be a file that another program has begun.
        channel = unfinished == null ? FileChannel.open(target, StandardOpenOption.APPEND) : unfinished.channel();
    }

    /** @throws ReadsException INVALID_INPUT for a folder, or a file in a folder that does not exist; DENIED; UNAVAILABLE */
    static OutputFile open(Path file) {
        if (Files.isDirectory(file)) {
            throw ReadsException.about(ErrorKind.INVALID_INPUT, file.toString(), "is a folder, not a file");
        }
        try {
            Path target = Files.exists(file) && !isStream(file) ? file.toRealPath() : file.toAbsolutePath();
            Path folder = target.getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw ReadsException.about(
                        ErrorKind.INVALID_INPUT, file.toString(), "folder " + folder + " does not exist");
            }
            if (isStream(file)) {
                return new OutputFile(file, target, null);
            }
            OwnedFile.sweep(folder, PREFIX, SUFFIX, unfinished -> {});
            OwnedFile unfinished = OwnedFile.create(folder, PREFIX, SUFFIX);
            // For a process that is stopped before the end.
            unfinished.path().toFile().deleteOnExit();
            return new OutputFile(file, target, unfinished);
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** Whether the file is there and written straight into. */
    static boolean isStream(Path file) {
        Path path = file.toAbsolutePath().normalize();
        // Such a link is an open file of a process; what it points at must not be replaced.
        boolean descriptor = Files.isSymbolicLink(path) && (path.startsWith("/dev") || path.startsWith("/proc"));
        return Files.exists(path) && (descriptor || !Files.isRegularFile(path));
    }

    @Override
    public void write(int value) {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** Makes the file what was written. Nothing but {@link #close} may follow. */
    void complete() {
        try {
            if (unfinished != null) {
                channel.force(true);
                // Still owned: what is closed before it is renamed could be taken for left behind.
                Files.move(unfinished.path(), target, StandardCopyOption.ATOMIC_MOVE);
                unfinished.close();
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    @Override
    public void close() {
        try {
            if (unfinished == null) {
                channel.close();
            } else {
                Files.deleteIfExists(unfinished.path());
                unfinished.close();
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static ReadsException failure(Path file, IOException e) {
        if (e instanceof AccessDeniedException) {
            return ReadsException.about(
                    ErrorKind.DENIED, file.toString(), "cannot be written: this process lacks the permission", e);
        }
        // A file system's failure names a file in its message, the unfinished one.
        String reason = e instanceof FileSystemException named ? named.getReason() : e.getMessage();
        return ReadsException.about(
                ErrorKind.UNAVAILABLE,
                file.toString(),
                "cannot be written: " + (reason == null ? e.getClass().getSimpleName() : reason),
                e);
    }
}
