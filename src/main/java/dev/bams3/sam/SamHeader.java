package dev.bams3.sam;

import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A SAM header: the text as the source has it, byte for byte, and what this project reads from it. Real headers break the
 * specification in many ways, so reading is lenient: a line or field that cannot be understood is passed over, and never
 * changed.
 *
 * @param text header text, verbatim (usually ASCII; bytes are kept as they are, NUL padding at the end included)
 * @param references the binary reference list of the BAM, which decides over the text's {@code @SQ} lines
 */
public record SamHeader(byte[] text, ReferenceDictionary references) {
    private static final String COORDINATE = "coordinate";

    /** {@code SO} of the {@code @HD} line. */
    public Optional<String> sortOrder() {
        return lines().filter(line -> line.isOf("@HD"))
                .findFirst()
                .flatMap(line -> line.field("SO"))
                .map(Field::value);
    }

    /** The {@code @RG} lines that have an ID, in order. */
    public List<ReadGroup> readGroups() {
        List<ReadGroup> groups = new ArrayList<>();
        lines().filter(line -> line.isOf("@RG"))
                .forEach(line -> line.value("ID")
                        .ifPresent(id ->
                                groups.add(new ReadGroup(id, line.value("SM"), line.value("LB"), line.value("PL")))));
        return groups;
    }

    /**
     * The same header with {@code SO:coordinate}, all else verbatim; an {@code @HD} line is added where none stands. A
     * header that says so already comes back unchanged. Where the order changes, {@code GO} and {@code SS} of that line go,
     * because they describe the order that was (as {@code samtools sort} does).
     */
    public SamHeader sortedByCoordinate() {
        Optional<Line> found = lines().filter(line -> line.isOf("@HD")).findFirst();
        if (found.isEmpty()) {
            return withText("@HD\tVN:1.6\tSO:coordinate\n" + latin1());
        }
        Line line = found.get();
        Optional<Field> order = line.field("SO");
        if (order.map(Field::value).equals(Optional.of(COORDINATE))) {
            return this;
        }
        StringBuilder edited = new StringBuilder();
        line.fields().forEach(field -> {
            if (field.name().equals("SO")) {
                edited.append("\tSO:").append(COORDINATE);
            } else if (!field.name().equals("GO") && !field.name().equals("SS")) {
                edited.append(edited.isEmpty() ? "" : "\t").append(field.text());
            }
        });
        if (order.isEmpty()) {
            edited.append("\tSO:").append(COORDINATE);
        }
        String all = latin1();
        return withText(all.substring(0, line.start()) + edited + all.substring(line.end()));
    }

    /** Returns the same header with comments behind all lines. */
    public SamHeader withComments(List<String> comments) {
        byte[] before = printable();
        StringBuilder lines = new StringBuilder();
        comments.forEach(comment -> lines.append("@CO\t").append(comment).append('\n'));
        byte[] more = lines.toString().getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(before, before.length + more.length);
        System.arraycopy(more, 0, all, before.length, more.length);
        return new SamHeader(all, references);
    }

    /**
     * The text as it stands in a SAM file, as samtools prints it: without padding, the last line ended, and with the
     * binary references as {@code @SQ} lines if the text has none.
     */
    public byte[] printable() {
        int length = lengthWithoutPadding();
        StringBuilder added = new StringBuilder();
        if (length > 0 && text[length - 1] != '\n') {
            added.append('\n');
        }
        if (lines().noneMatch(line -> line.isOf("@SQ"))) {
            for (Reference reference : references.references()) {
                added.append("@SQ\tSN:").append(reference.name());
                added.append("\tLN:").append(reference.length()).append('\n');
            }
        }
        byte[] addition = added.toString().getBytes(StandardCharsets.UTF_8);
        byte[] printable = Arrays.copyOf(text, length + addition.length);
        System.arraycopy(addition, 0, printable, length, addition.length);
        return printable;
    }

    private int lengthWithoutPadding() {
        int length = text.length;
        while (length > 0 && text[length - 1] == 0) {
            length--;
        }
        return length;
    }

    /** One character a byte, so that indexes and unknown bytes survive. */
    private String latin1() {
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    private SamHeader withText(String latin1) {
        return new SamHeader(latin1.getBytes(StandardCharsets.ISO_8859_1), references);
    }

    /** The lines one by one: a text of line ends alone would be eighty times as large as a list. */
    private Stream<Line> lines() {
        String all = new String(text, 0, lengthWithoutPadding(), StandardCharsets.ISO_8859_1);
        return starts(all, '\n', all.length() - 1).mapToObj(start -> {
            int end = endOfPart(all, '\n', start);
            int last = end > start && all.charAt(end - 1) == '\r' ? end - 1 : end;
            return new Line(start, last, all.substring(start, last));
        });
    }

    /** Where the parts of a text begin, as far as {@code last}. */
    private static IntStream starts(String text, char separator, int last) {
        return IntStream.iterate(0, start -> start <= last, start -> endOfPart(text, separator, start) + 1);
    }

    private static int endOfPart(String text, char separator, int start) {
        int found = text.indexOf(separator, start);
        return found < 0 ? text.length() : found;
    }

    /** A line between two indexes of the text, without its end. */
    private record Line(int start, int end, String text) {
        boolean isOf(String type) {
            return text.startsWith(type) && (text.length() == type.length() || text.charAt(type.length()) == '\t');
        }

        Stream<Field> fields() {
            return starts(text, '\t', text.length())
                    .mapToObj(start -> new Field(text.substring(start, endOfPart(text, '\t', start))));
        }

        Optional<Field> field(String name) {
            return fields().filter(field -> field.name().equals(name)).findFirst();
        }

        Optional<String> value(String name) {
            return field(name)
                    .map(field ->
                            new String(field.value().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
        }
    }

    private record Field(String text) {
        String name() {
            return text.length() >= 3 && text.charAt(2) == ':' ? text.substring(0, 2) : "";
        }

        String value() {
            return text.substring(3);
        }
    }

    /**
     * One {@code @RG} line.
     *
     * @param id {@code ID}
     * @param sample {@code SM}
     * @param library {@code LB}
     * @param platform {@code PL}
     */
    public record ReadGroup(String id, Optional<String> sample, Optional<String> library, Optional<String> platform) {}
}
