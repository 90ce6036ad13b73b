package dev.bams3.sort;

import dev.bams3.bam.BamReader;
import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.bgzf.BgzfReader;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.sam.SamHeader;
import dev.bams3.source.RecordSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The records of some sorted files in order, ties in the order of the files. */
final class MergedRuns implements RecordSource {
    private static final Comparator<Run> ORDER =
            Comparator.<Run>comparingLong(run -> run.key).thenComparingInt(run -> run.number);

    private final SamHeader header;
    private final List<Run> runs = new ArrayList<>();
    private final PriorityQueue<Run> waiting = new PriorityQueue<>(ORDER);
    private @Nullable Run current;

    MergedRuns(SamHeader header, List<Path> files, int maxRecordLength, BgzfInflaters inflaters) {
        this.header = header;
        try {
            for (Path file : files) {
                Run run = new Run(file, runs.size(), header, maxRecordLength, inflaters);
                runs.add(run);
                if (run.next()) {
                    waiting.add(run);
                }
            }
        } catch (RuntimeException e) {
            try {
                close();
            } catch (ReadsException another) {
                e.addSuppressed(another);
            }
            throw e;
        }
    }

    @Override
    public SamHeader header() {
        return header;
    }

    @Override
    public boolean next() {
        Run last = current;
        if (last != null && last.next()) {
            Run other = waiting.peek();
            if (other == null || ORDER.compare(last, other) < 0) {
                return true;
            }
            waiting.add(last);
        }
        current = waiting.poll();
        return current != null;
    }

    @Override
    public byte[] buffer() {
        return current().reader.buffer();
    }

    @Override
    public int offset() {
        return current().reader.offset();
    }

    @Override
    public int length() {
        return current().reader.length();
    }

    private Run current() {
        if (current == null) {
            throw new NoSuchElementException("no record");
        }
        return current;
    }

    @Override
    public void close() {
        @Nullable ReadsException first = null;
        for (Run run : runs) {
            try {
                run.close();
            } catch (ReadsException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static final class Run {
        private final Path file;
        private final InputStream in;
        private final BamReader reader;
        private final int number;
        private long key;

        Run(Path file, int number, SamHeader header, int maxRecordLength, BgzfInflaters inflaters) {
            this.file = file;
            this.number = number;
            try {
                in = Files.newInputStream(file);
            } catch (IOException e) {
                throw ExternalSort.failed(file, e);
            }
            try {
                reader = new BamReader(new BgzfReader(in, inflaters, file.toString()), header, maxRecordLength);
            } catch (RuntimeException e) {
                close();
                throw e;
            }
        }

        boolean next() {
            if (!reader.next()) {
                return false;
            }
            key = RecordOrder.key(reader.buffer(), reader.offset());
            return true;
        }

        void close() {
            try {
                in.close();
            } catch (IOException e) {
                throw ReadsException.of(ErrorKind.UNAVAILABLE, "cannot be closed: " + e.getMessage(), e)
                        .in(file.toString());
            }
        }
    }
}
