package dev.bams3.convert;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Documents of a conversion under way, which no reader of datasets looks at: a line of JSON and a line with the CRC-32C of
 * the first, eight hexadecimal digits. Only the version of the program that wrote one reads it.
 */
final class WorkDocument {
    /** Far more than the largest. */
    static final int MAX_LENGTH = 64 << 20;

    private static final int SEAL_LENGTH = 10;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    private WorkDocument() {}

    static byte[] encode(Object document) {
        byte[] json = JSON.writeValueAsBytes(document);
        byte[] sealed = Arrays.copyOf(json, json.length + SEAL_LENGTH);
        byte[] seal = seal(json, json.length);
        System.arraycopy(seal, 0, sealed, json.length, SEAL_LENGTH);
        return sealed;
    }

    /** Empty for bytes that are not such a document, or not as they were written. */
    static <T> Optional<T> decode(byte[] bytes, Class<T> type) {
        int length = bytes.length - SEAL_LENGTH;
        if (length < 0 || !Arrays.equals(seal(bytes, length), 0, SEAL_LENGTH, bytes, length, bytes.length)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(bytes, 0, length, type));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    static ReadsException damaged(String resource) {
        return ReadsException.about(ErrorKind.CORRUPT, resource, "not the document of a conversion, or damaged");
    }

    private static byte[] seal(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        String text = "\n" + HexFormat.of().toHexDigits((int) crc.getValue()) + "\n";
        return text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }
}
