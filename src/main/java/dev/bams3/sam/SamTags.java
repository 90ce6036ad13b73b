package dev.bams3.sam;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The optional fields of a BAM record (SAMv1 § 4.2.4, 2024-11-06) as they lie in a byte array: two bytes of name, one of
 * type, the value. A cursor is an int, the index of a tag's name; the next tag is at {@link #end}.
 *
 * <p>Only {@link #problem} looks at unchecked bytes; the other methods want records that passed it.
 */
public final class SamTags {
    /** Name and type. */
    public static final int VALUE = 3;

    /** Name, type, element type and count of an array. */
    public static final int ARRAY = 8;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH_BYTE = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private SamTags() {}

    /** The type letter: one of {@code AcCsSiIfZHB}; also {@code d}, a double, which htslib reads. */
    public static char type(byte[] buffer, int tag) {
        return (char) buffer[tag + 2];
    }

    /** Both letters of the name in one number, to compare with {@link #name}. */
    public static int nameAt(byte[] buffer, int tag) {
        return BamRecord.uint16(buffer, tag);
    }

    /** The number that {@link #nameAt} gives for this name. */
    public static int name(char first, char second) {
        return first | second << 8;
    }

    /** Whether the type is one of the six whole numbers, which SAM text calls {@code i}. */
    public static boolean isInteger(char type) {
        return type == 'C' || type == 'c' || type == 'i' || type == 'S' || type == 's' || type == 'I';
    }

    /** Letter of an array's elements: one of {@code cCsSiIf}. */
    public static char elementType(byte[] buffer, int tag) {
        return (char) buffer[tag + 3];
    }

    /** Elements of an array. */
    public static int elementCount(byte[] buffer, int tag) {
        return BamRecord.int32(buffer, tag + 4);
    }

    /** Index after the tag's last byte, where the next one begins. */
    public static int end(byte[] buffer, int tag) {
        char type = type(buffer, tag);
        return switch (type) {
            case 'Z', 'H' -> textEnd(buffer, tag) + 1;
            case 'B' -> tag + ARRAY + elementCount(buffer, tag) * width(elementType(buffer, tag));
            default -> tag + VALUE + width(type);
        };
    }

    /** Index of the NUL that ends the text of a Z or H. */
    public static int textEnd(byte[] buffer, int tag) {
        return findNul(buffer, tag + VALUE, buffer.length);
    }

    /** Index of the first NUL from {@code from} on, or {@code end} where there is none before it. */
    public static int findNul(byte[] buffer, int from, int end) {
        int at = from;
        int lastWhole = end - 8;
        while (at <= lastWhole) {
            long eight = (long) LONG.get(buffer, at);
            // The lowest set bit marks the first zero byte.
            long zeros = (eight - EACH_BYTE) & ~eight & HIGH_BITS;
            if (zeros != 0) {
                return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
            at += 8;
        }
        while (at < end && buffer[at] != 0) {
            at++;
        }
        return at;
    }

    /** Index of the first tag of this name, or -1. */
    public static int find(byte[] buffer, int record, int name) {
        int end = record + BamRecord.length(buffer, record);
        for (int tag = BamRecord.tagsOffset(buffer, record); tag < end; tag = end(buffer, tag)) {
            if (nameAt(buffer, tag) == name) {
                return tag;
            }
        }
        return -1;
    }

    /** Bytes of one number or letter of this type; 0 for the others. */
    public static int width(char type) {
        return switch (type) {
            case 'A', 'c', 'C' -> 1;
            case 's', 'S' -> 2;
            case 'i', 'I', 'f' -> 4;
            case 'd' -> 8;
            default -> 0;
        };
    }

    /** Null if the tags between two indexes are sound and fill the space between them, else what is wrong. */
    static @Nullable String problem(byte[] buffer, int from, int end) {
        int tag = from;
        while (tag < end) {
            if (end - tag < VALUE + 1) {
                return "tags: " + (end - tag) + " bytes at their end are no tag";
            }
            long next = checkedEnd(buffer, tag, end);
            if (next < 0 || next > end) {
                return "tag " + readable(buffer[tag]) + readable(buffer[tag + 1]) + ": "
                        + (next == UNKNOWN_TYPE
                                ? "unknown type " + readable(buffer[tag + 2])
                                : next == UNKNOWN_ELEMENT
                                        ? "unknown or missing array type"
                                        : next == BAD_COUNT
                                                ? "negative array count"
                                                : "its value reaches behind the end of the record");
            }
            tag = (int) next;
        }
        return null;
    }

    private static final long UNKNOWN_TYPE = -1;
    private static final long UNKNOWN_ELEMENT = -2;
    private static final long BAD_COUNT = -3;

    private static long checkedEnd(byte[] buffer, int tag, int end) {
        char type = type(buffer, tag);
        switch (type) {
            case 'Z', 'H' -> {
                return findNul(buffer, tag + VALUE, end) + 1L;
            }
            case 'B' -> {
                char element = elementType(buffer, tag);
                if (width(element) == 0 || element == 'A' || element == 'd') {
                    return UNKNOWN_ELEMENT;
                }
                if (end - tag < ARRAY) {
                    return end + 1L;
                }
                int count = elementCount(buffer, tag);
                return count < 0 ? BAD_COUNT : tag + ARRAY + (long) count * width(element);
            }
            default -> {
                int width = width(type);
                return width == 0 ? UNKNOWN_TYPE : tag + VALUE + width;
            }
        }
    }

    private static String readable(byte value) {
        return value > ' ' && value < 0x7F ? String.valueOf((char) value) : "\\x%02x".formatted(value & 0xFF);
    }
}
