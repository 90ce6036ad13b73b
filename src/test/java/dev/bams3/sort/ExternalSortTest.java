package dev.bams3.sort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.convert.RoundTripTest;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.source.SourceFormat;
import dev.bams3.source.SourceHead;
import dev.bams3.source.SourceObject;
import dev.bams3.source.SourceOptions;
import dev.bams3.storage.ETag;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sorting begins only where there is room for it. That it sorts is tried by {@link RoundTripTest}. */
@Tag("fast")
class ExternalSortTest {
    private static final long GIB = 1L << 30;

    @TempDir
    private Path folder;

    @Test
    void aFolderWithTooLittleSpaceIsRefusedNamingWhatIsMissingWhereAndTheKey() {
        ExternalSort.checkRoom(2 * GIB, 2 * GIB, folder);
        assertThatThrownBy(() -> ExternalSort.checkRoom(2 * GIB, 2 * GIB - 1, folder))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE))
                .hasMessageContaining("2,048 MB")
                .hasMessageContaining("2,047 MB")
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("BAMS3_JOBS_TEMPORARY");
    }

    /** Of a source that no folder has room for nothing is read and nothing is written. */
    @Test
    void theSpaceIsAskedOfTheFolder() throws Exception {
        SourceHead head = new SourceHead(
                new SourceObject(new MemoryObjectStore(), new ObjectKey("a.bam"), Long.MAX_VALUE / 2, new ETag("any")),
                SourceFormat.BAM,
                RandomRecords.header(),
                Optional.empty(),
                SourceOptions.DEFAULT,
                VirtualOffset.of(0, 0),
                VirtualOffset.of(0, 0));
        assertThatThrownBy(() -> ExternalSort.checkRoom(head, folder)).hasMessageContaining("BAMS3_JOBS_TEMPORARY");
        assertThatThrownBy(() -> ExternalSort.checkRoom(head, folder.resolve("none")))
                .hasMessageContaining(folder.resolve("none").toString());
        assertThat(folder).isEmptyDirectory();
    }
}
