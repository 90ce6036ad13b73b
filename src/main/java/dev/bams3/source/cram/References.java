package dev.bams3.source.cram;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The external references of a CRAM, from the sources that have them. Safe for use by many threads. */
public final class References {
    /** Far more than the slices of all threads use at the same time, in a file that is sorted. */
    private static final long CACHE_BYTES = 64L << 20;

    private final List<ReferenceSource> sources;
    private final CramHeader header;
    private final String resource;
    private final ReferencePages.Cache cache;
    private final Map<Integer, ReferencePages> found = new ConcurrentHashMap<>();
    private final Set<Integer> right = new HashSet<>();

    /**
     * @param sources in the order in which they are asked; each reference is taken from the first that has it
     * @param header of the CRAM
     * @param resource name of the CRAM
     */
    public References(List<ReferenceSource> sources, CramHeader header, String resource) {
        this.sources = List.copyOf(sources);
        this.header = header;
        this.resource = resource;
        cache = new ReferencePages.Cache(
                Math.min(CACHE_BYTES, Runtime.getRuntime().maxMemory() / 8));
    }

    /** @throws ReadsException INVALID_INPUT naming the reference, if no source has it */
    ReferencePages pages(int reference, Place place) {
        return found.computeIfAbsent(reference, key -> {
            String name = name(key);
            Optional<String> md5 = Optional.ofNullable(header.md5s().get(key));
            for (ReferenceSource source : sources) {
                Optional<ReferenceSource.Stored> stored = source.find(name, md5);
                if (stored.isPresent()) {
                    return new ReferencePages(stored.get(), key, cache);
                }
            }
            throw ReadsException.about(
                    ErrorKind.INVALID_INPUT,
                    resource,
                    "the " + place.what() + " at byte " + place.offset() + " needs the bases of reference '" + name
                            + "'" + md5.map(value -> " (MD5 " + value + ")").orElse("")
                            + ", which are not given: name a FASTA file that has it with --reference genome.fa (over"
                            + " HTTP options.reference), or a folder that has it by its MD5 in REF_CACHE or REF_PATH");
        });
    }

    /**
     * Checks the whole reference, once, for slices that have no MD5 of their own: by the MD5 of the header or, where that has
     * none, by the length.
     *
     * @throws ReadsException INVALID_INPUT naming the reference, if it is another
     */
    void requireRight(int reference, Place place) {
        ReferencePages pages = pages(reference, place);
        synchronized (right) {
            if (right.contains(reference)) {
                return;
            }
            String expected = header.md5s().get(reference);
            if (expected != null) {
                String md5 = HexFormat.of().formatHex(pages.md5OfAll());
                if (!md5.equals(expected)) {
                    throw wrong(reference, "its MD5 is " + md5 + ", not " + expected + " as the header says");
                }
            } else if (pages.length() != length(reference)) {
                throw wrong(
                        reference,
                        "it has " + pages.length() + " bases, not " + length(reference) + " as the header says");
            }
            right.add(reference);
        }
    }

    /** What is thrown for a reference that is not the one the file was made with. */
    ReadsException wrong(int reference, String problem) {
        ReferencePages pages = found.get(reference);
        return ReadsException.about(
                ErrorKind.INVALID_INPUT,
                resource,
                "reference '" + name(reference) + "' in " + (pages == null ? "?" : pages.description())
                        + " is not the one that this CRAM was made with: " + problem
                        + "; give the right one with --reference (over HTTP options.reference)");
    }

    private String name(int reference) {
        return header.header().references().get(reference).name();
    }

    private int length(int reference) {
        return header.header().references().get(reference).length();
    }
}
