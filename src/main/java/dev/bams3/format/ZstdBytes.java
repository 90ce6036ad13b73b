package dev.bams3.format;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.bams3.error.ReadsException;

/** Whole arrays to zstd frames and back, for the small structures; blocks have pooled contexts of their own. */
final class ZstdBytes {
    /** What a cold query reads first is worth a second of a conversion for each megabyte, but not minutes. */
    private static final int SMALL = 1 << 20;

    private static final int LEVEL_OF_SMALL = 19;
    private static final int LEVEL = 6;

    private ZstdBytes() {}

    static byte[] compress(byte[] raw) {
        return compress(raw, raw.length <= SMALL ? LEVEL_OF_SMALL : LEVEL);
    }

    static byte[] compress(byte[] raw, int level) {
        return Zstd.compress(raw, level);
    }

    /**
     * @param rawLength what the frame must hold; checked against its header before anything of that size is allocated
     * @throws ReadsException CORRUPT
     */
    static byte[] decompress(String object, long position, String field, byte[] stored, int rawLength) {
        // The library looks at the first byte without asking whether there is one.
        long declared = stored.length == 0 ? -1 : Zstd.getFrameContentSize(stored, 0, stored.length);
        if (declared != rawLength) {
            throw ReadsException.corrupt(
                    object, position, field, "the zstd frame holds " + declared + " bytes, not " + rawLength);
        }
        long window = ZstdWindow.length(stored, 0, declared);
        if (window > ZstdWindow.MAX) {
            throw ReadsException.corrupt(object, position, field, ZstdWindow.refused(window));
        }
        byte[] raw;
        try {
            if (Zstd.findFrameCompressedSize(stored) != stored.length) {
                throw ReadsException.corrupt(object, position, field, "bytes behind the zstd frame, or too few");
            }
            raw = new byte[rawLength];
            if (Zstd.decompress(raw, stored) != rawLength) {
                throw ReadsException.corrupt(object, position, field, "the zstd frame is shorter than it says");
            }
        } catch (ZstdException e) {
            throw ReadsException.corrupt(object, position, field, "not a zstd frame: " + e.getMessage());
        }
        return raw;
    }
}
