package dev.bams3.format.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.format.ByteSink;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class NameTemplateTest {
    private static final int[] EDGES = {
        0,
        1,
        9,
        10,
        99,
        100,
        999,
        1000,
        9_999,
        10_000,
        99_999,
        999_999,
        9_999_999,
        99_999_999,
        100_000_000,
        100_000_001,
        999_999_999,
        1_000_000_000,
        2_000_000_000,
        Integer.MAX_VALUE
    };

    @Test
    void numbersAreWrittenAsTheirShortestDecimals() {
        byte[] template = "a:\0:a literal of some words:\0".getBytes(StandardCharsets.ISO_8859_1);
        NameTemplate names = NameTemplate.of(template, 0, template.length);
        long seed = 20_260_102;
        Random random = new Random(seed);
        int[] values = new int[10_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i < EDGES.length ? EDGES[i] : random.nextInt() >>> 1 + random.nextInt(31);
        }
        NumberPlanes.Reader[] columns = {column(values), column(values)};
        byte[] target = new byte[names.capacity()];
        for (int value : values) {
            Arrays.fill(target, (byte) 1);
            int end = names.fill(columns, target, 0);
            assertThat(new String(target, 0, end, StandardCharsets.ISO_8859_1))
                    .as("seed %d", seed)
                    .isEqualTo("a:" + value + ":a literal of some words:" + value + "\0");
        }
    }

    private static NumberPlanes.Reader column(int[] values) {
        ByteSink planes = new ByteSink(16);
        planes.u8(4);
        planes.zigzag(0);
        for (int plane = 0; plane < 4; plane++) {
            for (int value : values) {
                planes.u8(value >>> 8 * plane);
            }
        }
        StreamCursor stream = new StreamCursor();
        stream.reset(StreamIds.NAME_NUMBER, planes.array(), 0, planes.size(), StreamIds.NUMBERS);
        NumberPlanes.Reader reader = new NumberPlanes.Reader();
        reader.open(stream, values.length);
        return reader;
    }
}
