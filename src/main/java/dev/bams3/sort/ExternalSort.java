package dev.bams3.sort;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.BgzfOutputStream;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.OrderedTasks;
import dev.bams3.sam.SamHeader;
import dev.bams3.source.RecordSource;
import dev.bams3.source.SourceFormat;
import dev.bams3.source.SourceHead;
import dev.bams3.temporary.TemporaryFolder;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;

/**
 * Sorts records of any number by coordinate, stably, within bounded memory: runs that fit are sorted and spilled as BAM
 * files to a temporary folder, then merged, at most {@value #FAN_IN} at a time.
 *
 * <p>Memory: three runs (one filling, two being sorted) while records are added, and after that about 1.5 MiB for each
 * file that is merged. Disk: about the size of the BAM, twice that if more than {@value #FAN_IN} runs have to be merged in
 * steps.
 */
public final class ExternalSort implements AutoCloseable {
    static final int RUNS_IN_MEMORY = 3;

    private static final int FAN_IN = 64;
    private static final int FILE_BUFFER = 1 << 16;

    private final SamHeader header;
    private final int runBytes;
    private final int maxRecordLength;
    private final BgzfDeflaters deflaters;
    private final BgzfInflaters inflaters;
    private final OrderedTasks<Path> spills;
    private final TemporaryFolder folder;
    private final List<Path> files = new ArrayList<>();
    private SortRun run;
    private int created;

    /**
     * @param memory bytes of records held at once, at least {@value #RUNS_IN_MEMORY}
     * @param temporary folder in which a folder of this sort's own is made
     */
    public ExternalSort(
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
            folder = TemporaryFolder.open(temporary);
        } catch (IOException e) {
            throw failed(temporary, e);
        }
    }

    /**
     * Refuses to begin what would fill a file system, and take from the other users of it what they need. The limit that a
     * container may have of its own is not seen here.
     *
     * @throws ReadsException UNAVAILABLE if space is missing, saying how much and where; other programs may free it
     */
    public static void checkRoom(SourceHead head, Path temporary) {
        long size = head.object().size();
        // Text is four to five times as large as the BAM of it; a CRAM is smaller.
        long needed = head.format() == SourceFormat.SAM ? size / 5 : size;
        // The room that a killed process has not given back is free.
        TemporaryFolder.sweep(temporary);
        try {
            FileStore files = Files.getFileStore(temporary);
            // Some file systems do not say how large they are.
            if (files.getTotalSpace() > 0) {
                checkRoom(needed, files.getUsableSpace(), temporary);
            }
        } catch (IOException e) {
            throw failed(temporary, e);
        }
    }

    public static void checkRoom(long needed, long usable, Path temporary) {
        if (usable < needed) {
            throw ReadsException.of(
                            ErrorKind.UNAVAILABLE,
                            "the source is not in coordinate order, and sorting it takes about " + megabytes(needed)
                                    + " in this folder, which has " + megabytes(usable)
                                    + "; name another by BAMS3_JOBS_TEMPORARY (commands: --temporary), or sort the"
                                    + " source first")
                    .in(temporary.toString());
        }
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,d MB", bytes >> 20);
    }

    public void add(byte[] buffer, int offset, int length) {
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
    public RecordSource merged() {
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
            full.writeSorted(out);
            out.finish();
            return file;
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private Path newFile() {
        return folder.path().resolve("run-%06d.bgzf".formatted(created++));
    }

    @Override
    public void close() {
        spills.close();
        folder.close();
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // Removed with the folder.
        }
    }

    static ReadsException failed(Path path, IOException e) {
        return ReadsException.of(
                        ErrorKind.UNAVAILABLE, "the temporary sort file cannot be used (" + e.getMessage() + ")", e)
                .in(path.toString());
    }
}
