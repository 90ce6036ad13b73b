package dev.bams3.source.cram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ReadsException;
import htsjdk.samtools.cram.compression.rans.RANSParams;
import htsjdk.samtools.cram.compression.rans.rans4x8.RANS4x8Encode;
import htsjdk.samtools.cram.compression.rans.rans4x8.RANS4x8Params;
import htsjdk.samtools.cram.compression.rans.ransnx16.RANSNx16Decode;
import htsjdk.samtools.cram.compression.rans.ransnx16.RANSNx16Encode;
import htsjdk.samtools.cram.compression.rans.ransnx16.RANSNx16Params;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of rANS decode to what htsjdk compressed, and damaged ones to nothing longer than their block; no other failure. */
class RansTest {
    private static final long SEED = 20_261_128;
    private static final int RANS_4X8 = 4;
    private static final int RANS_NX16 = 5;
    private static final int STRIPED = 0x08;
    private static final int WITHOUT_LENGTH = 0x10;
    private static final int TRIES = 300;
    private static final int MUTATIONS = 3_000;
    private static final Place PLACE = new Place("x.cram", 7, "block");

    private final Random random = new Random(SEED);
    private final BlockCodec codec = new BlockCodec();

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, 0x01, 0x04, 0x05, 0x20, 0x40, 0x41, 0x44, 0x45, 0x80, 0x81, 0x84, 0x85, 0xA0, 0xC0, 0xC1, 0xC4,
                0xC5
            })
    void nx16(int flags) {
        for (int i = 0; i < TRIES; i++) {
            byte[] data = data();
            byte[] stream = nx16(flags, data);
            assertThat(decode(RANS_NX16, stream, data.length))
                    .as("flags %x, try %s of seed %s, %s bytes", flags, i, SEED, data.length)
                    .isEqualTo(data);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x05, 0x45, 0x81, 0xC0})
    void stripes(int flags) {
        for (int i = 0; i < TRIES; i++) {
            byte[] data = data();
            int count = 1 + random.nextInt(5);
            boolean withLengths = random.nextBoolean();
            ByteArrayOutputStream lengths = new ByteArrayOutputStream();
            ByteArrayOutputStream streams = new ByteArrayOutputStream();
            for (int stripe = 0; stripe < count; stripe++) {
                byte[] part = new byte[(data.length - stripe + count - 1) / count];
                for (int j = 0; j < part.length; j++) {
                    part[j] = data[j * count + stripe];
                }
                byte[] stream = nx16(withLengths || part.length == 0 ? flags : flags | WITHOUT_LENGTH, part);
                putUint7(lengths, stream.length);
                streams.writeBytes(stream);
            }
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.write(STRIPED);
            putUint7(all, data.length);
            all.write(count);
            all.writeBytes(lengths.toByteArray());
            all.writeBytes(streams.toByteArray());
            assertThat(decode(RANS_NX16, all.toByteArray(), data.length))
                    .as("flags %x, %s stripes, try %s of seed %s", flags, count, i, SEED)
                    .isEqualTo(data);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void rans4x8(int order) {
        for (int i = 0; i < TRIES; i++) {
            byte[] data = data();
            assertThat(decode(RANS_4X8, rans4x8(order, data), data.length))
                    .as("order %s, try %s of seed %s, %s bytes", order, i, SEED, data.length)
                    .isEqualTo(data);
        }
    }

    @Test
    void damagedStreamsAreDecodedAsHtsjdkDoesOrRefused() {
        int same = 0;
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] data = data();
            byte[] broken = nx16(new int[] {0x00, 0x01, 0x05, 0x44, 0x85, 0xC1}[random.nextInt(6)], data);
            for (int count = 1 + random.nextInt(3); count > 0; count--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            String what = "mutation " + i + " of seed " + SEED;
            try {
                byte[] decoded = decode(RANS_NX16, broken, data.length);
                Optional<byte[]> other = htsjdk(broken);
                if (other.isPresent()) {
                    assertThat(decoded).as(what).isEqualTo(other.get());
                    same++;
                }
            } catch (ReadsException e) {
                assertThat(e.getMessage())
                        .as(what)
                        .startsWith("x.cram: block at byte 7")
                        .doesNotContain("null");
                refused++;
            }
        }
        assertThat(same).isGreaterThan(MUTATIONS / 10);
        assertThat(refused).isGreaterThan(MUTATIONS / 10);
    }

    @Test
    void damagedStreamsOf4x8AreDecodedOrRefused() {
        int refused = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] data = data();
            byte[] broken = rans4x8(random.nextInt(2), data);
            for (int count = 1 + random.nextInt(3); count > 0; count--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                decode(RANS_4X8, broken, data.length);
            } catch (ReadsException e) {
                assertThat(e.getMessage())
                        .as("mutation %s of seed %s", i, SEED)
                        .startsWith("x.cram: block at byte 7")
                        .doesNotContain("null");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(MUTATIONS / 10);
    }

    @Test
    void frequenciesAddUpToWhatHtslibAccepts() {
        for (int sum : new int[] {4_095, 4_096}) {
            assertThat(decode(RANS_4X8, oneSymbol4x8(sum), 4)).containsOnly('A');
        }
        for (int sum : new int[] {0, 1, 2_048, 4_094, 4_097, 8_192}) {
            assertThatThrownBy(() -> decode(RANS_4X8, oneSymbol4x8(sum), 4))
                    .isInstanceOf(ReadsException.class)
                    .hasMessageContaining("frequencies");
        }
        // Nx16 brings sums to 4,096 by doubling.
        for (int sum : new int[] {1, 2_048, 4_096}) {
            assertThat(decode(RANS_NX16, oneSymbolNx16(sum), 4)).containsOnly('A');
        }
        for (int sum : new int[] {0, 3, 4_095, 8_192}) {
            assertThatThrownBy(() -> decode(RANS_NX16, oneSymbolNx16(sum), 4))
                    .isInstanceOf(ReadsException.class)
                    .hasMessageContaining("frequencies");
        }
    }

    @Test
    void aStateThatIsTooSmallIsRefused() {
        byte[] stream = oneSymbolNx16(4_096);
        stream[stream.length - 3] = 0;
        assertThatThrownBy(() -> decode(RANS_NX16, stream, 4)).hasMessageContaining("state");
    }

    private byte[] decode(int method, byte[] stream, int length) {
        return codec.decompress(new Block(method, Block.EXTERNAL, 1, length, stream, PLACE));
    }

    /** As scores, names and tags are: of few symbols or many, alone or in runs. */
    private byte[] data() {
        int length = 1 + (random.nextInt(10) == 0 ? random.nextInt(70_000) : random.nextInt(2_000));
        int symbols = new int[] {1, 2, 3, 4, 5, 16, 17, 40, 256}[random.nextInt(9)];
        int first = random.nextInt(257 - symbols);
        boolean runs = random.nextBoolean();
        byte[] data = new byte[length];
        for (int at = 0; at < length; ) {
            int end = Math.min(length, at + (runs ? 1 + random.nextInt(12) : 1));
            // Some symbols far more often than others.
            int symbol = (int) (symbols * Math.pow(random.nextDouble(), 3));
            Arrays.fill(data, at, end, (byte) (first + symbol));
            at = end;
        }
        return data;
    }

    private static byte[] nx16(int flags, byte[] data) {
        return array(new RANSNx16Encode().compress(ByteBuffer.wrap(data), new RANSNx16Params(flags)));
    }

    private static byte[] rans4x8(int order, byte[] data) {
        RANSParams.ORDER named = order == 0 ? RANSParams.ORDER.ZERO : RANSParams.ORDER.ONE;
        return array(new RANS4x8Encode().compress(ByteBuffer.wrap(data), new RANS4x8Params(named)));
    }

    private static Optional<byte[]> htsjdk(byte[] stream) {
        try {
            return Optional.of(array(
                    new RANSNx16Decode().uncompress(ByteBuffer.wrap(stream).order(ByteOrder.LITTLE_ENDIAN))));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static void putUint7(ByteArrayOutputStream out, int value) {
        for (int shift = 28; shift > 0; shift -= 7) {
            if (value >>> shift != 0) {
                out.write(0x80 | value >>> shift & 0x7F);
            }
        }
        out.write(value & 0x7F);
    }

    private static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.limit()];
        buffer.get(0, bytes);
        return bytes;
    }

    /** A stream of four A of order 0. */
    private static byte[] oneSymbol4x8(int frequency) {
        ByteBuffer body = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        body.put((byte) 'A')
                .put((byte) (0x80 | frequency >> 8))
                .put((byte) frequency)
                .put((byte) 0);
        for (int i = 0; i < 4; i++) {
            body.putInt(1 << 23);
        }
        body.putInt(0);
        int length = body.position();
        return ByteBuffer.allocate(9 + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0)
                .putInt(length)
                .putInt(4)
                .put(body.array(), 0, length)
                .array();
    }

    private static byte[] oneSymbolNx16(int frequency) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(new byte[] {0, 4, 'A', 0, (byte) (0x80 | frequency >> 7), (byte) (frequency & 0x7F)});
        for (int i = 0; i < 4; i++) {
            stream.writeBytes(new byte[] {0, (byte) 0x80, 0, 0});
        }
        return stream.toByteArray();
    }
}
