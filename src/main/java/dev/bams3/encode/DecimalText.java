package dev.bams3.encode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Numbers as ASCII. Every method writes at an index and returns the index after what it wrote. */
final class DecimalText {
    /** Longest text of a whole number: {@code -2147483648}; an unsigned one is shorter. */
    static final int MAX_INTEGER = 11;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /** Two digits each, the first in the low byte. */
    private static final short[] PAIRS = new short[100];

    private static final long[] POWERS = new long[18];

    static {
        for (int i = 0; i < 100; i++) {
            PAIRS[i] = (short) ('0' + i / 10 | '0' + i % 10 << 8);
        }
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = 10 * POWERS[i - 1];
        }
    }

    private DecimalText() {}

    static int putInt(byte[] target, int at, int value) {
        if (value >= 0) {
            return putPositive(target, at, value);
        }
        target[at] = '-';
        return value == Integer.MIN_VALUE ? putUnsigned(target, at + 1, value) : putPositive(target, at + 1, -value);
    }

    /** A position as SAM counts it, from 1: one more than the number, also where that has no more bits. */
    static int putPosition(byte[] target, int at, int start) {
        return start < 0 ? putInt(target, at, start + 1) : putUnsigned(target, at, start + 1);
    }

    /** @param value all 32 bits are digits */
    static int putUnsigned(byte[] target, int at, int value) {
        if (value >= 0) {
            return putPositive(target, at, value);
        }
        int next = putPositive(target, at, Integer.divideUnsigned(value, 10));
        target[next] = (byte) ('0' + Integer.remainderUnsigned(value, 10));
        return next + 1;
    }

    private static int putPositive(byte[] target, int at, int value) {
        if (value < 10) {
            target[at] = (byte) ('0' + value);
            return at + 1;
        }
        if (value < 100) {
            SHORT.set(target, at, PAIRS[value]);
            return at + 2;
        }
        int end = at + digits(value);
        int to = end;
        int rest = value;
        while (rest >= 100) {
            int quotient = rest / 100;
            to -= 2;
            SHORT.set(target, to, PAIRS[rest - 100 * quotient]);
            rest = quotient;
        }
        if (rest >= 10) {
            SHORT.set(target, to - 2, PAIRS[rest]);
        } else {
            target[to - 1] = (byte) ('0' + rest);
        }
        return end;
    }

    private static int digits(int value) {
        if (value < 10_000) {
            return value < 1_000 ? 3 : 4;
        }
        if (value < 1_000_000) {
            return value < 100_000 ? 5 : 6;
        }
        if (value < 100_000_000) {
            return value < 10_000_000 ? 7 : 8;
        }
        return value < 1_000_000_000 ? 9 : 10;
    }

    /** Longest text of a real number: {@code -1.17549e-308}. */
    static final int MAX_REAL = 13;

    /** A number of a tag as htslib 1.16 prints it: C's {@code %g}, six significant digits, ties to the even one. */
    static int putReal(byte[] target, int at, double value) {
        return putReal(target, at, value, false);
    }

    /** A number of an array as htslib 1.16 prints it: the same, but with ties away from zero. */
    static int putArrayReal(byte[] target, int at, float value) {
        return putReal(target, at, value, true);
    }

    private static int putReal(byte[] target, int at, double value, boolean tiesAway) {
        if (Double.isNaN(value) || Double.isInfinite(value) || value == 0) {
            return putSpecial(target, at, value);
        }
        int next = at;
        if (value < 0) {
            target[next++] = '-';
        }
        double size = Math.abs(value);
        if (!(size >= 0.0001 && size <= 999_999 && (float) size == size)) {
            return putRounded(target, next, size);
        }
        // Exact for every float, whose 24 bits times the 24 bits of 5^10 fit a double.
        double product = size * 1e10;
        long scaled = (long) product;
        int length = 7;
        while (scaled >= POWERS[length]) {
            length++;
        }
        long unit = POWERS[length - 6];
        long half = unit / 2;
        int significant = (int) (scaled / unit);
        long rest = scaled - significant * unit;
        if (rest > half || (rest == half && (tiesAway || product > scaled || (significant & 1) != 0))) {
            significant++;
        }
        int decimals = 16 - length;
        while (decimals > 0 && significant % 10 == 0) {
            significant /= 10;
            decimals--;
        }
        int power = (int) POWERS[Math.min(decimals, 9)];
        next = putPositive(target, next, significant / power);
        if (decimals == 0) {
            return next;
        }
        target[next++] = '.';
        int fraction = significant % power;
        for (int i = decimals - 1; i >= 0; i--) {
            target[next + i] = (byte) ('0' + fraction % 10);
            fraction /= 10;
        }
        return next + decimals;
    }

    private static int putSpecial(byte[] target, int at, double value) {
        String text = value == 0 ? "0" : Double.isNaN(value) ? "nan" : "inf";
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        return putAscii(target, at, sign + text);
    }

    /** The rare sizes, and those that round to another number of digits. */
    private static int putRounded(byte[] target, int at, double size) {
        BigDecimal rounded = new BigDecimal(size)
                .round(new MathContext(6, RoundingMode.HALF_EVEN))
                .stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -4 && exponent < 6) {
            return putAscii(target, at, rounded.toPlainString());
        }
        String digits = rounded.unscaledValue().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        String sign = exponent < 0 ? "-" : "+";
        String power = (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
        return putAscii(target, at, digits.charAt(0) + fraction + "e" + sign + power);
    }

    private static int putAscii(byte[] target, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, target, at, bytes.length);
        return at + bytes.length;
    }
}
