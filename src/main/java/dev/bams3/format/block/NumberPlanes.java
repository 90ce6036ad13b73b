package dev.bams3.format.block;

import dev.bams3.format.ByteSink;
import dev.bams3.format.Malformed;
import java.util.Arrays;

/**
 * Integers in byte planes: the width (u8, 0 to 4), the base (zigzag varint), then the least significant bytes of all
 * values, the next bytes of all values, and so on; a value is base plus its unsigned number. DELTAS store each value's
 * zigzag difference from the one before it (the first from 0) the same way.
 */
final class NumberPlanes {
    private int[] scratch = new int[0];

    /** Adds the values as whichever of NUMBERS and DELTAS needs fewer bits. */
    void encode(BlockFrameWriter frame, ByteSink out, int id, int[] values, int count) {
        if (scratch.length < count) {
            scratch = new int[Math.max(count, scratch.length * 2)];
        }
        int min = Integer.MAX_VALUE;
        int max = Integer.MIN_VALUE;
        boolean fits = true;
        long deltaBits = 0;
        int previous = 0;
        for (int i = 0; i < count; i++) {
            int value = values[i];
            min = Math.min(min, value);
            max = Math.max(max, value);
            long delta = (long) value - previous;
            int folded = (int) (delta << 1 ^ delta >> 63);
            scratch[i] = folded;
            fits &= delta >= Integer.MIN_VALUE && delta <= Integer.MAX_VALUE;
            deltaBits += 32 - Integer.numberOfLeadingZeros(folded);
            previous = value;
        }
        long plainBits = 0;
        for (int i = 0; i < count; i++) {
            plainBits += 32 - Integer.numberOfLeadingZeros(values[i] - min);
        }
        out.clear();
        if (fits && deltaBits * 10 < plainBits * 7) {
            planes(out, scratch, count, 0, unsignedMax(scratch, count));
            frame.add(id, StreamIds.DELTAS, out.array(), 0, out.size());
        } else {
            planes(out, values, count, min, max - min);
            frame.add(id, StreamIds.NUMBERS, out.array(), 0, out.size());
        }
    }

    private static int unsignedMax(int[] values, int count) {
        int all = 0;
        for (int i = 0; i < count; i++) {
            all |= values[i];
        }
        return all;
    }

    /** @param range an unsigned number with as many bits as the largest */
    private static void planes(ByteSink out, int[] values, int count, int base, int range) {
        int width = (39 - Integer.numberOfLeadingZeros(range)) / 8;
        out.u8(width);
        out.zigzag(base);
        out.room(Math.multiplyExact(width, count));
        byte[] target = out.array();
        int at = out.size();
        for (int plane = 0; plane < width; plane++) {
            for (int i = 0; i < count; i++) {
                target[at++] = (byte) (values[i] - base >>> 8 * plane);
            }
        }
        out.skip(width * count);
    }

    /** One column of a known number of values, value by value. */
    static final class Reader {
        private int[] values = new int[0];
        private int count;
        private int next;

        /** Decodes {@code count} values, a number that the caller has bounded: they need not take bytes of the stream. */
        void open(StreamCursor in, int count) {
            if (in.transform != StreamIds.NUMBERS && in.transform != StreamIds.DELTAS) {
                throw in.unknownTransform();
            }
            int width = in.u8();
            if (width > 4) {
                throw in.malformed("numbers of " + width + " bytes");
            }
            int base = (int) in.zigzag();
            int at = in.take(Math.toIntExact((long) width * count));
            if (values.length < count) {
                values = new int[Math.max(count, (int) Math.min(Integer.MAX_VALUE - 16, count * 5L / 4))];
            }
            this.count = count;
            next = 0;
            Arrays.fill(values, 0, count, base);
            for (int plane = 0; plane < width; plane++) {
                addPlane(values, in.data, at + plane * count, 8 * plane, count);
            }
            if (in.transform == StreamIds.DELTAS) {
                addUp(values, count);
            }
        }

        private static void addPlane(int[] values, byte[] data, int at, int shift, int count) {
            for (int i = 0; i < count; i++) {
                values[i] += (data[at + i] & 0xFF) << shift;
            }
        }

        private static void addUp(int[] values, int count) {
            int previous = 0;
            for (int i = 0; i < count; i++) {
                int folded = values[i];
                previous += folded >>> 1 ^ -(folded & 1);
                values[i] = previous;
            }
        }

        /** Bytes of buffers that are kept for the next block. */
        long heldBytes() {
            return 4L * values.length;
        }

        int next() {
            if (next >= count) {
                throw Malformed.of("column of numbers", "too short");
            }
            return values[next++];
        }
    }
}
