package dev.bams3.sam;

import org.jspecify.annotations.Nullable;

/** Structural check of one BAM record, made where bytes from outside become a record. */
public final class BamRecordCheck {
    private BamRecordCheck() {}

    /**
     * Checks that the lengths inside the record agree with {@code block_size} and that every tag ends inside it.
     *
     * @param available bytes from {@code record} to the end of the data, at least 4
     * @return null for a sound record, else what is wrong, naming the field
     */
    public static @Nullable String problem(byte[] buffer, int record, int available) {
        throw new UnsupportedOperationException("owner: sam");
    }
}
