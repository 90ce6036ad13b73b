package dev.bams3.discovery;

import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.sam.ReadSelection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Parameters of a query string, each once. An unknown one is an error here, unlike in htsget: it is a typing error, and its
 * silent default would be taken for an answer.
 */
final class Parameters {
    private static final Set<String> OF_REGIONS = Set.of("referenceName", "start", "end");
    private static final Pattern PRINTABLE = Pattern.compile("[A-Za-z0-9._-]{1,40}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private final Map<String, List<String>> values;

    /** @throws ReadsException INVALID_INPUT naming a parameter that is unknown or given twice */
    Parameters(Map<String, List<String>> values, Set<String> known) {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                throw unknown(name, known);
            }
            int times = values.getOrDefault(name, List.of()).size();
            if (times > 1) {
                throw ReadsException.invalidInput(name, "is given " + times + " times; give it once");
            }
        }
        this.values = values;
    }

    static ReadsException unknown(String name, Set<String> known) {
        return ReadsException.invalidInput(
                PRINTABLE.matcher(name).matches() ? name : "query",
                "unknown parameter; the known ones are " + String.join(", ", new TreeSet<>(known)));
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).map(List::getFirst);
    }

    /** @throws ReadsException INVALID_INPUT unless it is a whole number of the range */
    int number(String name, int absent, int min, int max) {
        Optional<String> value = text(name);
        if (value.isEmpty()) {
            return absent;
        }
        int number = NUMBER.matcher(value.get()).matches() ? Integer.parseInt(value.get()) : -1;
        if (number < min || number > max) {
            throw ReadsException.invalidInput(name, "must be a whole number from " + min + " to " + max);
        }
        return number;
    }

    /** The reads of {@code referenceName}, {@code start} and {@code end}, under the rules of htsget. */
    ReadSelection selection() {
        Map<String, List<String>> region = new HashMap<>(values);
        region.keySet().retainAll(OF_REGIONS);
        return HtsgetRequest.parse(region).selection();
    }
}
