package dev.bams3.source.cram;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/** Decodes streams of the adaptive arithmetic coder (CRAMcodecs § 4). */
final class ArithmeticCoder implements CodecStream.Coder {
    private static final int EXTERNAL = 0x04;

    private static final int ALL_SYMBOLS = 256;

    /** A part of a run length; the largest value says that another part follows. */
    private static final int RUN_SYMBOLS = 4;

    /** Contexts of run lengths: the symbol for the first part, and one each for the second and the others. */
    private static final int SECOND_PART = 256;

    private static final int OTHER_PARTS = 257;

    @Override
    public byte[] decode(int flags, CramCursor in, int length) {
        if (length == 0) {
            return new byte[0];
        }
        if ((flags & CodecStream.UNCOMPRESSED) != 0) {
            return in.bytes(length);
        }
        if ((flags & EXTERNAL) != 0) {
            return bzip2(in, length);
        }
        int stored = in.unsignedByte();
        int symbols = stored == 0 ? ALL_SYMBOLS : stored;
        AdaptiveModel[] literals = models((flags & CodecStream.ORDER_1) != 0 ? symbols : 1, symbols);
        boolean runs = (flags & CodecStream.RUN_LENGTHS) != 0;
        AdaptiveModel[] lengths = runs ? models(OTHER_PARTS + 1, RUN_SYMBOLS) : new AdaptiveModel[0];
        RangeDecoder coder = new RangeDecoder(in);
        byte[] out = new byte[length];
        int context = 0;
        for (int at = 0; at < length; ) {
            int symbol = literals[context].next(coder);
            out[at++] = (byte) symbol;
            if (literals.length > 1) {
                context = symbol;
            }
            if (runs) {
                int run = run(lengths, symbol, length - at, coder);
                Arrays.fill(out, at, at + run, (byte) symbol);
                at += run;
            }
        }
        return out;
    }

    private static AdaptiveModel[] models(int count, int symbols) {
        AdaptiveModel[] models = new AdaptiveModel[count];
        for (int i = 0; i < count; i++) {
            models[i] = new AdaptiveModel(symbols);
        }
        return models;
    }

    private static int run(AdaptiveModel[] lengths, int symbol, int most, RangeDecoder coder) {
        int run = 0;
        int context = symbol;
        int part;
        do {
            part = lengths[context].next(coder);
            context = context < SECOND_PART ? SECOND_PART : OTHER_PARTS;
            run += part;
            if (run > most) {
                throw coder.place().corrupt("its run lengths go beyond its end");
            }
        } while (part == RUN_SYMBOLS - 1);
        return run;
    }

    private static byte[] bzip2(CramCursor in, int length) {
        byte[] out = new byte[length];
        try (BZip2CompressorInputStream bytes =
                new BZip2CompressorInputStream(new ByteArrayInputStream(in.array(), in.position(), in.remaining()))) {
            if (bytes.readNBytes(out, 0, length) != length) {
                throw in.place().corrupt("its bzip2 data ends early");
            }
        } catch (IOException e) {
            throw in.place().corrupt("its bzip2 data cannot be decompressed", e);
        }
        return out;
    }
}
