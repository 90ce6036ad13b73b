package dev.bams3.source.cram;

/**
 * Checks the sizes inside a compressed block before its codec allocates by them: what a stream says of itself may not be more
 * than its block has when decompressed. The codecs of htsjdk believe every size.
 */
final class CodecSizes {
    // Flags of rANS Nx16 and of the arithmetic coder (CRAMcodecs § 3 and 4).
    private static final int STRIPED = 0x08;
    private static final int WITHOUT_SIZE = 0x10;
    private static final int RUN_LENGTHS = 0x40;
    private static final int PACKED = 0x80;

    private static final int MAX_DEPTH = 2;

    // Of the name tokeniser (CRAMcodecs § 5).
    private static final int NEW_POSITION = 0x80;
    private static final int DUPLICATE = 0x40;
    private static final int MAX_POSITIONS = 128;
    private static final long LEAST_NAMES = 64L << 20;
    private static final int NAME_FACTOR = 8;

    private final Block block;

    private CodecSizes(Block block) {
        this.block = block;
    }

    /** @throws dev.bams3.error.ReadsException CORRUPT where the stream says that it has another length than its block */
    static void checkArithmetic(Block block) {
        new CodecSizes(block).checkStream(new CramCursor(block.bytes(), block.place()), block.rawLength(), false, 0);
    }

    static void checkFqzcomp(Block block) {
        CodecSizes sizes = new CodecSizes(block);
        sizes.require(sizes.uint7(new CramCursor(block.bytes(), block.place())) == block.rawLength());
    }

    /** @param most bytes that it may decompress to, exactly as many at the top */
    private long checkStream(CramCursor in, long most, boolean rans, int depth) {
        int flags = in.unsignedByte();
        long length = (flags & WITHOUT_SIZE) == 0 ? uint7(in) : most;
        require(length <= most && (depth > 0 || length == most));
        if ((flags & STRIPED) != 0) {
            require(depth < MAX_DEPTH);
            int stripes = in.unsignedByte();
            require(stripes > 0);
            int[] lengths = new int[stripes];
            for (int i = 0; i < stripes; i++) {
                lengths[i] = (int) uint7(in);
            }
            for (int i = 0; i < stripes; i++) {
                CramCursor stripe = in.part(lengths[i]);
                checkStream(stripe, length / stripes + (i < length % stripes ? 1 : 0), rans, depth + 1);
            }
            return length;
        }
        long left = length;
        if ((flags & PACKED) != 0) {
            in.bytes(in.unsignedByte());
            long packed = uint7(in);
            require(packed <= left);
            left = packed;
        }
        if (rans && (flags & RUN_LENGTHS) != 0) {
            // Symbols, and at most five bytes for each run.
            long runs = uint7(in) >> 1;
            long literals = uint7(in);
            require(literals <= left && runs <= 5 * left + 257);
        }
        return length;
    }

    /** Checks the streams of a block of names, which together may not be much longer than the names. */
    static void checkNames(Block block) {
        new CodecSizes(block).checkNames();
    }

    private void checkNames() {
        CramCursor in = new CramCursor(block.bytes(), block.place());
        int length = in.int32();
        int names = in.int32();
        boolean rans = in.unsignedByte() == 0;
        require(length == block.rawLength() && names >= 0 && names <= length);
        long most = Math.max(LEAST_NAMES, (long) NAME_FACTOR * length);
        long needed = 0;
        int positions = 0;
        while (in.remaining() > 0) {
            int type = in.unsignedByte();
            if ((type & NEW_POSITION) != 0) {
                positions++;
                needed += names;
            }
            if ((type & DUPLICATE) != 0) {
                in.bytes(2);
            } else {
                CramCursor stream = in.part((int) uint7(in));
                needed += checkStream(stream, most, rans, 1);
            }
            require(positions <= MAX_POSITIONS && needed <= most);
        }
    }

    /** A number of seven bits a byte, most significant first. */
    private long uint7(CramCursor in) {
        long value = 0;
        int next;
        do {
            next = in.unsignedByte();
            value = value << 7 | next & 0x7F;
            require(value <= Integer.MAX_VALUE);
        } while ((next & 0x80) != 0);
        return value;
    }

    private void require(boolean right) {
        if (!right) {
            throw block.place()
                    .corrupt("the sizes inside its compressed data do not fit the " + block.rawLength()
                            + " bytes that it says");
        }
    }
}
