package dev.bams3.view;

import dev.bams3.error.ReadsException;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordCriteria.Subsample;
import dev.bams3.sam.RecordCriteria.TagCondition;
import dev.bams3.sam.RecordView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Conditions on records as people write them: the same in a query string, a JSON body and on the command line, which differ
 * in what they call a parameter.
 */
public final class CriteriaText {
    public static final String REQUIRED_FLAGS = "requiredFlags";
    public static final String EXCLUDED_FLAGS = "excludedFlags";
    public static final String MIN_MAPPING_QUALITY = "minMapq";
    public static final String READ_GROUP = "readGroup";
    public static final String SAMPLE = "sample";
    public static final String NAME = "name";
    public static final String TAG = "tag";
    public static final String LIMIT = "limit";
    public static final String SUBSAMPLE = "subsample";
    public static final String SEED = "seed";

    /** Every name, in the order of documents. */
    public static final List<String> PARAMETERS = List.of(
            REQUIRED_FLAGS, EXCLUDED_FLAGS, MIN_MAPPING_QUALITY, READ_GROUP, SAMPLE, NAME, TAG, SUBSAMPLE, SEED, LIMIT);

    /** Those that may be given several times; one of the values must hold. */
    public static final List<String> REPEATABLE = List.of(READ_GROUP, SAMPLE, NAME, TAG);

    /** Names of the bits, from the lowest, as {@code samtools flags} has them. */
    private static final List<String> FLAG_NAMES = List.of(
            "PAIRED",
            "PROPER_PAIR",
            "UNMAP",
            "MUNMAP",
            "REVERSE",
            "MREVERSE",
            "READ1",
            "READ2",
            "SECONDARY",
            "QCFAIL",
            "DUP",
            "SUPPLEMENTARY");

    private static final int MAX_FLAGS = 0xFFFF;
    private static final int MAX_NAME = 254;
    private static final int MAX_TEXT = 1000;
    private static final int MAX_SHOWN = 80;
    private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,5}");
    private static final Pattern HEXADECIMAL = Pattern.compile("0[xX][0-9A-Fa-f]{1,4}");
    private static final Pattern LIMIT_NUMBER = Pattern.compile("[0-9]{1,18}");
    private static final Pattern SEED_NUMBER = Pattern.compile("-?[0-9]{1,18}");
    private static final Pattern FRACTION = Pattern.compile("[0-9]?(?:\\.[0-9]{1,17})?(?:[eE]-[0-9]{1,2})?");
    private static final Pattern TAG_NAME = Pattern.compile("[A-Za-z][A-Za-z0-9]");

    private final Map<String, List<String>> values;
    private final UnaryOperator<String> place;

    private CriteriaText(Map<String, List<String>> values, UnaryOperator<String> place) {
        this.values = values;
        this.place = place;
    }

    /**
     * @param values by the names of {@link #PARAMETERS}
     * @param place what the caller knows a parameter by, for messages
     * @param columns goes into the view as it is
     * @throws ReadsException INVALID_INPUT naming the parameter
     */
    public static RecordView parse(
            Map<String, List<String>> values, UnaryOperator<String> place, RecordColumns columns) {
        CriteriaText text = new CriteriaText(values, place);
        return new RecordView(text.criteria(), columns, text.limit());
    }

    private RecordCriteria criteria() {
        for (String name : PARAMETERS) {
            if (!REPEATABLE.contains(name) && texts(name).size() > 1) {
                throw wrong(name, "is given " + texts(name).size() + " times; give it once");
            }
        }
        int required = flags(REQUIRED_FLAGS);
        int excluded = flags(EXCLUDED_FLAGS);
        if ((required & excluded) != 0) {
            throw wrong(
                    EXCLUDED_FLAGS,
                    "bits 0x" + Integer.toHexString(required & excluded) + " are in " + place.apply(REQUIRED_FLAGS)
                            + ", too: no record has and has not a bit");
        }
        return new RecordCriteria(
                required,
                excluded,
                minMappingQuality(),
                notEmpty(READ_GROUP),
                notEmpty(SAMPLE),
                names(),
                tags(),
                subsample());
    }

    private List<String> texts(String name) {
        return values.getOrDefault(name, List.of());
    }

    private Optional<String> text(String name) {
        return texts(name).stream().findFirst();
    }

    private int flags(String name) {
        int flags = 0;
        for (String part : text(name).map(text -> text.split(",", -1)).orElse(new String[0])) {
            int named = FLAG_NAMES.indexOf(part);
            if (named >= 0) {
                flags |= 1 << named;
                continue;
            }
            int bits = DECIMAL.matcher(part).matches()
                    ? Integer.parseInt(part)
                    : HEXADECIMAL.matcher(part).matches() ? Integer.parseInt(part.substring(2), 16) : -1;
            if (bits < 0 || bits > MAX_FLAGS) {
                throw wrong(
                        name,
                        shown(part) + " is neither a number from 0 to 65535 (0x for hexadecimal) nor one of "
                                + String.join(", ", FLAG_NAMES));
            }
            flags |= bits;
        }
        return flags;
    }

    private int minMappingQuality() {
        return text(MIN_MAPPING_QUALITY)
                .map(text -> {
                    int quality = DECIMAL.matcher(text).matches() ? Integer.parseInt(text) : -1;
                    if (quality < 0 || quality > 255) {
                        throw wrong(MIN_MAPPING_QUALITY, shown(text) + " is not a whole number from 0 to 255");
                    }
                    return quality;
                })
                .orElse(0);
    }

    private List<String> notEmpty(String name) {
        for (String text : texts(name)) {
            if (text.isEmpty()) {
                throw wrong(name, "is empty");
            }
            if (text.length() > MAX_TEXT) {
                throw wrong(name, shown(text) + " has more than " + MAX_TEXT + " characters");
            }
        }
        return texts(name);
    }

    private List<String> names() {
        for (String name : notEmpty(NAME)) {
            if (name.length() > MAX_NAME) {
                throw wrong(NAME, shown(name) + " has more than the 254 characters of a read name");
            }
        }
        return texts(NAME);
    }

    private List<TagCondition> tags() {
        List<TagCondition> tags = new ArrayList<>();
        for (String text : notEmpty(TAG)) {
            String name = text.substring(0, Math.min(2, text.length()));
            if (!TAG_NAME.matcher(name).matches() || (text.length() > 2 && text.charAt(2) != ':')) {
                throw wrong(TAG, shown(text) + " is neither a tag of two characters (NM) nor one with a value (NM:0)");
            }
            tags.add(new TagCondition(name, text.length() > 2 ? Optional.of(text.substring(3)) : Optional.empty()));
        }
        return tags;
    }

    private Optional<Subsample> subsample() {
        Optional<String> seed = text(SEED);
        Optional<String> fraction = text(SUBSAMPLE);
        if (fraction.isEmpty()) {
            if (seed.isPresent()) {
                throw wrong(SEED, "has no meaning without " + place.apply(SUBSAMPLE));
            }
            return Optional.empty();
        }
        String text = fraction.get();
        double share = !text.isEmpty() && FRACTION.matcher(text).matches() ? Double.parseDouble(text) : -1;
        if (!(share > 0 && share <= 1)) {
            throw wrong(SUBSAMPLE, shown(text) + " is not a fraction of more than 0 and at most 1");
        }
        seed.ifPresent(number -> {
            if (!SEED_NUMBER.matcher(number).matches()) {
                throw wrong(SEED, shown(number) + " is not a whole number");
            }
        });
        return Optional.of(new Subsample(share, seed.map(Long::parseLong).orElse(0L)));
    }

    private OptionalLong limit() {
        Optional<String> text = text(LIMIT);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        long limit = LIMIT_NUMBER.matcher(text.get()).matches() ? Long.parseLong(text.get()) : 0;
        if (limit < 1) {
            throw wrong(LIMIT, shown(text.get()) + " is not a whole number of 1 or more");
        }
        return OptionalLong.of(limit);
    }

    private ReadsException wrong(String name, String message) {
        return ReadsException.invalidInput(place.apply(name), message);
    }

    private static String shown(String value) {
        return value.length() <= MAX_SHOWN ? "'" + value + "'" : "'" + value.substring(0, MAX_SHOWN) + "...'";
    }
}
