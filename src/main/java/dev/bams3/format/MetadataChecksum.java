package dev.bams3.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * The last member of {@code _metadata.json}: `,"checksum":"` and eight hexadecimal digits, the CRC-32C of all bytes before the
 * comma. A fixed place and form, so that it is checked before anything is believed of the document.
 */
final class MetadataChecksum {
    static final String NAME = "checksum";

    private static final byte[] BEFORE = ",\"checksum\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] AFTER = "\"}".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS = 8;
    private static final int LENGTH = BEFORE.length + DIGITS + AFTER.length;

    enum State {
        RIGHT,
        WRONG,
        /** The document does not end as one of version 1 does. */
        ABSENT
    }

    private MetadataChecksum() {}

    /** @param json an object without the checksum, ending in its brace */
    static byte[] seal(byte[] json) {
        int end = json.length - 1;
        byte[] sealed = new byte[end + LENGTH];
        System.arraycopy(json, 0, sealed, 0, end);
        System.arraycopy(BEFORE, 0, sealed, end, BEFORE.length);
        System.arraycopy(digits(json, end), 0, sealed, end + BEFORE.length, DIGITS);
        System.arraycopy(AFTER, 0, sealed, end + BEFORE.length + DIGITS, AFTER.length);
        return sealed;
    }

    /** Returns the bytes that the checksum is made of: an object without its brace. @param json a sealed one */
    static byte[] unsealed(byte[] json) {
        return Arrays.copyOf(json, json.length - LENGTH);
    }

    static State check(byte[] json) {
        int end = json.length - LENGTH;
        if (end < 1 || !holds(json, end, BEFORE) || !holds(json, json.length - AFTER.length, AFTER)) {
            return State.ABSENT;
        }
        return holds(json, end + BEFORE.length, digits(json, end)) ? State.RIGHT : State.WRONG;
    }

    private static boolean holds(byte[] json, int offset, byte[] expected) {
        return Arrays.equals(json, offset, offset + expected.length, expected, 0, expected.length);
    }

    private static byte[] digits(byte[] json, int length) {
        CRC32C crc = new CRC32C();
        crc.update(json, 0, length);
        return HexFormat.of().toHexDigits((int) crc.getValue()).getBytes(StandardCharsets.US_ASCII);
    }
}
