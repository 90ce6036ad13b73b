package dev.bams3.bgzf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import htsjdk.samtools.util.BlockCompressedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks in and out, what is refused, and that native memory is given back. */
@Tag("fast")
class BgzfTest {
    /** Offsets of the fields of a block written here. */
    private static final int XLEN = 10;

    private static final int BC = 12;
    private static final int BSIZE = 16;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 6, 9})
    void givesBackWhatWasCompressedAtEveryLevel(int level) throws IOException {
        for (int length : new int[] {0, 1, 2, 65_279, 65_280, 65_281, 200_000}) {
            for (byte[] bytes : List.of(new byte[length], repetitive(length), noise(length))) {
                byte[] file = file(bytes, level);
                assertThat(inflated(file))
                        .as("level %d, %d bytes", level, length)
                        .isEqualTo(bytes);
                assertThat(new BlockCompressedInputStream(new ByteArrayInputStream(file)).readAllBytes())
                        .as("level %d, %d bytes, by htsjdk", level, length)
                        .isEqualTo(bytes);
            }
        }
    }

    @Test
    void writesTheEndOfFileBlockOfTheSpecification() throws IOException {
        assertThat(file(new byte[0], 1)).isEqualTo(new byte[] {
            0x1f,
            (byte) 0x8b,
            8,
            4,
            0,
            0,
            0,
            0,
            0,
            (byte) 0xff,
            6,
            0,
            'B',
            'C',
            2,
            0,
            0x1b,
            0,
            3,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0
        });
    }

    @Test
    void leavesAFileUnfinishedThatIsOnlyClosed() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 1);
                BgzfOutputStream stream = new BgzfOutputStream(out, deflaters)) {
            stream.write(repetitive(100_000));
            stream.flush();
        }
        assertThatThrownBy(() -> inflated(out.toByteArray())).hasMessageContaining("end-of-file block");
    }

    /** All bytes come out of it and their checksum is right, but the last block is missing, which htslib refuses. */
    @Test
    void refusesDataThatDoesNotEnd() {
        byte[] bytes = repetitive(1000);
        byte[] data = new byte[2000];
        Deflater deflater = new Deflater(6, true);
        deflater.setInput(bytes);
        int length = deflater.deflate(data, 0, data.length, Deflater.SYNC_FLUSH);
        deflater.end();
        for (RawInflater inflater : List.of(
                new RawInflater.Jdk(),
                Isal.get().<RawInflater>map(Isal::decompressor).orElseGet(RawInflater.Jdk::new))) {
            assertThat(inflater.inflate(data, 0, length, new byte[1000], 0, 1000))
                    .isEqualTo(-1);
            inflater.end();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0x1e, BGZF magic",
        "1, 0, BGZF magic",
        "2, 7, BGZF magic",
        "3, 0, BGZF magic",
        "10, 0, BGZF BC",
        "10, 5, BGZF XLEN",
        "12, 0x41, BGZF BC",
        "14, 1, BGZF BC",
        "14, 9, BGZF XLEN",
        "16, 20, BGZF BSIZE",
        "-8, 1, BGZF CRC32",
        "-4, 1, BGZF data",
        "-2, 2, BGZF ISIZE",
        "-1, 0x80, BGZF ISIZE",
        "18, 7, BGZF data"
    })
    void namesTheDamagedFieldAndTheOffsetOfItsBlock(int at, String value, String field) throws IOException {
        byte[] first = file(repetitive(300), 6);
        int start = first.length - BgzfBlock.END_OF_FILE_LENGTH;
        byte[] file = Arrays.copyOf(first, start + first.length);
        System.arraycopy(first, 0, file, start, first.length);
        int index = at >= 0 ? start + at : 2 * start + at;
        assertThat(file[index])
                .as("the test changes something")
                .isNotEqualTo(Integer.decode(value).byteValue());
        file[index] = Integer.decode(value).byteValue();
        ReadsException failure = catchThrowableOfType(ReadsException.class, () -> inflated(file));
        assertThat(failure.kind()).isEqualTo(ErrorKind.CORRUPT);
        assertThat(failure.field()).contains(field);
        assertThat(failure.resource()).contains("x.bam");
        assertThat(failure).hasMessageContaining("at byte " + start + ":");
    }

    @Test
    void refusesEveryCutAndEveryFlippedByteOrReadsTheSame() throws IOException {
        byte[] bytes = repetitive(3000);
        byte[] file = file(bytes, 6);
        for (int length = 0; length < file.length; length++) {
            byte[] cut = Arrays.copyOf(file, length);
            assertThatThrownBy(() -> inflated(cut)).as("cut to %d", length).isInstanceOf(ReadsException.class);
        }
        Random random = new Random(4);
        for (int i = 0; i < file.length; i++) {
            byte[] damaged = file.clone();
            damaged[i] = (byte) (damaged[i] ^ 1 << random.nextInt(8));
            try {
                // Time, operating system and extra flags mean nothing.
                assertThat(inflated(damaged)).as("byte %d", i).isEqualTo(bytes);
            } catch (ReadsException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT);
            }
        }
    }

    @Test
    void findsBlocksBehindOtherExtraFields() throws IOException {
        byte[] plain = file(repetitive(500), 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(plain, 0, BC);
        out.writeBytes(new byte[] {'X', 'Y', 3, 0, 1, 2, 3});
        out.write(plain, BC, plain.length - BC);
        byte[] file = out.toByteArray();
        file[XLEN] += 7;
        file[BSIZE + 7] += 7;
        assertThat(inflated(file)).isEqualTo(repetitive(500));
    }

    @Test
    void splitsOnlyWholeBlocks() throws IOException {
        byte[] file = file(noise(300_000), 1);
        List<BgzfBlock> all = BgzfBlock.split(file, 0, file.length, 1000, "x.bam");
        assertThat(all).hasSize(6);
        assertThat(all.getLast().end()).isEqualTo(file.length);
        assertThat(all.getLast().isEmpty()).isTrue();
        assertThat(all.get(1).fileOffset()).isEqualTo(1000 + all.get(0).length());
        for (int i = 0; i < all.size(); i++) {
            assertThat(BgzfBlock.split(file, 0, all.get(i).end() - 1, 1000, "x.bam"))
                    .hasSize(i);
        }
    }

    @Test
    void keepsNoMoreDeflatersThanItMay() throws InterruptedException, ExecutionException {
        int threads = 8;
        BgzfDeflaters deflaters = new BgzfDeflaters(1, 3);
        byte[] bytes = repetitive(400_000);
        byte[] expected = new byte[BgzfDeflaters.maxCompressedLength(bytes.length)];
        int length = deflaters.compress(bytes, 0, bytes.length, expected, 0);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<byte[]>> results = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                results.add(pool.submit(() -> {
                    byte[] target = new byte[expected.length];
                    assertThat(deflaters.compress(bytes, 0, bytes.length, target, 0))
                            .isEqualTo(length);
                    assertThat(deflaters.live()).isLessThanOrEqualTo(threads + 3);
                    return target;
                }));
            }
            for (Future<byte[]> result : results) {
                assertThat(result.get()).isEqualTo(expected);
            }
        }
        assertThat(deflaters.live()).isBetween(1, 3);
        deflaters.close();
        assertThat(deflaters.live()).isZero();
        assertThatThrownBy(() -> deflaters.compress(bytes, 0, 1, expected, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void endsAnInflaterAlsoAfterABrokenBlock() throws IOException {
        byte[] file = file(repetitive(1000), 6);
        file[BgzfBlock.HEADER_LENGTH] = 7;
        try (BgzfInflaters inflaters = new BgzfInflaters(1)) {
            BgzfBlock block = BgzfBlock.split(file, 0, file.length, 0, "x.bam").getFirst();
            for (int i = 0; i < 100; i++) {
                assertThatThrownBy(() -> inflaters.inflate(file, block, new byte[1000], 0, "x.bam"))
                        .isInstanceOf(ReadsException.class);
            }
            assertThat(inflaters.live()).isEqualTo(1);
        }
    }

    @Test
    void packsVirtualOffsets() {
        VirtualOffset offset = VirtualOffset.of(0xFFFF_FFFF_FFFFL, 65_535);
        assertThat(offset.block()).isEqualTo(0xFFFF_FFFF_FFFFL);
        assertThat(offset.within()).isEqualTo(65_535);
        assertThat(offset).isGreaterThan(VirtualOffset.of(7, 0));
        assertThatThrownBy(() -> VirtualOffset.of(1L << 48, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] file(byte[] bytes, int level) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BgzfDeflaters deflaters = new BgzfDeflaters(level, 1);
                BgzfOutputStream stream = new BgzfOutputStream(out, deflaters)) {
            stream.write(bytes);
            stream.finish();
        }
        return out.toByteArray();
    }

    private static byte[] inflated(byte[] file) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] buffer = new byte[7_777];
        try (BgzfInflaters inflaters = new BgzfInflaters(1)) {
            BgzfReader reader = new BgzfReader(new ByteArrayInputStream(file), inflaters, "x.bam");
            for (int count = reader.read(buffer, 0, buffer.length);
                    count >= 0;
                    count = reader.read(buffer, 0, buffer.length)) {
                out.write(buffer, 0, count);
            }
        }
        return out.toByteArray();
    }

    private static byte[] repetitive(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * i % 97);
        }
        return bytes;
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}
