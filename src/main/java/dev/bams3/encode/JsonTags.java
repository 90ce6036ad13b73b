package dev.bams3.encode;

import dev.bams3.sam.SamTags;

/**
 * The value of TAGS: an object with a member for every tag name, in file order. A member is
 * {@code {"type":"i","value":1}}, or for an array {@code {"type":"B","subtype":"c","value":[1,2]}}. All whole numbers have
 * type {@code i}, as in SAM text; infinity and NaN are the strings of SAM text, because JSON has no numbers for them. If a
 * name stands several times in a record, which SAM forbids, its member is the JSON array of all of them.
 */
final class JsonTags {
    /** Most bytes that a byte of tags gives. */
    static final int GROWTH = 12;

    private static final Literal TYPE = Literal.of("\":{\"type\":\"");
    private static final Literal TYPE_IN_LIST = Literal.of("{\"type\":\"");
    private static final Literal VALUE = Literal.of("\",\"value\":");
    private static final Literal SUBTYPE = Literal.of("\",\"subtype\":\"");

    private JsonTags() {}

    /**
     * Writes the object and returns the index after it.
     *
     * @param from index of the first tag
     * @param skipped index of a tag that is left out, or -1
     */
    static int put(byte[] target, int at, byte[] records, int from, int end, int skipped) {
        int next = at;
        target[next++] = '{';
        // A bit for each of 64 classes of names: no bit twice, no name twice.
        long seen = 0;
        int following;
        for (int tag = from; tag < end; tag = following) {
            following = SamTags.end(records, tag);
            if (tag == skipped) {
                continue;
            }
            long bit = 1L << (SamTags.nameAt(records, tag) * 0x9E3779B1 >>> 26);
            if ((seen & bit) != 0 && hasEarlier(records, from, tag, skipped)) {
                return putWithLists(target, at, records, from, end, skipped);
            }
            seen |= bit;
            if (next > at + 1) {
                target[next++] = ',';
            }
            next = putName(target, next, records, tag);
            next = TYPE.put(target, next);
            next = putValue(target, next, records, tag, following);
        }
        target[next++] = '}';
        return next;
    }

    /** The same for a record in which some name stands several times. */
    private static int putWithLists(byte[] target, int at, byte[] records, int from, int end, int skipped) {
        int next = at;
        target[next++] = '{';
        for (int tag = from; tag < end; tag = SamTags.end(records, tag)) {
            if (tag == skipped || hasEarlier(records, from, tag, skipped)) {
                continue;
            }
            if (next > at + 1) {
                target[next++] = ',';
            }
            next = putName(target, next, records, tag);
            target[next++] = '"';
            target[next++] = ':';
            next = putAllOfName(target, next, records, tag, end, skipped);
        }
        target[next++] = '}';
        return next;
    }

    private static int putAllOfName(byte[] target, int at, byte[] records, int first, int end, int skipped) {
        int next = at;
        target[next++] = '[';
        int count = 0;
        for (int tag = first; tag < end; tag = SamTags.end(records, tag)) {
            if (tag != skipped && SamTags.nameAt(records, tag) == SamTags.nameAt(records, first)) {
                if (count++ > 0) {
                    target[next++] = ',';
                }
                next = TYPE_IN_LIST.put(target, next);
                next = putValue(target, next, records, tag, SamTags.end(records, tag));
            }
        }
        if (count == 1) {
            System.arraycopy(target, at + 1, target, at, next - at - 1);
            return next - 1;
        }
        target[next++] = ']';
        return next;
    }

    private static boolean hasEarlier(byte[] records, int from, int tag, int skipped) {
        for (int earlier = from; earlier < tag; earlier = SamTags.end(records, earlier)) {
            if (earlier != skipped && SamTags.nameAt(records, earlier) == SamTags.nameAt(records, tag)) {
                return true;
            }
        }
        return false;
    }

    private static int putName(byte[] target, int at, byte[] records, int tag) {
        target[at] = '"';
        int next = JsonText.putLetter(target, at + 1, records[tag] & 0xFF);
        return JsonText.putLetter(target, next, records[tag + 1] & 0xFF);
    }

    /** Type letter, value and closing brace. */
    private static int putValue(byte[] target, int at, byte[] records, int tag, int end) {
        char type = SamTags.type(records, tag);
        int next = at;
        target[next++] = (byte) (SamTags.isInteger(type) ? 'i' : type);
        int value = tag + SamTags.VALUE;
        if (type == 'B') {
            char element = SamTags.elementType(records, tag);
            next = SUBTYPE.put(target, next);
            target[next++] = (byte) element;
            next = VALUE.put(target, next);
            next = putArray(target, next, records, tag + SamTags.ARRAY, end, element);
        } else {
            next = VALUE.put(target, next);
            if (type == 'Z' || type == 'H' || type == 'A') {
                target[next++] = '"';
                next = RecordText.putEscaped(target, next, records, value, (type == 'A' ? end : end - 1) - value);
                target[next++] = '"';
            } else {
                next = putNumber(target, next, records, value, type);
            }
        }
        target[next++] = '}';
        return next;
    }

    private static int putArray(byte[] target, int at, byte[] records, int from, int end, char element) {
        int next = at;
        target[next++] = '[';
        int width = SamTags.width(element);
        for (int value = from; value < end; value += width) {
            if (value > from) {
                target[next++] = ',';
            }
            next = putElement(target, next, records, value, element);
        }
        target[next++] = ']';
        return next;
    }

    private static int putElement(byte[] target, int at, byte[] records, int value, char type) {
        return isNumber(records, value, type)
                ? TagNumbers.putElement(target, at, records, value, type)
                : putQuoted(target, at, records, value, type);
    }

    private static int putNumber(byte[] target, int at, byte[] records, int value, char type) {
        return isNumber(records, value, type)
                ? TagNumbers.put(target, at, records, value, type)
                : putQuoted(target, at, records, value, type);
    }

    /** False for infinity and NaN. */
    private static boolean isNumber(byte[] records, int value, char type) {
        return !TagNumbers.isReal(type) || Double.isFinite(TagNumbers.real(records, value, type));
    }

    private static int putQuoted(byte[] target, int at, byte[] records, int value, char type) {
        target[at] = '"';
        int next = TagNumbers.put(target, at + 1, records, value, type);
        target[next] = '"';
        return next + 1;
    }
}
