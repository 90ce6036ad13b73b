package dev.bams3.access;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whom it lets see which datasets, and how much of them.
 *
 * @param name for people
 * @param who whom
 * @param datasets patterns of ids
 * @param grant how much of each
 */
public record AccessRule(String name, Who who, List<DatasetPattern> datasets, Grant grant) {
    public AccessRule {
        datasets = List.copyOf(datasets);
    }

    /** Whom a rule is for. */
    public sealed interface Who {
        /** Everybody, without a token too. */
        record Anyone() implements Who {}

        /** Everybody with a token of the issuer. */
        record Authenticated() implements Who {}

        /** Those whose token has, for each of these claims, one of these values; {@code *} is any value. */
        record Claims(Map<String, Set<String>> values) implements Who {
            public Claims {
                values = Map.copyOf(values);
            }
        }

        /**
         * Those with a valid visa {@code ControlledAccessGrants}.
         *
         * @param value what it is for: the dataset's identifier as its authority writes it
         * @param source organization that granted it; absent: any
         * @param by kinds of granters, such as `dac`; none: any
         */
        record HasVisa(String value, Optional<String> source, Set<String> by) implements Who {
            public HasVisa {
                by = Set.copyOf(by);
            }
        }

        default boolean includes(Caller caller) {
            return switch (this) {
                case Anyone _ -> true;
                case Authenticated _ -> caller.authenticated();
                case Claims(Map<String, Set<String>> values) ->
                    caller.authenticated()
                            && values.entrySet().stream()
                                    .allMatch(
                                            wanted -> caller.claims().getOrDefault(wanted.getKey(), List.of()).stream()
                                                    .anyMatch(value -> wanted.getValue()
                                                                    .contains(value)
                                                            || wanted.getValue().contains("*")));
                case HasVisa(String value, Optional<String> source, Set<String> by) ->
                    caller.visas().stream()
                            .filter(visa -> visa.type().equals(Visa.CONTROLLED_ACCESS)
                                    && visa.value().equals(value)
                                    && source.stream().allMatch(visa.source()::equals)
                                    && (by.isEmpty()
                                            || visa.by().filter(by::contains).isPresent()))
                            .anyMatch(visa -> visa.conditionsAreMet(caller.visas()));
            };
        }
    }
}
