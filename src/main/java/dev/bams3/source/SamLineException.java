package dev.bams3.source;

/** A line of SAM text that is not a record: the field, its text, and what is wrong with it. Caught in this package. */
final class SamLineException extends RuntimeException {
    private final String field;

    /** @param field name of the column, as {@code POS}; of a tag its two letters */
    SamLineException(String field, String problem) {
        super(problem, null, false, false);
        this.field = field;
    }

    String field() {
        return field;
    }
}
