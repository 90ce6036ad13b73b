package dev.bams3.source;

import java.nio.charset.StandardCharsets;

/**
 * Floating-point numbers of SAM text, read as C's {@code strtod} reads them, which htslib calls: decimal, hexadecimal,
 * {@code inf}, {@code infinity} and {@code nan} in any case, with a sign. One thread.
 */
final class SamFloats {
    private static final int EXACT_DIGITS = 15;
    private static final double[] POWERS = powers();

    /** Index of the byte after the number that was read last; where it began if there was none. */
    int at;

    private static double[] powers() {
        double[] powers = new double[EXACT_DIGITS + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * 10;
        }
        return powers;
    }

    /** The number at the beginning of a text; 0 where there is none. */
    double parse(byte[] buffer, int from, int end) {
        at = from;
        int i = from;
        while (i < end && isSpace(buffer[i])) {
            i++;
        }
        boolean negative = i < end && buffer[i] == '-';
        if (i < end && (buffer[i] == '-' || buffer[i] == '+')) {
            i++;
        }
        double value = magnitude(buffer, i, end);
        // Without a digit there is no sign either.
        return negative && at > from ? -value : value;
    }

    /** The NaN of both signs that {@code strtod} returns, as the bits of a float; a conversion would lose the sign. */
    static int floatBits(double value) {
        if (Double.isNaN(value)) {
            return Double.doubleToRawLongBits(value) < 0 ? 0xFFC00000 : 0x7FC00000;
        }
        return Float.floatToRawIntBits((float) value);
    }

    private static boolean isSpace(byte c) {
        return c == ' ' || c >= 0x0A && c <= 0x0D;
    }

    private double magnitude(byte[] buffer, int from, int end) {
        int i = from;
        long digits = 0;
        int count = 0;
        while (i < end && isDigit(buffer[i]) && count < EXACT_DIGITS) {
            digits = digits * 10 + (buffer[i++] - '0');
            count++;
        }
        int decimals = 0;
        if (count > 0 && i < end && buffer[i] == '.') {
            i++;
            while (i < end && isDigit(buffer[i]) && count < EXACT_DIGITS) {
                digits = digits * 10 + (buffer[i++] - '0');
                decimals++;
                count++;
            }
        }
        byte next = i < end ? buffer[i] : (byte) '\t';
        if (count == 0 || count == EXACT_DIGITS || next == 'e' || next == 'E' || next == 'x' || next == 'X') {
            return other(buffer, from, end);
        }
        at = i;
        // Both are exact, so the quotient is rounded once.
        return digits / POWERS[decimals];
    }

    private double other(byte[] buffer, int from, int end) {
        if (matches(buffer, from, end, "inf")) {
            at = from + (matches(buffer, from, end, "infinity") ? 8 : 3);
            return Double.POSITIVE_INFINITY;
        }
        if (matches(buffer, from, end, "nan")) {
            at = afterNan(buffer, from + 3, end);
            return Double.longBitsToDouble(0x7FF8000000000000L);
        }
        if (matches(buffer, from, end, "0x")) {
            int digits = hexEnd(buffer, from + 2, end);
            if (digits > 0) {
                int exponent = exponentEnd(buffer, digits, end, 'p');
                at = exponent;
                String text = new String(buffer, from, exponent - from, StandardCharsets.ISO_8859_1);
                return Double.parseDouble(exponent == digits ? text + "p0" : text);
            }
        }
        int digits = decimalEnd(buffer, from, end);
        if (digits < 0) {
            return 0;
        }
        int exponent = exponentEnd(buffer, digits, end, 'e');
        at = exponent;
        return Double.parseDouble(new String(buffer, from, exponent - from, StandardCharsets.ISO_8859_1));
    }

    /** Behind the payload in brackets, where there is one. */
    private static int afterNan(byte[] buffer, int from, int end) {
        if (from == end || buffer[from] != '(') {
            return from;
        }
        int i = from + 1;
        while (i < end && (buffer[i] == '_' || isDigit(buffer[i]) || isLetter(buffer[i]))) {
            i++;
        }
        return i < end && buffer[i] == ')' ? i + 1 : from;
    }

    /** Where digits with a point end; -1 where there is no digit. */
    private static int decimalEnd(byte[] buffer, int from, int end) {
        int i = from;
        boolean any = false;
        boolean point = false;
        while (i < end && (isDigit(buffer[i]) || buffer[i] == '.' && !point)) {
            any |= isDigit(buffer[i]);
            point |= buffer[i] == '.';
            i++;
        }
        return any ? i : -1;
    }

    private static int hexEnd(byte[] buffer, int from, int end) {
        int i = from;
        boolean any = false;
        boolean point = false;
        while (i < end && (Character.digit(buffer[i], 16) >= 0 || buffer[i] == '.' && !point)) {
            any |= buffer[i] != '.';
            point |= buffer[i] == '.';
            i++;
        }
        return any ? i : -1;
    }

    /** Where the exponent ends; {@code from} where there is none. */
    private static int exponentEnd(byte[] buffer, int from, int end, char letter) {
        int i = from;
        if (i == end || (buffer[i] | 0x20) != letter) {
            return from;
        }
        i++;
        if (i < end && (buffer[i] == '+' || buffer[i] == '-')) {
            i++;
        }
        if (i == end || !isDigit(buffer[i])) {
            return from;
        }
        while (i < end && isDigit(buffer[i])) {
            i++;
        }
        return i;
    }

    private static boolean matches(byte[] buffer, int from, int end, String lowerCase) {
        if (end - from < lowerCase.length()) {
            return false;
        }
        for (int i = 0; i < lowerCase.length(); i++) {
            byte c = buffer[from + i];
            if ((isLetter(c) ? c | 0x20 : c) != lowerCase.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isLetter(byte c) {
        return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    }
}
