package dev.bams3.legacy;

/**
 * Which prototype has written a dataset.
 *
 * @param version of its metadata
 * @param fromText whether it was made of SAM text on standard input: positions are 1-based then
 */
record Dialect(Version version, boolean fromText) {
    enum Version {
        /** 0.1 by the Python program: JSON, no optional fields. */
        PYTHON_JSON,
        /** 0.1 by the Go program: JSON. */
        GO_JSON,
        /** 0.2: binary. */
        BINARY
    }

    /** Difference of a stored position from a 0-based one. */
    int origin() {
        return fromText ? 1 : 0;
    }

    boolean hasTags() {
        return version != Version.PYTHON_JSON;
    }

    /** The binary writer of SAM text stored no CIGAR. */
    boolean hasCigars() {
        return version != Version.BINARY || !fromText;
    }
}
