package dev.bams3.source.cram;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Decodes streams of rANS Nx16 (CRAMcodecs § 3): 4 or 32 states that take turns, and read two bytes at a time. One thread.
 */
final class RansNx16 implements CodecStream.Coder {
    private static final VarHandle LITTLE_ENDIAN = MethodHandles.byteArrayViewVarHandle(
                    short[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    /** The least value of a state between two symbols. */
    private static final int LEAST = 1 << 15;

    private static final int FEW_STATES = 4;
    private static final int MANY_STATES = 32;

    /** States of one step of the loops: the processor works on several at the same time. */
    private static final int UNROLLED = 4;

    /** The permitted sums of frequencies of order 1. */
    private static final int FAST_BITS = 10;

    private static final int ORDER_0_BITS = RansTables.MAX_BITS;

    /** Bytes of a table of order 1: the symbols, and two bytes for the frequency of each pair. */
    private static final int MAX_TABLE_LENGTH = 2 * RansTables.SYMBOLS * (RansTables.SYMBOLS + 2);

    private static final int COMPRESSED = 1;

    private final RansTables tables;
    private final int[] frequencies = new int[RansTables.SYMBOLS];
    private final int[] states = new int[MANY_STATES];
    private final int[] contexts = new int[MANY_STATES];

    /** @param tables used for one stream after the other */
    RansNx16(RansTables tables) {
        this.tables = tables;
    }

    @Override
    public byte[] decode(int flags, CramCursor in, int length) {
        if ((flags & CodecStream.RUN_LENGTHS) == 0) {
            return literals(flags, in, length);
        }
        int count = (flags & CodecStream.MANY_STATES) == 0 ? FEW_STATES : MANY_STATES;
        int runsLength = in.uint7();
        int literals = in.uint7();
        // The bytes of a run's length are not more than the run.
        long mostRuns = 1L + RansTables.SYMBOLS + length;
        if (literals > length || runsLength >>> 1 > mostRuns) {
            throw in.place()
                    .corrupt("its run lengths say " + literals + " literals and " + (runsLength >>> 1)
                            + " bytes of runs, where all is " + length);
        }
        CramCursor runs;
        if ((runsLength & 1) != 0) {
            runs = in.part(runsLength >>> 1);
        } else {
            CramCursor compressed = in.part(in.uint7());
            runs = new CramCursor(order0(compressed, runsLength >>> 1, count), in.place());
        }
        return expand(literals(flags, in, literals), runs, length);
    }

    private byte[] literals(int flags, CramCursor in, int length) {
        if (length == 0) {
            return new byte[0];
        }
        if ((flags & CodecStream.UNCOMPRESSED) != 0) {
            return in.bytes(length);
        }
        int count = (flags & CodecStream.MANY_STATES) == 0 ? FEW_STATES : MANY_STATES;
        return (flags & CodecStream.ORDER_1) == 0 ? order0(in, length, count) : order1(in, length, count);
    }

    private static byte[] expand(byte[] literals, CramCursor runs, int length) {
        int count = runs.unsignedByte();
        boolean[] repeated = new boolean[RansTables.SYMBOLS];
        for (int i = 0; i < (count == 0 ? RansTables.SYMBOLS : count); i++) {
            repeated[runs.unsignedByte()] = true;
        }
        byte[] out = new byte[length];
        int at = 0;
        for (byte literal : literals) {
            int more = repeated[literal & 0xFF] ? runs.uint7() : 0;
            if (more >= length - at) {
                throw runs.place().corrupt("its run lengths give more than " + length + " bytes");
            }
            out[at++] = literal;
            if (more > 0) {
                Arrays.fill(out, at, at + more, literal);
                at += more;
            }
        }
        if (at != length) {
            throw runs.place().corrupt("its run lengths give " + at + " bytes, not " + length);
        }
        return out;
    }

    private byte[] order0(CramCursor in, int length, int count) {
        tables.reset(ORDER_0_BITS);
        boolean[] alphabet = alphabet(in);
        Arrays.fill(frequencies, 0);
        for (int symbol = 0; symbol < RansTables.SYMBOLS; symbol++) {
            frequencies[symbol] = alphabet[symbol] ? in.uint7() : 0;
        }
        scale(ORDER_0_BITS, in.place());
        tables.add(0, frequencies, false, in.place());
        begin(in, count);
        byte[] out = new byte[length];
        int done = rounds0(in, out, count);
        for (; done < length; done++) {
            int state = done % count;
            int slot = tables.slots()[states[state] & (1 << ORDER_0_BITS) - 1];
            out[done] = (byte) slot;
            step(in, state, slot, ORDER_0_BITS);
        }
        return out;
    }

    private byte[] order1(CramCursor in, int length, int count) {
        int how = in.unsignedByte();
        int bits = how >>> 4;
        if (bits != FAST_BITS && bits != RansTables.MAX_BITS) {
            throw in.place().corrupt("a rANS table of order 1 with sums of " + bits + " bits");
        }
        CramCursor table = in;
        if ((how & COMPRESSED) != 0) {
            int tableLength = in.uint7();
            if (tableLength > MAX_TABLE_LENGTH) {
                throw in.place().corrupt("a rANS table of order 1 has " + tableLength + " bytes");
            }
            table = new CramCursor(order0(in.part(in.uint7()), tableLength, FEW_STATES), in.place());
        }
        readTables(table, bits);
        begin(in, count);
        Arrays.fill(contexts, tables.offsets()[0]);
        byte[] out = new byte[length];
        try {
            int done = rounds1(in, out, bits, count);
            finish1(in, out, bits, count, done);
        } catch (ArrayIndexOutOfBoundsException e) {
            // The bounds of the slots are the check: it costs nothing in the loops.
            throw in.place().corrupt("a symbol follows one that has no rANS table", e);
        }
        return out;
    }

    private void readTables(CramCursor in, int bits) {
        tables.reset(bits);
        boolean[] alphabet = alphabet(in);
        for (int context = 0; context < RansTables.SYMBOLS; context++) {
            if (!alphabet[context]) {
                continue;
            }
            long sum = 0;
            int zeros = 0;
            Arrays.fill(frequencies, 0);
            for (int symbol = 0; symbol < RansTables.SYMBOLS; symbol++) {
                if (!alphabet[symbol]) {
                    continue;
                }
                if (zeros > 0) {
                    zeros--;
                    continue;
                }
                frequencies[symbol] = in.uint7();
                sum += frequencies[symbol];
                if (frequencies[symbol] == 0) {
                    zeros = in.unsignedByte();
                }
            }
            if (sum > 0) {
                scale(bits, in.place());
                tables.add(context, frequencies, false, in.place());
            }
        }
    }

    private static boolean[] alphabet(CramCursor in) {
        boolean[] alphabet = new boolean[RansTables.SYMBOLS];
        SymbolRuns symbols = new SymbolRuns(in);
        do {
            alphabet[symbols.symbol()] = true;
        } while (symbols.next());
        return alphabet;
    }

    /** Multiplies the frequencies by the power of two that brings their sum to 2^bits. */
    private void scale(int bits, Place place) {
        long sum = 0;
        for (int frequency : frequencies) {
            sum += frequency;
        }
        if (sum == 0 || sum > 1 << bits) {
            throw place.corrupt("the frequencies of a rANS table add up to " + sum);
        }
        int shift = 0;
        while (sum << shift < 1 << bits) {
            shift++;
        }
        for (int symbol = 0; symbol < RansTables.SYMBOLS; symbol++) {
            frequencies[symbol] <<= shift;
        }
    }

    private void begin(CramCursor in, int count) {
        for (int i = 0; i < count; i++) {
            states[i] = in.int32();
            if (states[i] < LEAST) {
                throw in.place().corrupt("a rANS state begins at " + states[i]);
            }
        }
    }

    /** Decodes while input and output have room for a round of all states; returns how many symbols that were. */
    private int rounds0(CramCursor in, byte[] out, int count) {
        byte[] bytes = in.array();
        int[] slots = tables.slots();
        int[] values = states;
        int at = in.position();
        int safe = in.end() - count * Short.BYTES;
        int done = 0;
        while (done <= out.length - count && at <= safe) {
            for (int i = 0; i < count; i += UNROLLED) {
                int a = values[i];
                int b = values[i + 1];
                int c = values[i + 2];
                int d = values[i + 3];
                int slotA = slots[a & (1 << ORDER_0_BITS) - 1];
                int slotB = slots[b & (1 << ORDER_0_BITS) - 1];
                int slotC = slots[c & (1 << ORDER_0_BITS) - 1];
                int slotD = slots[d & (1 << ORDER_0_BITS) - 1];
                out[done] = (byte) slotA;
                out[done + 1] = (byte) slotB;
                out[done + 2] = (byte) slotC;
                out[done + 3] = (byte) slotD;
                done += UNROLLED;
                a = advance(a, slotA, ORDER_0_BITS);
                b = advance(b, slotB, ORDER_0_BITS);
                c = advance(c, slotC, ORDER_0_BITS);
                d = advance(d, slotD, ORDER_0_BITS);
                int low = low(a);
                values[i] = fill(a, low, bytes, at);
                at += low & 2;
                low = low(b);
                values[i + 1] = fill(b, low, bytes, at);
                at += low & 2;
                low = low(c);
                values[i + 2] = fill(c, low, bytes, at);
                at += low & 2;
                low = low(d);
                values[i + 3] = fill(d, low, bytes, at);
                at += low & 2;
            }
        }
        in.skip(at - in.position());
        return done;
    }

    /** Decodes a symbol of each state's part in turn; returns how many symbols of each part that were. */
    private int rounds1(CramCursor in, byte[] out, int bits, int count) {
        byte[] bytes = in.array();
        int[] slots = tables.slots();
        int[] offsets = tables.offsets();
        int[] values = states;
        int[] before = contexts;
        int mask = (1 << bits) - 1;
        int at = in.position();
        int safe = in.end() - count * Short.BYTES;
        int part = out.length / count;
        int done = 0;
        for (; done < part && at <= safe; done++) {
            int to = done;
            for (int i = 0; i < count; i += UNROLLED) {
                int a = values[i];
                int b = values[i + 1];
                int c = values[i + 2];
                int d = values[i + 3];
                int slotA = slots[before[i] + (a & mask)];
                int slotB = slots[before[i + 1] + (b & mask)];
                int slotC = slots[before[i + 2] + (c & mask)];
                int slotD = slots[before[i + 3] + (d & mask)];
                before[i] = offsets[slotA & 0xFF];
                before[i + 1] = offsets[slotB & 0xFF];
                before[i + 2] = offsets[slotC & 0xFF];
                before[i + 3] = offsets[slotD & 0xFF];
                out[to] = (byte) slotA;
                out[to + part] = (byte) slotB;
                out[to + 2 * part] = (byte) slotC;
                out[to + 3 * part] = (byte) slotD;
                to += UNROLLED * part;
                a = advance(a, slotA, bits);
                b = advance(b, slotB, bits);
                c = advance(c, slotC, bits);
                d = advance(d, slotD, bits);
                int low = low(a);
                values[i] = fill(a, low, bytes, at);
                at += low & 2;
                low = low(b);
                values[i + 1] = fill(b, low, bytes, at);
                at += low & 2;
                low = low(c);
                values[i + 2] = fill(c, low, bytes, at);
                at += low & 2;
                low = low(d);
                values[i + 3] = fill(d, low, bytes, at);
                at += low & 2;
            }
        }
        in.skip(at - in.position());
        return done;
    }

    /** Decodes what is left of the parts, and then the symbols behind them, which belong to the last state. */
    private void finish1(CramCursor in, byte[] out, int bits, int count, int begin) {
        int part = out.length / count;
        for (int done = begin; done < part; done++) {
            for (int state = 0; state < count; state++) {
                out[done + state * part] = next1(in, state, bits);
            }
        }
        for (int i = part * count; i < out.length; i++) {
            out[i] = next1(in, count - 1, bits);
        }
    }

    private byte next1(CramCursor in, int state, int bits) {
        int slot = tables.slots()[contexts[state] + (states[state] & (1 << bits) - 1)];
        contexts[state] = tables.offsets()[slot & 0xFF];
        step(in, state, slot, bits);
        return (byte) slot;
    }

    private static int advance(int state, int slot, int bits) {
        return ((slot >>> RansTables.FREQUENCY_SHIFT) + 1) * (state >>> bits)
                + (slot >>> RansTables.DISTANCE_SHIFT & RansTables.DISTANCE_MASK);
    }

    /** All bits set if a state has to read two bytes, none if not: that is faster than a branch nothing can predict. */
    private static int low(int state) {
        return state - LEAST >> 31;
    }

    private static int fill(int state, int low, byte[] bytes, int at) {
        return state << (low & 16) | (short) LITTLE_ENDIAN.get(bytes, at) & low & 0xFFFF;
    }

    private void step(CramCursor in, int state, int slot, int bits) {
        int value = advance(states[state], slot, bits);
        if (value < LEAST) {
            value = value << 16 | in.unsignedByte() | in.unsignedByte() << 8;
        }
        states[state] = value;
    }
}
