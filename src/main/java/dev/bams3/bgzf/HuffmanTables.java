package dev.bams3.bgzf;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Huffman tables for ISA-L's level 0, each trained on BAM records of one kind of reads: {@code struct isal_hufftables} of
 * {@code igzip_lib.h} 2.30, as {@code isal_create_hufftables} makes them. {@code dev.bams3.bgzf.HuffmanTraining} among the
 * benchmarks makes the resource again; that changes every compressed byte, and with it the variant of slices.
 */
final class HuffmanTables {
    /** Bytes of one structure. */
    static final int LENGTH = 2_232;

    private static final String RESOURCE = "huffman-tables.bin";
    private static final MemorySegment ALL = load();

    static final int COUNT = (int) (ALL.byteSize() / LENGTH);

    private HuffmanTables() {}

    static MemorySegment get(int index) {
        return ALL.asSlice((long) index * LENGTH, LENGTH);
    }

    private static MemorySegment load() {
        try (InputStream in = HuffmanTables.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing from the jar");
            }
            byte[] bytes = in.readAllBytes();
            return Arena.global().allocate(bytes.length, 64).copyFrom(MemorySegment.ofArray(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
