package dev.bams3.bgzf;

import java.util.Random;
import java.util.zip.CRC32;

/**
 * Bytes that are the same in every process, of every kind that makes a compressor decide something: noise, letters of few
 * kinds, repeats near and far, runs; in whole blocks and in short ones. Two compressors that write the same bytes for this
 * sample are considered the same.
 */
final class CompressionSample {
    private static final int WHOLE_BLOCKS = 4;
    private static final int SHORT_BLOCKS = 200;

    private CompressionSample() {}

    /** CRC32 of the sample as these deflaters write it. */
    static int checksum(BgzfDeflaters deflaters) {
        byte[] bytes = bytes(WHOLE_BLOCKS * BgzfDeflaters.MAX_PAYLOAD, new Random(1));
        byte[] target = new byte[BgzfDeflaters.maxCompressedLength(bytes.length)];
        CRC32 crc = new CRC32();
        crc.update(target, 0, deflaters.compress(bytes, 0, bytes.length, target, 0));
        for (int length = 1; length <= SHORT_BLOCKS; length++) {
            crc.update(target, 0, deflaters.compress(bytes, 300 * length, length, target, 0));
        }
        return (int) crc.getValue();
    }

    /** @param random its algorithm is part of its specification, so that equal seeds give equal bytes everywhere */
    static byte[] bytes(int length, Random random) {
        byte[] bytes = new byte[length];
        int at = 0;
        while (at < length) {
            int count = Math.min(length - at, 1 + random.nextInt(1 << random.nextInt(11)));
            int kind = random.nextInt(8);
            int distance = at == 0 ? 0 : 1 + random.nextInt(Math.min(at, 1 << random.nextInt(16)));
            for (int i = 0; i < count; i++) {
                bytes[at + i] = kind < 4 && distance > 0
                        ? bytes[at + i - distance]
                        : (byte) random.nextInt(1 << 2 * (kind & 3));
            }
            at += count;
        }
        return bytes;
    }
}
