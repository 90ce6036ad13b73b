package dev.bams3.genome;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The references of a dataset in header order; a record's reference id is an index into it. Immutable. */
public final class ReferenceDictionary {
    public static final ReferenceDictionary EMPTY = new ReferenceDictionary(List.of());

    private final List<Reference> references;
    private final Map<String, Integer> indexByName;

    /** @throws ReadsException INVALID_INPUT when two references have one name */
    public ReferenceDictionary(List<Reference> references) {
        this.references = List.copyOf(references);
        indexByName = HashMap.newHashMap(references.size());
        for (int i = 0; i < references.size(); i++) {
            if (indexByName.putIfAbsent(references.get(i).name(), i) != null) {
                throw ReadsException.of(
                        ErrorKind.INVALID_INPUT,
                        "reference '" + references.get(i).name() + "' stands twice in the header");
            }
        }
    }

    public int size() {
        return references.size();
    }

    public List<Reference> references() {
        return references;
    }

    /** The reference of this index, 0 to size - 1. */
    public Reference get(int index) {
        return references.get(index);
    }

    public OptionalInt indexOf(String name) {
        Integer index = indexByName.get(name);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReferenceDictionary dictionary && references.equals(dictionary.references);
    }

    @Override
    public int hashCode() {
        return references.hashCode();
    }

    @Override
    public String toString() {
        return references.size() + " references";
    }
}
