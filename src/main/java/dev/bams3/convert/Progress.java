package dev.bams3.convert;

/**
 * How far a conversion, an export or a verification is.
 *
 * @param phase what it is doing
 * @param fraction of the whole work, 0 to 1
 * @param records read so far in this phase
 * @param recordBytes bytes of these records
 * @param sourceBytes read of the source: the file, or the dataset's blocks
 * @param sourceSize bytes of the source
 * @param storedBytes written so far: of the dataset's blocks, or of the exported file
 */
public record Progress(
        Phase phase,
        double fraction,
        long records,
        long recordBytes,
        long sourceBytes,
        long sourceSize,
        long storedBytes) {

    /** A sorted source is CONVERTED in one pass; another is SORTED first and then WRITTEN. */
    public enum Phase {
        CONVERTING,
        SORTING,
        WRITING,
        EXPORTING,
        VERIFYING
    }

    /**
     * Told of progress by the working thread, a few times a second or more; what it throws stops the work. To cancel from
     * outside, interrupt that thread.
     */
    @FunctionalInterface
    public interface Listener {
        Listener NONE = progress -> {};

        void progressed(Progress progress);
    }
}
