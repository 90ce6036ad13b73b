package dev.bams3.temporary;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder for one user's temporary files, with everything in it removed on closing. Beside it lies the locked file by which
 * another process knows that its owner lives; {@link #open} removes what owners that were killed have left.
 */
public final class TemporaryFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TemporaryFolder.class);
    private static final String PREFIX = "bams3-";
    private static final String SUFFIX = ".lock";

    private static final Set<TemporaryFolder> OPEN = ConcurrentHashMap.newKeySet();
    private static @Nullable TemporaryFolder ofProcess;

    private final OwnedFile lock;
    private final Path path;

    private TemporaryFolder(OwnedFile lock, Path path) {
        this.lock = lock;
        this.path = path;
    }

    /** Makes a folder that only this user can read, after what killed processes left beside it was removed. */
    public static TemporaryFolder open(Path parent) throws IOException {
        OwnedFile lock = OwnedFile.create(parent, PREFIX, SUFFIX);
        try {
            sweep(parent, Files.getOwner(lock.path()));
            TemporaryFolder folder =
                    new TemporaryFolder(lock, Files.createDirectory(folderOf(lock.path()), permissions(parent)));
            OPEN.add(folder);
            return folder;
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(lock.path());
            lock.close();
            throw e;
        }
    }

    /** Returns the folder of this process, in the system's temporary folder; removed when the process ends. */
    public static synchronized Path ofProcess() throws IOException {
        if (ofProcess == null) {
            TemporaryFolder folder = open(Path.of(System.getProperty("java.io.tmpdir")));
            Runtime.getRuntime().addShutdownHook(new Thread(folder::close, "temporary folder"));
            ofProcess = folder;
        }
        return ofProcess.path();
    }

    /** Removes what killed processes have left. A folder that cannot be written to has nothing of that kind. */
    public static void sweep(Path parent) {
        try {
            open(parent).close();
        } catch (IOException e) {
            LOG.debug("{} is not swept: {}", parent, e.toString());
        }
    }

    /** Removes every folder that is open, for a process that ends in the middle of its work. */
    public static void closeAll() {
        OPEN.forEach(TemporaryFolder::close);
    }

    public Path path() {
        return path;
    }

    /** In a folder that everybody may write to, only what this user has made is removed. */
    private static void sweep(Path parent, UserPrincipal user) {
        OwnedFile.sweep(parent, PREFIX, SUFFIX, file -> {
            Path folder = folderOf(file);
            if (isOf(user, file) && (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS) || isOf(user, folder))) {
                removeAll(folder);
            } else {
                throw new IOException("not of " + user.getName());
            }
        });
    }

    private static boolean isOf(UserPrincipal user, Path file) throws IOException {
        return Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).equals(user);
    }

    private static Path folderOf(Path lock) {
        String name = String.valueOf(lock.getFileName());
        return lock.resolveSibling(name.substring(0, name.length() - SUFFIX.length()));
    }

    private static FileAttribute<?>[] permissions(Path parent) {
        boolean posix = parent.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Follows no link. */
    private static void removeAll(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() {
        if (!OPEN.remove(this)) {
            return;
        }
        try (OwnedFile owned = lock) {
            removeAll(path);
            Files.deleteIfExists(owned.path());
        } catch (IOException e) {
            // The next process removes it.
            LOG.debug("{} stays behind: {}", path, e.toString());
        }
    }
}
