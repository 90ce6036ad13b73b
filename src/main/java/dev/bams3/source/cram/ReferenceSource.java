package dev.bams3.source.cram;

import java.util.Optional;

/** A place where the bases of references are stored. Safe for use by many threads. */
public interface ReferenceSource {
    /**
     * Looks for a reference.
     *
     * @param name of it
     * @param md5 of its bases in hexadecimal, where the CRAM's header has it
     */
    Optional<Stored> find(String name, Optional<String> md5);

    /** The bases of one reference. */
    interface Stored {
        long length();

        /**
         * Reads bases, upper case.
         *
         * @param from 0-based position of the first
         * @param count how many, all of which are there
         */
        byte[] read(long from, int count);

        /** For messages: the file that they come from. */
        String description();
    }
}
