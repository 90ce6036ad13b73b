package dev.bams3.source;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages bytes as faulty disks, cut transfers and ill-meaning people do; a seed repeats it. */
final class Mutations {
    private static final int[] SIZES = {
        0,
        1,
        -1,
        2,
        3,
        4,
        31,
        32,
        33,
        255,
        256,
        65_535,
        65_536,
        1 << 24,
        1 << 29,
        1 << 30,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE
    };

    private static final List<String> WORDS = List.of(
            "\t",
            "\n",
            "\r\n",
            "\n\n",
            "@",
            "@SQ\tSN:x\tLN:1\n",
            "*",
            "=",
            "-1",
            "2147483648",
            "99999999999999999999",
            "0",
            ":",
            ",",
            "B:c,",
            "Z:",
            "i:",
            "f:nan",
            "\u0000",
            "1M",
            "M",
            "65535",
            "\u00ff",
            " ");

    private final Random random;

    Mutations(Random random) {
        this.random = random;
    }

    /**
     * One to three changes.
     *
     * @param other what is spliced in
     * @param text whether words of SAM text are inserted, too
     */
    byte[] of(byte[] bytes, byte[] other, boolean text) {
        byte[] mutated = bytes;
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            mutated = once(mutated, other, text);
        }
        return mutated;
    }

    private byte[] once(byte[] bytes, byte[] other, boolean text) {
        if (bytes.length == 0) {
            return other;
        }
        int at = random.nextInt(bytes.length);
        byte[] copy = bytes.clone();
        switch (random.nextInt(text ? 10 : 8)) {
            case 0, 1 -> copy[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> copy[at] = (byte) random.nextInt();
            case 3, 4 -> size(copy, Math.min(at, Math.max(0, copy.length - 4)));
            case 5 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 6 -> {
                int length = random.nextInt(Math.min(bytes.length - at, 64) + 1);
                return replaced(bytes, at, length, new byte[0]);
            }
            case 7 -> {
                int from = other.length == 0 ? 0 : random.nextInt(other.length);
                int to = Math.min(other.length, from + 1 + random.nextInt(200));
                int length = random.nextBoolean() ? 0 : Math.min(bytes.length - at, to - from);
                return replaced(bytes, at, length, Arrays.copyOfRange(other, from, to));
            }
            default -> {
                byte[] word = WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.ISO_8859_1);
                return replaced(bytes, at, random.nextInt(2), word);
            }
        }
        return copy;
    }

    /** Numbers that are sizes of something are where little damage does the most harm. */
    private void size(byte[] bytes, int at) {
        if (bytes.length < 4) {
            return;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int value = random.nextInt(3) == 0
                ? buffer.getInt(at) + random.nextInt(9) - 4
                : SIZES[random.nextInt(SIZES.length)];
        buffer.putInt(at, value);
    }

    private static byte[] replaced(byte[] bytes, int at, int length, byte[] by) {
        byte[] made = new byte[bytes.length - length + by.length];
        System.arraycopy(bytes, 0, made, 0, at);
        System.arraycopy(by, 0, made, at, by.length);
        System.arraycopy(bytes, at + length, made, at + by.length, bytes.length - at - length);
        return made;
    }
}
