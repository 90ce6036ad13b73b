package dev.bams3.legacy;

import java.util.Map;

/**
 * A chunk object: the reads that start in one window of a reference, or those without one.
 *
 * @param path of the object below the dataset
 * @param reference index of the reference, or -1
 * @param start of the window
 * @param readsByChecksum numbers of reads that the manifest has for this path, by the SHA-256 of the object; several where
 *     the writer stored the object more than once
 */
record LegacyChunk(String path, int reference, long start, Map<String, Long> readsByChecksum) {
    /** Reads of it; where the manifest has several numbers, the largest. */
    long reads() {
        return readsByChecksum.values().stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }
}
