package dev.bams3.sam;

import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which columns of a record are wanted. What is not wanted becomes SAM's value for something missing; what the rest cannot
 * do without stays nevertheless, as htsget allows.
 *
 * @param fields wanted
 * @param tags names of the tags wanted; absent: all
 * @param noTags names of tags that are not wanted
 * @param tagTypes of tags that a table is to have as columns of another type than their usual one: SAM's {@code i}, {@code f}
 *     or {@code Z}
 */
public record RecordColumns(
        Set<RecordField> fields, Optional<List<String>> tags, List<String> noTags, Map<String, Character> tagTypes) {
    public static final RecordColumns ALL =
            new RecordColumns(EnumSet.allOf(RecordField.class), Optional.empty(), List.of());

    /** No column at all. */
    public static final RecordColumns NONE = new RecordColumns(Set.of(), Optional.of(List.of()), List.of());

    /** Columns of which tags have their usual types. */
    public RecordColumns(Set<RecordField> fields, Optional<List<String>> tags, List<String> noTags) {
        this(fields, tags, noTags, Map.of());
    }

    public RecordColumns {
        EnumSet<RecordField> copy = EnumSet.noneOf(RecordField.class);
        copy.addAll(fields);
        fields = Collections.unmodifiableSet(copy);
        tags = tags.map(List::copyOf);
        noTags = List.copyOf(noTags);
        tagTypes = Map.copyOf(tagTypes);
    }

    /** Returns the columns of a table, whose tags are those that were asked for by name. */
    public RecordColumns ofTable() {
        return new RecordColumns(fields, Optional.of(tags.orElse(List.of())), noTags);
    }

    public boolean isAll() {
        return fields.size() == RecordField.values().length && tags.isEmpty() && noTags.isEmpty();
    }
}
