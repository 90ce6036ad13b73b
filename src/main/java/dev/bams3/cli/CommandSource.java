package dev.bams3.cli;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetLayout;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.ObjectUri;
import dev.bams3.storage.StoreUri;
import dev.bams3.temporary.TemporaryFolder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The BAM, SAM or CRAM that a command reads: an object of a store, a file, or a pipe. A pipe is copied to a temporary file
 * first, because a source is read in ranges, and twice if it has to be sorted; closing removes the copy.
 */
final class CommandSource implements AutoCloseable {
    private static final String STANDARD_INPUT = "standard input";

    /** Enough to know the format, so that a wrong one is not copied to its end first. */
    private static final int FIRST_BYTES = 1 << 16;

    private static final String DATASET = ".bams3";

    private static final ObjectKey COPY = new ObjectKey("input");

    private final SourceObject object;
    private final @Nullable TemporaryFolder folder;

    private CommandSource(SourceObject object, @Nullable TemporaryFolder folder) {
        this.object = object;
        this.folder = folder;
    }

    /**
     * Opens a source.
     *
     * @param field what the text is the value of, for the message
     * @param text {@code -} for standard input, a path, or an address
     * @param temporary folder that has room for all of a pipe
     * @throws ReadsException INVALID_INPUT for a folder that is no dataset, and for a pipe whose first bytes are of no known format; NOT_FOUND,
     *     DENIED or UNAVAILABLE
     */
    static CommandSource open(CommandContext context, String field, String text, Path temporary) {
        if (text.equals(CommandContext.STANDARD)) {
            return copied(context.environment(), context.input(), STANDARD_INPUT, temporary);
        }
        ObjectUri address = ObjectUri.parse(field, text);
        if (address.root() instanceof StoreUri.Folder(Path folder)) {
            Path path = folder.resolve(address.key().value());
            if (Files.isDirectory(path) && Files.exists(path.resolve(DatasetLayout.METADATA))) {
                // A dataset of a version before 1.0 is a source.
                return new CommandSource(
                        SourceObject.open(
                                context.environment().store(address.root()),
                                ObjectKey.of(address.key().value(), DatasetLayout.METADATA)),
                        null);
            }
            if (Files.isDirectory(path)) {
                throw ReadsException.about(ErrorKind.INVALID_INPUT, text, "is a folder: name a BAM, SAM or CRAM file");
            }
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                try (InputStream in = Files.newInputStream(path)) {
                    return copied(context.environment(), in, text, temporary);
                } catch (IOException e) {
                    throw ReadsException.about(ErrorKind.UNAVAILABLE, text, "cannot be read: " + e.getMessage(), e);
                }
            }
        }
        ObjectStore store = context.environment().store(address.root());
        boolean isDataset = address.key().value().endsWith(DATASET);
        ObjectKey key = isDataset ? ObjectKey.of(address.key().value(), DatasetLayout.METADATA) : address.key();
        return new CommandSource(SourceObject.open(store, key), null);
    }

    private static CommandSource copied(CommandEnvironment environment, InputStream in, String name, Path temporary) {
        try {
            TemporaryFolder folder = TemporaryFolder.open(temporary);
            Path copy = folder.path().resolve(COPY.value());
            ObjectStore store = environment.store(new StoreUri.Folder(folder.path()));
            try (OutputStream out = Files.newOutputStream(copy)) {
                out.write(in.readNBytes(FIRST_BYTES));
                SourceObject.open(store, COPY).named(name).format();
                in.transferTo(out);
                return new CommandSource(SourceObject.open(store, COPY).named(name), folder);
            } catch (IOException | RuntimeException e) {
                folder.close();
                throw e;
            }
        } catch (IOException e) {
            throw ReadsException.about(
                    ErrorKind.UNAVAILABLE,
                    name,
                    "cannot be copied to " + temporary + " (" + e.getMessage()
                            + "); --temporary names a folder with room for it",
                    e);
        }
    }

    SourceObject object() {
        return object;
    }

    @Override
    public void close() {
        if (folder != null) {
            folder.close();
        }
    }
}
