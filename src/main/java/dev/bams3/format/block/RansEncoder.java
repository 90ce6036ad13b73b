package dev.bams3.format.block;

import dev.bams3.format.ByteSink;
import dev.bams3.format.Words;
import java.util.Arrays;

/** Packs streams as codec 2, one after the other. One thread. */
final class RansEncoder {
    /** Shorter streams have no room for tables and states. */
    private static final int MIN_LENGTH = 64;

    /** Longer streams are those of single records, and would have buffers of their own size kept. */
    private static final int MAX_LENGTH = 1 << 24;

    /** For fewer symbols of each pair, tables of order 1 are larger than what they save. */
    private static final int MIN_SYMBOLS_OF_PAIR = 4;

    /** Where order 1 would have to be so many times smaller than order 0 to be worth it, it is not tried. */
    private static final int MOST_GAIN_OF_PAIRS = 3;

    /** One state for so many bytes. A state takes five bytes more than its symbols, and readers may decode all at a time. */
    private static final int BYTES_OF_STATE = 1 << 12;

    /** Dividing by a frequency f is multiplying by a number of 64 bits and shifting by 64 and these. Exact below 2^63. */
    private static final long[] RECIPROCAL = new long[Rans.TOTAL + 1];

    private static final int[] SHIFT = new int[Rans.TOTAL + 1];

    static {
        // The quotient by 1 comes out 1 less: RansModel.codes makes up for it.
        RECIPROCAL[1] = -1;
        for (int f = 2; f <= Rans.TOTAL; f++) {
            // The reciprocal is 2^(63 + digits) / f, rounded up.
            int digits = 32 - Integer.numberOfLeadingZeros(f - 1);
            long quotient = Long.divideUnsigned(1L << 63, f);
            long rest = Long.remainderUnsigned(1L << 63, f) << digits;
            RECIPROCAL[f] = (quotient << digits) + (rest + f - 1) / f;
            SHIFT[f] = digits - 1;
        }
    }

    private final RansModel order0 = new RansModel();
    private final RansModel order1 = new RansModel();
    private final long[] states = new long[Rans.MAX_STATES];
    private final int[] counts0 = new int[Rans.STATES_UNIT * Rans.MAX_SYMBOLS];
    private int[] counts1 = new int[0];
    private final int[] symbols = new int[Rans.MAX_SYMBOLS];
    private final byte[] rankOf = new byte[Rans.MAX_SYMBOLS];
    private byte[] ranks = new byte[0];
    /** Whether the ranks are those of the stream at hand. */
    private boolean ranked;

    /** Words in the order in which they are read, at the end of the array. */
    private byte[] words = new byte[0];

    // The stream at hand: its bytes, and how they are shared among the states.
    private byte[] raw = words;
    private int offset;
    private int length;
    private int count;
    private int part;
    private int rest;
    private RansModel model = order0;

    private final ByteSink table = new ByteSink(1 << 10);
    private int pending;
    private int pendingBits;

    /**
     * Finds tables for a stream, which {@link #write} then packs with them.
     *
     * @param limit packing is given up, at the least cost, where more bytes are needed than these
     * @return how many bytes are needed, roughly; more than {@code limit} where it was given up
     */
    int estimate(byte[] newRaw, int newOffset, int newLength, int limit) {
        int states = Math.clamp(Integer.highestOneBit(newLength / BYTES_OF_STATE), Rans.STATES_UNIT, Rans.MAX_STATES);
        if (newLength < MIN_LENGTH || newLength > MAX_LENGTH || limit < Long.BYTES * states) {
            return Integer.MAX_VALUE;
        }
        return prepare(newRaw, newOffset, newLength, states, limit);
    }

    /** Finds tables for a stream that is packed with so many states: at least 3 bytes for each. */
    int prepare(byte[] newRaw, int newOffset, int newLength, int newCount, int limit) {
        raw = newRaw;
        offset = newOffset;
        length = newLength;
        count = newCount;
        part = Rans.part(length, count);
        rest = length - part * count;
        int head = 2 + Long.BYTES * count + rest;
        int alphabet = countSymbols();
        order0.fit(counts0, 1, alphabet);
        model = order0;
        ranked = false;
        boolean possible = order0.symbolBits() / (8 * MOST_GAIN_OF_PAIRS) < limit - head;
        if (possible && alphabet > 1 && alphabet * alphabet <= length / MIN_SYMBOLS_OF_PAIR) {
            rank(alphabet);
            fitPairs(alphabet, limit - head);
        }
        return head + (int) ((model.tableBits() + model.symbolBits()) / 8);
    }

    /** Takes order 1 where that makes the stream smaller. */
    private void fitPairs(int alphabet, int limit) {
        int size = alphabet * alphabet;
        if (counts1.length < Rans.STATES_UNIT * size) {
            counts1 = new int[Rans.STATES_UNIT * size];
        }
        Arrays.fill(counts1, 0, size, 0);
        countPairs(alphabet, 0, Rans.STATES_UNIT);
        order1.fit(counts1, alphabet, alphabet);
        if (count > Rans.STATES_UNIT) {
            // The first parts show whether the others are worth their time.
            double bits = order1.tableBits() + order1.symbolBits() * count / Rans.STATES_UNIT;
            if (bits / 8 > limit) {
                return;
            }
            countPairs(alphabet, Rans.STATES_UNIT, count);
            order1.fit(counts1, alphabet, alphabet);
        }
        if (order1.tableBits() + order1.symbolBits() < order0.tableBits() + order0.symbolBits()) {
            model = order1;
        }
    }

    /** Adds the packed stream that was estimated last. */
    void write(ByteSink out) {
        if (!ranked) {
            rank(model.symbols());
        }
        int wordsAt = encodeWords();
        writeTable();
        out.u8(model == order0 ? 0 : 1);
        out.u8(count / Rans.STATES_UNIT);
        out.bytes(table.array(), 0, table.size());
        out.room(Long.BYTES * count);
        for (int i = 0; i < count; i++) {
            Words.int64(out.array(), out.size(), states[i]);
            out.skip(Long.BYTES);
        }
        out.bytes(words, wordsAt, words.length - wordsAt);
        out.bytes(raw, offset + length - rest, rest);
    }

    /** Numbers the symbols that are there in ascending order, and counts each; returns how many there are. */
    private int countSymbols() {
        byte[] raw = this.raw;
        int offset = this.offset;
        int length = this.length - rest;
        // Neighbours are often the same: a count of its own for each of four spares waiting for the one before.
        int[] counts = counts0;
        Arrays.fill(counts, 0);
        int whole = length & -4;
        for (int i = 0; i < whole; i += 4) {
            counts[raw[offset + i] & 0xFF]++;
            counts[256 + (raw[offset + i + 1] & 0xFF)]++;
            counts[512 + (raw[offset + i + 2] & 0xFF)]++;
            counts[768 + (raw[offset + i + 3] & 0xFF)]++;
        }
        for (int i = whole; i < length; i++) {
            counts[raw[offset + i] & 0xFF]++;
        }
        int alphabet = 0;
        for (int symbol = 0; symbol < Rans.MAX_SYMBOLS; symbol++) {
            int sum = counts[symbol] + counts[256 + symbol] + counts[512 + symbol] + counts[768 + symbol];
            if (sum > 0) {
                symbols[alphabet] = symbol;
                rankOf[symbol] = (byte) alphabet;
                counts[alphabet++] = sum;
            }
        }
        return alphabet;
    }

    /** Writes the numbers of all symbols. */
    private void rank(int alphabet) {
        byte[] raw = this.raw;
        int offset = this.offset;
        int length = this.length - rest;
        if (ranks.length < length) {
            ranks = new byte[length + length / 4];
        }
        byte[] ranks = this.ranks;
        int least = symbols[0];
        if (symbols[alphabet - 1] - least == alphabet - 1) {
            for (int i = 0; i < length; i++) {
                ranks[i] = (byte) (raw[offset + i] - least);
            }
        } else {
            byte[] rankOf = this.rankOf;
            for (int i = 0; i < length; i++) {
                ranks[i] = rankOf[raw[offset + i] & 0xFF];
            }
        }
        ranked = true;
    }

    /** Adds which symbol follows which in parts from one to another; the first symbol of a part follows symbol 0. */
    private void countPairs(int alphabet, int firstPart, int endPart) {
        int part = this.part;
        int size = alphabet * alphabet;
        int[] counts = counts1;
        Arrays.fill(counts, size, Rans.STATES_UNIT * size, 0);
        byte[] ranks = this.ranks;
        for (int lane = firstPart; lane < endPart; lane += Rans.STATES_UNIT) {
            int from = lane * part;
            int a = 0;
            int b = size;
            int c = 2 * size;
            int d = 3 * size;
            for (int i = from; i < from + part; i++) {
                int nextA = ranks[i] & 0xFF;
                int nextB = ranks[i + part] & 0xFF;
                int nextC = ranks[i + 2 * part] & 0xFF;
                int nextD = ranks[i + 3 * part] & 0xFF;
                counts[a + nextA]++;
                counts[b + nextB]++;
                counts[c + nextC]++;
                counts[d + nextD]++;
                a = nextA * alphabet;
                b = size + nextB * alphabet;
                c = 2 * size + nextC * alphabet;
                d = 3 * size + nextD * alphabet;
            }
        }
        for (int i = 0; i < size; i++) {
            counts[i] += counts[size + i] + counts[2 * size + i] + counts[3 * size + i];
        }
    }

    /** Encodes from the last symbols to the first; returns where the words begin. */
    private int encodeWords() {
        int part = this.part;
        int count = this.count;
        int most = (part / Rans.STEP * count + 1) * Integer.BYTES;
        if (words.length < most) {
            words = new byte[most + most / 4];
        }
        byte[] words = this.words;
        byte[] ranks = this.ranks;
        int[] codes = model.codes();
        int stride = model.contexts() == 1 ? 0 : model.symbols();
        long[] states = this.states;
        Arrays.fill(states, 0, count, Rans.LEAST);
        int at = words.length;
        for (int i = part - Rans.STEP; i >= 0; i -= Rans.STEP) {
            for (int lane = count - 1; lane >= 0; lane--) {
                int from = lane * part + i;
                int before = i == 0 ? 0 : ranks[from - 1] & 0xFF;
                int first = ranks[from] & 0xFF;
                int second = ranks[from + 1] & 0xFF;
                int third = ranks[from + 2] & 0xFF;
                int a = codes[before * stride + first];
                int b = codes[first * stride + second];
                int c = codes[second * stride + third];
                long state = states[lane];
                // What it becomes has to stay below 2^63; all bits are set where it gives a word for that. No branch:
                // which
                // way it goes cannot be predicted.
                long room = (long) (a & 0xFFFF) * (b & 0xFFFF) * (c & 0xFFFF) - 1;
                int full = (int) (room - (state >>> 63 - Rans.STEP * Rans.BITS) >> 63);
                Words.int32(words, at - Integer.BYTES, (int) state);
                at -= full & Integer.BYTES;
                states[lane] = advance(advance(advance(state >>> (full & 32), c), b), a);
            }
        }
        return at;
    }

    /** The state that decodes to the symbol and this state: state / f * TOTAL + state % f + the frequencies before. */
    private static long advance(long state, int code) {
        int frequency = code & 0xFFFF;
        long quotient = Math.unsignedMultiplyHigh(state, RECIPROCAL[frequency]) >>> SHIFT[frequency];
        return state + (code >>> 16) + quotient * (Rans.TOTAL - frequency);
    }

    private void writeTable() {
        table.clear();
        pending = 0;
        pendingBits = 0;
        write(model.symbols() - 1, 8);
        int last = -1;
        for (int i = 0; i < model.symbols(); i++) {
            gamma(symbols[i] - last);
            last = symbols[i];
        }
        for (int context = 0; context < model.contexts(); context++) {
            write(model.digits(context), 4);
            int left = 1 << model.digits(context);
            for (int i = 0; left > 0; i++) {
                gamma(model.frequency(context, i) + 1);
                left -= model.frequency(context, i);
            }
        }
        if (pendingBits > 0) {
            table.u8(pending << 8 - pendingBits);
        }
    }

    private void gamma(int value) {
        int zeros = 31 - Integer.numberOfLeadingZeros(value);
        write(value, 2 * zeros + 1);
    }

    /** Writes up to 21 bits, the highest first. */
    private void write(int value, int count) {
        pending = pending << count | value;
        pendingBits += count;
        while (pendingBits >= 8) {
            pendingBits -= 8;
            table.u8(pending >>> pendingBits);
        }
        pending &= (1 << pendingBits) - 1;
    }
}
