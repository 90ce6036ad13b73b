package dev.bams3.bgzf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.fixtures.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The computed layout of a stored BGZF file is that of the file that is written. */
class StoredBgzfTest {
    private final long seed = Seed.draw();

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0, 1",
        "0, 65279",
        "0, 65280",
        "0, 65281",
        "0, 130560",
        "0, 500000",
        "1, 1",
        "1, 2",
        "65279, 65280",
        "65280, 65280",
        "65280, 130560",
        "65281, 500000",
        "500000, 500001"
    })
    void theLayoutIsThatOfTheFile(int head, int length) throws IOException {
        Random random = new Random(seed);
        byte[] inflated = new byte[length];
        random.nextBytes(inflated);
        byte[] file = write(inflated, head);
        StoredBgzf layout = new StoredBgzf(head, length);
        assertThat(layout.fileLength()).isEqualTo(file.length);
        List<BgzfBlock> blocks = BgzfBlock.split(file, 0, file.length, 0, "file");
        long begin = 0;
        for (BgzfBlock block : blocks) {
            for (long byteOfBlock : new long[] {block.offset(), block.end() - 1}) {
                assertThat(layout.blockStart(byteOfBlock))
                        .as("byte %s", byteOfBlock)
                        .isEqualTo(begin);
                assertThat(layout.blockEnd(byteOfBlock)).isEqualTo(begin + block.inflatedLength());
            }
            assertThat(layout.fileOffset(begin)).isEqualTo(block.offset());
            if (!block.isEmpty()) {
                assertThat(layout.offset(begin)).isEqualTo(VirtualOffset.of(block.offset(), 0));
                int within = random.nextInt(block.inflatedLength());
                assertThat(layout.offset(begin + within)).isEqualTo(VirtualOffset.of(block.offset(), within));
            }
            begin += block.inflatedLength();
        }
        assertThat(begin).isEqualTo(length);
    }

    /** The offset of the end is behind every record and before the end-of-file block's own end. */
    @Test
    void theEndHasAnOffset() {
        assertThat(new StoredBgzf(0, 0).offset(0)).isEqualTo(VirtualOffset.of(0, 0));
        assertThat(new StoredBgzf(0, 10).offset(10)).isEqualTo(VirtualOffset.of(0, 10));
        assertThat(new StoredBgzf(0, 65_280).offset(65_280)).isEqualTo(VirtualOffset.of(65_311, 0));
    }

    @Test
    void theLongestHasOffsetsOf48Bits() {
        StoredBgzf longest = new StoredBgzf(1, StoredBgzf.MAX_LENGTH);
        assertThat(longest.offset(longest.length()).block()).isLessThan(1L << 48);
        assertThatThrownBy(() -> new StoredBgzf(0, StoredBgzf.MAX_LENGTH + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] write(byte[] inflated, int head) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (BgzfDeflaters stored = new BgzfDeflaters(0, 1);
                BgzfOutputStream bgzf = new BgzfOutputStream(file, stored)) {
            bgzf.write(inflated, 0, head);
            bgzf.flush();
            bgzf.write(inflated, head, inflated.length - head);
            bgzf.finish();
        }
        return file.toByteArray();
    }
}
