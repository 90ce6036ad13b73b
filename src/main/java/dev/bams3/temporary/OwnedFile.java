package dev.bams3.temporary;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A new file with a name of its own that is locked until it is closed, at the latest when its process ends, however that
 * happens. A file that can be locked by another process was left behind. The name says on which machine it was made, since
 * locks of another machine may not be seen.
 *
 * <p>On file systems without locks no file can be locked, so nothing is ever taken for left behind.
 */
public final class OwnedFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OwnedFile.class);

    /** A process that opens and closes a file again loses its lock (POSIX), so it never opens one of its own. */
    private static final Set<String> OF_THIS_PROCESS = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final FileChannel channel;

    /** Removes what belongs to a file that was left behind; the file is removed after it. */
    public interface Removal {
        void remove(Path file) throws IOException;
    }

    private OwnedFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Makes a file.
     *
     * @param prefix of its name
     * @param suffix of its name, may be empty
     */
    public static OwnedFile create(Path folder, String prefix, String suffix) throws IOException {
        while (true) {
            String name = prefix + Machine.THIS + "-" + UUID.randomUUID() + suffix;
            // Before the file is there, so that a sweep in this process cannot open it.
            OF_THIS_PROCESS.add(name);
            Path path = folder.resolve(name);
            try {
                FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
                if (lock(channel) && Files.exists(path)) {
                    return new OwnedFile(path, channel);
                }
                // A sweep of another process came between the two steps, and takes the file away.
                channel.close();
            } catch (IOException | RuntimeException e) {
                OF_THIS_PROCESS.remove(name);
                throw e;
            }
            OF_THIS_PROCESS.remove(name);
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("no lock can be had: {}", e.toString());
            return true;
        }
    }

    public Path path() {
        return path;
    }

    /** Writes the file; closing it ends the ownership. */
    public FileChannel channel() {
        return channel;
    }

    /**
     * Removes files that were made by {@link #create} and whose process has ended, of this machine and those that share its
     * kernel or its name. What cannot be removed stays, without an error. Safe at any time, in any number of processes.
     */
    public static void sweep(Path folder, String prefix, String suffix, Removal removal) {
        Pattern names = Pattern.compile(
                Pattern.quote(prefix) + "(" + Machine.PATTERN + ")-[0-9a-f-]{36}" + Pattern.quote(suffix));
        for (Path file : files(folder, prefix)) {
            String name = String.valueOf(file.getFileName());
            Matcher matcher = names.matcher(name);
            if (matcher.matches() && Machine.isHere(matcher.group(1)) && !OF_THIS_PROCESS.contains(name)) {
                removeAbandoned(file, removal);
            }
        }
    }

    private static List<Path> files(Path folder, String prefix) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(
                folder, file -> String.valueOf(file.getFileName()).startsWith(prefix))) {
            found.forEach(files::add);
        } catch (IOException | RuntimeException e) {
            LOG.debug("{} is not swept: {}", folder, e.toString());
        }
        return files;
    }

    private static void removeAbandoned(Path file, Removal removal) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                FileLock lock = channel.tryLock()) {
            // The process that has the lock of a file that is still there may remove it.
            if (lock != null && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                removal.remove(file);
                Files.deleteIfExists(file);
                LOG.info("removed {}, left by a killed process", file);
            }
        } catch (IOException | OverlappingFileLockException e) {
            // Of another user, gone, being swept, or on a file system without locks.
            LOG.debug("{} stays: {}", file, e.toString());
        }
    }

    /** Ends the ownership and leaves the file, if it is still there. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            OF_THIS_PROCESS.remove(String.valueOf(path.getFileName()));
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "OwnedFile[%s]", path);
    }
}
