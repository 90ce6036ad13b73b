package dev.bams3.source;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.sam.SamHeader;
import dev.bams3.source.cram.CramHeader;
import dev.bams3.source.cram.CramReader;
import dev.bams3.source.cram.FastaFile;
import dev.bams3.source.cram.Md5Folders;
import dev.bams3.source.cram.ReferenceSource;
import dev.bams3.source.cram.References;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** The records of a CRAM, or of some of its containers. */
final class CramRecords implements RecordSource {
    private final SamHeader header;
    private final CramReader reader;

    private CramRecords(SamHeader header, CramReader reader) {
        this.header = header;
        this.reader = reader;
    }

    /**
     * Opens containers. References are looked for in the file that the options name, then in the folders of the environment.
     *
     * @param ranges of the containers that are read; stays the caller's
     * @param from where the first of them begins
     * @param to where the first behind them begins, or the size of the file
     */
    static CramRecords open(
            SourceHead head,
            CramHeader header,
            SourceRanges ranges,
            long from,
            long to,
            BgzfInflaters inflaters,
            Executor cpu) {
        SourceObject object = head.object();
        List<ReferenceSource> sources = new ArrayList<>();
        head.options()
                .reference()
                .ifPresent(file -> sources.add(new FastaFile(file.store(), file.key(), inflaters, object.damage())));
        sources.add(Md5Folders.of(System.getenv()));
        References references = new References(sources, header, object.name());
        String key = object.key().value();
        String name = key.substring(key.lastIndexOf('/') + 1);
        CramReader reader = new CramReader(
                header, references, name, object.cram(ranges), from, to, object.size(), object.name(), cpu);
        return new CramRecords(head.header(), reader);
    }

    @Override
    public SamHeader header() {
        return header;
    }

    @Override
    public boolean next() {
        return reader.next();
    }

    @Override
    public byte[] buffer() {
        return reader.buffer();
    }

    @Override
    public int offset() {
        return reader.offset();
    }

    @Override
    public int length() {
        return reader.length();
    }

    @Override
    public void close() {
        reader.close();
    }
}
