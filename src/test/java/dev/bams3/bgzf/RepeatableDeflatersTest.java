package dev.bams3.bgzf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Seed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The deflaters of slices: equal bytes in, equal bytes out, whoever asks, wherever the bytes lie, whatever came before. */
class RepeatableDeflatersTest {
    private static final int INPUTS = 1_500;
    private static final int THREADS = 4;

    private final long seed = Seed.draw();

    static Stream<Optional<Isal>> libraries() {
        return Isal.get().isPresent() ? Stream.of(Isal.get(), Optional.empty()) : Stream.of(Optional.empty());
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void equalBytesGiveEqualBytesFromEveryInstanceAndThread(Optional<Isal> library)
            throws InterruptedException, ExecutionException {
        List<byte[]> inputs = inputs(new Random(seed));
        List<byte[]> expected = new ArrayList<>();
        for (byte[] input : inputs) {
            try (BgzfDeflaters alone = new BgzfDeflaters(1, 1, library)) {
                expected.add(compressed(alone, input, 0, 0));
            }
        }
        try (BgzfDeflaters pooled = new BgzfDeflaters(1, 2, library);
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> checks = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                Random random = new Random(seed + thread);
                checks.add(threads.submit(() -> {
                    for (int i = 0; i < 2 * INPUTS; i++) {
                        int which = random.nextInt(INPUTS);
                        byte[] again =
                                compressed(pooled, inputs.get(which), random.nextInt(5_000), random.nextInt(100));
                        assertThat(Arrays.mismatch(again, expected.get(which)))
                                .as(
                                        "%s, input %s of %s bytes, seed %s",
                                        pooled.implementation(), which, inputs.get(which).length, seed)
                                .isEqualTo(-1);
                    }
                }));
            }
            for (Future<?> check : checks) {
                check.get();
            }
            assertThat(pooled.live()).isBetween(1, 2);
        }
    }

    @ParameterizedTest
    @MethodSource("libraries")
    void theJdkInflatesWhatComesOut(Optional<Isal> library) throws DataFormatException {
        for (int level : new int[] {0, 1, 6, 9}) {
            try (BgzfDeflaters deflaters = new BgzfDeflaters(level, 1, library)) {
                for (byte[] input : inputs(new Random(seed)).subList(0, 300)) {
                    assertThat(Arrays.mismatch(inflated(compressed(deflaters, input, 7, 9), input.length), input))
                            .as("%s at level %s, seed %s", deflaters.implementation(), level, seed)
                            .isEqualTo(-1);
                }
            }
        }
    }

    /** Most short, where deflaters have differed; of records, few letters, runs, noise. */
    private static List<byte[]> inputs(Random random) {
        byte[] records = RandomRecords.concatenated(new RandomRecords(random.nextLong()).sortedList(300));
        List<byte[]> inputs = new ArrayList<>();
        for (int i = 0; i < INPUTS; i++) {
            int most = i % 10 == 0 ? 140_000 : i % 3 == 0 ? 5_000 : 200;
            byte[] input = new byte[1 + random.nextInt(Math.min(most, records.length))];
            switch (random.nextInt(6)) {
                case 0 -> random.nextBytes(input);
                case 1 -> Arrays.fill(input, (byte) random.nextInt());
                case 2 -> {
                    for (int at = 0; at < input.length; at++) {
                        input[at] = (byte) random.nextInt(4);
                    }
                }
                default ->
                    System.arraycopy(
                            records, random.nextInt(records.length - input.length + 1), input, 0, input.length);
            }
            inputs.add(input);
        }
        return inputs;
    }

    @Test
    void withoutTheLibraryTheJdkCompresses() {
        // The second is there, and is not ISA-L.
        assertThat(Isal.load(List.of())).isEmpty();
        assertThat(Isal.load(List.of("libnot-there.so.7", "libc.so.6"))).isEmpty();
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 1, Optional.empty())) {
            assertThat(deflaters.variant()).matches("jdk-1-[0-9a-f]{8}");
            assertThat(compressed(deflaters, new byte[1_000], 0, 0)).hasSizeLessThan(100);
        }
    }

    @Test
    void aDeflaterIsTrustedWhoseSamplesComeBackAndRepeat() {
        RawInflater inflater = new RawInflater.Jdk();
        assertThat(CompressionSample.isGivenBack(new RawDeflater.Jdk(1), inflater))
                .isTrue();
        assertThat(CompressionSample.isGivenBack(RawDeflater.NONE, inflater))
                .as("never compresses")
                .isFalse();
        assertThat(CompressionSample.isGivenBack(new Broken((calls, length) -> false), inflater))
                .as("the double itself, unbroken")
                .isTrue();
        for (int wrong : new int[] {0, 1, 2, 3}) {
            assertThat(CompressionSample.isGivenBack(new Broken((calls, _) -> calls == wrong), inflater))
                    .as("one wrong byte in call " + wrong)
                    .isFalse();
        }
        assertThat(CompressionSample.isGivenBack(new Broken((_, length) -> length < 100), inflater))
                .as("wrong for short inputs")
                .isFalse();
        assertThat(CompressionSample.isGivenBack(new Broken((calls, _) -> calls == 70), inflater))
                .as("other bytes the second time")
                .isFalse();
        RawInflater bad = new RawInflater() {
            @Override
            public int inflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int expected) {
                return inflater.inflate(bytes, offset, length, target, targetOffset, expected) - 1;
            }

            @Override
            public void end() {}
        };
        assertThat(CompressionSample.isGivenBack(new RawDeflater.Jdk(1), bad))
                .as("an inflater that loses a byte")
                .isFalse();
        inflater.end();
    }

    /** The JDK's deflater, wrong in some calls: it compresses another byte in place of the middle one. */
    private static final class Broken implements RawDeflater {
        private final RawDeflater deflater = new RawDeflater.Jdk(1);
        private final BiPredicate<Integer, Integer> isWrong;
        private int calls;

        Broken(BiPredicate<Integer, Integer> isWrong) {
            this.isWrong = isWrong;
        }

        @Override
        public int deflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int room) {
            byte[] input = Arrays.copyOfRange(bytes, offset, offset + length);
            if (isWrong.test(calls++, length)) {
                input[length / 2] ^= 1;
            }
            return deflater.deflate(input, 0, length, target, targetOffset, room);
        }

        @Override
        public void end() {
            deflater.end();
        }
    }

    @Test
    void theLibraryCompressesTheLevelsThatItHas() {
        assumeThat(Isal.get()).as("ISA-L").isPresent();
        for (int level = 1; level <= 9; level++) {
            try (BgzfDeflaters deflaters = new BgzfDeflaters(level, 1)) {
                assertThat(deflaters.implementation())
                        .isEqualTo(level == 1 ? "isal-0" : level <= Isal.MAX_LEVEL ? "isal-3" : "jdk-" + level);
            }
        }
    }

    /** Not the library of GKL's jar, but the system's: where the processor has no build in that jar. */
    @Test
    void theSystemsLibraryServesToo() throws DataFormatException {
        Optional<Isal> system = Isal.load(List.of("libnot-there.so.7", "libisal.so.2"));
        assumeThat(system).as("Debian's libisal2").isPresent();
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 1, system)) {
            for (byte[] input : inputs(new Random(seed)).subList(0, 300)) {
                assertThat(inflated(compressed(deflaters, input, 7, 9), input.length))
                        .isEqualTo(input);
            }
        }
    }

    @Test
    void variantsDifferByLevelAndImplementation() {
        List<String> variants = new ArrayList<>();
        libraries().forEach(library -> {
            for (int level = 1; level <= 9; level++) {
                // Levels 2 and 3 of ISA-L are one method, and its levels above are the JDK's.
                if (library.isEmpty() || level == 1 || level == 3) {
                    try (BgzfDeflaters deflaters = new BgzfDeflaters(level, 1, library)) {
                        variants.add(deflaters.variant());
                    }
                }
            }
        });
        assertThat(variants).doesNotHaveDuplicates();
        assertThat(variants.stream().map(variant -> variant.substring(variant.length() - 8)))
                .as("the checksum of the sample alone distinguishes them")
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource({"-1", "10"})
    void otherLevelsAreRefused(int level) {
        assertThatThrownBy(() -> new BgzfDeflaters(level, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BgzfDeflaters(level, 1, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] compressed(BgzfDeflaters deflaters, byte[] input, int offset, int targetOffset) {
        byte[] bytes = new byte[offset + input.length + offset];
        Arrays.fill(bytes, (byte) offset);
        System.arraycopy(input, 0, bytes, offset, input.length);
        byte[] target = new byte[targetOffset + BgzfDeflaters.maxCompressedLength(input.length)];
        Arrays.fill(target, (byte) offset);
        int length = deflaters.compress(bytes, offset, input.length, target, targetOffset);
        return Arrays.copyOfRange(target, targetOffset, targetOffset + length);
    }

    private static byte[] inflated(byte[] blocks, int length) throws DataFormatException {
        byte[] bytes = new byte[length];
        int at = 0;
        for (BgzfBlock block : BgzfBlock.split(blocks, 0, blocks.length, 0, "test")) {
            Inflater inflater = new Inflater(true);
            inflater.setInput(blocks, block.dataOffset(), block.dataLength());
            at += inflater.inflate(bytes, at, block.inflatedLength());
            assertThat(inflater.inflate(new byte[1])).isZero();
            assertThat(inflater.finished()).isTrue();
            assertThat(inflater.getRemaining()).isZero();
            inflater.end();
        }
        assertThat(at).isEqualTo(length);
        return bytes;
    }
}
