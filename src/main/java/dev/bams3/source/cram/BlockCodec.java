package dev.bams3.source.cram;

import dev.bams3.error.ReadsException;
import htsjdk.samtools.cram.compression.fqzcomp.FQZCompDecode;
import htsjdk.samtools.cram.compression.nametokenisation.NameTokenisationDecode;
import htsjdk.samtools.cram.compression.range.RangeDecode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    /** Models of fqzcomp: 65,536 contexts of as many symbols as there are scores. */
    private static final long FQZCOMP_BYTES = 64L << 20;

    private final RansTables tables = new RansTables();
    private final Rans4x8 rans4x8 = new Rans4x8(tables);
    private final RansNx16 ransNx16 = new RansNx16(tables);
    private final RangeDecode arithmetic = new RangeDecode();
    private final NameTokenisationDecode names = new NameTokenisationDecode();

    /**
     * Returns the bytes of memory that a block needs only while it is decompressed: tables, and what is packed or has no runs
     * yet. Itself and its result come to it.
     */
    static long workspace(Block block) {
        return switch (block.method()) {
            case RANS_4X8 -> RansTables.MAX_BYTES;
            case RANS_NX16, ARITHMETIC -> RansTables.MAX_BYTES + 3L * block.rawLength();
            case FQZCOMP -> FQZCOMP_BYTES;
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
        byte[] raw;
        try {
            raw = switch (block.method()) {
                case GZIP -> read(new GZIPInputStream(stored(block), 1 << 12), block.rawLength());
                case BZIP2 -> read(new BZip2CompressorInputStream(stored(block), true), block.rawLength());
                case LZMA -> read(new XZInputStream(stored(block), LZMA_KIB), block.rawLength());
                case RANS_4X8 -> rans4x8.decode(cursor(block), block.rawLength());
                case RANS_NX16 -> CodecStream.decode(ransNx16, cursor(block), block.rawLength());
                case ARITHMETIC -> {
                    CodecSizes.checkArithmetic(block);
                    yield array(arithmetic.uncompress(buffer(block)));
                }
                case FQZCOMP -> {
                    CodecSizes.checkFqzcomp(block);
                    yield array(FQZCompDecode.uncompress(buffer(block)));
                }
                case NAME_TOKENS -> {
                    CodecSizes.checkNames(block);
                    yield names.uncompress(buffer(block), (byte) 0);
                }
                default -> throw block.place().corrupt("compression method " + block.method() + " is unknown");
            };
        } catch (ReadsException e) {
            throw e;
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

    private static ByteBuffer buffer(Block block) {
        return ByteBuffer.wrap(block.bytes()).order(ByteOrder.LITTLE_ENDIAN);
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

    private static byte[] array(ByteBuffer buffer) {
        if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.array().length == buffer.limit()) {
            return buffer.array();
        }
        byte[] bytes = new byte[buffer.limit()];
        buffer.get(0, bytes);
        return bytes;
    }
}
