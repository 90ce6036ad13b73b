package dev.bams3.source.cram;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What slices of one file have in common.
 *
 * @param header of the file
 * @param references gives the bases that are not in the file
 * @param name of the file without folders, for names of reads that have none
 * @param codecs not in use, to be used again
 * @param most bytes of memory that the records of a slice may need
 */
record SliceContext(
        CramHeader header, References references, String name, ConcurrentLinkedQueue<BlockCodec> codecs, long most) {
    SliceContext(CramHeader header, References references, String name, long most) {
        this(header, references, name, new ConcurrentLinkedQueue<>(), most);
    }

    BlockCodec takeCodec() {
        BlockCodec idle = codecs.poll();
        return idle == null ? new BlockCodec() : idle;
    }

    List<byte[]> readGroups() {
        return header.readGroups();
    }

    int referenceCount() {
        return header.header().references().size();
    }

    /** Bases of a reference by the header. */
    int referenceLength(int reference) {
        return header.header().references().get(reference).length();
    }

    String referenceName(int reference) {
        return header.header().references().get(reference).name();
    }
}
