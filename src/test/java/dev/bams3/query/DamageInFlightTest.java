package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Call;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordView;
import dev.bams3.storage.ObjectStore;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bit that flips between store and reader costs one more read; one that is flipped in the store is damage, and called so. */
@Timeout(60)
class DamageInFlightTest {
    private final long seed = Seed.draw();
    private final RawBam bam = new RawBam(RandomRecords.header(), new RandomRecords(seed).sortedList(400));

    private QueryFixture fixture(UnaryOperator<ObjectStore> decorator) {
        return new QueryFixture(
                bam.header(), bam.records(), QueryFixture.SMALL, QueryFixture.FETCH, QueryFixture.QUERY, decorator);
    }

    /** The first read of each object. */
    private static Predicate<Call> firstReads() {
        Set<String> seen = new HashSet<>();
        return FaultyObjectStore.reads().and(call -> seen.add(call.key()));
    }

    @Test
    void theFirstReadOfEveryObjectIsDamagedAndTheAnswerIsRight() {
        byte[] right;
        try (QueryFixture fixture = fixture(UnaryOperator.identity())) {
            right = fixture.write(ReadSelection.everything(), RecordView.ALL, ReadFormat.SAM);
        }
        FaultyObjectStore[] faulty = new FaultyObjectStore[1];
        try (QueryFixture fixture = fixture(
                store -> faulty[0] = new FaultyObjectStore(store, seed).onEach(firstReads(), Fault.FLIPPED_BIT))) {
            assertThat(fixture.write(ReadSelection.everything(), RecordView.ALL, ReadFormat.SAM))
                    .as("seed %d", seed)
                    .isEqualTo(right);
            // A bit between two blocks, or in a section of the index that this answer does not need, harms nothing.
            assertThat(fixture.damage().inFlight()).as("seed %d", seed).isBetween(3L, (long) faulty[0].faults());
            assertThat(fixture.damage().atRest()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"_metadata.json", "header.sam.zst", "index.b3i", "/chunks/"})
    void whatIsDamagedTwiceIsDamagedInTheStore(String object) {
        try (QueryFixture fixture = fixture(store ->
                new FaultyObjectStore(store, seed).onEach(FaultyObjectStore.readsOf(object), Fault.FLIPPED_BIT))) {
            assertThatThrownBy(() -> fixture.write(ReadSelection.everything(), RecordView.ALL, ReadFormat.SAM))
                    .as("seed %d", seed)
                    .isInstanceOfSatisfying(ReadsException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(ErrorKind.CORRUPT);
                        assertThat(failure.resource().orElse("")).contains(object);
                    });
            assertThat(fixture.damage().atRest()).as("seed %d", seed).isPositive();
            assertThat(fixture.damage().inFlight()).isZero();
        }
    }
}
