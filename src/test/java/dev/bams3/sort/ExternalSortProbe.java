package dev.bams3.sort;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.convert.ConversionRig;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.source.RecordSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Sorts with a memory smaller than any option allows, and tells how many files that took. */
public final class ExternalSortProbe {
    private final ConversionRig rig;
    private final Path temporary;
    private final ByteArrayOutputStream sorted = new ByteArrayOutputStream();

    public ExternalSortProbe(ConversionRig rig, Path temporary) {
        this.rig = rig;
        this.temporary = temporary;
    }

    /** @return most spilled files that were there at once */
    public long sort(List<byte[]> records, long memory) {
        long most = 0;
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 2);
                BgzfInflaters inflaters = new BgzfInflaters(2);
                ExternalSort sort = new ExternalSort(
                        RandomRecords.header(), memory, 1 << 28, temporary, rig.cpu, deflaters, inflaters)) {
            for (byte[] record : records) {
                sort.add(record, 0, record.length);
            }
            most = files();
            try (RecordSource merged = sort.merged()) {
                while (merged.next()) {
                    sorted.write(merged.buffer(), merged.offset(), merged.length());
                }
            }
        }
        return most;
    }

    public byte[] sorted() {
        return sorted.toByteArray();
    }

    private long files() {
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.filter(Files::isRegularFile).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
