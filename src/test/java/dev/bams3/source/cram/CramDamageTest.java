package dev.bams3.source.cram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Htslib;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged and hostile CRAMs are refused with a message that names file and byte, never by another exception. */
class CramDamageTest {
    private static final long SEED = 20_261_128;
    private static final int TRIES = 300;

    /** A rANS 4x8 stream of one symbol says of itself that it has 2 GB. */
    private static final int HUGE = Integer.MAX_VALUE - 16;

    private final ExecutorService cpu = Executors.newFixedThreadPool(2);

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        cpu.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"version=3.0,no_ref=1", "version=3.1,no_ref=1", "version=3.1,no_ref=1,archive"})
    void mutationsAreReadOrRefused(String options) throws IOException {
        byte[] sound = cram(options);
        int all = read(sound);
        assertThat(all).isPositive();
        Random random = new Random(SEED);
        int refused = 0;
        for (int i = 0; i < TRIES; i++) {
            byte[] broken = mutated(sound, random);
            try {
                read(broken);
            } catch (ReadsException e) {
                refused++;
                assertThat(e.getMessage())
                        .as("seed %s, mutation %s", SEED, i)
                        .startsWith("x.cram: ")
                        .doesNotContain("null", "Exception", "htsjdk");
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void aCutFileNamesTheByteWhereItEnds() throws IOException {
        byte[] sound = cram("version=3.1,no_ref=1");
        byte[] cut = Arrays.copyOf(sound, sound.length - 100);
        assertThatThrownBy(() -> read(cut))
                .hasMessageContaining("truncated")
                .hasMessageContaining("byte " + cut.length);
    }

    @Test
    void aWrongChecksumIsNamed() throws IOException {
        byte[] broken = cram("version=3.0,no_ref=1");
        broken[broken.length / 2] ^= 1;
        assertThatThrownBy(() -> read(broken))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT))
                .hasMessageContaining("CRC32");
    }

    @Test
    void sizesThatBlocksSayAreCheckedBeforeTheyAllocate() {
        Place place = new Place("x.cram", 7, "block");
        ByteBuffer rans = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        rans.put((byte) 0).putInt(31).putInt(HUGE);
        for (int method : new int[] {4, 5, 6, 7, BlockCodec.NAME_TOKENS}) {
            Block block = new Block(method, Block.EXTERNAL, 1, 1000, hostile(method, rans.array()), place);
            assertThatThrownBy(() -> new BlockCodec().decompress(block))
                    .as("method %s", method)
                    .isInstanceOf(ReadsException.class)
                    .hasMessageContaining("block at byte 7");
        }
    }

    private static byte[] hostile(int method, byte[] rans) {
        if (method == 4) {
            return rans;
        }
        byte[] size = {(byte) 0x87, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F};
        ByteBuffer stream = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        switch (method) {
            // Flags, and what the stream decompresses to.
            case 5, 6 -> stream.put((byte) 0).put(size);
            case 7 -> stream.put(size);
            // 1,000 bytes of 10 names, and a stream of types that says 2 GB.
            default ->
                stream.putInt(1000)
                        .putInt(10)
                        .put((byte) 0)
                        .put((byte) 0x80)
                        .put((byte) 20)
                        .put((byte) 0)
                        .put(size);
        }
        return stream.array();
    }

    private byte[] mutated(byte[] sound, Random random) {
        byte[] broken = sound.clone();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            broken[CramVersion.DEFINITION_LENGTH + random.nextInt(broken.length - CramVersion.DEFINITION_LENGTH)] =
                    random.nextBoolean() ? (byte) random.nextInt(256) : (byte) 0xFF;
        }
        if (random.nextInt(20) == 0) {
            broken = Arrays.copyOf(broken, CramVersion.DEFINITION_LENGTH + random.nextInt(broken.length - 100));
        }
        // Else most mutations would end at a checksum.
        return random.nextInt(10) == 0 ? broken : withChecksums(broken);
    }

    /** Corrects checksums as far as the structure can be followed. */
    private static byte[] withChecksums(byte[] cram) {
        byte[] corrected = cram.clone();
        try {
            int at = CramVersion.DEFINITION_LENGTH;
            while (at < cram.length) {
                int begin = at;
                int length = new CramCursor(Arrays.copyOfRange(cram, at, at + 4), new Place("", 0, "")).int32();
                at += 4;
                for (int i = 0; i < 4; i++) {
                    at = afterItf8(cram, at);
                }
                at = afterLtf8(cram, afterLtf8(cram, at));
                at = afterItf8(cram, at);
                int slices = itf8(cram, at);
                at = afterItf8(cram, at);
                for (int i = 0; i < slices; i++) {
                    at = afterItf8(cram, at);
                }
                putChecksum(corrected, begin, at);
                at += 4;
                int end = at + length;
                while (at < end) {
                    int block = at;
                    at = afterItf8(cram, at + 2);
                    int stored = itf8(cram, at);
                    at = afterItf8(cram, afterItf8(cram, at)) + stored;
                    putChecksum(corrected, block, at);
                    at += 4;
                }
            }
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            // What follows cannot be found.
        }
        return corrected;
    }

    private static int itf8(byte[] bytes, int at) {
        return Itf8.decode(bytes[at] & 0xFF, bytes, at + 1);
    }

    private static int afterItf8(byte[] bytes, int at) {
        return at + 1 + Itf8.following(bytes[at] & 0xFF);
    }

    private static int afterLtf8(byte[] bytes, int at) {
        return at + 1 + Math.min(8, Integer.numberOfLeadingZeros(~(bytes[at] & 0xFF) << 24));
    }

    private static void putChecksum(byte[] bytes, int from, int to) {
        CRC32 crc = new CRC32();
        crc.update(bytes, from, to - from);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(to, (int) crc.getValue());
    }

    private byte[] cram(String options) throws IOException {
        assumeTrue(Htslib.isInstalled(), "htslib is not installed");
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        new Simulator(cpu, 1)
                .simulate(
                        SimulationOptions.illumina(3, List.of(new Reference("chr1", 3_000)))
                                .withDepth(5),
                        bam);
        Path source = Files.write(folder.resolve("source.bam"), bam.toByteArray());
        Path made = folder.resolve("x.cram");
        Htslib.samtools("view", "-C", "-O", "cram," + options, "-o", made.toString(), source.toString());
        return Files.readAllBytes(made);
    }

    private int read(byte[] file) {
        CramHeader header = CramHeader.read(CramBytes.once(ranges(file, 0)), file.length, "x.cram");
        References references = new References(List.of(), header, "x.cram");
        long first = Math.min(header.first(), file.length);
        int records = 0;
        try (CramReader reader = new CramReader(
                header,
                references,
                "x.cram",
                CramBytes.once(ranges(file, (int) first)),
                first,
                file.length,
                file.length,
                "x.cram",
                cpu)) {
            while (reader.next()) {
                records += reader.length() > 0 ? 1 : 0;
            }
        }
        return records;
    }

    private static Supplier<byte[]> ranges(byte[] file, int from) {
        ArrayDeque<byte[]> ranges = new ArrayDeque<>(List.of(Arrays.copyOfRange(file, from, file.length)));
        return () -> ranges.isEmpty() ? new byte[0] : ranges.pop();
    }
}
