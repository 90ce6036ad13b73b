package dev.bams3.format.block;

import dev.bams3.error.ReadsException;

/** Reads the tables of a stream of codec 2 bit by bit, the highest of each byte first. */
final class RansTableBits {
    private final BlockFrame frame;
    private final int stream;
    private final long last;
    private long next;

    /** @param from where the tables begin in the frame's bytes */
    RansTableBits(BlockFrame frame, int stream, int from) {
        this.frame = frame;
        this.stream = stream;
        next = 8L * from;
        last = 8L * (frame.offsets[stream] + frame.storedLengths[stream]);
    }

    private int bit() {
        if (next == last) {
            throw corrupt("the rANS tables are cut");
        }
        int bit = frame.bytes[(int) (next >> 3)] >> 7 - (int) (next & 7) & 1;
        next++;
        return bit;
    }

    int take(int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 1 | bit();
        }
        return value;
    }

    /** A number of 1 or more in Elias gamma code: as many zeros as it has binary digits behind its first, then its digits. */
    int gamma() {
        int zeros = 0;
        while (bit() == 0) {
            if (++zeros > Rans.BITS) {
                throw corrupt("a number in the rANS tables is above " + Rans.TOTAL);
            }
        }
        return 1 << zeros | take(zeros);
    }

    /** The first whole byte behind the bits. */
    int end() {
        return (int) (next + 7 >> 3);
    }

    ReadsException corrupt(String message) {
        return frame.corrupt(stream, message);
    }
}
