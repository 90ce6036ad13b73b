package dev.bams3.source;

import dev.bams3.error.ReadsException;
import dev.bams3.flow.MemoryLimits;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The header lines of a SAM file: the text as it stands there, and the references that its {@code @SQ} lines name. What
 * htslib 1.24 refuses is refused: other types of lines, fields that are no {@code XX:value}, an {@code @SQ} without name or
 * length, one that stands twice, an {@code @RG} or {@code @PG} without ID. Used by one thread.
 */
final class SamHeaderText {
    private static final Set<String> TYPES = Set.of("@HD", "@SQ", "@RG", "@PG", "@CO");

    private final String resource;
    private final StringBuilder text = new StringBuilder();
    private final List<Reference> references = new ArrayList<>();
    private final Map<String, Integer> alternatives = new HashMap<>();
    private long line;

    /** @param resource name of the file */
    SamHeaderText(String resource) {
        this.resource = resource;
    }

    /** Adds a line, without its end, one character a byte. */
    void add(String latin1) {
        line++;
        if (MemoryLimits.headerBytes(text.length(), references.size()) > BamRecords.MAX_HEADER_BYTES) {
            throw MemoryLimits.headerTooLarge(resource, text.length(), references.size(), BamRecords.MAX_HEADER_BYTES);
        }
        if (latin1.indexOf('\0') >= 0) {
            throw wrong(latin1, "the line has a NUL byte");
        }
        String type = latin1.substring(0, Math.min(3, latin1.length()));
        if (!TYPES.contains(type) || latin1.length() > 3 && latin1.charAt(3) != '\t') {
            throw wrong(latin1, "a header line begins with @HD, @SQ, @RG, @PG or @CO and a TAB");
        }
        if (!type.equals("@CO")) {
            add(type, latin1);
        } else if (latin1.length() == 3) {
            // As htslib ends it.
            text.append(latin1).append("\t\n");
            return;
        }
        text.append(latin1).append('\n');
    }

    private void add(String type, String latin1) {
        String[] fields = latin1.split("\t", -1);
        List<String> values = Arrays.asList(fields).subList(1, fields.length);
        if (values.isEmpty() || values.stream().anyMatch(field -> field.length() < 3 || field.charAt(2) != ':')) {
            throw wrong(latin1, "a field is not of the form XX:value");
        }
        switch (type) {
            case "@SQ" -> addReference(latin1, values);
            case "@RG", "@PG" -> {
                if (values.stream().noneMatch(field -> field.startsWith("ID:"))) {
                    throw wrong(latin1, "the line has no ID");
                }
            }
            default -> {}
        }
    }

    private void addReference(String latin1, List<String> fields) {
        String name = "";
        String others = "";
        long length = -1;
        for (String field : fields) {
            String value = field.substring(3);
            switch (field.substring(0, 2)) {
                case "SN" -> name = value;
                case "AN" -> others = value;
                case "LN" -> {
                    long stated = leadingNumber(value);
                    if (length >= 0 && stated != length) {
                        throw wrong(latin1, "the line has two lengths LN");
                    }
                    length = stated;
                }
                default -> {}
            }
        }
        if (name.isEmpty()) {
            throw wrong(latin1, "the line has no name SN");
        }
        if (length < 1) {
            throw wrong(latin1, "the line has no length LN, 1 or more");
        }
        if (length > Integer.MAX_VALUE) {
            throw wrong(latin1, "LN is more than 2147483647, the longest reference of a BAM");
        }
        for (String other : others.split(",")) {
            if (!other.isEmpty()) {
                alternatives.putIfAbsent(other, references.size());
            }
        }
        references.add(reference(name, (int) length));
    }

    private Reference reference(String latin1, int length) {
        try {
            return Reference.of(latin1.getBytes(StandardCharsets.ISO_8859_1), length);
        } catch (ReadsException e) {
            throw e.in(resource);
        }
    }

    /** The digits at the beginning, as C's {@code strtoll} reads them; -1 where there is none. */
    private static long leadingNumber(String value) {
        int end = 0;
        while (end < value.length() && end < 18 && value.charAt(end) >= '0' && value.charAt(end) <= '9') {
            end++;
        }
        return end == 0 ? -1 : Long.parseLong(value.substring(0, end));
    }

    /** Lines added so far. */
    long lines() {
        return line;
    }

    /** @throws ReadsException INVALID_INPUT when two references have one name */
    SamHeader header() {
        try {
            return new SamHeader(
                    text.toString().getBytes(StandardCharsets.ISO_8859_1), new ReferenceDictionary(references));
        } catch (ReadsException e) {
            throw e.in(resource);
        }
    }

    /** How RNAME and RNEXT name the references. */
    SamReferences names(SamHeader header) {
        return new SamReferences(header.references(), alternatives);
    }

    private ReadsException wrong(String latin1, String problem) {
        return ReadsException.invalidInput(
                        "source", "line " + line + ", header: " + problem + ": " + TextBytes.quoted(latin1))
                .in(resource);
    }
}
