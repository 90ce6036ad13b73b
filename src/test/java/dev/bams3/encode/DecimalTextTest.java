package dev.bams3.encode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers as text. The expected reals were printed by samtools 1.16.1. */
@Tag("fast")
class DecimalTextTest {
    @Test
    void writesEveryKindOfWholeNumber() {
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            int value = random.nextInt() >> random.nextInt(32);
            assertThat(whole(value)).isEqualTo(Integer.toString(value));
            assertThat(unsigned(value)).isEqualTo(Integer.toUnsignedString(value));
        }
        for (int value = 1; value > 0; value *= 10) {
            assertThat(whole(value)).isEqualTo(Integer.toString(value));
            assertThat(whole(value - 1)).isEqualTo(Integer.toString(value - 1));
            if (value == 1_000_000_000) {
                break;
            }
        }
        assertThat(whole(Integer.MIN_VALUE)).isEqualTo("-2147483648");
        assertThat(whole(Integer.MAX_VALUE)).isEqualTo("2147483647");
        assertThat(unsigned(-1)).isEqualTo("4294967295");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "-0.0, -0, -0",
        "1, 1, 1",
        "1.5, 1.5, 1.5",
        "871482.5, 871482, 871483",
        "354794.5, 354794, 354795",
        "-937886.5, -937886, -937887",
        "452179.5, 452180, 452180",
        "5113.625, 5113.62, 5113.63",
        "43.40625, 43.4062, 43.4063",
        "0.0001, 0.0001, 0.0001",
        "-2e-9, -2e-09, -2e-09",
        "999999.5, 1e+06, 1e+06",
        "1e6, 1e+06, 1e+06",
        "9.9999995, 10, 10",
        "3.4e38, 3.4e+38, 3.4e+38",
        "NaN, nan, nan",
        "-Infinity, -inf, -inf",
    })
    void writesRealsAsSamtools(float value, String tag, String element) {
        byte[] target = new byte[20];
        int end = DecimalText.putReal(target, 2, value);
        assertThat(new String(target, 2, end - 2, StandardCharsets.US_ASCII)).isEqualTo(tag);
        end = DecimalText.putArrayReal(target, 2, value);
        assertThat(new String(target, 2, end - 2, StandardCharsets.US_ASCII)).isEqualTo(element);
    }

    @Test
    void writesAnyFloatInTheRoomItMayUse() {
        Random random = new Random(6);
        byte[] target = new byte[DecimalText.MAX_REAL];
        for (int i = 0; i < 200_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt());
            int end = DecimalText.putReal(target, 0, value);
            if (Float.isFinite(value) && value != 0) {
                double read = Double.parseDouble(new String(target, 0, end, StandardCharsets.US_ASCII));
                assertThat(Math.abs(read - value)).isLessThanOrEqualTo(Math.abs(value) * 5.1e-6);
            }
        }
    }

    private static String whole(int value) {
        byte[] target = new byte[DecimalText.MAX_INTEGER];
        return new String(target, 0, DecimalText.putInt(target, 0, value), StandardCharsets.US_ASCII);
    }

    private static String unsigned(int value) {
        byte[] target = new byte[DecimalText.MAX_INTEGER];
        return new String(target, 0, DecimalText.putUnsigned(target, 0, value), StandardCharsets.US_ASCII);
    }
}
