package dev.bams3.encode;

import dev.bams3.table.ArrowStream;

/** The forms in which records leave the service. */
public enum ReadFormat {
    BAM("application/vnd.ga4gh.bam"),
    SAM("text/x-sam"),
    JSON("application/json"),
    NDJSON("application/x-ndjson"),
    TSV("text/tab-separated-values"),
    ARROW(ArrowStream.MEDIA_TYPE);

    private final String mediaType;

    ReadFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    /** Whether the answer shows the columns that were asked for and no others. */
    public boolean isTable() {
        return this == TSV || this == ARROW;
    }

    public String mediaType() {
        return mediaType;
    }
}
