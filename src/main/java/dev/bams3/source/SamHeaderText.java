package dev.bams3.source;

import dev.bams3.error.ReadsException;
import dev.bams3.flow.MemoryLimits;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.HeaderLines;
import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;

/** The header lines of a SAM file: the text as it stands there, and what {@link HeaderLines} reads from it. Used by one thread. */
final class SamHeaderText {
    private final String resource;
    private final StringBuilder text = new StringBuilder();
    private final HeaderLines lines;

    /** @param resource name of the file */
    SamHeaderText(String resource) {
        this.resource = resource;
        lines = new HeaderLines(resource, false);
    }

    /**
     * Adds a line, without its end, one character a byte.
     *
     * @throws ReadsException INVALID_INPUT for a line that htslib refuses; TOO_LARGE
     */
    void add(String latin1) {
        int references = lines.references().size();
        if (MemoryLimits.headerBytes(text.length(), references) > BamRecords.MAX_HEADER_BYTES) {
            throw MemoryLimits.headerTooLarge(resource, text.length(), references, BamRecords.MAX_HEADER_BYTES);
        }
        // htslib adds the TAB of an empty comment.
        String line = latin1.equals("@CO") ? "@CO\t" : latin1;
        lines.add(line);
        text.append(line).append('\n');
    }

    /** Lines added so far. */
    long lines() {
        return lines.count();
    }

    /** @throws ReadsException INVALID_INPUT when two references have one name */
    SamHeader header() {
        try {
            return new SamHeader(
                    text.toString().getBytes(StandardCharsets.ISO_8859_1), new ReferenceDictionary(lines.references()));
        } catch (ReadsException e) {
            throw e.in(resource);
        }
    }

    /** How RNAME and RNEXT name the references. */
    SamReferences names(SamHeader header) {
        return new SamReferences(header.references(), lines.alternatives());
    }
}
