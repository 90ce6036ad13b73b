package dev.bams3.htsget;

import dev.bams3.error.ReadsException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules for the values of {@code fields}, {@code tags} and {@code notags} (htsget 1.3 § URL parameters). */
final class FieldLists {
    private static final Set<String> FIELDS =
            Set.of("QNAME", "FLAG", "RNAME", "POS", "MAPQ", "CIGAR", "RNEXT", "PNEXT", "TLEN", "SEQ", "QUAL");
    private static final Pattern TAG = Pattern.compile("[A-Za-z][A-Za-z0-9]");

    private FieldLists() {}

    /** @throws ReadsException INVALID_INPUT naming the list and its first wrong element */
    static void check(Optional<List<String>> fields, Optional<List<String>> tags, Optional<List<String>> noTags) {
        fields.ifPresent(FieldLists::checkFields);
        tags.ifPresent(list -> checkTags("tags", list));
        noTags.ifPresent(list -> checkTags("notags", list));
        Set<String> unwanted = new HashSet<>(noTags.orElse(List.of()));
        for (String tag : tags.orElse(List.of())) {
            if (unwanted.contains(tag)) {
                throw ReadsException.invalidInput("notags", "tag " + tag + " stands in tags and in notags");
            }
        }
    }

    private static void checkFields(List<String> fields) {
        if (fields.isEmpty()) {
            throw ReadsException.invalidInput("fields", "names no field; leave it out for all fields");
        }
        for (String field : fields) {
            if (!FIELDS.contains(field.toUpperCase(Locale.ROOT))) {
                throw ReadsException.invalidInput(
                        "fields",
                        Text.quoted(field) + " is not one of QNAME, FLAG, RNAME, POS, MAPQ, CIGAR, RNEXT, PNEXT, TLEN,"
                                + " SEQ, QUAL");
            }
        }
    }

    private static void checkTags(String name, List<String> tags) {
        for (String tag : tags) {
            if (!TAG.matcher(tag).matches()) {
                throw ReadsException.invalidInput(
                        name, Text.quoted(tag) + " is not a tag: two characters, a letter and a letter or digit");
            }
        }
    }
}
