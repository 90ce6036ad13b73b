package dev.bams3.genome;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * One reference sequence ({@code @SQ} line).
 *
 * @param name {@code SN}, any text (`HLA-A*01:01` and `chr1#2` are names); its bytes are UTF-8
 * @param length {@code LN}, bases, 0 to 2^31-1
 */
public record Reference(String name, int length) {
    public Reference {
        if (name.isEmpty() || length < 0) {
            throw new IllegalArgumentException("not a reference: '" + name + "' of length " + length);
        }
    }

    /**
     * A reference whose name is given as a file has it.
     *
     * @throws ReadsException INVALID_INPUT for a name that is empty or no UTF-8, which could not be asked for
     */
    public static Reference of(byte[] name, int length) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name))
                    .toString();
            if (!text.isEmpty()) {
                return new Reference(text, length);
            }
        } catch (CharacterCodingException e) {
            // Refused below.
        }
        throw ReadsException.of(
                ErrorKind.INVALID_INPUT,
                "the reference name '" + new String(name, StandardCharsets.ISO_8859_1) + "' is "
                        + (name.length == 0 ? "empty" : "not in UTF-8") + "; rename it in the header");
    }

    /** The name as files have it. */
    public byte[] nameBytes() {
        return name.getBytes(StandardCharsets.UTF_8);
    }
}
