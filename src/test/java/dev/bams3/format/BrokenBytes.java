package dev.bams3.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/** Bytes that a writer makes, and ought not to. */
final class BrokenBytes {
    private BrokenBytes() {}

    /** A frame of one raw block, with a window of 2^28 bytes. */
    static byte[] wide(byte[] content) {
        return ByteBuffer.allocate(13 + content.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0xFD2FB528)
                .put((byte) 0x80)
                .put((byte) (18 << 3))
                .putInt(content.length)
                .put((byte) (1 | content.length << 3))
                .putShort((short) (content.length >> 5))
                .put(content)
                .array();
    }

    static byte[] varint(long value) {
        ByteSink out = new ByteSink(16);
        out.varint(value);
        return out.toByteArray();
    }

    static byte[] twice(byte[] frame) {
        byte[] two = Arrays.copyOf(frame, 2 * frame.length);
        System.arraycopy(frame, 0, two, frame.length, frame.length);
        return two;
    }

    static int crc(byte[] bytes) {
        return ByteCursor.crc32c(bytes, 0, bytes.length);
    }

    static String hex(int crc) {
        return HexFormat.of().toHexDigits(crc);
    }
}
