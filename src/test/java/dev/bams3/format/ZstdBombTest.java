package dev.bams3.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.Zstd;
import com.sun.management.ThreadMXBean;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Frames that hold more than they may: refused, without memory for what they claim. */
@Tag("fast")
class ZstdBombTest {
    private static final int BOMB = 64 << 20;
    private static final int DECLARED = 1000;
    private static final byte[] FRAME = Zstd.compress(new byte[BOMB], 3);

    @Test
    void aFrameThatSaysItIsLargerThanTheMetadataSays() {
        assertThat(FRAME.length).isLessThan(BOMB / 1000);
        assertRefused(FRAME);
    }

    /** RFC 8878 § 3.1.1.1: magic, descriptor, window unless it is one segment, and the content size, here of 4 bytes. */
    @Test
    void aFrameThatLiesAboutItsSize() {
        byte[] lying = FRAME.clone();
        assertThat(lying[4] & 0xC0).isEqualTo(0x80);
        int size = (lying[4] & 0x20) != 0 ? 5 : 6;
        ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putInt(size, DECLARED);
        assertThat(Zstd.getFrameContentSize(lying)).isEqualTo(DECLARED);
        assertRefused(lying);
    }

    @Test
    void aFrameThatClaimsExabytes() {
        byte[] claiming = {
            0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, (byte) 0xE0, -1, -1, -1, -1, -1, -1, -1, 0x0F, 0x01, 0x00, 0x00
        };
        assertRefused(claiming);
    }

    @Test
    void bytesThatAreNoFrame() {
        assertRefused(new byte[] {1, 2, 3});
        assertRefused(new byte[0]);
    }

    private static void assertRefused(byte[] frame) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        ReadsException failure = catchThrowableOfType(
                ReadsException.class, () -> ZstdBytes.decompress("object", 0, "field", frame, DECLARED));
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(failure).isNotNull();
        assertThat(failure.kind()).isEqualTo(ErrorKind.CORRUPT);
        assertThat(allocated).isLessThan(BOMB / 8);
    }
}
