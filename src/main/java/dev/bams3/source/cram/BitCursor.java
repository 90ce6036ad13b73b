package dev.bams3.source.cram;

import dev.bams3.error.ReadsException;

/** The bits of a slice's core block, most significant first. */
final class BitCursor {
    private final byte[] bytes;
    private final Place place;
    private final long end;
    private long at;

    BitCursor(byte[] bytes, Place place) {
        this.bytes = bytes;
        this.place = place;
        end = 8L * bytes.length;
    }

    int bit() {
        if (at >= end) {
            throw place.corrupt("its bits end before its records");
        }
        int bit = bytes[(int) (at >> 3)] >> 7 - (int) (at & 7) & 1;
        at++;
        return bit;
    }

    /** @param count 0 to 32 */
    int bits(int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 1 | bit();
        }
        return value;
    }

    /** How often {@code bit} is repeated before the other comes, which is read too. */
    int run(int bit) {
        int length = 0;
        while (bit() == bit) {
            length++;
        }
        return length;
    }

    ReadsException tooLong(int bits) {
        return place.corrupt("a value of " + bits + " bits, where 31 are the most");
    }
}
