package dev.bams3.sam;

import dev.bams3.genome.ReferenceDictionary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Joins the headers of several files of one reference dictionary, as {@code samtools merge} (1.16 to 1.24) does: the first
 * {@code @HD} with {@code SO:coordinate}, the {@code @SQ} lines of the first file, every {@code @RG} and {@code @PG} line, and
 * every comment. An ID that an earlier file has gets a number behind it, and PG and PP of the same file follow. Unlike
 * samtools, which draws the suffix at random, equal files in equal order give equal headers, and each new ID is listed in a
 * comment. Lines have one character a byte, so that unknown bytes survive. Used by one thread.
 */
public final class HeaderMerge {
    private static final int FIELD = 3;

    private final ReferenceDictionary references;
    private Optional<String> first = Optional.empty();
    private final List<String> sequences = new ArrayList<>();
    private final List<String> groups = new ArrayList<>();
    private final List<String> programs = new ArrayList<>();
    private final Set<String> others = new LinkedHashSet<>();
    private final List<String> comments = new ArrayList<>();
    private final List<String> renamed = new ArrayList<>();
    private final Ids groupIds = new Ids();
    private final Ids programIds = new Ids();
    private boolean begun;
    private long length;

    /** @param references of every file */
    public HeaderMerge(ReferenceDictionary references) {
        this.references = references;
    }

    /**
     * The IDs of one file and what they are in the joined header.
     *
     * @param readGroups ID of each {@code @RG} line to its new ID, which may be the same
     * @param programs the same of {@code @PG}
     */
    public record NewIds(Map<String, String> readGroups, Map<String, String> programs) {
        public NewIds {
            readGroups = Map.copyOf(readGroups);
            programs = Map.copyOf(programs);
        }

        /** Returns those of a map that differ, sorted by the ID of the file. */
        public static Map<String, String> changed(Map<String, String> ids) {
            Map<String, String> changed = new TreeMap<>(ids);
            changed.entrySet().removeIf(id -> id.getKey().equals(id.getValue()));
            return changed;
        }
    }

    /**
     * Adds the header of the next file.
     *
     * @param name of the file, for the comments that list new IDs
     */
    public NewIds add(String name, SamHeader header) {
        List<String> lines = Arrays.stream(new String(header.printable(), StandardCharsets.ISO_8859_1).split("\n", -1))
                .map(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line)
                .filter(line -> !line.isEmpty())
                .toList();
        Map<String, String> ofGroups = groupIds.next(lines, "@RG");
        Map<String, String> ofPrograms = programIds.next(lines, "@PG");
        Set<String> seen = new LinkedHashSet<>();
        for (String line : lines) {
            switch (type(line)) {
                case "@HD" -> first = first.isEmpty() ? Optional.of(line) : first;
                case "@SQ" -> {
                    if (!begun) {
                        sequences.add(line);
                    }
                }
                case "@RG" -> addOnce(line, ofGroups, "PG", ofPrograms, groups, seen);
                case "@PG" -> addOnce(line, ofPrograms, "PP", ofPrograms, programs, seen);
                case "@CO" -> comments.add(line);
                default -> others.add(line);
            }
        }
        begun = true;
        length += lines.stream()
                .filter(line -> !type(line).equals("@SQ"))
                .mapToInt(String::length)
                .sum();
        list(name, "RG", ofGroups);
        list(name, "PG", ofPrograms);
        return new NewIds(text(ofGroups), text(ofPrograms));
    }

    /** Returns the characters of all lines so far but {@code @SQ}. */
    public long length() {
        return length;
    }

    /** Returns the joined header. */
    public SamHeader joined() {
        StringBuilder text = new StringBuilder();
        first.ifPresent(line -> text.append(line).append('\n'));
        for (Iterable<String> lines : List.of(sequences, groups, programs, others, comments, renamed)) {
            lines.forEach(line -> text.append(line).append('\n'));
        }
        return new SamHeader(text.toString().getBytes(StandardCharsets.ISO_8859_1), references).sortedByCoordinate();
    }

    private void list(String name, String type, Map<String, String> ids) {
        NewIds.changed(ids)
                .forEach((id, other) -> renamed.add(
                        "@CO\tmember=" + latin1(name) + "\t" + type + "=" + id + "\tnew" + type + "=" + other));
    }

    /** A line whose ID the same file has already said is left out, as htslib does. */
    private static void addOnce(
            String line,
            Map<String, String> ids,
            String link,
            Map<String, String> linked,
            List<String> lines,
            Set<String> seen) {
        Optional<String> id = value(line, "ID");
        if (id.isPresent() && !seen.add(line.substring(0, FIELD) + id.get())) {
            return;
        }
        StringBuilder changed = new StringBuilder();
        for (String field : line.split("\t", -1)) {
            String name = field.length() >= FIELD && field.charAt(2) == ':' ? field.substring(0, FIELD) : "";
            String value = field.substring(name.length());
            String other = name.equals("ID:")
                    ? ids.getOrDefault(value, value)
                    : name.equals(link + ":") ? linked.getOrDefault(value, value) : value;
            changed.append(changed.isEmpty() ? "" : "\t").append(name).append(other);
        }
        lines.add(changed.toString());
    }

    private static String type(String line) {
        return line.length() == FIELD || (line.length() > FIELD && line.charAt(FIELD) == '\t')
                ? line.substring(0, FIELD)
                : "";
    }

    private static Optional<String> value(String line, String field) {
        int at = line.indexOf("\t" + field + ":");
        if (at < 0) {
            return Optional.empty();
        }
        int from = at + 1 + FIELD;
        int end = line.indexOf('\t', from);
        return Optional.of(line.substring(from, end < 0 ? line.length() : end));
    }

    private static Map<String, String> text(Map<String, String> latin1) {
        Map<String, String> text = new HashMap<>();
        latin1.forEach((id, other) -> text.put(utf8(id), utf8(other)));
        return text;
    }

    private static String utf8(String latin1) {
        return new String(latin1.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static String latin1(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** IDs of one type of line that the files so far have. */
    private static final class Ids {
        private final Set<String> taken = new LinkedHashSet<>();
        private final Map<String, Integer> lastNumber = new HashMap<>();

        /** Takes the IDs of a file, each as it is where it is free and else with the first free number from 2 on. */
        Map<String, String> next(List<String> lines, String type) {
            Map<String, String> ids = new LinkedHashMap<>();
            for (String line : lines) {
                if (type(line).equals(type)) {
                    value(line, "ID").ifPresent(id -> ids.computeIfAbsent(id, this::take));
                }
            }
            return ids;
        }

        private String take(String id) {
            String free = id;
            while (!taken.add(free)) {
                free = id + "-" + lastNumber.merge(id, 2, (before, _) -> before + 1);
            }
            return free;
        }
    }
}
