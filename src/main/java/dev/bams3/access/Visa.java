package dev.bams3.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A verified GA4GH visa (GA4GH Passport 1.2 § Visa Object). Its signature, issuer and expiry have been checked.
 *
 * @param type such as `ControlledAccessGrants`
 * @param value what is asserted
 * @param source organization that asserts it
 * @param by kind of who asserted it: `self`, `peer`, `system`, `so`, `dac`
 * @param conditions one of these lists must be met as a whole; none: unconditional
 */
public record Visa(String type, String value, String source, Optional<String> by, List<List<Condition>> conditions) {
    public static final String CONTROLLED_ACCESS = "ControlledAccessGrants";

    public Visa {
        conditions = conditions.stream().map(List::copyOf).toList();
    }

    /**
     * A demand on another visa of the same passport (ibid. § conditions).
     *
     * @param type of that visa
     * @param value demand on its value, with its prefix `const:`, `pattern:` or `split_pattern:`; likewise the others
     */
    public record Condition(String type, Optional<String> value, Optional<String> source, Optional<String> by) {
        boolean isMetBy(Visa visa) {
            boolean demandsSomething = value.isPresent() || source.isPresent() || by.isPresent();
            return demandsSomething
                    && visa.type.equals(type)
                    && value.stream().allMatch(demand -> meets(demand, visa.value))
                    && source.stream().allMatch(demand -> meets(demand, visa.source))
                    && by.stream()
                            .allMatch(demand ->
                                    visa.by.filter(text -> meets(demand, text)).isPresent());
        }

        private static boolean meets(String demand, String text) {
            int colon = demand.indexOf(':');
            String argument = demand.substring(colon + 1);
            return switch (colon < 0 ? "" : demand.substring(0, colon)) {
                case "const" -> text.equals(argument);
                case "pattern" -> glob(argument).matcher(text).matches();
                case "split_pattern" -> {
                    Pattern pattern = glob(argument);
                    yield Pattern.compile(";")
                            .splitAsStream(text)
                            .anyMatch(part -> pattern.matcher(part).matches());
                }
                // Unknown demands are not met.
                default -> false;
            };
        }

        /** `?` is one character, `*` any number of them. */
        private static Pattern glob(String text) {
            StringBuilder regex = new StringBuilder();
            text.chars()
                    .forEach(c -> regex.append(
                            switch (c) {
                                case '?' -> ".";
                                case '*' -> ".*";
                                default -> Pattern.quote(Character.toString(c));
                            }));
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        }
    }

    /** Only visas without conditions of their own can meet one. */
    boolean conditionsAreMet(List<Visa> passport) {
        return conditions.isEmpty()
                || conditions.stream()
                        .anyMatch(all -> !all.isEmpty()
                                && all.stream()
                                        .allMatch(condition -> passport.stream()
                                                .anyMatch(
                                                        visa -> visa.conditions.isEmpty() && condition.isMetBy(visa))));
    }

    /**
     * Reads the claim {@code ga4gh_visa_v1}; empty where something that it must have is missing or of a wrong type.
     *
     * @param nowSeconds since 1970; what was asserted later counts nothing
     */
    public static Optional<Visa> of(Object claim, long nowSeconds) {
        if (!(claim instanceof Map<?, ?> visa)
                || !(visa.get("type") instanceof String type)
                || !(visa.get("value") instanceof String value)
                || !(visa.get("source") instanceof String source)
                || !(visa.get("asserted") instanceof Number asserted)
                || asserted.longValue() > nowSeconds) {
            return Optional.empty();
        }
        Object by = visa.get("by");
        if (by != null && !(by instanceof String)) {
            return Optional.empty();
        }
        return conditions(visa.get("conditions"))
                .map(conditions -> new Visa(type, value, source, Optional.ofNullable((String) by), conditions));
    }

    private static Optional<List<List<Condition>>> conditions(@Nullable Object claim) {
        List<List<Condition>> any = new ArrayList<>();
        if (claim == null) {
            return Optional.of(any);
        }
        if (!(claim instanceof List<?> alternatives)) {
            return Optional.empty();
        }
        for (Object alternative : alternatives) {
            if (!(alternative instanceof List<?> demands)) {
                return Optional.empty();
            }
            List<Condition> all = new ArrayList<>();
            for (Object demand : demands) {
                if (!(demand instanceof Map<?, ?> fields) || !(fields.get("type") instanceof String type)) {
                    return Optional.empty();
                }
                if (fields.values().stream().anyMatch(field -> !(field instanceof String))) {
                    return Optional.empty();
                }
                all.add(new Condition(type, text(fields, "value"), text(fields, "source"), text(fields, "by")));
            }
            any.add(all);
        }
        return Optional.of(any);
    }

    private static Optional<String> text(Map<?, ?> fields, String name) {
        return Optional.ofNullable((String) fields.get(name));
    }
}
