package dev.bams3.storage.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the system says of a file, in the terms of a store. */
class FileFailuresTest {
    private static ReadsException writing(String reason) {
        return FileFailures.writing(Path.of("store", "a"), new FileSystemException("store/a", null, reason));
    }

    /** Asking again would not help. */
    @Test
    void aReadOnlyFileSystemRefuses() {
        ReadsException failure = writing("Read-only file system");
        assertThat(failure.kind()).isEqualTo(ErrorKind.DENIED);
        assertThat(failure.text()).contains("read-only file system");
    }

    @Test
    void aFullDiskMayHaveRoomLater() {
        assertThat(writing("No space left on device").kind()).isEqualTo(ErrorKind.UNAVAILABLE);
    }
}
