package dev.bams3.format.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.Bams3Format;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.ByteCursor;
import dev.bams3.format.EncodedBlock;
import dev.bams3.sam.BamRecord;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damaged blocks: whatever is done to the bytes, the answer is CORRUPT or UNSUPPORTED_VERSION, never other records. */
@Tag("fast")
class BlockDamageTest {
    private static final String OBJECT = "g/chunks/000000.b3c";
    private static final BlockEncoder ENCODER = new BlockEncoder();
    private static final BlockDecoder DECODER = new BlockDecoder();

    @AfterAll
    static void close() {
        ENCODER.close();
        DECODER.close();
    }

    private static List<byte[]> samples() {
        byte[] pile = new PileRecords(3).block(40, 0);
        byte[] few = Arrays.copyOf(pile, BamRecord.length(pile, 0));
        return List.of(pile, few, new PileRecords(2).block(20, -1));
    }

    @Test
    void everyFlippedByteIsCorrupt() {
        for (byte[] records : samples()) {
            EncodedBlock block = ENCODER.encode(records, 0, records.length);
            for (int i = 0; i < block.stored().length; i++) {
                for (int flip : new int[] {0x01, 0x80, 0xFF}) {
                    byte[] damaged = block.stored().clone();
                    damaged[i] ^= (byte) flip;
                    assertThat(failure(damaged, block.at(0, 64)).kind())
                            .as("byte %d ^ %d", i, flip)
                            .isEqualTo(ErrorKind.CORRUPT);
                }
            }
        }
    }

    @Test
    void everyTruncationIsCorrupt() {
        for (byte[] records : samples()) {
            EncodedBlock block = ENCODER.encode(records, 0, records.length);
            BlockEntry entry = block.at(0, 64);
            for (int length = 1; length < block.stored().length; length++) {
                BlockEntry shorter = new BlockEntry(
                        0,
                        64,
                        length,
                        entry.rawLength(),
                        entry.records(),
                        entry.firstReference(),
                        entry.firstStart(),
                        entry.lastReference(),
                        entry.lastStart(),
                        entry.endMax(),
                        entry.bases(),
                        entry.crc32c());
                ReadsException failure = failure(Arrays.copyOf(block.stored(), length), shorter);
                assertThat(failure.kind()).as("%d bytes", length).isEqualTo(ErrorKind.CORRUPT);
            }
        }
    }

    @Test
    void anIndexThatSaysOtherwiseIsCorrupt() {
        byte[] records = new PileRecords(3).block(20, 0);
        EncodedBlock block = ENCODER.encode(records, 0, records.length);
        BlockEntry right = block.at(0, 64);
        int raw = right.rawLength();
        int count = right.records();
        assertThat(failure(block.stored(), with(right, raw + 1, count, right.crc32c()))
                        .field())
                .contains("block raw length");
        assertThat(failure(block.stored(), with(right, Integer.MAX_VALUE, count, right.crc32c()))
                        .field())
                .contains("block raw length");
        assertThat(failure(block.stored(), with(right, raw, count + 1, right.crc32c()))
                        .field())
                .contains("block records");
        assertThat(failure(block.stored(), with(right, raw, count, ~right.crc32c()))
                        .field())
                .contains("block checksum");
    }

    private static BlockEntry with(BlockEntry entry, int rawLength, int records, int crc32c) {
        return new BlockEntry(
                0,
                64,
                entry.storedLength(),
                rawLength,
                records,
                entry.firstReference(),
                entry.firstStart(),
                entry.lastReference(),
                entry.lastStart(),
                entry.endMax(),
                entry.bases(),
                crc32c);
    }

    /** The checksums are made to agree, as a faulty or malicious writer would, so that the parser itself is tried. */
    @Test
    void contentsThatContradictThemselvesAreCorruptEvenWhenEveryChecksumAgrees() {
        Random random = new Random(20260102);
        for (int round = 0; round < 800; round++) {
            byte[] records = new PileRecords(round % 50).block(8 + round % 20, round % 5 == 4 ? -1 : 0);
            EncodedBlock block = ENCODER.encode(records, 0, records.length);
            BlockFrame frame = new BlockFrame(OBJECT, block.stored(), 0, block.at(0, 0));
            byte[] forged = forge(frame, block, random);
            BlockEntry right = block.at(0, 0);
            BlockEntry entry = new BlockEntry(
                    0,
                    0,
                    forged.length,
                    right.rawLength(),
                    right.records(),
                    right.firstReference(),
                    right.firstStart(),
                    right.lastReference(),
                    right.lastStart(),
                    right.endMax(),
                    right.bases(),
                    right.crc32c());
            try {
                assertThat(DECODER.decode(OBJECT, forged, 0, entry)).isEqualTo(records);
            } catch (ReadsException e) {
                assertThat(e.kind()).as("round %d", round).isIn(ErrorKind.CORRUPT, ErrorKind.UNSUPPORTED_VERSION);
                assertThat(e.resource()).contains(OBJECT);
            }
        }
    }

    @Test
    void aFrameWithoutAnEndIsCorruptEvenWhenEveryChecksumAgrees() {
        byte[] records = new PileRecords(3).block(200, 0);
        EncodedBlock block = ENCODER.encode(records, 0, records.length);
        BlockEntry entry = block.at(0, 0);
        BlockFrame frame = new BlockFrame(OBJECT, block.stored(), 0, entry);
        int tried = 0;
        for (int i = 0; i < frame.count; i++) {
            if (frame.codecs[i] == Bams3Format.CODEC_ZSTD) {
                tried++;
                byte[] forged = withoutBlocks(block.stored(), frame, i);
                assertThat(failure(forged, entry).text()).contains("stream " + frame.ids[i]);
            }
        }
        assertThat(tried).isPositive();
    }

    /** The same block with a stream whose zstd frame has a head, and behind it what is no block of zstd. */
    private static byte[] withoutBlocks(byte[] stored, BlockFrame frame, int stream) {
        byte[] forged = stored.clone();
        int from = frame.offsets[stream];
        Arrays.fill(forged, from + 7, from + frame.storedLengths[stream], (byte) 0xFF);
        int crcOfHead = frame.offsets[0] - 4;
        ByteCursor row = new ByteCursor(OBJECT, stored, BlockFrame.HEAD_LENGTH, crcOfHead - BlockFrame.HEAD_LENGTH, 0);
        int checksum = 0;
        for (int i = 0; i <= stream; i++) {
            row.varint32("id", Integer.MAX_VALUE);
            row.u16("transform and codec");
            row.varint32("raw length", Integer.MAX_VALUE);
            row.varint32("stored length", Integer.MAX_VALUE);
            checksum = row.at();
            row.int32("checksum");
        }
        put(forged, checksum, ByteCursor.crc32c(forged, from, frame.storedLengths[stream]));
        put(forged, crcOfHead, ByteCursor.crc32c(forged, 0, crcOfHead));
        return forged;
    }

    private static void put(byte[] bytes, int at, int value) {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    }

    /** The same block with one stream's raw bytes, transform or length changed and stored anew with right checksums. */
    private static byte[] forge(BlockFrame frame, EncodedBlock block, Random random) {
        int victim = random.nextInt(frame.count);
        try (BlockFrameWriter out = new BlockFrameWriter(1);
                BlockStreams in = new BlockStreams()) {
            out.begin();
            for (int i = 0; i < frame.count; i++) {
                byte[] raw = new byte[frame.rawLengths[i]];
                in.unpack(frame, i, raw, 0);
                int transform = frame.transforms[i];
                if (i == victim) {
                    switch (random.nextInt(5)) {
                        case 0 -> raw = Arrays.copyOf(raw, random.nextInt(raw.length + 5));
                        case 1 -> transform = random.nextInt(8);
                        case 2 -> random.nextBytes(raw);
                        default -> raw[random.nextInt(raw.length)] = (byte) random.nextInt();
                    }
                }
                out.add(frame.ids[i], transform, raw, 0, raw.length);
            }
            return out.finish((int) block.digest().bytes(), (int) block.digest().records(), block.firstReference());
        }
    }

    private static ReadsException failure(byte[] stored, BlockEntry entry) {
        try {
            DECODER.decode(OBJECT, stored, 0, entry);
        } catch (ReadsException e) {
            assertThat(e.resource()).contains(OBJECT);
            assertThat(e.kind()).isIn(ErrorKind.CORRUPT, ErrorKind.UNSUPPORTED_VERSION);
            return e;
        }
        return fail("was decoded");
    }
}
