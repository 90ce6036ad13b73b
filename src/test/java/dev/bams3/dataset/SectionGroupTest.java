package dev.bams3.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.format.PageEntry;
import dev.bams3.format.StoredRange;
import dev.bams3.storage.ByteRange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which sections are read together. The object has at each byte the lowest bits of that byte's offset. */
@Tag("fast")
class SectionGroupTest {
    private final List<ByteRange> reads = new ArrayList<>();
    private final Function<ByteRange, byte[]> read = range -> {
        reads.add(range);
        return bytes(range.offset(), range.length());
    };

    private static byte[] bytes(long offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (offset + i);
        }
        return bytes;
    }

    private void readAll(List<StoredRange> wanted) {
        List<SectionGroup.Section> sections = SectionGroup.of(
                wanted.stream()
                        .map(range -> new PageEntry(range, 1, 1, 0, 0, 0, 0, 1))
                        .toList(),
                read);
        assertThat(sections).hasSameSizeAs(wanted);
        for (SectionGroup.Section section : sections) {
            StoredRange range = section.page().section();
            assertThat(section.bytes().get()).isEqualTo(bytes(range.offset(), range.length()));
        }
    }

    @Test
    void thousandsOfSmallSectionsAreOneGet() {
        readAll(IntStream.range(0, 3000)
                .mapToObj(i -> new StoredRange(64 + 40L * i, 40, 0))
                .toList());
        assertThat(reads).containsExactly(new ByteRange(64, 120_000));
    }

    @Test
    void whatLiesFarApartOrIsMuchTogetherIsReadApart() {
        readAll(List.of(
                new StoredRange(64, 100, 0),
                // After a gap of 64 KiB, and after one of a byte more.
                new StoredRange(164 + (64 << 10), 100, 0),
                new StoredRange(265 + (128 << 10), 4 << 20, 0),
                new StoredRange(265 + (128 << 10) + (4 << 20), 1, 0)));
        assertThat(reads)
                .containsExactly(
                        new ByteRange(64, 200 + (64 << 10)),
                        new ByteRange(265 + (128 << 10), 4 << 20),
                        new ByteRange(265 + (128 << 10) + (4 << 20), 1));
    }

    @Test
    void nothingWantedIsNothingRead() {
        readAll(List.of());
        assertThat(reads).isEmpty();
    }
}
