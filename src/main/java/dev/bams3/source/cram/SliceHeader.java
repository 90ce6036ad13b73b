package dev.bams3.source.cram;

import java.util.Arrays;

/**
 * The header of a slice (CRAMv3 § 8.5).
 *
 * @param reference its one reference, {@link #UNMAPPED}, or {@link #SEVERAL}
 * @param start 1-based position of its first base on the reference
 * @param span reference bases that it covers
 * @param records in it
 * @param counter records of the file before it
 * @param blocks that follow it
 * @param embedded content id of the block that holds the reference's bases; negative without
 * @param md5 of those reference bases, all zero where none is stored
 */
record SliceHeader(
        int reference,
        int start,
        int span,
        int records,
        long counter,
        int blocks,
        int embedded,
        byte[] md5,
        Place place) {
    static final int UNMAPPED = -1;
    static final int SEVERAL = -2;

    private static final int MD5_LENGTH = 16;

    static SliceHeader read(Block block, CramVersion version) {
        CramCursor in =
                block.require(Block.MAPPED_SLICE, "the header of a slice").cursor();
        Place place = block.place().named("slice");
        int reference = in.itf8();
        int start = in.itf8();
        int span = in.itf8();
        int records = in.itf8();
        long counter = version.major() == 2 ? in.itf8() : in.ltf8();
        int blocks = in.itf8();
        int ids = in.count("number of content ids");
        for (int i = 0; i < ids; i++) {
            in.itf8();
        }
        int embedded = in.itf8();
        byte[] md5 = in.bytes(MD5_LENGTH);
        // Tags may follow, which say nothing about the records.
        if (reference < SEVERAL || start < 0 || span < 0 || records < 0 || blocks < 1 || ids < 1) {
            throw place.corrupt("impossible numbers: reference " + reference + ", start " + start + ", span " + span
                    + ", " + records + " records, " + blocks + " blocks");
        }
        return new SliceHeader(reference, start, span, records, counter, blocks, embedded, md5, place);
    }

    boolean hasMd5() {
        return !Arrays.equals(md5, new byte[MD5_LENGTH]);
    }

    boolean isEmbedded() {
        return embedded >= 0;
    }

    /** 1-based position of its last base on the reference. */
    long end() {
        return start + (long) span - 1;
    }
}
