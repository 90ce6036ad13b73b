package dev.bams3.bam;

import dev.bams3.bgzf.InflatedBytes;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.MemoryLimits;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamHeader;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The header of a BAM file: magic, text, reference list (SAMv1 § 4.2). Text and names go through unchanged, NUL padding of
 * the text included: {@code encode(decode(x))} is {@code x}. Names have to be UTF-8, because they are asked for as text.
 */
public final class BamHeader {
    /** Text longer than this is refused; the longest known (millions of contigs) are below a tenth of it. */
    private static final int MAX_TEXT_LENGTH = 1 << 30;

    private static final byte[] MAGIC = {'B', 'A', 'M', 1};

    private BamHeader() {}

    /** The header as it stands at the front of a BAM's inflated bytes. */
    public static byte[] encode(SamHeader header) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(header.text().length + 1024);
        out.writeBytes(MAGIC);
        writeInt32(out, header.text().length);
        out.writeBytes(header.text());
        List<Reference> references = header.references().references();
        writeInt32(out, references.size());
        for (Reference reference : references) {
            byte[] name = reference.nameBytes();
            writeInt32(out, name.length + 1);
            out.writeBytes(name);
            out.write(0);
            writeInt32(out, reference.length());
        }
        return out.toByteArray();
    }

    /** Bytes of what {@link #encode} gives. */
    public static long length(SamHeader header) {
        long length = MAGIC.length + 4L + header.text().length + 4;
        for (Reference reference : header.references().references()) {
            length += 4L + reference.name().length() + 1 + 4;
        }
        return length;
    }

    /** Reads the header and leaves the window at the first record. */
    static SamHeader read(ByteWindow window, InflatedBytes source, long maxBytes) {
        Fields fields = new Fields(window, source);
        byte[] magic = fields.bytes("BAM magic", MAGIC.length);
        if (!Arrays.equals(magic, MAGIC)) {
            throw fields.corrupt("BAM magic", "'BAM\\1' expected: this is not a BAM file");
        }
        int textLength = fields.int32("l_text", 0, MAX_TEXT_LENGTH);
        requireMemory(source, textLength, 0, maxBytes);
        byte[] text = fields.bytes("text", textLength);
        requireLines(text, fields);
        int count = fields.int32("n_ref", 0, Integer.MAX_VALUE);
        List<Reference> references = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requireMemory(source, textLength, i + 1L, maxBytes);
            int nameLength = fields.int32("l_name", 2, 1 << 20);
            byte[] name = fields.bytes("name", nameLength);
            if (indexOfNul(name) != nameLength - 1) {
                throw fields.corrupt("name", "reference " + i + ": one NUL expected, at the end of the name");
            }
            int length = fields.int32("l_ref", 0, Integer.MAX_VALUE);
            references.add(reference(Arrays.copyOf(name, nameLength - 1), length, source));
        }
        try {
            return new SamHeader(text, new ReferenceDictionary(references));
        } catch (ReadsException e) {
            throw e.in(source.resource());
        }
    }

    /** Refuses what htslib refuses: a line that does not begin with `@`, padding by NUL bytes apart. */
    private static void requireLines(byte[] text, Fields fields) {
        int line = 1;
        for (int i = 0; i < text.length && text[i] != 0; i++) {
            if (text[i] != '@' && (i == 0 || text[i - 1] == '\n')) {
                throw fields.corrupt("text", "line " + line + " of the header does not begin with @");
            }
            line += text[i] == '\n' ? 1 : 0;
        }
    }

    private static Reference reference(byte[] name, int length, InflatedBytes source) {
        try {
            return Reference.of(name, length);
        } catch (ReadsException e) {
            throw e.in(source.resource());
        }
    }

    private static void requireMemory(InflatedBytes source, long textLength, long references, long maxBytes) {
        if (MemoryLimits.headerBytes(textLength, references) > maxBytes) {
            throw MemoryLimits.headerTooLarge(source.resource(), textLength, references, maxBytes);
        }
    }

    private static int indexOfNul(byte[] name) {
        int i = 0;
        while (i < name.length && name[i] != 0) {
            i++;
        }
        return i;
    }

    private static void writeInt32(ByteArrayOutputStream out, int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private record Fields(ByteWindow window, InflatedBytes source) {
        int int32(String field, int min, int max) {
            need(field, 4);
            int value = BamRecord.int32(window.buffer(), window.offset());
            if (value < min || value > max) {
                throw corrupt(field, value + " is outside " + min + " to " + max);
            }
            window.advance(4);
            return value;
        }

        byte[] bytes(String field, int length) {
            need(field, length);
            byte[] bytes = Arrays.copyOfRange(window.buffer(), window.offset(), window.offset() + length);
            window.advance(length);
            return bytes;
        }

        private void need(String field, int length) {
            if (!window.require(length)) {
                throw corrupt(field, "the file ends inside the header: it is truncated");
            }
        }

        ReadsException corrupt(String field, String message) {
            return ReadsException.corrupt(
                    source.resource(), source.fileOffset(window.position()), "BAM header " + field, message);
        }
    }
}
