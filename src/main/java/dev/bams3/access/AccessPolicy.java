package dev.bams3.access;

import java.util.List;
import java.util.Optional;

/** All rules together; what no rule grants is denied. It knows ids only, so it cannot reveal which datasets exist. */
public final class AccessPolicy {
    private final List<AccessRule> rules;

    public AccessPolicy(List<AccessRule> rules) {
        this.rules = List.copyOf(rules);
    }

    /** Returns what a caller may see of the dataset with this id, whether it exists or not. */
    public Grant grant(Caller caller, String id) {
        Optional<CapabilityLink> link = caller.link();
        if (link.isPresent()) {
            return link.get().dataset().equals(id) ? link.get().grant() : Grant.nothing();
        }
        Grant grant = Grant.nothing();
        for (AccessRule rule : rules) {
            if (rule.datasets().stream().anyMatch(pattern -> pattern.matches(id))
                    && rule.who().includes(caller)) {
                grant = grant.plus(rule.grant());
            }
        }
        return grant;
    }

    /** Returns whether one rule lets a caller see something of every dataset, whatever its id. */
    public boolean showsAll(Caller caller) {
        return caller.link().isEmpty()
                && rules.stream()
                        .anyMatch(rule -> rule.who().includes(caller)
                                && !rule.grant().isNothing()
                                && rule.datasets().stream().anyMatch(DatasetPattern::matchesAll));
    }

    /** Whether no caller can see anything. */
    public boolean isEmpty() {
        return rules.isEmpty();
    }
}
