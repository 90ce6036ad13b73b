package dev.bams3.source.cram;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;

/**
 * A place in a CRAM, for messages.
 *
 * @param resource name of the file
 * @param offset of the structure in the file
 * @param what the structure is: {@code container header}, {@code slice}
 */
record Place(String resource, long offset, String what) {
    Place named(String newWhat) {
        return new Place(resource, offset, newWhat);
    }

    Place at(long newOffset, String newWhat) {
        return new Place(resource, newOffset, newWhat);
    }

    ReadsException corrupt(String message) {
        return ReadsException.corrupt(resource, offset, what, message + "; get the file again from where it was made");
    }

    ReadsException corrupt(String message, Throwable cause) {
        return ReadsException.corrupt(
                resource, offset, what, message + "; get the file again from where it was made", cause);
    }

    ReadsException tooLarge(String message) {
        return ReadsException.about(ErrorKind.TOO_LARGE, resource, what + " at byte " + offset + ": " + message);
    }
}
