package dev.bams3.storage.file;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Translates failures of file operations. */
final class FileFailures {
    private FileFailures() {}

    static String name(Path path) {
        return "file:" + path;
    }

    static ReadsException reading(Path path, IOException e) {
        // A file where a folder was expected: below a file there is nothing.
        boolean below = e instanceof FileSystemException failure && "Not a directory".equals(failure.getReason());
        if (e instanceof NoSuchFileException || below) {
            return ReadsException.about(ErrorKind.NOT_FOUND, name(path), "no such file", e);
        }
        return either(path, e, "cannot be read: ");
    }

    static ReadsException writing(Path path, IOException e) {
        if (reason(e).contains("No space left") || reason(e).contains("quota exceeded")) {
            return ReadsException.about(
                    ErrorKind.UNAVAILABLE,
                    name(path),
                    "the disk is full (" + reason(e) + "): free some space, or store elsewhere",
                    e);
        }
        if (reason(e).contains("Read-only file system")) {
            return ReadsException.about(
                    ErrorKind.DENIED, name(path), "the folder is on a read-only file system: mount it writable", e);
        }
        if (e instanceof FileAlreadyExistsException || reason(e).contains("s a directory")) {
            return ReadsException.about(
                    ErrorKind.INVALID_INPUT, name(path), "a file and a folder cannot have the same name", e);
        }
        return either(path, e, "cannot be written: ");
    }

    private static ReadsException either(Path path, IOException e, String what) {
        if (e instanceof ClosedByInterruptException || e instanceof FileLockInterruptionException) {
            Thread.currentThread().interrupt();
            return ReadsException.about(ErrorKind.CANCELLED, name(path), "interrupted while waiting for the store", e);
        }
        if (e instanceof AccessDeniedException) {
            return ReadsException.about(ErrorKind.DENIED, name(path), what + "this process lacks the permission", e);
        }
        return ReadsException.about(ErrorKind.UNAVAILABLE, name(path), what + reason(e), e);
    }

    /** Returns the system's message without the path, which the failure names already. */
    private static String reason(IOException e) {
        String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }
}
