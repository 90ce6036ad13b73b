package dev.bams3.view;

import dev.bams3.error.ReadsException;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordField;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code fields}, {@code tags} and {@code notags} as people write them (htsget 1.3 § URL parameters). */
public final class ColumnsText {
    private static final Pattern TAG = Pattern.compile("[A-Za-z][A-Za-z0-9]");
    private static final int MAX_SHOWN = 80;

    private ColumnsText() {}

    /**
     * @param place what the caller knows a parameter by, for messages
     * @throws ReadsException INVALID_INPUT naming the list and its first wrong element
     */
    public static RecordColumns parse(
            Optional<List<String>> fields,
            Optional<List<String>> tags,
            Optional<List<String>> noTags,
            UnaryOperator<String> place) {
        Set<RecordField> wanted =
                fields.map(list -> fields(list, place.apply("fields"))).orElse(EnumSet.allOf(RecordField.class));
        Optional<List<String>> names =
                tags.map(list -> list.stream().map(ColumnsText::name).toList());
        Map<String, Character> types = types(tags.orElse(List.of()), place.apply("tags"));
        names.ifPresent(list -> checkTags(place.apply("tags"), list));
        noTags.ifPresent(list -> checkTags(place.apply("notags"), list));
        Set<String> unwanted = new HashSet<>(noTags.orElse(List.of()));
        for (String tag : names.orElse(List.of())) {
            if (unwanted.contains(tag)) {
                throw ReadsException.invalidInput(
                        place.apply("notags"), "tag " + tag + " stands in tags and in notags");
            }
        }
        return new RecordColumns(
                wanted,
                names.map(list -> list.stream().distinct().toList()),
                noTags.orElse(List.of()).stream().distinct().toList(),
                types);
    }

    /** The name of {@code XS:i}, or of {@code XS}. */
    private static String name(String tag) {
        int colon = tag.indexOf(':');
        return colon < 0 ? tag : tag.substring(0, colon);
    }

    private static Map<String, Character> types(List<String> tags, String place) {
        Map<String, Character> types = new HashMap<>();
        for (String tag : tags) {
            String name = name(tag);
            if (name.length() == tag.length()) {
                continue;
            }
            String type = tag.substring(name.length() + 1);
            if (!Set.of("i", "f", "Z").contains(type)) {
                throw ReadsException.invalidInput(
                        place, shown(tag) + " has a type that is not i, f or Z; leave it out for the usual type");
            }
            @Nullable Character other = types.put(name, type.charAt(0));
            if (other != null && other != type.charAt(0)) {
                throw ReadsException.invalidInput(place, "tag " + shown(name) + " stands there with two types");
            }
        }
        return types;
    }

    private static Set<RecordField> fields(List<String> names, String place) {
        if (names.isEmpty()) {
            throw ReadsException.invalidInput(place, "names no field; leave it out for all fields");
        }
        EnumSet<RecordField> fields = EnumSet.noneOf(RecordField.class);
        for (String name : names) {
            try {
                fields.add(RecordField.valueOf(name.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw ReadsException.invalidInput(
                        place,
                        shown(name) + " is not one of QNAME, FLAG, RNAME, POS, MAPQ, CIGAR, RNEXT, PNEXT, TLEN,"
                                + " SEQ, QUAL");
            }
        }
        return fields;
    }

    private static void checkTags(String place, List<String> tags) {
        for (String tag : tags) {
            if (!TAG.matcher(tag).matches()) {
                throw ReadsException.invalidInput(
                        place, shown(tag) + " is not a tag: two characters, a letter and a letter or digit");
            }
        }
    }

    private static String shown(String value) {
        return value.length() <= MAX_SHOWN ? "'" + value + "'" : "'" + value.substring(0, MAX_SHOWN) + "...'";
    }
}
