package dev.bams3.source;

import dev.bams3.sam.QuotedBytes;
import java.nio.charset.StandardCharsets;

/**
 * The optional fields of a line of SAM text as the bytes of BAM tags, read as htslib 1.24 reads them: in the order of the
 * text, repeated ones too, whole numbers in the smallest type that holds them. One thread.
 */
final class SamTagParser {
    private static final int SHORTEST = 5;

    private final byte[] text;
    private final RecordBytes out;
    private final SamNumbers numbers;
    private final SamFloats floats = new SamFloats();

    /** Whether text was passed over since this was cleared: behind a value, or in place of a colon. */
    boolean ignoredText;

    /**
     * @param text array that lines lie in, with a byte behind each that is no part of a number
     * @param out where the tags go, with room for two bytes for each of text
     */
    SamTagParser(byte[] text, RecordBytes out, SamNumbers numbers) {
        this.text = text;
        this.out = out;
        this.numbers = numbers;
    }

    /**
     * Writes all tags between two indexes.
     *
     * @throws SamLineException naming the tag
     */
    void parse(int from, int end) {
        numbers.overflow = false;
        int at = from;
        while (at < end) {
            if (end - at < SHORTEST) {
                throw wrong(at, end, "is no tag, which is two letters, ':', a type, ':' and a value");
            }
            if (text[at] < '!' || text[at + 1] < '!') {
                throw wrong(at, end, "does not begin with the two letters of a tag");
            }
            int tag = at;
            out.int8(text[at]);
            out.int8(text[at + 1]);
            ignoredText |= text[at + 2] != ':' || text[at + 4] != ':';
            at = value(tag, text[at + 3], at + SHORTEST, end);
            if (numbers.overflow) {
                throw wrong(tag, end, "is a number outside the range of its type");
            }
            if (at < end && text[at] > '\t') {
                ignoredText = true;
                while (at < end && text[at] > '\t') {
                    at++;
                }
            }
            // Also over a byte above 127, as htslib does; what follows is read as a tag then.
            ignoredText |= at < end && text[at] != '\t';
            at++;
        }
    }

    /** Writes type and value; returns where the value ends. */
    private int value(int tag, byte type, int from, int end) {
        if (type != 'Z' && type != 'H' && (from >= end || text[from] <= '\t')) {
            throw wrong(tag, end, "has no value");
        }
        switch (type) {
            case 'A', 'a', 'c', 'C' -> {
                out.int8('A');
                out.int8(text[from]);
                return from + 1;
            }
            case 'i', 'I' -> {
                integer(from);
                return numbers.at;
            }
            case 'f' -> {
                out.int8('f');
                out.int32(SamFloats.floatBits(floats.parse(text, from, end)));
                return floats.at;
            }
            case 'd' -> {
                out.int8('d');
                out.int64(Double.doubleToRawLongBits(floats.parse(text, from, end)));
                return floats.at;
            }
            case 'Z', 'H' -> {
                int valueEnd = tab(from, end);
                if (type == 'H' && (valueEnd - from) % 2 != 0) {
                    throw wrong(tag, end, "has an odd number of hexadecimal digits");
                }
                out.int8(type);
                out.bytes(text, from, valueEnd - from);
                out.int8(0);
                return valueEnd;
            }
            case 'B' -> {
                return array(tag, from, end);
            }
            default -> throw wrong(tag, end, "has an unknown type; one of A, i, f, Z, H, B is expected");
        }
    }

    private void integer(int from) {
        if (text[from] == '-') {
            int value = (int) numbers.signed(from, 32);
            if (value >= Byte.MIN_VALUE) {
                out.int8('c');
                out.int8(value);
            } else if (value >= Short.MIN_VALUE) {
                out.int8('s');
                out.int16(value);
            } else {
                out.int8('i');
                out.int32(value);
            }
            return;
        }
        long value = numbers.unsigned(from, 32);
        if (value <= 0xFF) {
            out.int8('C');
            out.int8((int) value);
        } else if (value <= 0xFFFF) {
            out.int8('S');
            out.int16((int) value);
        } else {
            out.int8('I');
            out.int32((int) value);
        }
    }

    /** Writes an array; one whose numbers do not fit its type in the smallest that holds them all. */
    private int array(int tag, int from, int end) {
        byte type = text[from];
        int values = from + 1;
        if (values < end && text[values] != ',' && text[values] != '\t') {
            throw wrong(tag, end, "has an array type that no ',' follows");
        }
        if ("cCsSiIf".indexOf(type) < 0) {
            throw wrong(tag, end, "has an unknown array type; one of c, C, s, S, i, I, f is expected");
        }
        // Even a value without digits is a number.
        out.require(4L * (tab(values, end) - values) + 2L * (end - from) + SHORTEST + SHORTEST);
        int start = out.size;
        boolean overflowBefore = numbers.overflow;
        numbers.overflow = false;
        int arrayEnd = elements(tag, type, values, end);
        if (numbers.overflow) {
            byte fitting = fittingType(tag, values, arrayEnd, end);
            out.size = start;
            numbers.overflow = false;
            elements(tag, fitting, values, end);
            if (numbers.overflow) {
                throw wrong(tag, end, "has an array with a number that cannot be read");
            }
        }
        numbers.overflow = overflowBefore;
        return arrayEnd;
    }

    private int elements(int tag, byte type, int values, int end) {
        out.int8('B');
        out.int8(type);
        int countAt = out.size;
        out.int32(0);
        int count = 0;
        int at = values;
        while (at < end && text[at] == ',') {
            at = element(type, at + 1, end);
            count++;
        }
        if (at < end && text[at] != '\t') {
            throw wrong(tag, end, "has an array with text that is no number");
        }
        out.int32(countAt, count);
        return at;
    }

    private int element(byte type, int from, int end) {
        switch (type) {
            case 'c' -> out.int8((int) numbers.signed(from, 8));
            case 's' -> out.int16((int) numbers.signed(from, 16));
            case 'i' -> out.int32((int) numbers.signed(from, 32));
            case 'f' -> {
                out.int32(SamFloats.floatBits(floats.parse(text, from, comma(from, end))));
                return floats.at;
            }
            default -> {
                if (text[from] == '-') {
                    numbers.overflow = true;
                    return comma(from, end);
                }
                int bits = type == 'C' ? 8 : type == 'S' ? 16 : 32;
                long value = numbers.unsigned(from, bits);
                switch (bits) {
                    case 8 -> out.int8((int) value);
                    case 16 -> out.int16((int) value);
                    default -> out.int32((int) value);
                }
            }
        }
        return numbers.at;
    }

    private byte fittingType(int tag, int values, int arrayEnd, int end) {
        long least = 0;
        long most = 0;
        numbers.overflow = false;
        int at = values;
        while (at < arrayEnd) {
            long value = numbers.signed(at + 1, 63);
            least = Math.min(least, value);
            most = Math.max(most, value);
            at = comma(numbers.at, arrayEnd);
        }
        byte type = 0;
        if (!numbers.overflow) {
            type = least < 0 ? signedType(least, most) : unsignedType(most);
        }
        if (type == 0) {
            throw wrong(tag, end, "has an array with a number outside the range of 32 bits");
        }
        return type;
    }

    private static byte signedType(long least, long most) {
        if (least >= Byte.MIN_VALUE && most <= Byte.MAX_VALUE) {
            return 'c';
        }
        if (least >= Short.MIN_VALUE && most <= Short.MAX_VALUE) {
            return 's';
        }
        return (byte) (least >= Integer.MIN_VALUE && most <= Integer.MAX_VALUE ? 'i' : 0);
    }

    /** The bound of C is one less than it might be, as in htslib. */
    private static byte unsignedType(long most) {
        if (most < 0xFF) {
            return 'C';
        }
        if (most <= 0xFFFF) {
            return 'S';
        }
        return (byte) (most <= 0xFFFF_FFFFL ? 'I' : 0);
    }

    /** Index of the next comma, or of the end of the value. */
    private int comma(int from, int end) {
        int at = from;
        while (at < end && text[at] > '\t' && text[at] != ',') {
            at++;
        }
        return at;
    }

    private int tab(int from, int end) {
        int at = TextBytes.find(text, from, end, (byte) '\t');
        return at < 0 ? end : at;
    }

    private SamLineException wrong(int tag, int end, String problem) {
        int length = Math.max(0, tab(Math.min(tag, end), end) - tag);
        String value = new String(text, tag, length, StandardCharsets.ISO_8859_1);
        String name = length >= 2 ? "tag " + value.substring(0, 2) : "tags";
        return new SamLineException(name, QuotedBytes.of(value) + " " + problem);
    }
}
