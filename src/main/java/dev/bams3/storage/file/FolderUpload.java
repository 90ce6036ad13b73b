package dev.bams3.storage.file;

import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectUpload;
import dev.bams3.storage.PutCondition;
import dev.bams3.temporary.OwnedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A temporary file that becomes an object. */
final class FolderUpload implements ObjectUpload {
    private static final Logger LOG = LoggerFactory.getLogger(FolderUpload.class);

    private final FolderWriter writer;
    private final ObjectKey key;
    private final Path target;
    private final OwnedFile file;
    private final FileChannel channel;
    private boolean open = true;

    FolderUpload(FolderWriter writer, ObjectKey key, Path target, OwnedFile file) {
        this.writer = writer;
        this.key = key;
        this.target = target;
        this.file = file;
        this.channel = file.channel();
    }

    @Override
    public void write(byte[] buffer, int offset, int length) {
        requireOpen();
        ByteBuffer bytes = ByteBuffer.wrap(buffer, offset, length);
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            open = false;
            throw FileFailures.writing(target, e);
        }
    }

    @Override
    public ETag complete() {
        return complete(PutCondition.always());
    }

    ETag complete(PutCondition condition) {
        requireOpen();
        open = false;
        try {
            channel.force(true);
            // Still owned: what is closed before it is renamed could be taken for left behind.
            return writer.publish(key, file.path(), target, condition);
        } catch (IOException e) {
            throw FileFailures.writing(target, e);
        }
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("the upload of " + key + " has ended");
        }
    }

    @Override
    public void close() {
        open = false;
        try {
            Files.deleteIfExists(file.path());
            file.close();
        } catch (IOException e) {
            // The object is what it was; the file is swept another day.
            LOG.warn("{} stays behind: {}", file.path(), e.toString());
        }
    }
}
