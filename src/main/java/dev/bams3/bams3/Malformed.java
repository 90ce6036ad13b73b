package dev.bams3.bams3;

import dev.bams3.error.ReadsException;

/** A block whose checksums agree and whose contents do not: the writer was faulty, or is newer than its version says. */
final class Malformed {
    private Malformed() {}

    static ReadsException of(String field, String message) {
        return ReadsException.corrupt("", 0, field, message + " (although every checksum agrees)");
    }
}
