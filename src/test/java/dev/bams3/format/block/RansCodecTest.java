package dev.bams3.format.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Seed;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.ByteCursor;
import dev.bams3.format.ByteSink;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Codec 2 alone: what it packs comes back, takes what its model says, and damage is found without leaving an array. */
@Tag("fast")
class RansCodecTest {
    private static final String OBJECT = "g/chunks/000000.b3c";
    private final RansEncoder encoder = new RansEncoder();

    /** Bytes of which each depends on the one before, more or less. */
    private static byte[] chain(Random random, int length, int alphabet, double loyalty) {
        int[] symbols = random.ints(0, 256).distinct().limit(alphabet).toArray();
        byte[] bytes = new byte[length];
        int at = 0;
        for (int i = 0; i < length; i++) {
            double chance = random.nextDouble();
            if (chance >= loyalty) {
                at = random.nextInt(1 + random.nextInt(alphabet));
            } else if (chance < loyalty / 4) {
                at = (at + 1) % alphabet;
            }
            bytes[i] = (byte) symbols[at];
        }
        return bytes;
    }

    private byte[] pack(byte[] raw, int states) {
        encoder.prepare(raw, 0, raw.length, states, Integer.MAX_VALUE);
        ByteSink out = new ByteSink(64);
        encoder.write(out);
        return out.toByteArray();
    }

    private static byte[] unpack(byte[] stored, int length) {
        byte[] out = new byte[length];
        try (BlockStreams streams = new BlockStreams()) {
            streams.unpack(frame(stored, length), 0, out, 0);
        }
        return out;
    }

    /** A block of one record, of which only the stream is looked at. */
    private static BlockFrame frame(byte[] stored, int length) {
        ByteSink table = new ByteSink(32);
        table.varint(0);
        table.u8(0);
        table.u8(Bams3Format.CODEC_RANS);
        table.varint(length);
        table.varint(stored.length);
        table.int32(ByteCursor.crc32c(stored, 0, stored.length));
        ByteSink out = new ByteSink(64);
        out.bytes(Bams3Format.magic(BlockFrame.MAGIC));
        out.int32(length);
        out.int32(1);
        out.int32(0);
        out.u16(1);
        out.u16(table.size());
        out.bytes(table.toByteArray());
        out.int32(ByteCursor.crc32c(out.array(), 0, out.size()));
        out.bytes(stored);
        byte[] block = out.toByteArray();
        return new BlockFrame(OBJECT, block, 0, new BlockEntry(0, 0, block.length, length, 1, 0, 0, 0, 0, 1, 0, 0));
    }

    @Test
    void whatIsPackedComesBack() {
        long seed = Seed.draw();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            int states = 4 * (1 + random.nextInt(64));
            int length = 3 * states + random.nextInt(i % 20 == 0 ? 200_000 : 3000);
            int alphabet = i % 7 == 0 ? 1 : 1 + random.nextInt(i % 5 == 0 ? 256 : 40);
            byte[] raw = chain(random, length, alphabet, random.nextDouble());
            byte[] stored = pack(raw, states);
            assertThat(Arrays.mismatch(unpack(stored, length), raw))
                    .as("seed %d, stream %d: %d bytes of %d symbols, %d states", seed, i, length, alphabet, states)
                    .isEqualTo(-1);
        }
    }

    @Test
    void anEstimateIsWhatIsWritten() {
        Random random = new Random(5);
        for (int i = 0; i < 100; i++) {
            byte[] raw = chain(random, 64 + random.nextInt(60_000), 1 + random.nextInt(60), random.nextDouble());
            int estimate = encoder.estimate(raw, 0, raw.length, raw.length);
            if (estimate <= raw.length) {
                ByteSink out = new ByteSink(64);
                encoder.write(out);
                assertThat(out.size()).isBetween(estimate - 200, estimate + 50 + estimate / 200);
            }
        }
    }

    /** 0.8 of the symbols are the one before: order 1 needs less than half of what order 0 does. */
    @Test
    void dependenceOnTheSymbolBeforeIsUsed() {
        byte[] raw = chain(new Random(3), 100_000, 40, 0.8);
        int zstd = com.github.luben.zstd.Zstd.compress(raw, 1).length;
        assertThat(pack(raw, 32).length).isLessThan(zstd * 4 / 5);
    }

    @Test
    void aSymbolThatIsAlwaysThereTakesNothing() {
        byte[] raw = new byte[100_000];
        byte[] stored = pack(raw, 4);
        assertThat(stored).hasSizeLessThan(64);
        assertThat(unpack(stored, raw.length)).isEqualTo(raw);
    }

    @Test
    void theBlockEncoderMakesStreamsOfThisCodec() {
        byte[] records = new PileRecords(41).block(600, 0);
        try (BlockEncoder blocks = new BlockEncoder()) {
            assertThat(FormedBlock.streams(blocks.encode(records, 0, records.length)))
                    .anyMatch(stream -> stream.codec() == Bams3Format.CODEC_RANS);
        }
    }

    /** The checksums agree, as a faulty or malicious writer would make them. */
    @Test
    void damageIsFoundOrMakesOtherBytes() {
        long seed = Seed.draw();
        Random random = new Random(seed);
        int found = 0;
        for (int i = 0; i < 3000; i++) {
            int states = 4 * (1 + random.nextInt(3));
            byte[] raw = chain(random, 3 * states + random.nextInt(400), 1 + random.nextInt(30), random.nextDouble());
            byte[] stored = pack(raw, states);
            int length = raw.length;
            switch (random.nextInt(6)) {
                case 0 -> stored = Arrays.copyOf(stored, random.nextInt(stored.length));
                case 1 -> stored = Arrays.copyOf(stored, stored.length + 1 + random.nextInt(8));
                case 2 -> length = random.nextInt(2 * length + 1);
                case 3 -> random.nextBytes(stored);
                default -> stored[random.nextInt(Math.min(stored.length, 100))] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                assertThat(unpack(stored, length)).hasSize(length);
            } catch (ReadsException e) {
                found++;
                assertThat(e.kind()).as("seed %d, stream %d", seed, i).isEqualTo(ErrorKind.CORRUPT);
                assertThat(e.resource()).contains(OBJECT);
            }
        }
        assertThat(found).as("seed %d", seed).isGreaterThan(1500);
    }

    /**
     * Every single bit of frequencies, states and words matters to the states' end, but for the bits that only fill up. The
     * symbols do not: other ones are decoded to other bytes, so here they are the numbers from 0, of a bit each.
     */
    @Test
    void almostEveryFlippedBitIsFound() {
        byte[] raw = chain(new Random(9), 600, 9, 0.7);
        byte[] symbols = raw.clone();
        Arrays.sort(symbols);
        byte[] number = new byte[256];
        for (int i = 1; i < symbols.length; i++) {
            int step = symbols[i] == symbols[i - 1] ? 0 : 1;
            number[symbols[i] & 0xFF] = (byte) (number[symbols[i - 1] & 0xFF] + step);
        }
        for (int i = 0; i < raw.length; i++) {
            raw[i] = number[raw[i] & 0xFF];
        }
        byte[] stored = pack(raw, 4);
        int rest = raw.length - 4 * Rans.part(raw.length, 4);
        int unseen = 0;
        for (int bit = 0; bit < 8 * (stored.length - rest); bit++) {
            byte[] damaged = stored.clone();
            damaged[bit >> 3] ^= (byte) (1 << (bit & 7));
            try {
                unseen += Arrays.equals(unpack(damaged, raw.length), raw) ? 0 : 1;
            } catch (ReadsException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT);
            }
        }
        assertThat(unseen).isLessThan(8);
    }
}
