package dev.bams3.format;

import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Constants of BAMS3 1.0 that more than one structure uses. {@code docs/format.md} is the specification. */
public final class Bams3Format {
    public static final String NAME = "BAMS3";
    public static final String VERSION = "1.0.0";
    static final int MAJOR = 1;
    static final int MINOR = 0;

    /** Features that a dataset may require of its reader and that this reader has. */
    static final Set<String> FEATURES = Set.of();

    /** Most bytes of BAM records in one block: what one array can hold. */
    public static final int MAX_RAW_BLOCK = Integer.MAX_VALUE - 16;

    /** Most bytes of BAM records in a block of two records or more. */
    public static final int MAX_RAW_BLOCK_OF_SEVERAL = 64 << 20;

    /** Largest count in metadata and index: the largest that every JSON reader keeps exactly, 2^53 - 1. */
    static final long MAX_COUNT = (1L << 53) - 1;

    /** Reference index of the unplaced reads. */
    public static final int UNPLACED = -1;

    public static final int CODEC_STORED = 0;
    public static final int CODEC_ZSTD = 1;
    /** Of streams of blocks, not of sections. */
    public static final int CODEC_RANS = 2;

    private Bams3Format() {}

    /** Returns the minor version of a version as the metadata has it, `1.0.0`. */
    static int minor(String version) {
        int from = version.indexOf('.') + 1;
        return Integer.parseInt(version.substring(from, version.indexOf('.', from)));
    }

    public static byte[] magic(String fourLetters) {
        return fourLetters.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Returns the error UNSUPPORTED_VERSION for a part of an object that a newer version of the format has. */
    public static ReadsException unsupported(String object, String field, String what) {
        return ReadsException.unsupported(object, field, what + " is not known to this reader; a newer one is needed");
    }
}
