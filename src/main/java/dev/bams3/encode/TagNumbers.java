package dev.bams3.encode;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamTags;

/** Numbers of tags and of tag arrays as text. */
final class TagNumbers {
    private TagNumbers() {}

    /**
     * Returns a whole number.
     *
     * @param type one of {@code cCsSiI}
     */
    static long whole(byte[] records, int value, char type) {
        return switch (type) {
            case 'C' -> records[value] & 0xFF;
            case 'c' -> records[value];
            case 'S' -> BamRecord.uint16(records, value);
            case 's' -> (short) BamRecord.uint16(records, value);
            case 'i' -> BamRecord.int32(records, value);
            default -> BamRecord.int32(records, value) & 0xFFFF_FFFFL;
        };
    }

    /** A number of an array. */
    static int putElement(byte[] target, int at, byte[] records, int value, char type) {
        return type == 'f'
                ? DecimalText.putArrayReal(target, at, Float.intBitsToFloat(BamRecord.int32(records, value)))
                : put(target, at, records, value, type);
    }

    /** The letter of an array's elements and the elements, each behind a comma, as SAM text has them. */
    static int putArray(byte[] target, int at, byte[] records, int tag) {
        char element = SamTags.elementType(records, tag);
        int next = at;
        target[next++] = (byte) element;
        int width = SamTags.width(element);
        int end = SamTags.end(records, tag);
        for (int value = tag + SamTags.ARRAY; value < end; value += width) {
            target[next++] = ',';
            next = putElement(target, next, records, value, element);
        }
        return next;
    }

    /**
     * A number of a tag.
     *
     * @param type one of {@code cCsSiIfd}
     */
    static int put(byte[] target, int at, byte[] records, int value, char type) {
        return switch (type) {
            case 'C' -> DecimalText.putInt(target, at, records[value] & 0xFF);
            case 'c' -> DecimalText.putInt(target, at, records[value]);
            case 'S' -> DecimalText.putInt(target, at, BamRecord.uint16(records, value));
            case 's' -> DecimalText.putInt(target, at, (short) BamRecord.uint16(records, value));
            case 'i' -> DecimalText.putInt(target, at, BamRecord.int32(records, value));
            case 'I' -> DecimalText.putUnsigned(target, at, BamRecord.int32(records, value));
            default -> DecimalText.putReal(target, at, real(records, value, type));
        };
    }

    static boolean isReal(char type) {
        return type == 'f' || type == 'd';
    }

    static double real(byte[] records, int value, char type) {
        if (type == 'f') {
            return Float.intBitsToFloat(BamRecord.int32(records, value));
        }
        return Double.longBitsToDouble(
                BamRecord.int32(records, value) & 0xFFFF_FFFFL | (long) BamRecord.int32(records, value + 4) << 32);
    }
}
