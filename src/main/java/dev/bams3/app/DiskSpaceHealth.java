package dev.bams3.app;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * Whether the file systems that this process writes to have room: those of the store, where it is a folder, and of temporary
 * files. What is mounted or allowed for reading only needs none, and some file systems do not say how large they are.
 */
final class DiskSpaceHealth extends AbstractHealthIndicator {
    private final List<Path> folders;
    private final long needed;

    /**
     * @param folders that are written to; the first write may make one
     * @param needed free bytes of each file system
     */
    DiskSpaceHealth(List<Path> folders, long needed) {
        super("the free space cannot be read");
        this.folders = List.copyOf(new LinkedHashSet<>(folders));
        this.needed = needed;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) throws IOException {
        builder.up().withDetail("needed", needed);
        List<String> full = new ArrayList<>();
        Map<String, Long> free = new LinkedHashMap<>();
        for (Path folder : folders) {
            Path there = existing(folder);
            FileStore files = Files.getFileStore(there);
            if (files.isReadOnly() || files.getTotalSpace() <= 0 || !Files.isWritable(there)) {
                continue;
            }
            long usable = files.getUsableSpace();
            free.put(folder.toString(), usable);
            if (usable < needed) {
                full.add(folder.toString());
            }
        }
        builder.withDetail("free", free);
        if (!full.isEmpty()) {
            builder.down().withDetail("full", full);
        }
    }

    private static Path existing(Path folder) {
        Path path = folder.toAbsolutePath();
        while (!Files.exists(path) && path.getParent() != null) {
            path = path.getParent();
        }
        return path;
    }
}
