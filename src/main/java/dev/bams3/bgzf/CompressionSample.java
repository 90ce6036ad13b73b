package dev.bams3.bgzf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    private static final int KIND_LENGTH = 11 * SHORT_BLOCKS;

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

    /**
     * Whether a deflater can be trusted: the JDK and {@code inflater} give back every block that it makes of inputs of each
     * kind, and it makes the same of them a second time, in other order. Noise may be refused as too large.
     */
    static boolean isGivenBack(RawDeflater deflater, RawInflater inflater) {
        List<byte[]> inputs = inputs();
        byte[][] first = new byte[inputs.size()][];
        RawInflater jdk = new RawInflater.Jdk();
        try {
            for (int i = 0; i < first.length; i++) {
                first[i] = deflated(deflater, inputs.get(i));
                boolean wrong = first[i].length > 0
                        && !(isInflated(jdk, first[i], inputs.get(i)) && isInflated(inflater, first[i], inputs.get(i)));
                if (wrong) {
                    return false;
                }
            }
            for (int i = first.length - 1; i >= 0; i--) {
                if (!Arrays.equals(deflated(deflater, inputs.get(i)), first[i])) {
                    return false;
                }
            }
        } finally {
            jdk.end();
        }
        // The mixture, which is first, shrinks.
        return first[0].length > 0;
    }

    /** A whole block of the mixture; some of it, few letters, one letter and noise; short pieces of each. */
    private static List<byte[]> inputs() {
        Random random = new Random(2);
        byte[] block = bytes(BgzfDeflaters.MAX_PAYLOAD, random);
        byte[] letters = new byte[KIND_LENGTH];
        for (int i = 0; i < letters.length; i++) {
            letters[i] = (byte) random.nextInt(4);
        }
        byte[] run = new byte[KIND_LENGTH];
        Arrays.fill(run, (byte) 30);
        byte[] noise = new byte[KIND_LENGTH];
        random.nextBytes(noise);
        List<byte[]> kinds = List.of(Arrays.copyOf(block, KIND_LENGTH), letters, run, noise);
        List<byte[]> inputs = new ArrayList<>(kinds);
        inputs.addFirst(block);
        for (byte[] kind : kinds) {
            for (int length = 1; length < SHORT_BLOCKS; length += 1 + random.nextInt(40)) {
                inputs.add(Arrays.copyOfRange(kind, 10 * length, 11 * length));
            }
        }
        return inputs;
    }

    /** Returns no bytes where they would be more than stored ones. */
    private static byte[] deflated(RawDeflater deflater, byte[] input) {
        byte[] target = new byte[input.length + 5];
        deflater.prepare(input, 0, input.length);
        int length = deflater.deflate(input, 0, input.length, target, 0, target.length);
        return Arrays.copyOf(target, Math.clamp(length, 0, target.length));
    }

    private static boolean isInflated(RawInflater inflater, byte[] deflated, byte[] input) {
        byte[] inflated = new byte[input.length];
        return inflater.inflate(deflated, 0, deflated.length, inflated, 0, input.length) == input.length
                && Arrays.equals(inflated, input);
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
