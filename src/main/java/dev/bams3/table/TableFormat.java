package dev.bams3.table;

/** The forms of a table. */
public enum TableFormat {
    /** An array of objects, one a line. */
    JSON("application/json"),
    /** A line with the names of the columns, and one for each row. */
    TSV("text/tab-separated-values"),
    /** A stream of record batches. */
    ARROW(ArrowStream.MEDIA_TYPE);

    private final String mediaType;

    TableFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    public String mediaType() {
        return mediaType;
    }
}
