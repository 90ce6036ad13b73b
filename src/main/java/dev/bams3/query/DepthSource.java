package dev.bams3.query;

import java.util.Locale;

/** Where depth comes from. */
public enum DepthSource {
    /** Every record of the region: exact. */
    RECORDS,
    /** The summary that the dataset has: exact, and of chunk objects only the ends of a region are read, if anything. */
    SUMMARY,
    /** The block index alone: an estimate, at the same cost for any region. */
    INDEX;

    /** Returns its name in requests and answers. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    public boolean isExact() {
        return this != INDEX;
    }
}
