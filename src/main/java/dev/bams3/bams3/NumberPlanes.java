package dev.bams3.bams3;

/**
 * Integers in byte planes: the width (u8, 0 to 4), the base (zigzag varint), then the least significant bytes of all
 * values, the next bytes of all values, and so on; a value is base plus its unsigned number. DELTAS store each value's
 * zigzag difference from the one before it (the first from 0) the same way.
 */
final class NumberPlanes {
    private int[] scratch = new int[0];

    /** Adds the values as whichever of NUMBERS and DELTAS needs fewer bits. */
    void encode(BlockFrameWriter frame, ByteSink out, int id, int[] values, int count, int level) {
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
            frame.add(id, StreamIds.DELTAS, out.array(), 0, out.size(), level);
        } else {
            planes(out, values, count, min, max - min);
            frame.add(id, StreamIds.NUMBERS, out.array(), 0, out.size(), level);
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

    /** Reads one column of a known number of values, value by value. */
    static final class Reader {
        private byte[] data = new byte[0];
        private int at;
        private int width;
        private int base;
        private int count;
        private int next;
        private boolean deltas;
        private int previous;

        void open(StreamCursor in, int count) {
            if (in.transform != StreamIds.NUMBERS && in.transform != StreamIds.DELTAS) {
                throw BlockFrame.unsupported("", "transform " + in.transform + " of a column of numbers");
            }
            width = in.u8();
            if (width > 4) {
                throw in.malformed("numbers of " + width + " bytes");
            }
            base = (int) in.zigzag();
            this.count = count;
            at = in.take(Math.toIntExact((long) width * count));
            data = in.data;
            next = 0;
            previous = 0;
            deltas = in.transform == StreamIds.DELTAS;
        }

        int next() {
            if (next >= count) {
                throw Malformed.of("column of numbers", "too short");
            }
            int from = at + next++;
            if (width == 1 && !deltas) {
                return base + (data[from] & 0xFF);
            }
            int value = base;
            for (int plane = 0; plane < width; plane++) {
                value += (data[from + plane * count] & 0xFF) << 8 * plane;
            }
            if (deltas) {
                previous += value >>> 1 ^ -(value & 1);
                return previous;
            }
            return value;
        }
    }
}
