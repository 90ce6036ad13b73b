package dev.bams3.sam;

import dev.bams3.genome.ReferenceDictionary;
import java.util.List;
import java.util.Optional;

/**
 * A SAM header: the text as the source has it, byte for byte, and what this project reads from it.
 *
 * @param text header text, verbatim (usually ASCII; bytes are kept as they are)
 * @param references the binary reference list of the BAM, which decides over the text's {@code @SQ} lines
 */
public record SamHeader(byte[] text, ReferenceDictionary references) {

    /** {@code SO} of the {@code @HD} line. */
    public Optional<String> sortOrder() {
        throw new UnsupportedOperationException("owner: sam");
    }

    /** Values of {@code ID} in the {@code @RG} lines, in order. */
    public List<ReadGroup> readGroups() {
        throw new UnsupportedOperationException("owner: sam");
    }

    /** The same header with {@code SO:coordinate} (an {@code @HD} line is added where none stands), all else verbatim. */
    public SamHeader sortedByCoordinate() {
        throw new UnsupportedOperationException("owner: sam");
    }

    /**
     * One {@code @RG} line.
     *
     * @param id {@code ID}
     * @param sample {@code SM}
     * @param library {@code LB}
     * @param platform {@code PL}
     */
    public record ReadGroup(String id, Optional<String> sample, Optional<String> library, Optional<String> platform) {}
}
