package dev.bams3.sam;

import dev.bams3.error.ReadsException;
import dev.bams3.genome.Reference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The lines of a header text one after the other, checked as htslib 1.24 checks them, and what records refer to in them.
 * Lines have one character a byte. Used by one thread.
 *
 * <p>Refused are a line without a type of two letters and a TAB behind it, a field that is no {@code XX:value}, an
 * {@code @SQ} without name, without a length of 1 or more, or with two different ones, and an {@code @RG} or {@code @PG}
 * without ID. Two {@code @SQ} of one name are found by {@link dev.bams3.genome.ReferenceDictionary}. Stricter than htslib:
 * a NUL byte, a name that is not UTF-8 and a length over 2^31-1, the most that a BAM can hold.
 */
public final class HeaderLines {
    /** The types of the specification, which are all that htslib accepts in SAM text. */
    private static final Set<String> SPECIFIED = Set.of("@HD", "@SQ", "@RG", "@PG", "@CO");

    private static final int TYPE_LENGTH = 3;

    private final String resource;
    private final boolean acceptOtherTypes;
    private final List<Reference> references = new ArrayList<>();
    private final Map<String, Integer> alternatives = new HashMap<>();
    private final Map<Integer, String> md5s = new HashMap<>();
    private final Set<String> readGroups = new LinkedHashSet<>();
    private long count;

    /**
     * @param resource name of the file
     * @param acceptOtherTypes whether types that the specification lacks are accepted, as htslib does in CRAM and BAM
     */
    public HeaderLines(String resource, boolean acceptOtherTypes) {
        this.resource = resource;
        this.acceptOtherTypes = acceptOtherTypes;
    }

    /**
     * Adds a line, without its end.
     *
     * @throws ReadsException INVALID_INPUT with the number of the line and its text
     */
    public void add(String line) {
        count++;
        if (line.indexOf('\0') >= 0) {
            throw refused(line, "the line has a NUL byte");
        }
        String type = line.substring(0, Math.min(TYPE_LENGTH, line.length()));
        boolean known = acceptOtherTypes ? isType(type) : SPECIFIED.contains(type);
        if (!known || line.length() == TYPE_LENGTH || line.charAt(TYPE_LENGTH) != '\t') {
            String types = acceptOtherTypes ? "@ and two letters" : "@HD, @SQ, @RG, @PG or @CO";
            throw refused(line, "a header line begins with " + types + " and a TAB");
        }
        if (type.equals("@CO")) {
            return;
        }
        List<String> fields = List.of(line.substring(TYPE_LENGTH + 1).split("\t", -1));
        if (fields.stream().anyMatch(field -> field.length() < 3 || field.charAt(2) != ':')) {
            throw refused(line, "a field is not of the form XX:value");
        }
        switch (type) {
            case "@SQ" -> addReference(line, fields);
            case "@RG" -> readGroups.add(id(line, fields));
            case "@PG" -> id(line, fields);
            default -> {}
        }
    }

    private static boolean isType(String type) {
        return type.length() == TYPE_LENGTH
                && type.charAt(0) == '@'
                && isLetter(type.charAt(1))
                && isLetter(type.charAt(2));
    }

    private static boolean isLetter(char c) {
        return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
    }

    private String id(String line, List<String> fields) {
        return first(fields, "ID").orElseThrow(() -> refused(line, "the line has no ID"));
    }

    private static Optional<String> first(List<String> fields, String name) {
        return fields.stream()
                .filter(field -> field.startsWith(name + ":"))
                .map(field -> field.substring(3))
                .findFirst();
    }

    private void addReference(String line, List<String> fields) {
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
                    if (length != -1 && stated != length) {
                        throw refused(line, "the line has two different lengths LN");
                    }
                    length = stated;
                }
                default -> {}
            }
        }
        if (name.isEmpty()) {
            throw refused(line, "the line has no name SN");
        }
        if (length < 1) {
            throw refused(line, "the line has no length LN, 1 or more");
        }
        if (length > Integer.MAX_VALUE) {
            throw refused(line, "LN is more than 2147483647, the longest reference of a BAM");
        }
        for (String other : others.split(",")) {
            if (!other.isEmpty()) {
                alternatives.putIfAbsent(other, references.size());
            }
        }
        first(fields, "M5").ifPresent(md5 -> md5s.put(references.size(), md5.toLowerCase(Locale.ROOT)));
        references.add(reference(name, (int) length));
    }

    private Reference reference(String name, int length) {
        try {
            return Reference.of(name.getBytes(StandardCharsets.ISO_8859_1), length);
        } catch (ReadsException e) {
            throw e.in(resource);
        }
    }

    /** The number at the beginning as C's {@code strtoll} reads it, 0 where there is none; more than an int is cut off. */
    private static long leadingNumber(String value) {
        int at = 0;
        while (at < value.length() && " \t\u000b\f\r".indexOf(value.charAt(at)) >= 0) {
            at++;
        }
        boolean signed = at < value.length() && (value.charAt(at) == '-' || value.charAt(at) == '+');
        long sign = signed && value.charAt(at) == '-' ? -1 : 1;
        long number = 0;
        for (at += signed ? 1 : 0; at < value.length(); at++) {
            int digit = value.charAt(at) - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            number = Math.min(10 * number + digit, Long.MAX_VALUE / 100);
        }
        return sign * number;
    }

    /** Lines added so far. */
    public long count() {
        return count;
    }

    /** The {@code @SQ} lines in order; two may have one name. */
    public List<Reference> references() {
        return references;
    }

    /** Further names of references (AN) and the indexes that they stand for. */
    public Map<String, Integer> alternatives() {
        return alternatives;
    }

    /** M5 of the references that have one, in lower case, by index. */
    public Map<Integer, String> md5s() {
        return md5s;
    }

    /** IDs of the {@code @RG} lines in order; one that stands twice counts once, as in htslib. */
    public Set<String> readGroups() {
        return readGroups;
    }

    private ReadsException refused(String line, String problem) {
        return ReadsException.invalidInput(
                        "source", "line " + count + ", header: " + problem + ": " + QuotedBytes.of(line))
                .in(resource);
    }
}
