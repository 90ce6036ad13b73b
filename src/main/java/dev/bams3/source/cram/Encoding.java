package dev.bams3.source.cram;

import dev.bams3.error.ReadsException;

/** How a data series is stored (CRAMv3 § 13), before it is known in which slice. */
final class Encoding {
    private static final int EXTERNAL = 1;
    private static final int HUFFMAN = 3;
    private static final int ARRAY_LENGTH = 4;
    private static final int ARRAY_STOP = 5;
    private static final int BETA = 6;
    private static final int SUBEXPONENTIAL = 7;
    private static final int GAMMA = 9;

    private static final int MAX_BITS = 32;

    private Encoding() {}

    /** An encoding of numbers. */
    interface OfInts {
        Series.Ints in(SliceBlocks slice);
    }

    /** An encoding of single bytes. */
    interface OfBytes {
        Series.Bytes in(SliceBlocks slice);
    }

    /** An encoding of byte arrays. */
    interface OfArrays {
        Series.Arrays in(SliceBlocks slice);
    }

    static OfInts ints(CramCursor in) {
        int id = in.itf8();
        CramCursor parameters = in.sized("encoding");
        OfInts encoding = switch (id) {
            case EXTERNAL -> {
                int block = parameters.itf8();
                yield slice -> Series.external(slice.external(block));
            }
            case HUFFMAN -> {
                Huffman codes = Huffman.read(parameters);
                yield slice -> codes.in(slice.core());
            }
            case BETA -> {
                int offset = parameters.itf8();
                int bits = bits(parameters);
                yield slice -> beta(slice.core(), offset, bits);
            }
            case SUBEXPONENTIAL -> {
                int offset = parameters.itf8();
                int k = bits(parameters);
                yield slice -> subexponential(slice.core(), offset, k);
            }
            case GAMMA -> {
                int offset = parameters.itf8();
                yield slice -> gamma(slice.core(), offset);
            }
            default -> throw unknown(parameters.place(), id, "numbers");
        };
        parameters.requireEnd();
        return encoding;
    }

    static OfBytes bytes(CramCursor in) {
        int id = in.itf8();
        CramCursor parameters = in.sized("encoding");
        OfBytes encoding = switch (id) {
            case EXTERNAL -> {
                int block = parameters.itf8();
                yield slice -> Series.externalBytes(slice.external(block));
            }
            case HUFFMAN -> {
                Huffman codes = Huffman.read(parameters);
                yield slice -> narrowed(codes.in(slice.core()));
            }
            case BETA -> {
                int offset = parameters.itf8();
                int bits = bits(parameters);
                yield slice -> narrowed(beta(slice.core(), offset, bits));
            }
            default -> throw unknown(parameters.place(), id, "bytes");
        };
        parameters.requireEnd();
        return encoding;
    }

    /**
     * An encoding of arrays of bases or scores.
     *
     * @param inBits whether bits of the core block are permitted as their values
     */
    static OfArrays arrays(CramCursor in, boolean inBits) {
        int id = in.itf8();
        CramCursor parameters = in.sized("encoding");
        Place place = parameters.place();
        OfArrays encoding = switch (id) {
            case ARRAY_STOP -> {
                byte stop = (byte) parameters.unsignedByte();
                int block = parameters.itf8();
                yield slice -> Series.stopped(slice.external(block), slice.stop(block, stop), place);
            }
            case ARRAY_LENGTH -> lengthAndValues(parameters, inBits);
            case EXTERNAL -> {
                int block = parameters.itf8();
                yield slice -> Series.single(slice.external(block));
            }
            default -> throw unknown(place, id, "arrays");
        };
        parameters.requireEnd();
        return encoding;
    }

    private static OfArrays lengthAndValues(CramCursor in, boolean inBits) {
        OfInts lengths = ints(in);
        int id = in.itf8();
        CramCursor values = in.sized("encoding");
        Place place = values.place();
        OfArrays encoding;
        if (id == EXTERNAL) {
            int block = values.itf8();
            encoding = slice -> Series.sized(lengths.in(slice), slice.external(block), place);
        } else if (id == BETA && inBits) {
            int offset = values.itf8();
            int bits = bits(values);
            encoding = slice -> Series.sized(lengths.in(slice), narrowed(beta(slice.core(), offset, bits)), place);
        } else {
            throw unknown(place, id, "values of arrays");
        }
        values.requireEnd();
        return encoding;
    }

    private static ReadsException unknown(Place place, int id, String what) {
        return place.corrupt("encoding " + id + " is none of " + what);
    }

    private static int bits(CramCursor parameters) {
        int bits = parameters.itf8();
        if (bits < 0 || bits > MAX_BITS) {
            throw parameters.place().corrupt("a value of " + bits + " bits");
        }
        return bits;
    }

    private static Series.Bytes narrowed(Series.Ints values) {
        return () -> (byte) values.next();
    }

    private static Series.Ints beta(BitCursor core, int offset, int bits) {
        return () -> core.bits(bits) - offset;
    }

    private static Series.Ints gamma(BitCursor core, int offset) {
        return () -> {
            int bits = core.run(0);
            if (bits >= MAX_BITS) {
                throw core.tooLong(bits);
            }
            return (1 << bits | core.bits(bits)) - offset;
        };
    }

    private static Series.Ints subexponential(BitCursor core, int offset, int k) {
        return () -> {
            int ones = core.run(1);
            int bits = ones == 0 ? k : ones + k - 1;
            if (bits >= MAX_BITS) {
                throw core.tooLong(bits);
            }
            int value = core.bits(bits);
            return (ones == 0 ? value : value + (1 << bits)) - offset;
        };
    }

    /** What is read where a series is needed that the compression header has no encoding for. */
    static OfInts noInts(String name, Place place) {
        return slice -> () -> {
            throw missing(name, place);
        };
    }

    static OfBytes noBytes(String name, Place place) {
        return slice -> () -> {
            throw missing(name, place);
        };
    }

    static OfArrays noArrays(String name, Place place) {
        return slice -> new Series.Arrays() {
            @Override
            void next(int most) {
                throw missing(name, place);
            }
        };
    }

    private static ReadsException missing(String name, Place place) {
        return place.corrupt("has no encoding of the data series " + name + ", which a record needs");
    }
}
