package dev.bams3.encode;

import dev.bams3.genome.ReferenceDictionary;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The reference names of one answer as a format writes them, each made when a record first needs it. */
final class ReferenceNames {
    private static final byte[] NONE = {'*'};

    private final ReferenceDictionary references;
    private final Function<String, byte[]> text;
    private final AtomicReferenceArray<byte @Nullable []> names;

    ReferenceNames(ReferenceDictionary references, Function<String, byte[]> text) {
        this.references = references;
        this.text = text;
        names = new AtomicReferenceArray<>(references.size());
    }

    /** RNAME: an asterisk for -1. */
    byte[] of(int reference) {
        if (reference < 0) {
            return NONE;
        }
        byte @Nullable [] name = names.get(reference);
        if (name == null) {
            name = text.apply(references.get(reference).name());
            names.set(reference, name);
        }
        return name;
    }
}
