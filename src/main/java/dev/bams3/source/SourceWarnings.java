package dev.bams3.source;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Warnings of a source, counted by kind, with the first example of each. Safe for use by many threads. */
public final class SourceWarnings {
    private final Map<WarningKind, Warning> found = new EnumMap<>(WarningKind.class);

    /**
     * Warnings of one kind.
     *
     * @param kind what is not right
     * @param count of records or lines
     * @param example one of them: its read and place, or its line
     */
    public record Warning(WarningKind kind, long count, String example) {}

    /** Counts more of a kind; the example of the first call stays. */
    public synchronized void add(WarningKind kind, long count, String example) {
        found.merge(
                kind,
                new Warning(kind, count, example),
                (first, more) -> new Warning(kind, first.count() + more.count(), first.example()));
    }

    /** Counts one more of a kind. */
    synchronized void count(WarningKind kind, Supplier<String> example) {
        Warning before = found.get(kind);
        found.put(
                kind,
                before == null
                        ? new Warning(kind, 1, example.get())
                        : new Warning(kind, before.count() + 1, before.example()));
    }

    public synchronized void add(List<Warning> warnings) {
        warnings.forEach(warning -> add(warning.kind(), warning.count(), warning.example()));
    }

    /** Returns all warnings, in the order of the kinds. */
    public synchronized List<Warning> list() {
        return new ArrayList<>(found.values());
    }

    /** Returns the warnings since the last call, and clears them. */
    public synchronized List<Warning> take() {
        List<Warning> taken = list();
        found.clear();
        return taken;
    }
}
