package dev.bams3.format;

import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * First 64 bytes of an index, chunk or depth object: what it is and which generation of which dataset it belongs to.
 *
 * @param magic `B3IX`, `B3CH` or `B3DS`
 * @param minor version of the format; the major one is 1
 * @param dataset uuid of the dataset
 * @param generation of the dataset
 * @param ordinal of the chunk; 0 in the others
 */
record ObjectHead(String magic, int minor, UUID dataset, String generation, int ordinal) {
    static final int LENGTH = 64;
    static final String INDEX = "B3IX";
    static final String CHUNK = "B3CH";
    static final String DEPTH = "B3DS";

    private static final int GENERATION_LENGTH = 32;

    /** The head of an object that is written now. */
    ObjectHead(String magic, UUID dataset, String generation, int ordinal) {
        this(magic, Bams3Format.MINOR, dataset, generation, ordinal);
    }

    byte[] encode() {
        ByteSink out = new ByteSink(LENGTH);
        out.bytes(Bams3Format.magic(magic));
        out.u16(Bams3Format.MAJOR);
        out.u16(minor);
        long high = dataset.getMostSignificantBits();
        long low = dataset.getLeastSignificantBits();
        out.int64(Long.reverseBytes(high));
        out.int64(Long.reverseBytes(low));
        out.int32(ordinal);
        byte[] name = generation.getBytes(StandardCharsets.US_ASCII);
        out.bytes(name);
        out.bytes(new byte[GENERATION_LENGTH - name.length]);
        out.int32(ByteCursor.crc32c(out.array(), 0, out.size()));
        return out.toByteArray();
    }

    /**
     * Reads a head of an object of this kind.
     *
     * @throws ReadsException UNSUPPORTED_VERSION for a newer major version, CORRUPT for everything else
     */
    static ObjectHead decode(String object, byte[] bytes, String magic) {
        ByteCursor in = new ByteCursor(object, bytes, 0, Math.min(LENGTH, bytes.length), 0);
        in.expect(Bams3Format.magic(magic), "magic");
        if (bytes.length < LENGTH) {
            throw in.corrupt("head", "truncated: 64 bytes needed, " + bytes.length + " there");
        }
        int crc = new ByteCursor(object, bytes, LENGTH - 4, 4, 0).int32("head checksum");
        if (ByteCursor.crc32c(bytes, 0, LENGTH - 4) != crc) {
            throw in.corrupt("head checksum", "the first 64 bytes were changed");
        }
        int major = in.u16("version");
        int minor = in.u16("version");
        if (major != Bams3Format.MAJOR) {
            throw ReadsException.unsupported(
                    object, "version", "version " + major + "." + minor + " needs another reader; this one reads 1.x");
        }
        long high = Long.reverseBytes(in.int64("dataset"));
        long low = Long.reverseBytes(in.int64("dataset"));
        int ordinal = in.int32("ordinal");
        String padded = new String(in.bytes("generation", GENERATION_LENGTH), StandardCharsets.ISO_8859_1);
        int nul = padded.indexOf(0);
        String generation = nul < 0 ? padded : padded.substring(0, nul);
        if (!DatasetLayout.isGeneration(generation)) {
            throw in.corrupt("generation", "not the name of a generation");
        }
        return new ObjectHead(magic, minor, new UUID(high, low), generation, ordinal);
    }

    /** Says CORRUPT, naming the field, when this is not the head that the metadata leads to. */
    void check(String object, ObjectHead expected) {
        if (minor != expected.minor) {
            throw ReadsException.corrupt(
                    object, 6, "version", "minor version " + minor + ", in the metadata it is " + expected.minor);
        }
        if (!dataset.equals(expected.dataset)) {
            throw ReadsException.corrupt(object, 8, "dataset", dataset + ", not " + expected.dataset);
        }
        if (!generation.equals(expected.generation)) {
            throw ReadsException.corrupt(object, 28, "generation", generation + ", not " + expected.generation);
        }
        if (ordinal != expected.ordinal) {
            throw ReadsException.corrupt(object, 24, "ordinal", ordinal + ", not " + expected.ordinal);
        }
    }
}
