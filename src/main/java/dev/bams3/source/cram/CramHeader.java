package dev.bams3.source.cram;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The head of a CRAM: its version, and its header with what records refer to.
 *
 * @param version of the file
 * @param header text, verbatim, and references
 * @param md5s of the references that have one (M5), in hexadecimal, by index
 * @param readGroups ids, in order, a character a byte
 * @param first offset of the first container of records
 */
public record CramHeader(
        CramVersion version, SamHeader header, Map<Integer, String> md5s, List<byte[]> readGroups, long first) {
    /** The name that htsjdk gives the read group, behind all others, of reads that have none. */
    private static final String UNKNOWN_GROUP = "UNKNOWN";

    /** A sixteenth of the heap: the text is held several times while it is read. */
    private static final long MAX_TEXT_LENGTH =
            Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 16);

    /**
     * Reads the head of a file.
     *
     * @param ranges gives the bytes of the file from its beginning, an empty array after the last
     * @param size bytes of the file
     * @param resource name of the file
     * @throws ReadsException CORRUPT, UNSUPPORTED_VERSION or INVALID_INPUT, naming the file
     */
    public static CramHeader read(Supplier<byte[]> ranges, long size, String resource) {
        CramInput in = new CramInput(ranges, 0, resource);
        CramVersion version = CramVersion.read(in);
        ContainerHeader container = ContainerHeader.read(in, version);
        Place place = container.place().named("file header");
        long end = in.position() + container.length();
        // Containers of a header that htslib writes in version 2.1 are longer than they say.
        Block block = Block.read(in, version.hasChecksums(), size - in.position(), MAX_TEXT_LENGTH)
                .require(Block.FILE_HEADER, "the file's header");
        for (int i = 1; i < container.blocks(); i++) {
            Block.read(in, version.hasChecksums(), size - in.position(), MAX_TEXT_LENGTH);
        }
        CramCursor content = block.cursor();
        int length = content.int32();
        if (length < 0 || length > content.remaining()) {
            throw place.corrupt("its text has " + length + " bytes, where " + content.remaining() + " follow");
        }
        return parse(version, content.bytes(length), Math.max(end, in.position()), resource);
    }

    private static CramHeader parse(CramVersion version, byte[] text, long first, String resource) {
        List<Reference> references = new ArrayList<>();
        Map<Integer, String> md5s = new HashMap<>();
        List<byte[]> groups = new ArrayList<>();
        for (String line : lines(text)) {
            String[] fields = line.split("\t", -1);
            requireLine(fields, line, resource);
            if (fields[0].equals("@SQ")) {
                value(fields, "M5").ifPresent(md5 -> md5s.put(references.size(), md5.toLowerCase(Locale.ROOT)));
                references.add(reference(fields, line, resource));
            } else if (fields[0].equals("@RG")) {
                String id = value(fields, "ID").orElseThrow(() -> invalid("has no ID", line, resource));
                groups.add(id.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        try {
            SamHeader header = new SamHeader(text, new ReferenceDictionary(references));
            return new CramHeader(version, header, Map.copyOf(md5s), List.copyOf(groups), first);
        } catch (ReadsException e) {
            throw e.in(resource);
        }
    }

    /** The lines, without padding by NUL bytes and the end that the last one has. */
    private static String[] lines(byte[] text) {
        String used = new String(text, StandardCharsets.ISO_8859_1).replaceAll("\0+$", "");
        String ended = used.endsWith("\n") ? used.substring(0, used.length() - 1) : used;
        return ended.isEmpty() ? new String[0] : ended.split("\n", -1);
    }

    /** Refuses what htslib refuses. */
    private static void requireLine(String[] fields, String line, String resource) {
        if (!line.startsWith("@") || fields[0].length() != 3 || line.indexOf('\0') >= 0) {
            throw invalid("does not begin with @ and two characters, or has a NUL byte", line, resource);
        }
        boolean pairs = Arrays.stream(fields).skip(1).allMatch(field -> field.length() > 2 && field.charAt(2) == ':');
        if (!pairs && !fields[0].equals("@CO")) {
            throw invalid("has a field that is not of the form XX:value", line, resource);
        }
    }

    private static Reference reference(String[] fields, String line, String resource) {
        String name = value(fields, "SN").orElse("");
        String length = value(fields, "LN").orElse("");
        if (name.isEmpty()) {
            throw invalid("has no name SN", line, resource);
        }
        try {
            return new Reference(name, Integer.parseInt(length));
        } catch (NumberFormatException e) {
            throw invalid("has no length LN of at most 2147483647", line, resource);
        }
    }

    private static Optional<String> value(String[] fields, String name) {
        String start = name + ":";
        return Arrays.stream(fields)
                .filter(field -> field.startsWith(start))
                .map(field -> field.substring(start.length()))
                .findFirst();
    }

    private static ReadsException invalid(String problem, String line, String resource) {
        return ReadsException.about(ErrorKind.INVALID_INPUT, resource, "the header line '" + line + "' " + problem);
    }

    /**
     * Checks that a file ends with the container that marks its end.
     *
     * @param size bytes of the file
     * @param tail gives its last bytes, as many as asked for
     * @throws ReadsException CORRUPT when the mark is missing; INVALID_INPUT for version 2.0, which has none
     */
    public void requireEnd(long size, IntFunction<byte[]> tail, String resource) {
        if (!version.hasEnd()) {
            throw ReadsException.about(
                    ErrorKind.INVALID_INPUT,
                    resource,
                    "CRAM " + version
                            + " is too old to have an end-of-file container, so that nobody can tell whether the"
                            + " file is whole; --allow-missing-eof accepts it");
        }
        int length = version.endLength();
        if (size < length || !version.isEnd(tail.apply(length))) {
            throw ReadsException.corrupt(
                    resource,
                    size,
                    "end of file",
                    "the end-of-file container is missing: the file is truncated; get it again from where it was made,"
                            + " or accept it with --allow-missing-eof");
        }
    }

    /** Whether a read group only stands for none. */
    boolean isUnknownGroup(int group) {
        return group == readGroups.size() - 1
                && new String(readGroups.get(group), StandardCharsets.ISO_8859_1).equals(UNKNOWN_GROUP);
    }
}
