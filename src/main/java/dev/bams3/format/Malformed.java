package dev.bams3.format;

import dev.bams3.error.ReadsException;

/** A block whose checksums agree and whose contents do not: the writer was faulty, or is newer than its version says. */
public final class Malformed {
    private Malformed() {}

    public static ReadsException of(String field, String message) {
        return ReadsException.corrupt("", 0, field, message + " (although every checksum agrees)");
    }
}
