package dev.bams3.source.cram;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** A version of CRAM. */
record CramVersion(int major, int minor) {
    /** Bytes of the definition at the beginning of a file: magic, version, and an id of 20 bytes. */
    static final int DEFINITION_LENGTH = 26;

    private static final byte[] MAGIC = "CRAM".getBytes(StandardCharsets.US_ASCII);

    /** The containers that end a file (CRAMv3 § 9). */
    private static final byte[] END_2 =
            HexFormat.of().parseHex("0b000000ffffffff0fe0454f460000000001000001000606010001000100");

    private static final byte[] END_3 =
            HexFormat.of().parseHex("0f000000ffffffff0fe0454f4600000000010005bdd94f0001000606010001000100ee63014b");

    /** Its upper half differs between writers: it is the unused half of a number's last byte. */
    private static final int UNUSED_BITS_AT = 8;

    static CramVersion read(CramInput in) {
        Place place = in.place("file definition");
        byte[] definition = in.bytes(DEFINITION_LENGTH, place);
        if (!Arrays.equals(definition, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw place.corrupt("'CRAM' expected");
        }
        CramVersion version = new CramVersion(definition[4] & 0xFF, definition[5] & 0xFF);
        if (version.major == 2 || version.major == 3 && version.minor <= 1) {
            return version;
        }
        throw ReadsException.about(
                ErrorKind.UNSUPPORTED_VERSION,
                place.resource(),
                "CRAM " + version + " cannot be read: versions 2.1, 3.0 and 3.1 can; make such a file with "
                        + "'samtools view -C --output-fmt-option version=3.1'");
    }

    boolean hasChecksums() {
        return major >= 3;
    }

    /** Version 2.0 ends without a mark. */
    boolean hasEnd() {
        return major >= 3 || minor >= 1;
    }

    int endLength() {
        return end().length;
    }

    /** Whether these last bytes of a file are the container that ends it. */
    boolean isEnd(byte[] tail) {
        byte[] marked = tail.clone();
        if (marked.length > UNUSED_BITS_AT) {
            marked[UNUSED_BITS_AT] &= 0x0F;
        }
        return Arrays.equals(marked, end());
    }

    private byte[] end() {
        return major == 2 ? END_2 : END_3;
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
