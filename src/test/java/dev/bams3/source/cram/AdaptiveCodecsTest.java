package dev.bams3.source.cram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.error.ReadsException;
import htsjdk.samtools.cram.compression.nametokenisation.NameTokenisationEncode;
import htsjdk.samtools.cram.compression.range.RangeEncode;
import htsjdk.samtools.cram.compression.range.RangeParams;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Streams of the arithmetic coder and of names decode to what htsjdk compressed, and damaged ones to nothing longer than their
 * block; no other failure.
 */
class AdaptiveCodecsTest {
    private static final long SEED = 20_261_128;
    private static final int ARITHMETIC = 6;
    private static final int TRIES = 60;
    private static final int MUTATIONS = 2_000;

    /** Mutations of one encoded list of names: encoding takes far longer than decoding. */
    private static final int MUTATIONS_OF_NAMES = 16;

    private static final Place PLACE = new Place("x.cram", 7, "block");

    private final Random random = new Random(SEED);
    private final BlockCodec codec = new BlockCodec();

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x01, 0x40, 0x41, 0x80, 0x81, 0xC0, 0xC1, 0x20})
    void arithmetic(int flags) {
        for (int i = 0; i < TRIES; i++) {
            byte[] data = data();
            byte[] stream = array(new RangeEncode().compress(ByteBuffer.wrap(data), new RangeParams(flags)));
            assertThat(decode(ARITHMETIC, stream, data.length))
                    .as("flags %x, try %s of seed %s, %s bytes", flags, i, SEED, data.length)
                    .isEqualTo(data);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void names(boolean arithmetic) {
        for (int i = 0; i < TRIES; i++) {
            byte[] data = names();
            assertThat(decode(BlockCodec.NAME_TOKENS, tokens(data, arithmetic), data.length))
                    .as("arithmetic %s, try %s of seed %s", arithmetic, i, SEED)
                    .isEqualTo(data);
        }
    }

    @Test
    void damagedNamesAreDecodedOrRefused() {
        int refused = 0;
        byte[] data = names();
        byte[] stream = tokens(data, random.nextBoolean());
        for (int i = 0; i < MUTATIONS; i++) {
            if (i % MUTATIONS_OF_NAMES == 0) {
                data = names();
                stream = tokens(data, random.nextBoolean());
            }
            refused += isRefused(i, BlockCodec.NAME_TOKENS, stream.clone(), data.length);
        }
        assertThat(refused).isGreaterThan(MUTATIONS / 10);
    }

    @Test
    void damagedStreamsAreDecodedOrRefused() {
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] data = data();
            int flags = new int[] {0x00, 0x01, 0x41, 0x81}[random.nextInt(4)];
            byte[] stream = array(new RangeEncode().compress(ByteBuffer.wrap(data), new RangeParams(flags)));
            isRefused(i, ARITHMETIC, stream, data.length);
        }
    }

    private int isRefused(int mutation, int method, byte[] stream, int length) {
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            stream[random.nextInt(stream.length)] = (byte) random.nextInt(256);
        }
        try {
            decode(method, stream, length);
            return 0;
        } catch (ReadsException e) {
            assertThat(e.getMessage())
                    .as("mutation %s of seed %s", mutation, SEED)
                    .startsWith("x.cram: block at byte 7")
                    .doesNotContain("null");
            return 1;
        }
    }

    private byte[] decode(int method, byte[] stream, int length) {
        return codec.decompress(new Block(method, Block.EXTERNAL, 1, length, stream, PLACE));
    }

    private byte[] data() {
        int length = 1 + random.nextInt(2_000);
        int symbols = new int[] {1, 2, 3, 4, 5, 16, 17, 40, 256}[random.nextInt(9)];
        int first = random.nextInt(257 - symbols);
        byte[] data = new byte[length];
        for (int at = 0; at < length; ) {
            int end = Math.min(length, at + 1 + random.nextInt(random.nextInt(12) + 1));
            Arrays.fill(data, at, end, (byte) (first + (int) (symbols * Math.pow(random.nextDouble(), 3))));
            at = end;
        }
        return data;
    }

    /** As sequencers name reads: text, numbers with and without zeros before them, names again. */
    private byte[] names() {
        StringBuilder names = new StringBuilder();
        String last = "r";
        int number = random.nextInt(100_000);
        for (int count = 1 + random.nextInt(100); count > 0; count--) {
            number += random.nextInt(300);
            last = switch (random.nextInt(8)) {
                case 0 -> last;
                case 1 -> "x" + random.nextInt(10) + "y" + number;
                case 2 -> String.format("SRR%08d.%d", number, count);
                case 3 -> String.format("a:%03d:%d/%d", random.nextInt(1000), number, 1 + random.nextInt(2));
                case 4 -> "0" + random.nextLong(1L << 40);
                default -> String.format("I17_08765:2:%d:%d:%05d#9", 100 + number % 50, number, random.nextInt(99_999));
            };
            names.append(last).append('\0');
        }
        return names.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] tokens(byte[] names, boolean arithmetic) {
        return array(new NameTokenisationEncode().compress(ByteBuffer.wrap(names), arithmetic, (byte) 0));
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.limit()];
        buffer.get(0, bytes);
        return bytes;
    }
}
