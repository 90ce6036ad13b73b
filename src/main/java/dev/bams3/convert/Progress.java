package dev.bams3.convert;

/**
 * How far a conversion, an export, a verification or a summary is.
 *
 * @param phase what it is doing
 * @param fraction of the whole work, 0 to 1
 * @param records read so far in this phase
 * @param recordBytes bytes of these records
 * @param sourceBytes read of the source: the file, or the dataset's blocks
 * @param sourceSize bytes of the source
 * @param storedBytes written so far: of the dataset's blocks, or of the exported file
 * @param keptRecords of the records, those of chunks that an earlier run has made
 * @param keptFraction of the whole work, what an earlier run has done of the fraction
 */
public record Progress(
        Phase phase,
        double fraction,
        long records,
        long recordBytes,
        long sourceBytes,
        long sourceSize,
        long storedBytes,
        long keptRecords,
        double keptFraction) {

    /** Creates the progress of a run that starts at the beginning. */
    public Progress(
            Phase phase,
            double fraction,
            long records,
            long recordBytes,
            long sourceBytes,
            long sourceSize,
            long storedBytes) {
        this(phase, fraction, records, recordBytes, sourceBytes, sourceSize, storedBytes, 0, 0);
    }

    /** The same, of a run that found this done. */
    Progress keeping(long records, double fraction) {
        return new Progress(
                phase,
                this.fraction,
                this.records,
                recordBytes,
                sourceBytes,
                sourceSize,
                storedBytes,
                records,
                fraction);
    }

    /** A sorted source is CONVERTED in one pass; another is SORTED first and then WRITTEN. */
    public enum Phase {
        CONVERTING,
        SORTING,
        WRITING,
        EXPORTING,
        VERIFYING,
        COMPARING,
        SUMMARIZING
    }

    /**
     * Receives progress from the working thread, a few times a second or more; an exception that it throws stops the work.
     * To cancel from outside, interrupt that thread.
     */
    @FunctionalInterface
    public interface Listener {
        Listener NONE = progress -> {};

        void progressed(Progress progress);
    }
}
