package dev.bams3.source.cram;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Decodes streams of rANS 4x8 (CRAMcodecs § 2): four states that take turns, and read a byte at a time. One thread. */
final class Rans4x8 {
    private static final VarHandle BIG_ENDIAN = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();

    private static final int BITS = 12;
    private static final int MASK = (1 << BITS) - 1;

    /** The least value of a state between two symbols. */
    private static final int LEAST = 1 << 23;

    private static final int STATES = 4;

    /** Bytes that one symbol of a state may read. */
    private static final int MOST_READ = 2;

    private final RansTables tables;
    private final int[] frequencies = new int[RansTables.SYMBOLS];
    private final int[] states = new int[STATES];

    /** @param tables used for one stream after the other */
    Rans4x8(RansTables tables) {
        this.tables = tables;
    }

    /** @param length that the stream has to decompress to */
    byte[] decode(CramCursor in, int length) {
        int order = in.unsignedByte();
        int stored = in.int32();
        if (in.int32() != length || stored != in.remaining() || order > 1) {
            throw in.place()
                    .corrupt("its rANS 4x8 stream is of order " + order + " and has " + stored
                            + " bytes, or does not have the " + length + " that the block says when decompressed");
        }
        tables.reset(BITS);
        if (order == 0) {
            readFrequencies(in, 0, false);
        } else {
            SymbolRuns contexts = new SymbolRuns(in);
            do {
                readFrequencies(in, contexts.symbol(), true);
            } while (contexts.next());
        }
        for (int i = 0; i < STATES; i++) {
            states[i] = in.int32();
            if (states[i] < LEAST) {
                throw in.place().corrupt("a rANS state begins at " + states[i]);
            }
        }
        byte[] out = new byte[length];
        if (order == 0) {
            decode0(in, out);
            return out;
        }
        try {
            decode1(in, out);
        } catch (ArrayIndexOutOfBoundsException e) {
            // The bounds of the slots are the check: it costs nothing in the loop.
            throw in.place().corrupt("a symbol follows one that has no rANS table", e);
        }
        return out;
    }

    private void readFrequencies(CramCursor in, int context, boolean zeroIsAll) {
        Arrays.fill(frequencies, 0);
        SymbolRuns symbols = new SymbolRuns(in);
        do {
            int frequency = in.unsignedByte();
            if (frequency >= 0x80) {
                frequency = (frequency & 0x7F) << 8 | in.unsignedByte();
            }
            frequencies[symbols.symbol()] = frequency == 0 && zeroIsAll ? 1 << BITS : frequency;
        } while (symbols.next());
        tables.add(context, frequencies, true, in.place());
    }

    private void decode0(CramCursor in, byte[] out) {
        byte[] bytes = in.array();
        int at = in.position();
        int[] slots = tables.slots();
        int a = states[0];
        int b = states[1];
        int c = states[2];
        int d = states[3];
        int done = 0;
        int safe = in.end() - STATES * MOST_READ - Integer.BYTES;
        for (; done < out.length - 3 && at <= safe; done += STATES) {
            int slotA = slots[a & MASK];
            int slotB = slots[b & MASK];
            int slotC = slots[c & MASK];
            int slotD = slots[d & MASK];
            out[done] = (byte) slotA;
            out[done + 1] = (byte) slotB;
            out[done + 2] = (byte) slotC;
            out[done + 3] = (byte) slotD;
            a = advance(a, slotA);
            b = advance(b, slotB);
            c = advance(c, slotC);
            d = advance(d, slotD);
            int shift = missing(a);
            a = fill(a, shift, bytes, at);
            at += shift >> 3;
            shift = missing(b);
            b = fill(b, shift, bytes, at);
            at += shift >> 3;
            shift = missing(c);
            c = fill(c, shift, bytes, at);
            at += shift >> 3;
            shift = missing(d);
            d = fill(d, shift, bytes, at);
            at += shift >> 3;
        }
        save(a, b, c, d);
        in.skip(at - in.position());
        for (; done < out.length; done++) {
            int slot = slots[states[done & 3] & MASK];
            out[done] = (byte) slot;
            step(in, done & 3, slot);
        }
    }

    private void decode1(CramCursor in, byte[] out) {
        byte[] bytes = in.array();
        int at = in.position();
        int[] slots = tables.slots();
        int[] offsets = tables.offsets();
        int a = states[0];
        int b = states[1];
        int c = states[2];
        int d = states[3];
        int contextA = offsets[0];
        int contextB = offsets[0];
        int contextC = offsets[0];
        int contextD = offsets[0];
        int quarter = out.length / STATES;
        int done = 0;
        int safe = in.end() - STATES * MOST_READ - Integer.BYTES;
        for (; done < quarter && at <= safe; done++) {
            int slotA = slots[contextA + (a & MASK)];
            int slotB = slots[contextB + (b & MASK)];
            int slotC = slots[contextC + (c & MASK)];
            int slotD = slots[contextD + (d & MASK)];
            out[done] = (byte) slotA;
            out[done + quarter] = (byte) slotB;
            out[done + 2 * quarter] = (byte) slotC;
            out[done + 3 * quarter] = (byte) slotD;
            contextA = offsets[slotA & 0xFF];
            contextB = offsets[slotB & 0xFF];
            contextC = offsets[slotC & 0xFF];
            contextD = offsets[slotD & 0xFF];
            a = advance(a, slotA);
            b = advance(b, slotB);
            c = advance(c, slotC);
            d = advance(d, slotD);
            int shift = missing(a);
            a = fill(a, shift, bytes, at);
            at += shift >> 3;
            shift = missing(b);
            b = fill(b, shift, bytes, at);
            at += shift >> 3;
            shift = missing(c);
            c = fill(c, shift, bytes, at);
            at += shift >> 3;
            shift = missing(d);
            d = fill(d, shift, bytes, at);
            at += shift >> 3;
        }
        save(a, b, c, d);
        int[] contexts = {contextA, contextB, contextC, contextD};
        in.skip(at - in.position());
        for (; done < quarter; done++) {
            for (int state = 0; state < STATES; state++) {
                int slot = slots[contexts[state] + (states[state] & MASK)];
                out[done + state * quarter] = (byte) slot;
                contexts[state] = offsets[slot & 0xFF];
                step(in, state, slot);
            }
        }
        for (int i = STATES * quarter; i < out.length; i++) {
            int slot = slots[contexts[3] + (states[3] & MASK)];
            out[i] = (byte) slot;
            contexts[3] = offsets[slot & 0xFF];
            step(in, 3, slot);
        }
    }

    private static int advance(int state, int slot) {
        return ((slot >>> RansTables.FREQUENCY_SHIFT) + 1) * (state >>> BITS)
                + (slot >>> RansTables.DISTANCE_SHIFT & RansTables.DISTANCE_MASK);
    }

    /** Bits that a state lacks, in whole bytes; a state that was advanced has at least 11. */
    private static int missing(int state) {
        return Integer.numberOfLeadingZeros(state) - 1 & ~7;
    }

    private static int fill(int state, int shift, byte[] bytes, int at) {
        return state << shift | (int) BIG_ENDIAN.get(bytes, at) >>> 1 >>> 31 - shift;
    }

    private void save(int a, int b, int c, int d) {
        states[0] = a;
        states[1] = b;
        states[2] = c;
        states[3] = d;
    }

    private void step(CramCursor in, int state, int slot) {
        int value = advance(states[state], slot);
        while (value < LEAST) {
            value = value << 8 | in.unsignedByte();
        }
        states[state] = value;
    }
}
