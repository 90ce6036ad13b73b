package dev.bams3.htsget;

import dev.bams3.error.ReadsException;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordView;
import dev.bams3.view.CriteriaText;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/**
 * Parameters beyond htsget: `bams3.minMapq=30` in a query string, {@code "bams3":{"minMapq":30}} in a JSON body. htsget wants
 * unknown parameters ignored, but the prefix addresses this service: an unknown name with it is refused.
 */
record Extensions(RecordView view, OptionalInt level, boolean endLine, boolean allowed) {
    static final String NAMESPACE = "bams3";

    private static final String PREFIX = NAMESPACE + ".";

    /** Level of compression of BAM answers. */
    static final String LEVEL = "level";

    /** Whether NDJSON ends with a line that has the number of records. */
    static final String END = "end";

    /** Whether members of a cohort that the caller may not see are left out. */
    static final String ALLOWED = "allowed";

    private static final int MAX_LEVEL = 9;

    /** Whether a name of a query string, or of the top of a JSON body, is meant for this service. */
    static boolean isMeant(String name) {
        return name.toLowerCase(Locale.ROOT).startsWith(NAMESPACE);
    }

    /** @throws ReadsException INVALID_INPUT naming the parameter */
    static Extensions ofQuery(Map<String, List<String>> parameters, RecordColumns columns) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        parameters.forEach((name, texts) -> {
            if (isMeant(name)) {
                String own = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
                values.put(known(own, name, PREFIX), texts);
            }
        });
        return of(values, PREFIX, columns);
    }

    /** @throws ReadsException INVALID_INPUT naming the place as a JSON pointer */
    static Extensions ofBody(JsonNode root, RecordColumns columns) {
        for (String name : root.propertyNames()) {
            if (isMeant(name) && !name.equals(NAMESPACE)) {
                throw ReadsException.invalidInput(
                        "/" + shortened(name),
                        "is not known; extensions stand in an object: {\"bams3\":{\"minMapq\":30}}");
            }
        }
        JsonNode object = root.path(NAMESPACE);
        Map<String, List<String>> values = new LinkedHashMap<>();
        if (!object.isMissingNode() && !object.isNull()) {
            if (!object.isObject()) {
                throw ReadsException.invalidInput("/" + NAMESPACE, "is not a JSON object");
            }
            object.properties().stream()
                    .filter(property -> !property.getValue().isNull())
                    .forEach(property -> values.put(
                            known(property.getKey(), "/" + NAMESPACE + "/" + shortened(property.getKey()), ""),
                            texts(property.getKey(), property.getValue())));
        }
        return of(values, "/" + NAMESPACE + "/", columns);
    }

    private static Extensions of(Map<String, List<String>> values, String prefix, RecordColumns columns) {
        OptionalInt level = OptionalInt.empty();
        List<String> levels = values.remove(LEVEL);
        if (levels != null) {
            level = OptionalInt.of(level(levels, prefix + LEVEL));
        }
        List<String> ends = values.remove(END);
        boolean endLine = ends != null && isTrue(ends, prefix + END);
        List<String> alloweds = values.remove(ALLOWED);
        boolean allowed = alloweds != null && isTrue(alloweds, prefix + ALLOWED);
        return new Extensions(CriteriaText.parse(values, name -> prefix + name, columns), level, endLine, allowed);
    }

    private static boolean isTrue(List<String> values, String place) {
        String text = values.getFirst();
        if (values.size() > 1 || !text.equals("true") && !text.equals("false")) {
            throw ReadsException.invalidInput(place, "must be true or false, given once");
        }
        return text.equals("true");
    }

    private static int level(List<String> values, String place) {
        String text = values.getFirst();
        if (values.size() > 1 || text.length() != 1 || text.charAt(0) < '0' || text.charAt(0) > '0' + MAX_LEVEL) {
            throw ReadsException.invalidInput(
                    place, "must be one number from 0 (stored) to " + MAX_LEVEL + " (smallest), given once");
        }
        return text.charAt(0) - '0';
    }

    private static List<String> texts(String name, JsonNode value) {
        List<String> texts = new ArrayList<>();
        if (value.isArray() && CriteriaText.REPEATABLE.contains(name)) {
            if (value.isEmpty()) {
                throw ReadsException.invalidInput(
                        "/" + NAMESPACE + "/" + name, "is an empty array; leave it out for no condition");
            }
            value.forEach(element -> texts.add(text(name, element)));
        } else {
            texts.add(text(name, value));
        }
        return texts;
    }

    private static String text(String name, JsonNode value) {
        if (value.isString()) {
            return value.stringValue();
        }
        if ((name.equals(END) || name.equals(ALLOWED)) && value.isBoolean()) {
            return Boolean.toString(value.booleanValue());
        }
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return Long.toString(value.longValue());
        }
        double number = value.isNumber() ? value.doubleValue() : -1;
        if (number > 0 && number <= 1) {
            // A double of this size as plain digits, which is how everybody else writes it.
            return BigDecimal.valueOf(number).toPlainString();
        }
        throw ReadsException.invalidInput(
                "/" + NAMESPACE + "/" + name,
                CriteriaText.REPEATABLE.contains(name)
                        ? "is not a string, and not an array of strings"
                        : "is neither a string nor a number of its range");
    }

    private static String known(String own, String place, String prefix) {
        if (!List.of(LEVEL, END, ALLOWED).contains(own) && !CriteriaText.PARAMETERS.contains(own)) {
            throw ReadsException.invalidInput(
                    shortened(place),
                    "is not known; there are " + prefix + String.join(", " + prefix, CriteriaText.PARAMETERS) + ", "
                            + prefix + LEVEL + ", " + prefix + END + ", " + prefix + ALLOWED);
        }
        return own;
    }

    private static String shortened(String name) {
        return name.length() <= 80 ? name : name.substring(0, 80) + "...";
    }
}
