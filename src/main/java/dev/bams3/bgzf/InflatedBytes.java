package dev.bams3.bgzf;

/** What a BGZF file inflates to, read from its beginning to its end by one thread. */
public interface InflatedBytes {
    /**
     * Reads some bytes, waiting for at least one.
     *
     * @param length 1 or more
     * @return how many; -1 at the end of a file that was read to its last byte and is whole
     * @throws dev.bams3.error.ReadsException CORRUPT or UNAVAILABLE
     */
    int read(byte[] target, int offset, int length);

    /**
     * File offset of the block that holds an inflated byte, for error messages. May be that of an earlier block if the
     * byte was read long ago.
     *
     * @param position index of the byte among all inflated ones, not beyond what was read
     */
    long fileOffset(long position);

    /** The file, for error messages. */
    String resource();
}
