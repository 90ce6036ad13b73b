package dev.bams3.access;

import dev.bams3.access.AccessRule.Who;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * Reads rules from YAML (or JSON, which is YAML). What a key means stands in docs/operations.md; an unknown key is an error,
 * because a rule with a typing error would else grant more than was meant.
 */
public final class RulesFile {
    private static final Set<String> KEYS = Set.of("name", "who", "claims", "visa", "datasets", "regions", "unplaced");
    private static final int MAX_CHARACTERS = 4 << 20;

    private RulesFile() {}

    /**
     * @param source names the file in errors
     * @throws ReadsException INVALID_INPUT naming the rule and the key
     */
    public static List<AccessRule> parse(String source, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(MAX_CHARACTERS);
        options.setAllowDuplicateKeys(false);
        Object root;
        try {
            root = new Yaml(new SafeConstructor(options)).load(text);
        } catch (YAMLException e) {
            throw wrong(source, "is not YAML: " + e.getMessage());
        }
        if (!(root instanceof Map<?, ?> document)
                || !document.keySet().equals(Set.of("rules"))
                || !(document.get("rules") instanceof List<?> list)) {
            throw wrong(source, "must have the one key 'rules' with a list");
        }
        List<AccessRule> rules = new ArrayList<>();
        for (Object item : list) {
            String place = source + ": rule " + (rules.size() + 1);
            if (!(item instanceof Map<?, ?> rule)) {
                throw wrong(place, "is not a map");
            }
            for (Object key : rule.keySet()) {
                if (!(key instanceof String name) || !KEYS.contains(name)) {
                    throw wrong(place, "unknown key '" + key + "'; known are " + String.join(", ", KEYS));
                }
            }
            rules.add(rule(place, rule));
        }
        return List.copyOf(rules);
    }

    private static AccessRule rule(String place, Map<?, ?> rule) {
        List<DatasetPattern> datasets = texts(place, "datasets", rule.get("datasets")).stream()
                .map(DatasetPattern::new)
                .toList();
        if (datasets.isEmpty()) {
            throw wrong(place, "datasets: name at least one, or '**' for all");
        }
        boolean unplaced = truth(place, "unplaced", rule.get("unplaced"));
        Grant grant = Grant.everything();
        if (rule.containsKey("regions")) {
            List<Region> regions = texts(place, "regions", rule.get("regions")).stream()
                    .map(text -> region(place, text))
                    .toList();
            if (regions.isEmpty() && !unplaced) {
                throw wrong(place, "regions: grants nothing; name one, or leave the key out for all");
            }
            grant = new Grant.Regions(regions, unplaced);
        } else if (unplaced) {
            throw wrong(place, "unplaced: has a meaning beside regions only");
        }
        Object name = rule.get("name");
        return new AccessRule(name == null ? place : name.toString(), who(place, rule), datasets, grant);
    }

    private static Region region(String place, String text) {
        try {
            return Region.parse(text, ReferenceDictionary.EMPTY);
        } catch (ReadsException e) {
            throw wrong(place, "regions: " + e.getMessage());
        }
    }

    private static Who who(String place, Map<?, ?> rule) {
        long given = List.of("who", "claims", "visa").stream()
                .filter(rule::containsKey)
                .count();
        if (given != 1) {
            throw wrong(place, "needs exactly one of who, claims and visa");
        }
        if (rule.get("claims") instanceof Map<?, ?> claims && !claims.isEmpty()) {
            Map<String, Set<String>> values = new TreeMap<>();
            claims.forEach((claim, wanted) -> {
                Set<String> any = Set.copyOf(texts(place, "claims." + claim, wanted));
                if (any.isEmpty()) {
                    throw wrong(place, "claims." + claim + ": name a value, or '*' for any");
                }
                values.put(String.valueOf(claim), any);
            });
            return new Who.Claims(values);
        }
        if (rule.get("visa") instanceof Map<?, ?> visa && visa.get("value") instanceof String value) {
            if (!Set.of("value", "source", "by").containsAll(visa.keySet())) {
                throw wrong(place, "visa: has the keys value, source and by only");
            }
            return new Who.HasVisa(
                    value,
                    Optional.ofNullable(visa.get("source")).map(Object::toString),
                    Set.copyOf(texts(place, "visa.by", visa.get("by"))));
        }
        if ("anyone".equals(rule.get("who"))) {
            return new Who.Anyone();
        }
        if ("authenticated".equals(rule.get("who"))) {
            return new Who.Authenticated();
        }
        throw wrong(
                place,
                "who: is 'anyone' or 'authenticated'; claims: maps names to values; visa: has a value and perhaps source and by");
    }

    /** One text or a list of them. */
    private static List<String> texts(String place, String key, @Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        List<?> list = value instanceof List<?> several ? several : List.of(value);
        for (Object item : list) {
            if (item == null || item instanceof Map || item instanceof List) {
                throw wrong(place, key + ": must be a text or a list of texts");
            }
        }
        return list.stream().map(String::valueOf).toList();
    }

    private static boolean truth(String place, String key, @Nullable Object value) {
        if (value != null && !(value instanceof Boolean)) {
            throw wrong(place, key + ": must be true or false");
        }
        return Boolean.TRUE.equals(value);
    }

    private static ReadsException wrong(String place, String message) {
        return ReadsException.of(ErrorKind.INVALID_INPUT, place + ": " + message);
    }
}
