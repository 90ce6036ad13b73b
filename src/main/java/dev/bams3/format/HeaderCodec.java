package dev.bams3.format;

import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata.HeaderObject;

/**
 * The header object: the source's header text, byte for byte, as one zstd frame. The text may lack {@code @SQ} lines that
 * the dataset has, or the other way round: the references are those of the metadata.
 */
public final class HeaderCodec {
    private HeaderCodec() {}

    public static byte[] encode(byte[] text) {
        return ZstdBytes.compress(text);
    }

    /** Returns the description of a header object in the metadata. */
    public static HeaderObject describe(byte[] text, byte[] stored) {
        return new HeaderObject(stored.length, text.length, ByteCursor.crc32c(stored, 0, stored.length));
    }

    /**
     * @param object name of the object, for messages
     * @return the header text
     * @throws ReadsException CORRUPT when the object is not the one that the metadata describes
     */
    public static byte[] decode(String object, byte[] stored, HeaderObject expected) {
        if (stored.length != expected.length()) {
            throw ReadsException.corrupt(
                    object, 0, "header", stored.length + " bytes, not the " + expected.length() + " of the metadata");
        }
        if (ByteCursor.crc32c(stored, 0, stored.length) != expected.crc32c()) {
            throw ReadsException.corrupt(object, 0, "header", "the checksum is not that of the metadata");
        }
        return ZstdBytes.decompress(object, 0, "header", stored, expected.rawLength());
    }
}
