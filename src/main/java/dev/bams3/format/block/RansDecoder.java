package dev.bams3.format.block;

import dev.bams3.format.Words;
import java.util.Arrays;

/**
 * Unpacks streams of codec 2, one after the other. The decoding table has a slot for each of the 1024 residues of a state in
 * each context, so that a symbol costs one look into it. One thread.
 */
final class RansDecoder {
    /** Fields of a slot: number of the symbol, distance from the symbol's first slot, frequency. */
    private static final int DISTANCE_SHIFT = 8;

    private static final int FREQUENCY_SHIFT = DISTANCE_SHIFT + Rans.BITS;
    private static final int SYMBOL_MASK = (1 << DISTANCE_SHIFT) - 1;
    private static final int SLOT_MASK = Rans.TOTAL - 1;

    private int[] slots = new int[0];
    private final byte[] symbols = new byte[Rans.MAX_SYMBOLS];
    private final long[] states = new long[Rans.MAX_STATES];
    /** First slot of the context that each state is in. */
    private final int[] contexts = new int[Rans.MAX_STATES];

    /** Where the stream at hand has its next word. */
    private int at;

    /** Writes the raw bytes of a stream, as many as the frame says. */
    void decode(BlockFrame frame, int stream, byte[] out, int to) {
        int length = frame.rawLengths[stream];
        byte[] in = frame.bytes;
        int from = frame.offsets[stream];
        int end = from + frame.storedLengths[stream];
        if (end - from < 2) {
            throw frame.corrupt(stream, "too short for rANS");
        }
        int order = in[from] & 0xFF;
        int count = Rans.STATES_UNIT * (in[from + 1] & 0xFF);
        if (order > 1 || count == 0 || count > Rans.MAX_STATES) {
            throw frame.corrupt(stream, "rANS of order " + order + " with " + count + " states");
        }
        RansTableBits bits = new RansTableBits(frame, stream, from + 2);
        readTables(bits, order);
        int part = Rans.part(length, count);
        int rest = length - part * count;
        at = bits.end();
        int wordsEnd = end - rest;
        if (wordsEnd - at < Long.BYTES * count) {
            throw frame.corrupt(stream, "too short for " + count + " rANS states and " + rest + " bytes");
        }
        for (int i = 0; i < count; i++, at += Long.BYTES) {
            states[i] = Words.int64(in, at);
            if (states[i] < Rans.LEAST) {
                throw frame.corrupt(stream, "rANS state " + i + " begins at " + states[i]);
            }
        }
        Arrays.fill(contexts, 0, count, 0);
        int contextMask = order == 0 ? 0 : SYMBOL_MASK;
        int done = rounds(in, wordsEnd, out, to, part, count, contextMask);
        finish(frame, stream, wordsEnd, out, to, part, count, contextMask, done);
        System.arraycopy(in, wordsEnd, out, to + part * count, rest);
    }

    /** Bytes of buffers that are kept for the next stream. */
    long heldBytes() {
        return (long) Integer.BYTES * slots.length;
    }

    private void readTables(RansTableBits bits, int order) {
        int alphabet = bits.take(8) + 1;
        int symbol = -1;
        for (int i = 0; i < alphabet; i++) {
            symbol += bits.gamma();
            if (symbol > 0xFF) {
                throw bits.corrupt("a rANS symbol of " + symbol);
            }
            symbols[i] = (byte) symbol;
        }
        int count = order == 0 ? 1 : alphabet;
        if (slots.length < count << Rans.BITS) {
            slots = new int[count << Rans.BITS];
        }
        for (int context = 0; context < count; context++) {
            int scale = Rans.BITS - bits.take(4);
            if (scale < 0) {
                throw bits.corrupt("rANS frequencies of more than " + Rans.BITS + " bits");
            }
            int next = context << Rans.BITS;
            int last = next + Rans.TOTAL;
            for (int i = 0; next < last; i++) {
                int frequency = i < alphabet ? bits.gamma() - 1 << scale : Integer.MAX_VALUE;
                if (frequency > last - next) {
                    throw bits.corrupt("the rANS frequencies of context " + context + " do not add up");
                }
                fill(next, i | frequency << FREQUENCY_SHIFT, frequency);
                next += frequency;
            }
        }
    }

    private void fill(int from, int slot, int frequency) {
        int[] slots = this.slots;
        for (int i = 0; i < frequency; i++) {
            slots[from + i] = slot + (i << DISTANCE_SHIFT);
        }
    }

    /** Decodes while the input has a word for every state; returns how many symbols of each part that were. */
    private int rounds(byte[] in, int wordsEnd, byte[] out, int to, int part, int count, int contextMask) {
        int[] slots = this.slots;
        byte[] symbols = this.symbols;
        long[] states = this.states;
        int[] contexts = this.contexts;
        int at = this.at;
        int safe = wordsEnd - Integer.BYTES * count;
        int done = 0;
        for (; done < part && at <= safe; done += Rans.STEP) {
            int target = to + done;
            for (int i = 0; i < count; i += Rans.STATES_UNIT) {
                long a = states[i];
                long b = states[i + 1];
                long c = states[i + 2];
                long d = states[i + 3];
                int slotA = slots[contexts[i] + ((int) a & SLOT_MASK)];
                int slotB = slots[contexts[i + 1] + ((int) b & SLOT_MASK)];
                int slotC = slots[contexts[i + 2] + ((int) c & SLOT_MASK)];
                int slotD = slots[contexts[i + 3] + ((int) d & SLOT_MASK)];
                a = advance(a, slotA);
                b = advance(b, slotB);
                c = advance(c, slotC);
                d = advance(d, slotD);
                int secondA = slots[context(slotA, contextMask) + ((int) a & SLOT_MASK)];
                int secondB = slots[context(slotB, contextMask) + ((int) b & SLOT_MASK)];
                int secondC = slots[context(slotC, contextMask) + ((int) c & SLOT_MASK)];
                int secondD = slots[context(slotD, contextMask) + ((int) d & SLOT_MASK)];
                a = advance(a, secondA);
                b = advance(b, secondB);
                c = advance(c, secondC);
                d = advance(d, secondD);
                int thirdA = slots[context(secondA, contextMask) + ((int) a & SLOT_MASK)];
                int thirdB = slots[context(secondB, contextMask) + ((int) b & SLOT_MASK)];
                int thirdC = slots[context(secondC, contextMask) + ((int) c & SLOT_MASK)];
                int thirdD = slots[context(secondD, contextMask) + ((int) d & SLOT_MASK)];
                a = advance(a, thirdA);
                b = advance(b, thirdB);
                c = advance(c, thirdC);
                d = advance(d, thirdD);
                put(out, target, symbols, slotA, secondA, thirdA);
                target += part;
                put(out, target, symbols, slotB, secondB, thirdB);
                target += part;
                put(out, target, symbols, slotC, secondC, thirdC);
                target += part;
                put(out, target, symbols, slotD, secondD, thirdD);
                target += part;
                contexts[i] = context(thirdA, contextMask);
                contexts[i + 1] = context(thirdB, contextMask);
                contexts[i + 2] = context(thirdC, contextMask);
                contexts[i + 3] = context(thirdD, contextMask);
                int low = low(a);
                states[i] = fill(a, low, in, at);
                at += low & Integer.BYTES;
                low = low(b);
                states[i + 1] = fill(b, low, in, at);
                at += low & Integer.BYTES;
                low = low(c);
                states[i + 2] = fill(c, low, in, at);
                at += low & Integer.BYTES;
                low = low(d);
                states[i + 3] = fill(d, low, in, at);
                at += low & Integer.BYTES;
            }
        }
        this.at = at;
        return done;
    }

    private static long advance(long state, int slot) {
        return (slot >>> FREQUENCY_SHIFT) * (state >>> Rans.BITS) + (slot >>> DISTANCE_SHIFT & SLOT_MASK);
    }

    private static int context(int slot, int contextMask) {
        return (slot & contextMask) << Rans.BITS;
    }

    private static void put(byte[] out, int to, byte[] symbols, int first, int second, int third) {
        out[to] = symbols[first & SYMBOL_MASK];
        out[to + 1] = symbols[second & SYMBOL_MASK];
        out[to + 2] = symbols[third & SYMBOL_MASK];
    }

    /** All bits set if a state has to take a word, none if not: that is faster than a branch that nothing can predict. */
    private static int low(long state) {
        return (int) (state - Rans.LEAST >> 63);
    }

    private static long fill(long state, int low, byte[] in, int at) {
        return state << (low & 32) | Words.int32(in, at) & low & 0xFFFF_FFFFL;
    }

    /** Decodes what is left, and sees that states and words come to their end together. */
    private void finish(
            BlockFrame frame,
            int stream,
            int wordsEnd,
            byte[] out,
            int to,
            int part,
            int count,
            int contextMask,
            int begin) {
        for (int done = begin; done < part; done += Rans.STEP) {
            for (int i = 0; i < count; i++) {
                long state = states[i];
                for (int k = 0; k < Rans.STEP; k++) {
                    int slot = slots[contexts[i] + ((int) state & SLOT_MASK)];
                    out[to + i * part + done + k] = symbols[slot & SYMBOL_MASK];
                    contexts[i] = context(slot, contextMask);
                    state = advance(state, slot);
                }
                if (state < Rans.LEAST) {
                    if (wordsEnd - at < Integer.BYTES) {
                        throw frame.corrupt(stream, "a rANS state has no word left");
                    }
                    state = fill(state, -1, frame.bytes, at);
                    at += Integer.BYTES;
                }
                states[i] = state;
            }
        }
        for (int i = 0; i < count; i++) {
            if (states[i] != Rans.LEAST) {
                throw frame.corrupt(stream, "rANS state " + i + " ends at " + states[i]);
            }
        }
        if (at != wordsEnd) {
            throw frame.corrupt(stream, (wordsEnd - at) + " bytes that no rANS state takes");
        }
    }
}
