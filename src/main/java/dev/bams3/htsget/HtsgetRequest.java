package dev.bams3.htsget;

import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordView;
import dev.bams3.view.ColumnsText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * A request for reads, parsed from a query string or a JSON body and checked as far as possible without the dataset.
 *
 * @param format value of {@code format}
 * @param headerOnly whether {@code class=header} was asked for; the selection is then nothing: a header needs no index
 * @param selection which reads; reference names are not looked up yet
 * @param view which of these, and which of their columns
 * @param level of compression of BAM, 0 (stored) to 9; absent for the default of the service
 * @param endLine whether NDJSON ends with a line that has the number of records
 * @param allowed whether members of a cohort that the caller may not see are left out
 * @param ignored names of parameters that htsget does not know; they have no effect, and the answer should say so
 */
public record HtsgetRequest(
        Optional<HtsgetFormat> format,
        boolean headerOnly,
        ReadSelection selection,
        RecordView view,
        OptionalInt level,
        boolean endLine,
        boolean allowed,
        List<String> ignored) {
    /** Names of the parameters of a GET, without those of extensions. */
    public static final Set<String> PARAMETERS =
            Set.of("format", "class", "referenceName", "start", "end", "fields", "tags", "notags");

    private static final String ALLOWED = Extensions.NAMESPACE + "." + Extensions.ALLOWED;

    private static final Set<String> WITH_HEADER = Set.of("format", "class");

    /** Reference name that released versions of JBrowse's @gmod/bam (7.1) send beside {@code class=header}; it can change nothing there. */
    private static final String NO_REFERENCE = "na";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

    public HtsgetRequest {
        ignored = List.copyOf(ignored);
    }

    /**
     * The regions of a JSON body as those of a POST for reads, but it has to name some, and none of unplaced reads.
     *
     * @throws ReadsException INVALID_INPUT, INVALID_RANGE or TOO_LARGE, naming the place
     */
    public static List<Region> regions(JsonBody body, Limits limits) {
        return RequestBody.placed(body, limits);
    }

    /** Bounds of a POST request: bytes of body, and elements of {@code regions}. */
    public record Limits(int maxBodyBytes, int maxRegions) {}

    /**
     * Reads the parameters of a GET (htsget 1.3 § URL parameters).
     *
     * @throws ReadsException INVALID_INPUT, INVALID_RANGE or UNSUPPORTED_FORMAT, naming the parameter
     */
    public static HtsgetRequest parse(Map<String, List<String>> parameters) {
        parameters.forEach((name, values) -> {
            if (PARAMETERS.contains(name) && values.size() > 1) {
                throw ReadsException.invalidInput(name, "is given " + values.size() + " times; give it once");
            }
        });
        Query query = new Query(parameters);
        Optional<HtsgetFormat> format = query.value("format").map(value -> HtsgetFormat.parse("format", value));
        List<String> ignored = unknown(parameters);
        if (isHeaderClass("class", query.value("class"))) {
            for (String name : parameters.keySet()) {
                boolean meaningless = name.equals("referenceName")
                        && query.value(name).filter(NO_REFERENCE::equals).isPresent();
                if (!meaningless && (PARAMETERS.contains(name) && !WITH_HEADER.contains(name))
                        || (Extensions.isMeant(name) && !name.equals(ALLOWED))) {
                    throw ReadsException.invalidInput(name, "cannot stand beside class=header");
                }
            }
            Map<String, List<String>> own = new HashMap<>(parameters);
            own.keySet().retainAll(Set.of(ALLOWED));
            return header(format, Extensions.ofQuery(own, RecordColumns.ALL).allowed(), ignored);
        }
        RecordColumns columns = ColumnsText.parse(
                query.list("fields"), query.list("tags"), query.list("notags"), UnaryOperator.identity());
        ReadSelection selection = query.selection();
        Extensions extensions = Extensions.ofQuery(parameters, columns);
        return new HtsgetRequest(
                format,
                false,
                selection,
                extensions.view(),
                extensions.level(),
                extensions.endLine(),
                extensions.allowed(),
                ignored);
    }

    /**
     * Reads the body of a POST (htsget 1.3 § Request body); an empty one asks for everything.
     *
     * @param parameters of the query string, which must be empty: the specification has none for POST
     * @throws ReadsException INVALID_INPUT, INVALID_RANGE, UNSUPPORTED_FORMAT or TOO_LARGE, naming the place as a JSON pointer
     */
    public static HtsgetRequest parseBody(byte[] body, Map<String, List<String>> parameters, Limits limits) {
        for (String name : new TreeSet<>(parameters.keySet())) {
            throw ReadsException.invalidInput(
                    PARAMETERS.contains(name) || Extensions.isMeant(name) ? name : Text.quoted(name),
                    "a POST has no query parameters; members of its JSON body take their place");
        }
        return RequestBody.parse(body, limits);
    }

    /**
     * Refuses parameters of the form of an answer that its format does not have: a level of compression beside another format
     * than BAM, an end line beside another than NDJSON.
     *
     * @throws ReadsException INVALID_INPUT naming the parameter
     */
    public void checkForm(HtsgetFormat answer) {
        checkForm(answer == HtsgetFormat.BAM, answer == HtsgetFormat.NDJSON, answer.name());
    }

    /**
     * Refuses parameters of the form of records where the answer has no records.
     *
     * @param answer what is asked for instead
     * @throws ReadsException INVALID_INPUT naming the parameter
     */
    public void refuseForm(String answer) {
        checkForm(false, false, answer);
    }

    private void checkForm(boolean bam, boolean ndjson, String answer) {
        if (level.isPresent() && !bam) {
            throw ReadsException.invalidInput("bams3.level", "is for BAM, not for " + answer + "; leave it out");
        }
        if (endLine && !ndjson) {
            throw ReadsException.invalidInput("bams3.end", "is for NDJSON, not for " + answer + "; leave it out");
        }
    }

    static HtsgetRequest header(Optional<HtsgetFormat> format, boolean allowed, List<String> ignored) {
        return new HtsgetRequest(
                format, true, ReadSelection.nothing(), RecordView.ALL, OptionalInt.empty(), false, allowed, ignored);
    }

    static boolean isHeaderClass(String field, Optional<String> value) {
        if (value.isPresent() && !value.get().equals("header")) {
            throw ReadsException.invalidInput(
                    field,
                    Text.quoted(value.get()) + " is not a class; the only one is 'header', leave it out for reads");
        }
        return value.isPresent();
    }

    private static List<String> unknown(Map<String, List<String>> parameters) {
        List<String> names = new ArrayList<>(parameters.keySet());
        names.removeAll(PARAMETERS);
        names.removeIf(Extensions::isMeant);
        return names;
    }

    /** Typed access to the parameters, each of which stands at most once. */
    private record Query(Map<String, List<String>> parameters) {
        Optional<String> value(String name) {
            return Optional.ofNullable(parameters.get(name)).map(List::getFirst);
        }

        Optional<List<String>> list(String name) {
            return value(name).map(value -> value.isEmpty() ? List.of() : List.of(value.split(",", -1)));
        }

        OptionalLong position(String name) {
            Optional<String> value = value(name);
            if (value.isEmpty()) {
                return OptionalLong.empty();
            }
            // Not Long.parseLong alone, which takes "+5" and digits of other scripts.
            long position = NUMBER.matcher(value.get()).matches() ? Long.parseLong(value.get()) : -1;
            if (position < 0 || position > RequestedRegion.MAX_POSITION) {
                throw ReadsException.invalidInput(
                        name,
                        Text.quoted(value.get()) + " is not a whole number from 0 to " + RequestedRegion.MAX_POSITION);
            }
            return OptionalLong.of(position);
        }

        ReadSelection selection() {
            OptionalLong start = position("start");
            OptionalLong end = position("end");
            Optional<String> referenceName = value("referenceName");
            if (referenceName.isEmpty()) {
                if (start.isPresent() || end.isPresent()) {
                    throw ReadsException.invalidInput(start.isPresent() ? "start" : "end", "needs a referenceName");
                }
                return ReadSelection.everything();
            }
            RequestedRegion region = new RequestedRegion(referenceName.get(), start, end);
            region.check("");
            return region.isUnplaced()
                    ? ReadSelection.unplacedReads()
                    : ReadSelection.region(region.toRegion("", true));
        }
    }
}
