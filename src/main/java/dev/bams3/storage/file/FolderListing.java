package dev.bams3.storage.file;

import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * One page of the keys below a folder. The names of a folder are sorted with a `/` behind those of folders, which makes a
 * walk in depth visit the keys in their order; folders that cannot hold a wanted key are not opened.
 */
final class FolderListing {
    private final Path root;
    private final String prefix;
    private final String after;
    private final int limit;
    private final List<ObjectInfo> found = new ArrayList<>();

    FolderListing(Path root, String prefix, String after, int limit) {
        this.root = root;
        this.prefix = prefix;
        this.after = after;
        this.limit = limit;
    }

    List<ObjectInfo> run() throws IOException {
        visit(root, "");
        return found;
    }

    private void visit(Path folder, String path) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
            for (Path child : children) {
                String name = String.valueOf(child.getFileName());
                String key = path + name;
                if (ObjectKey.isValid(key) && !key.equals(FolderKeys.TEMPORARY)) {
                    names.add(Files.isDirectory(child) ? key + "/" : key);
                }
            }
        }
        names.sort(ObjectKey::compare);
        for (String name : names) {
            if (found.size() == limit) {
                return;
            }
            if (name.endsWith("/")) {
                enter(name);
            } else if (name.startsWith(prefix) && ObjectKey.compare(name, after) > 0) {
                add(new ObjectKey(name));
            }
        }
    }

    private void enter(String path) throws IOException {
        boolean canMatch = path.startsWith(prefix) || prefix.startsWith(path);
        boolean canFollow = ObjectKey.compare(path, after) > 0 || after.startsWith(path);
        Path folder = root.resolve(path);
        if (canMatch && canFollow && !leadsBack(folder)) {
            try {
                visit(folder, path);
            } catch (NoSuchFileException | AccessDeniedException e) {
                // Removed meanwhile, or not ours to read: nothing in it could be read either.
            }
        }
    }

    private static boolean leadsBack(Path folder) throws IOException {
        Path parent = folder.getParent();
        return parent != null
                && Files.isSymbolicLink(folder)
                && parent.toRealPath().startsWith(folder.toRealPath());
    }

    private void add(ObjectKey key) throws IOException {
        try {
            BasicFileAttributes attributes = FolderKeys.attributes(root.resolve(key.value()));
            found.add(FolderObjectStore.info(key, attributes));
        } catch (NoSuchFileException | AccessDeniedException e) {
            // Removed meanwhile, or a dangling link, or no regular file.
        }
    }
}
