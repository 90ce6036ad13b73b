package dev.bams3.source.cram;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.HeaderLines;
import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * The head of a CRAM: its version, and its header with what records refer to.
 *
 * @param version of the file
 * @param header text, verbatim but for padding, and references
 * @param md5s of the references that have one (M5), in hexadecimal, by index
 * @param readGroups ids, in order, a character a byte
 * @param first offset of the first container of records
 */
public record CramHeader(
        CramVersion version, SamHeader header, Map<Integer, String> md5s, List<byte[]> readGroups, long first) {
    /** The name that htsjdk gives the read group, behind all others, of reads that have none. */
    private static final String UNKNOWN_GROUP = "UNKNOWN";

    /** htslib reads no line that begins in the last so many bytes of the text, such as an empty one. */
    private static final int UNREAD = 3;

    /** A sixteenth of the heap: the text is held several times while it is read. */
    private static final long MAX_TEXT_LENGTH =
            Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 16);

    /**
     * Reads the head of a file.
     *
     * @param bytes of the file from its beginning
     * @param size bytes of the file
     * @param resource name of the file
     * @throws ReadsException CORRUPT, UNSUPPORTED_VERSION or INVALID_INPUT, naming the file
     */
    public static CramHeader read(CramBytes bytes, long size, String resource) {
        CramInput in = new CramInput(bytes, 0, resource);
        CramVersion version = in.part(CramVersion::read);
        ContainerHeader container = in.part(part -> ContainerHeader.read(part, version));
        Place place = container.place().named("file header");
        long end = in.position() + container.length();
        // Containers of a header that htslib writes in version 2.1 are longer than they say.
        Block block = block(in, version, size).require(Block.FILE_HEADER, "the file's header");
        for (int i = 1; i < container.blocks(); i++) {
            block(in, version, size);
        }
        CramCursor content = block.cursor();
        int length = content.int32();
        if (length < 0 || length > content.remaining()) {
            throw place.corrupt("its text has " + length + " bytes, where " + content.remaining() + " follow");
        }
        return parse(version, content.bytes(length), Math.max(end, in.position()), resource);
    }

    private static Block block(CramInput in, CramVersion version, long size) {
        return in.part(part -> Block.read(part, version.hasChecksums(), size - part.position(), MAX_TEXT_LENGTH));
    }

    private static CramHeader parse(CramVersion version, byte[] text, long first, String resource) {
        HeaderLines lines = new HeaderLines(resource, true);
        String latin1 = new String(text, StandardCharsets.ISO_8859_1);
        int used = latin1.replaceAll("\0+$", "").length();
        int end = 0;
        while (end < used && (end < text.length - UNREAD || text.length < UNREAD)) {
            int newline = latin1.indexOf('\n', end);
            lines.add(latin1.substring(end, newline < 0 ? used : newline));
            end = newline < 0 ? used : newline + 1;
        }
        List<byte[]> groups = lines.readGroups().stream()
                .map(id -> id.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
        try {
            SamHeader header = new SamHeader(Arrays.copyOf(text, end), new ReferenceDictionary(lines.references()));
            return new CramHeader(version, header, Map.copyOf(lines.md5s()), groups, first);
        } catch (ReadsException e) {
            throw e.in(resource);
        }
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
                            + " is too old to have an end-of-file container, so it cannot be checked whether the file"
                            + " is whole; --allow-missing-eof accepts it");
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
