package dev.bams3.error;

/** What went wrong, in the terms a caller can act on. Web, jobs and command line decide by this value alone. */
public enum ErrorKind {
    /** A parameter or an input file is not what it has to be. */
    INVALID_INPUT,
    /** Start and end of a region contradict each other. */
    INVALID_RANGE,
    /** The requested output format is not one that this endpoint gives. */
    UNSUPPORTED_FORMAT,
    /** No credentials, or credentials that could not be verified. */
    UNAUTHENTICATED,
    /** The caller is known and may not do this; or storage refuses this service, which asking again does not change. */
    DENIED,
    /** A dataset, a reference, a job or a source that does not exist; never an object that the metadata names. */
    NOT_FOUND,
    /** A request body or a record over its limit. */
    TOO_LARGE,
    /** Something else changed the object between two steps: a lost race, a stale ETag. */
    CHANGED,
    /** This process has no free place for the request now. */
    OVERLOADED,
    /** Storage did not answer, or failed; the same request may succeed later. */
    UNAVAILABLE,
    /** Stored bytes are not what they must be. */
    CORRUPT,
    /** Stored bytes need a newer reader. */
    UNSUPPORTED_VERSION,
    /** The caller went away or asked to stop. */
    CANCELLED,
    /** A defect of this program: a check of its own work failed, or an exception that no code expects. Never bad input. */
    INTERNAL
}
