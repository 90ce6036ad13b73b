package dev.bams3.format.block;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamTags;

/** Value types of optional fields (SAMv1 § 4.2.4, 2024-11-06). */
final class TagTypes {
    private TagTypes() {}

    /** Bytes of a number or character; 0 for a type of variable length, -1 for one that is not known. */
    static int width(int type) {
        return switch (type) {
            case 'A', 'c', 'C' -> 1;
            case 's', 'S' -> 2;
            case 'i', 'I', 'f' -> 4;
            case 'Z', 'H', 'B' -> 0;
            default -> -1;
        };
    }

    static boolean isText(int type) {
        return type == 'Z' || type == 'H';
    }

    /** Bytes of an array's element, -1 for a type that is not known. */
    static int elementWidth(int subtype) {
        return subtype == 'A' ? -1 : Math.max(-1, width(subtype) == 0 ? -1 : width(subtype));
    }

    /** Bytes of the value at {@code at}, NUL and array head included; -1 where it is not sound. May go past {@code end}. */
    static long valueLength(byte[] buffer, int type, int at, int end) {
        int width = width(type);
        if (width != 0) {
            return width;
        }
        if (type == 'B') {
            int element = end - at < 5 ? -1 : elementWidth(buffer[at]);
            long count = element < 0 ? -1 : BamRecord.int32(buffer, at + 1) & 0xFFFF_FFFFL;
            return count < 0 ? -1 : 5 + count * element;
        }
        int nul = SamTags.findNul(buffer, at, end);
        return nul < end ? nul + 1L - at : -1;
    }
}
