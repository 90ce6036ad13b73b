package dev.bams3.storage.file;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import dev.bams3.temporary.OwnedFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The writing half of {@link FolderObjectStore}: temporary files, locks, and the renaming that makes an object. */
final class FolderWriter {
    /** A temporary file unchanged for so long belongs to a process that died, whatever its machine. */
    private static final Duration ABANDONED = Duration.ofDays(1);

    private static final String TEMPORARY_FILES = "write-";
    private static final int STRIPES = 64;
    private static final int MAX_ATTEMPTS = 100;

    // A file lock is held by the whole process, so its threads (of all stores) take turns by these first.
    private static final ReentrantLock[] THREADS =
            IntStream.range(0, STRIPES).mapToObj(_ -> new ReentrantLock()).toArray(ReentrantLock[]::new);

    private final Path root;
    private final Path temporary;
    private final AtomicBoolean swept = new AtomicBoolean();

    private interface Action<T> {
        T run() throws IOException;
    }

    FolderWriter(Path root) {
        this.root = root;
        temporary = root.resolve(FolderKeys.TEMPORARY);
        OwnedFile.sweep(temporary, TEMPORARY_FILES, "", file -> {});
    }

    FolderUpload begin(ObjectKey key) {
        Path target = FolderKeys.pathForWriting(root, key);
        try {
            Files.createDirectories(temporary);
            if (swept.compareAndSet(false, true)) {
                sweepOld();
            }
            return new FolderUpload(this, key, target, OwnedFile.create(temporary, TEMPORARY_FILES, ""));
        } catch (IOException e) {
            throw FileFailures.writing(target, e);
        }
    }

    /** Renames a complete temporary file to what it is to be, if the condition holds. */
    ETag publish(ObjectKey key, Path file, Path target, PutCondition condition) throws IOException {
        return locked(key, () -> {
            BasicFileAttributes present = present(target);
            if (!holds(condition, present)) {
                throw ReadsException.about(
                        ErrorKind.CHANGED, FileFailures.name(target), "another writer was first, or the file is gone");
            }
            Files.setLastModifiedTime(file, FileTime.from(timeAfter(present)));
            ETag etag = FolderKeys.etag(FolderKeys.attributes(file));
            rename(file, target);
            return etag;
        });
    }

    private static @Nullable BasicFileAttributes present(Path target) throws IOException {
        try {
            return FolderKeys.attributes(target);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static boolean holds(PutCondition condition, @Nullable BasicFileAttributes present) {
        return switch (condition) {
            case PutCondition.Always() -> true;
            case PutCondition.IfAbsent() -> present == null;
            case PutCondition.IfMatch(ETag etag) -> present != null && etag.matches(FolderKeys.etag(present));
        };
    }

    /** Now, but later than the file that is replaced, whatever the clock does: no two versions share an ETag. */
    private static Instant timeAfter(@Nullable BasicFileAttributes present) {
        Instant now = Instant.now();
        if (present == null) {
            return now;
        }
        Instant next = present.lastModifiedTime().toInstant().plusNanos(1000);
        return next.isAfter(now) ? next : now;
    }

    private void rename(Path file, Path target) throws IOException {
        Path folder = parent(target);
        for (int attempt = 1; ; attempt++) {
            Files.createDirectories(folder);
            try {
                Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
                break;
            } catch (NoSuchFileException e) {
                // A delete of the folder's last file took the empty folder away in between.
                if (attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
        // The new name must outlive a power cut, as the content does.
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            } catch (NoSuchFileException e) {
                // Deleted already, by another.
            }
        }
    }

    void delete(ObjectKey key) {
        Path target = FolderKeys.pathForWriting(root, key);
        if (!Files.isRegularFile(target)) {
            return;
        }
        try {
            Files.createDirectories(temporary);
            locked(key, () -> Files.deleteIfExists(target));
            removeEmptyFolders(parent(target));
        } catch (IOException e) {
            throw FileFailures.writing(target, e);
        }
    }

    private void removeEmptyFolders(Path lowest) throws IOException {
        for (Path folder = lowest; !folder.equals(root) && !Files.isSymbolicLink(folder); folder = parent(folder)) {
            try {
                Files.delete(folder);
            } catch (FileSystemException e) {
                // Not empty, or gone.
                return;
            }
        }
    }

    private <T> T locked(ObjectKey key, Action<T> action) throws IOException {
        int stripe = Math.floorMod(key.value().hashCode(), STRIPES);
        Path file = temporary.resolve("lock-" + stripe);
        THREADS[stripe].lock();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
                FileLock _ = channel.lock()) {
            return action.run();
        } finally {
            THREADS[stripe].unlock();
        }
    }

    /** Removes what killed processes of other machines have left. */
    private void sweepOld() throws IOException {
        Instant limit = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(temporary, TEMPORARY_FILES + "*")) {
            for (Path file : files) {
                BasicFileAttributes attributes = present(file);
                if (attributes != null
                        && attributes.lastModifiedTime().toInstant().isBefore(limit)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        if (parent == null) {
            throw new IllegalStateException("above every folder: " + path);
        }
        return parent;
    }
}
