package dev.bams3.convert;

import dev.bams3.bam.BamHeader;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.BgzfOutputStream;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.sam.SamHeader;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

/**
 * Sorts records of any number by coordinate, stably, within bounded memory: runs that fit are sorted and spilled as BAM
 * files to a temporary folder, then merged, at most {@value #FAN_IN} at a time.
 *
 * <p>Memory: three runs (one filling, two being sorted) while records are added, and after that about 1.5 MiB for each
 * file that is merged. Disk: about the size of the BAM, twice that if more than {@value #FAN_IN} runs have to be merged in
 * steps.
 */
final class ExternalSort implements AutoCloseable {
    static final int RUNS_IN_MEMORY = 3;

    private static final int FAN_IN = 64;
    private static final int FILE_BUFFER = 1 << 16;

    private final SamHeader header;
    private final int runBytes;
    private final int maxRecordLength;
    private final BgzfDeflaters deflaters;
    private final BgzfInflaters inflaters;
    private final OrderedTasks<Path> spills;
    private final Path folder;
    private final List<Path> files = new ArrayList<>();
    private SortRun run;
    private int created;

    /**
     * @param memory bytes of records held at once, at least {@value #RUNS_IN_MEMORY}
     * @param temporary folder in which a folder of this sort's own is made
     */
    ExternalSort(
            SamHeader header,
            long memory,
            int maxRecordLength,
            Path temporary,
            ExecutorService cpu,
            BgzfDeflaters deflaters,
            BgzfInflaters inflaters) {
        this.header = header;
        this.runBytes = (int) Math.min(1 << 30, memory / RUNS_IN_MEMORY);
        this.maxRecordLength = maxRecordLength;
        this.deflaters = deflaters;
        this.inflaters = inflaters;
        this.spills = new OrderedTasks<>(cpu);
        this.run = new SortRun(runBytes);
        try {
            folder = Files.createTempDirectory(temporary, "bams3-sort-");
        } catch (IOException e) {
            throw failed(temporary, e);
        }
    }

    void add(byte[] buffer, int offset, int length) {
        if (!run.hasRoom(length)) {
            spill();
        }
        run.add(buffer, offset, length);
    }

    private void spill() {
        if (spills.pending() >= RUNS_IN_MEMORY - 1) {
            files.add(spills.take());
        }
        SortRun full = run;
        Path file = newFile();
        spills.submit(() -> writeRun(full, file));
        run = new SortRun(runBytes);
    }

    /** All records in order. The sort stays open until they were read. */
    RecordSource merged() {
        if (!run.isEmpty()) {
            spill();
        }
        run = new SortRun(0);
        while (spills.pending() > 0) {
            files.add(spills.take());
        }
        while (files.size() > FAN_IN) {
            mergeInSteps();
        }
        return new MergedRuns(header, files, maxRecordLength, inflaters);
    }

    /** Replaces neighbouring files by one; neighbours, so that ties stay in the order of the source. */
    private void mergeInSteps() {
        List<Path> shorter = new ArrayList<>();
        for (int from = 0; from < files.size(); from += FAN_IN) {
            List<Path> group = files.subList(from, Math.min(from + FAN_IN, files.size()));
            Path file = newFile();
            try (OutputStream raw = new BufferedOutputStream(Files.newOutputStream(file), FILE_BUFFER);
                    BgzfOutputStream out = new BgzfOutputStream(raw, deflaters);
                    MergedRuns merged = new MergedRuns(header, group, maxRecordLength, inflaters)) {
                out.write(BamHeader.encode(header));
                while (merged.next()) {
                    out.write(merged.buffer(), merged.offset(), merged.length());
                }
                out.finish();
            } catch (IOException e) {
                throw failed(file, e);
            }
            group.forEach(ExternalSort::deleteQuietly);
            shorter.add(file);
        }
        files.clear();
        files.addAll(shorter);
    }

    private Path writeRun(SortRun full, Path file) {
        try (OutputStream raw = new BufferedOutputStream(Files.newOutputStream(file), FILE_BUFFER);
                BgzfOutputStream out = new BgzfOutputStream(raw, deflaters)) {
            out.write(BamHeader.encode(header));
            full.writeSorted(out);
            out.finish();
            return file;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private Path newFile() {
        return folder.resolve("run-%06d.bam".formatted(created++));
    }

    @Override
    public void close() {
        spills.close();
        for (int i = 0; i < created; i++) {
            deleteQuietly(folder.resolve("run-%06d.bam".formatted(i)));
        }
        deleteQuietly(folder);
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // A temporary file that stays behind is the system's to clean; the records are safe.
        }
    }

    static ReadsException failed(Path path, IOException e) {
        return ReadsException.of(
                        ErrorKind.UNAVAILABLE, "the temporary sort file cannot be used (" + e.getMessage() + ")", e)
                .in(path.toString());
    }
}
