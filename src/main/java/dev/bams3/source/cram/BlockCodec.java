package dev.bams3.source.cram;

import dev.bams3.error.ReadsException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** Decompresses blocks (CRAMcodecs), one after the other; its tables of several megabytes are used again. One thread. */
final class BlockCodec {
    static final int RAW = 0;
    static final int NAME_TOKENS = 8;

    private static final int GZIP = 1;
    private static final int BZIP2 = 2;
    private static final int LZMA = 3;
    private static final int RANS_4X8 = 4;
    private static final int RANS_NX16 = 5;
    private static final int ARITHMETIC = 6;
    private static final int FQZCOMP = 7;

    /** As much as the strongest preset of xz needs. */
    private static final int LZMA_KIB = 100 << 10;

    private final RansTables tables = new RansTables();
    private final Rans4x8 rans4x8 = new Rans4x8(tables);
    private final RansNx16 ransNx16 = new RansNx16(tables);
    private final ArithmeticCoder arithmetic = new ArithmeticCoder();

    /**
     * Returns the bytes of memory that a block needs only while it is decompressed. Itself and its result come to it.
     */
    static long workspace(Block block) {
        return switch (block.method()) {
            case RANS_4X8 -> RansTables.MAX_BYTES;
            case RANS_NX16, ARITHMETIC ->
                RansTables.MAX_BYTES + CodecStream.workspace(block.bytes(), block.rawLength());
            case FQZCOMP -> Fqzcomp.WORKSPACE;
            case NAME_TOKENS -> RansTables.MAX_BYTES + NameTokens.workspace(block.rawLength());
            default -> 0;
        };
    }

    /**
     * The block's bytes.
     *
     * @throws ReadsException CORRUPT if they are not what was compressed, or not as many as the block says
     */
    byte[] decompress(Block block) {
        if (block.method() == RAW) {
            return block.bytes();
        }
        if (block.rawLength() == 0) {
            return new byte[0];
        }
        return switch (block.method()) {
            case GZIP, BZIP2, LZMA -> decompressByLibrary(block);
            case RANS_4X8 -> rans4x8.decode(cursor(block), block.rawLength());
            case RANS_NX16 -> CodecStream.decode(ransNx16, cursor(block), block.rawLength());
            case ARITHMETIC -> CodecStream.decode(arithmetic, cursor(block), block.rawLength());
            case FQZCOMP -> Fqzcomp.decode(cursor(block), block.rawLength());
            case NAME_TOKENS -> NameTokens.decode(cursor(block), block.rawLength(), ransNx16, arithmetic);
            default -> throw block.place().corrupt("compression method " + block.method() + " is unknown");
        };
    }

    private static byte[] decompressByLibrary(Block block) {
        byte[] raw;
        try {
            InputStream in = switch (block.method()) {
                case GZIP -> new GZIPInputStream(stored(block), 1 << 12);
                case BZIP2 -> new BZip2CompressorInputStream(stored(block), true);
                default -> new XZInputStream(stored(block), LZMA_KIB);
            };
            raw = read(in, block.rawLength());
        } catch (IOException | RuntimeException e) {
            throw block.place().corrupt("cannot be decompressed (method " + block.method() + ")", e);
        }
        if (raw.length != block.rawLength()) {
            throw block.place()
                    .corrupt("decompresses to " + raw.length + " bytes, not to the " + block.rawLength() + " it says");
        }
        return raw;
    }

    private static InputStream stored(Block block) {
        return new ByteArrayInputStream(block.bytes());
    }

    private static CramCursor cursor(Block block) {
        return new CramCursor(block.bytes(), block.place());
    }

    /** At most one byte more than expected, which then is too many. */
    private static byte[] read(InputStream in, int expected) throws IOException {
        try (in) {
            byte[] raw = new byte[expected];
            int length = in.readNBytes(raw, 0, expected);
            if (length < expected) {
                return Arrays.copyOf(raw, length);
            }
            return in.read() < 0 ? raw : Arrays.copyOf(raw, expected + 1);
        }
    }
}
