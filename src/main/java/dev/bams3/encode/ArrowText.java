package dev.bams3.encode;

import dev.bams3.sam.SamTags;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Texts of records as Arrow wants them: UTF-8. */
final class ArrowText {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    /** A tag byte gives at most this many: an array of bytes, {@code ,-128}. */
    private static final int TAG_GROWTH = 5;

    private ArrowText() {}

    /** Adds bytes that are text in UTF-8, or in Latin-1 where they are no UTF-8. */
    static void put(OutputBuffer out, byte[] source, int from, int length) {
        if (isAscii(source, from, length)) {
            out.put(source, from, length);
            return;
        }
        byte[] text = JsonText.decoded(source, from, length).getBytes(StandardCharsets.UTF_8);
        out.put(text, 0, text.length);
    }

    /** Adds the value of a tag as SAM text has it, without name and type. */
    static void putTag(OutputBuffer out, byte[] records, int tag) {
        char type = SamTags.type(records, tag);
        int value = tag + SamTags.VALUE;
        int end = SamTags.end(records, tag);
        switch (type) {
            case 'Z', 'H' -> put(out, records, value, end - 1 - value);
            case 'A' -> put(out, records, value, 1);
            default -> {
                byte[] target = out.reserve(DecimalText.MAX_REAL + TAG_GROWTH * (long) (end - tag));
                out.setLength(
                        type == 'B'
                                ? TagNumbers.putArray(target, out.length(), records, tag)
                                : TagNumbers.put(target, out.length(), records, value, type));
            }
        }
    }

    private static boolean isAscii(byte[] source, int from, int length) {
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            if (((long) LONG.get(source, from + i) & HIGH_BITS) != 0) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (source[from + i] < 0) {
                return false;
            }
        }
        return true;
    }
}
