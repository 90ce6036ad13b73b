package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.TestDatasets;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.sam.ReadSelection;
import dev.bams3.storage.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the store or the client does: the exact bytes of the answer, or a failure without a terminator; and nothing is
 * left behind.
 */
@Timeout(120)
class ReadFaultTest {
    private static final List<Fault> FAULTS =
            Arrays.stream(Fault.values()).filter(fault -> fault != Fault.HANG).toList();

    private final long seed = Seed.draw();
    private final RawBam bam = new RawBam(RandomRecords.header(), new RandomRecords(seed).sortedList(200));

    @ParameterizedTest
    @EnumSource(value = Fault.class, mode = EnumSource.Mode.EXCLUDE, names = "HANG")
    void aFaultInAnyGetIsAFailureOrInvisible(Fault fault) {
        byte[] right = right();
        for (int nth = 1; nth <= 12; nth++) {
            int n = nth;
            try (QueryFixture fixture = fixture(store ->
                    new FaultyObjectStore(store, seed).onNth(n, FaultyObjectStore.readsOf("/chunks/"), fault))) {
                assertRightOrFailed(fixture, right, fault + " in GET " + n);
            }
        }
    }

    @Test
    void randomFaultsNeverGiveAWrongAnswer() {
        byte[] right = right();
        for (int round = 0; round < 60; round++) {
            long roundSeed = seed + round;
            Fault fault = FAULTS.get(round % FAULTS.size());
            try (QueryFixture fixture = fixture(store -> new FaultyObjectStore(store, roundSeed)
                    .sometimes(0.05, FaultyObjectStore.readsOf("/chunks/"), fault))) {
                assertRightOrFailed(fixture, right, "round " + round + " of " + fault);
            }
        }
    }

    @Test
    void aMissingChunkIsCorruptNotMissing() {
        try (QueryFixture fixture = fixture(store -> new FaultyObjectStore(store, seed)
                .onEach(FaultyObjectStore.readsOf("/chunks/000001"), Fault.NOT_FOUND))) {
            assertThatThrownBy(() -> fixture.bam(ReadSelection.everything()))
                    .isInstanceOfSatisfying(ReadsException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(ErrorKind.CORRUPT);
                        assertThat(failure.resource().orElse("")).endsWith("/chunks/000001.b3c");
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aChunkThatIsGoneWithItsDatasetIsAChange(boolean replaced) {
        ObjectStore[] below = new ObjectStore[1];
        try (QueryFixture fixture = fixture(store -> {
            below[0] = store;
            return store;
        })) {
            try (OpenRead read = fixture.open(ReadSelection.everything())) {
                below[0].list("", "", ObjectStore.MAX_LISTED).forEach(object -> below[0].delete(object.key()));
                if (replaced) {
                    TestDatasets.write(
                            below[0], QueryFixture.ID.prefix(), bam.header(), bam.records(), QueryFixture.SMALL);
                }
                // The header was not asked for yet, and is gone, too.
                assertThatThrownBy(() -> read.writeTo(
                                ReadFormat.BAM, new Part(false, 0, 1, false), OutputStream.nullOutputStream()))
                        .isInstanceOfSatisfying(ReadsException.class, failure -> {
                            assertThat(failure.kind()).isEqualTo(ErrorKind.CHANGED);
                            assertThat(failure.resource().orElse("")).contains("/chunks/");
                        });
            }
            // The next one does not wait until the cached metadata is too old.
            if (replaced) {
                assertThat(RawBam.inflated(fixture.bam(ReadSelection.everything())))
                        .isEqualTo(RawBam.inflated(right()));
            } else {
                assertThatThrownBy(() -> fixture.open(ReadSelection.everything()))
                        .isInstanceOfSatisfying(
                                ReadsException.class,
                                failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.NOT_FOUND));
            }
        }
    }

    @Test
    void aClientThatGoesAwayEndsTheRead() {
        byte[] right = right();
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            IOException gone = new IOException("gone");
            int after = random.nextInt(right.length);
            try (QueryFixture fixture = fixture(UnaryOperator.identity());
                    OpenRead read = fixture.open(ReadSelection.everything())) {
                BreakingOutput out = new BreakingOutput(after, gone);
                assertThatThrownBy(() -> read.writeTo(ReadFormat.BAM, Part.WHOLE, out))
                        .as("seed %s, after %s bytes", seed, after)
                        .isSameAs(gone);
                fixture.assertNothingHeld();
            }
        }
    }

    @Test
    void aClientThatGoesAwayCancelsGetsThatHang() throws IOException {
        FaultyObjectStore[] store = new FaultyObjectStore[1];
        try (QueryFixture fixture = fixture(memory -> {
                    store[0] = new FaultyObjectStore(memory, seed)
                            .onEach(FaultyObjectStore.readsOf("/chunks/000001"), Fault.HANG);
                    return store[0];
                });
                OpenRead read = fixture.open(ReadSelection.everything())) {
            IOException gone = new IOException("gone");
            // Breaks once the second GET hangs, which nothing but the cancellation ends.
            OutputStream out = new OutputStream() {
                private boolean headerSeen;

                @Override
                public void write(int value) {
                    throw new AssertionError("written byte by byte");
                }

                @Override
                public void write(byte[] buffer, int offset, int length) throws IOException {
                    if (headerSeen) {
                        store[0].awaitHanging(1);
                        throw gone;
                    }
                    headerSeen = true;
                }
            };
            assertThatThrownBy(() -> read.writeTo(ReadFormat.BAM, Part.WHOLE, out))
                    .isSameAs(gone);
            fixture.assertNothingHeld();
        }
    }

    private void assertRightOrFailed(QueryFixture fixture, byte[] right, String what) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OpenRead read = fixture.open(ReadSelection.everything())) {
            read.writeTo(ReadFormat.BAM, Part.WHOLE, out);
            assertThat(Arrays.mismatch(out.toByteArray(), right))
                    .as("%s, seed %s", what, seed)
                    .isEqualTo(-1);
        } catch (ReadsException e) {
            // What was written is right as far as it goes, and a reader can tell that it is not all.
            byte[] written = out.toByteArray();
            assertThat(Arrays.mismatch(written, Arrays.copyOf(right, written.length)))
                    .as("%s, seed %s", what, seed)
                    .isEqualTo(-1);
            assertThat(endsWith(written, BgzfBlock.endOfFile()))
                    .as("terminator after %s, seed %s", what, seed)
                    .isFalse();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        fixture.assertNothingHeld();
    }

    private static boolean endsWith(byte[] bytes, byte[] end) {
        return bytes.length >= end.length
                && Arrays.equals(bytes, bytes.length - end.length, bytes.length, end, 0, end.length);
    }

    private byte[] right() {
        try (QueryFixture fixture = fixture(UnaryOperator.identity())) {
            return fixture.bam(ReadSelection.everything());
        }
    }

    private QueryFixture fixture(UnaryOperator<ObjectStore> decorator) {
        return new QueryFixture(
                bam.header(), bam.records(), QueryFixture.SMALL, QueryFixture.FETCH, QueryFixture.QUERY, decorator);
    }

    /** Takes so many bytes, then fails. */
    private static final class BreakingOutput extends OutputStream {
        private final IOException failure;
        private long left;

        BreakingOutput(long bytes, IOException failure) {
            left = bytes;
            this.failure = failure;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[1], 0, 1);
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            left -= length;
            if (left < 0) {
                throw failure;
            }
        }
    }
}
