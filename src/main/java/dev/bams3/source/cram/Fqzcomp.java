package dev.bams3.source.cram;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Decodes the scores of reads as fqzcomp has them (CRAMcodecs § 6); one stream. */
final class Fqzcomp {
    /** Bytes of the models of all contexts, each of as many symbols as there may be scores. */
    static final long WORKSPACE = 68L << 20;

    private static final int VERSION = 5;

    // Flags of all parameters together.
    private static final int SEVERAL_PARAMETERS = 1;
    private static final int SELECTOR_TABLE = 2;
    private static final int REVERSED = 4;

    private static final int CONTEXTS = 1 << 16;
    private static final int BYTE_VALUES = 256;
    private static final int LENGTH_BYTES = 4;

    private final CramCursor in;
    private final byte[] out;
    private final FqzcompParameters[] parameters;
    private final int[] selectors;
    private final boolean hasSelectorTable;
    private final boolean hasSelectors;
    private final boolean hasReversed;

    private final RangeDecoder coder;
    private final int symbols;
    private final @Nullable AdaptiveModel[] scores = new @Nullable AdaptiveModel[CONTEXTS];
    private final AdaptiveModel[] lengths = new AdaptiveModel[LENGTH_BYTES];
    private final AdaptiveModel selection;
    private final AdaptiveModel reversal = new AdaptiveModel(2);
    private final AdaptiveModel duplicates = new AdaptiveModel(2);
    private int lastLength;

    private Fqzcomp(CramCursor in, int length) {
        this.in = in;
        if (in.uint7() != length) {
            throw in.place().corrupt("its scores are not the " + length + " that the block says");
        }
        int version = in.unsignedByte();
        if (version != VERSION) {
            throw in.place().corrupt("its scores are of version " + version + " of fqzcomp, not " + VERSION);
        }
        int flags = in.unsignedByte();
        hasReversed = (flags & REVERSED) != 0;
        int count = (flags & SEVERAL_PARAMETERS) != 0 ? in.unsignedByte() : 1;
        int mostSelector = count > 1 ? count : 0;
        hasSelectorTable = (flags & SELECTOR_TABLE) != 0;
        if (hasSelectorTable) {
            mostSelector = in.unsignedByte();
            selectors = FqzcompParameters.readTable(in, BYTE_VALUES);
        } else {
            selectors = new int[0];
        }
        if (count == 0) {
            throw in.place().corrupt("its scores have no parameters");
        }
        parameters = new FqzcompParameters[count];
        int mostSymbol = 0;
        for (int i = 0; i < count; i++) {
            parameters[i] = new FqzcompParameters(in);
            mostSymbol = Math.max(mostSymbol, parameters[i].mostSymbol());
            if (parameters[i].isSelected() && mostSelector == 0) {
                throw in.place().corrupt("its scores have a selector of nothing");
            }
        }
        hasSelectors = parameters[0].isSelected() || count > 1;
        symbols = Math.min(BYTE_VALUES, mostSymbol + 1);
        selection = new AdaptiveModel(Math.min(BYTE_VALUES, mostSelector + 1));
        Arrays.setAll(lengths, i -> new AdaptiveModel(BYTE_VALUES));
        coder = new RangeDecoder(in);
        out = new byte[length];
    }

    /** @param length that the stream has to decompress to, at least 1 */
    static byte[] decode(CramCursor in, int length) {
        return new Fqzcomp(in, length).decode();
    }

    private byte[] decode() {
        BitSet reads = new BitSet();
        BitSet reversed = new BitSet();
        for (int at = 0; at < out.length; ) {
            int selector = hasSelectors ? selection.next(coder) : 0;
            int number = hasSelectorTable ? selectors[selector] : selector;
            if (number >= parameters.length) {
                throw in.place().corrupt("its scores name parameters " + number + " of " + parameters.length);
            }
            FqzcompParameters chosen = parameters[number];
            if (at == 0 || !chosen.hasFixedLength()) {
                lastLength = nextLength();
            }
            int length = lastLength;
            if (length <= 0 || length > out.length - at) {
                throw in.place()
                        .corrupt("its scores of one read are " + Integer.toUnsignedString(length) + ", where "
                                + (out.length - at) + " are left");
            }
            reads.set(at);
            reversed.set(at, hasReversed && reversal.next(coder) != 0);
            if (chosen.hasDuplicates() && duplicates.next(coder) != 0) {
                if (length > at) {
                    throw in.place().corrupt("its first scores repeat others");
                }
                System.arraycopy(out, at - length, out, at, length);
            } else {
                decodeRead(chosen, selector, at, at + length);
            }
            at += length;
        }
        for (int read = reversed.nextSetBit(0); read >= 0; read = reversed.nextSetBit(read + 1)) {
            int next = reads.nextSetBit(read + 1);
            reverse(read, next < 0 ? out.length : next);
        }
        return out;
    }

    private void decodeRead(FqzcompParameters chosen, int selector, int from, int end) {
        int context = chosen.begin();
        for (int at = from; at < end; at++) {
            AdaptiveModel model = scores[context];
            if (model == null) {
                model = new AdaptiveModel(symbols);
                scores[context] = model;
            }
            int symbol = model.next(coder);
            out[at] = chosen.score(symbol);
            context = chosen.next(symbol, end - at, selector);
        }
    }

    private void reverse(int from, int end) {
        for (int i = from, j = end - 1; i < j; i++, j--) {
            byte score = out[i];
            out[i] = out[j];
            out[j] = score;
        }
    }

    private int nextLength() {
        int length = 0;
        for (int i = 0; i < LENGTH_BYTES; i++) {
            length |= lengths[i].next(coder) << 8 * i;
        }
        return length;
    }
}
