package dev.bams3.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.storage.RevisionLog.Entry;
import dev.bams3.storage.RevisionLog.Revision;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a {@link RevisionLog} promises over every implementation of {@link ObjectStore}. */
abstract class RevisionLogContract {
    private static final String FOLDER = "logs/a/";

    /** An empty store. */
    abstract ObjectStore store();

    private RevisionLog log() {
        return log(store());
    }

    private static RevisionLog log(ObjectStore store) {
        return new RevisionLog(store, FOLDER, ".txt");
    }

    private Optional<String> value() {
        return log().latest(100).map(entry -> new String(entry.body(), StandardCharsets.UTF_8));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void theHighestRevisionHoldsAndOlderOnesAreRemoved() {
        assertThat(value()).isEmpty();
        assertThat(log().create(1, text("first"))).isPresent();
        for (int i = 2; i < 12; i++) {
            assertThat(log().follow(log().highest(), text("value " + i))).isPresent();
        }
        assertThat(value()).contains("value 11");
        assertThat(log().create(500, text("a jump"))).isPresent();
        assertThat(log().latest(100).map(Entry::revision).map(Revision::number)).contains(500L);
        assertThat(store().listAll("")).hasSize(1);
    }

    @Test
    void ofManyThatFollowARevisionOneSucceeds() throws Exception {
        Optional<Revision> last = Optional.empty();
        for (int round = 0; round < 3; round++) {
            Optional<Revision> followed = last;
            try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Callable<Boolean>> writers = IntStream.range(0, 8)
                        .mapToObj(i -> (Callable<Boolean>) () ->
                                log().follow(followed, text("writer " + i)).isPresent())
                        .toList();
                assertThat(racers.invokeAll(writers).stream().filter(Future::resultNow))
                        .hasSize(1);
            }
            last = log().highest();
        }
        assertThat(last.map(Revision::number)).contains(3L);
    }

    @Test
    void aLateWriterIsRefusedThoughItsNumberIsFreeAgain() {
        assertThat(log().create(1, text("first"))).isPresent();
        Optional<Revision> first = log().highest();
        assertThat(log().follow(first, text("second"))).isPresent();
        assertThat(log().follow(log().highest(), text("third"))).isPresent();

        assertThat(log().follow(first, text("late"))).isEmpty();
        assertThat(log().create(1, text("later"))).isEmpty();
        assertThat(value()).contains("third");
        assertThat(store().listAll("")).hasSize(1);
    }

    @Test
    void aProposalHoldsOnceItIsConfirmed() {
        assertThat(log().propose(1, text("first"))).isPresent();
        assertThat(log().propose(1, text("rival"))).isEmpty();
        assertThat(log().propose(2, text("second"))).isPresent();
        assertThat(log().confirm(2)).isTrue();
        assertThat(log().confirm(1)).isFalse();
        assertThat(value()).contains("second");
        assertThat(store().listAll("")).hasSize(1);
    }

    @Test
    void aRemovedLogIsNotFollowed() {
        assertThat(log().create(1, text("first"))).isPresent();
        Optional<Revision> first = log().highest();
        log().remove();

        assertThat(log().follow(first, text("late"))).isEmpty();
        assertThat(value()).isEmpty();
        assertThat(store().listAll("")).isEmpty();
        assertThat(log().follow(Optional.empty(), text("again"))).isPresent();
    }

    @Test
    void aLostAnswerIsNoFailure() {
        FaultyObjectStore faulty =
                new FaultyObjectStore(store(), 1).onNth(1, FaultyObjectStore.calls(Operation.PUT), Fault.ANSWER_LOST);

        assertThat(log(faulty).create(1, text("first"))).isPresent();
        assertThat(value()).contains("first");
    }

    @Test
    void whatCannotBeRemovedIsRemovedWithALaterRevision() {
        FaultyObjectStore faulty = new FaultyObjectStore(store(), 1)
                .onNth(1, FaultyObjectStore.calls(Operation.DELETE), Fault.UNAVAILABLE);
        for (int i = 1; i <= 3; i++) {
            assertThat(log(faulty).follow(log().highest(), text("value " + i))).isPresent();
        }
        assertThat(value()).contains("value 3");
        assertThat(store().listAll("")).hasSize(1);
    }

    @Test
    void aLogThatIsFollowedWhileItIsReadIsReadAgain() {
        assertThat(log().create(1, text("first"))).isPresent();
        int[] looks = {0};
        Optional<Long> read = log().latest(revision -> {
            if (looks[0]++ < 3) {
                assertThat(log().follow(Optional.of(revision), text("next"))).isPresent();
                return Optional.empty();
            }
            return Optional.of(revision.number());
        });
        assertThat(read).contains(4L);
        assertThatThrownBy(() -> log().latest(_ -> Optional.empty()))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.OVERLOADED));
    }

    @Test
    void manyLogsAreFoundByOneListing() {
        for (String folder : List.of("logs/a/", "logs/b/", "logs/b-c/")) {
            RevisionLog log = new RevisionLog(store(), folder, ".txt");
            assertThat(log.create(folder.length(), text("x"))).isPresent();
        }
        store().put(new ObjectKey("logs/b/notes.txt"), text("not a revision"), PutCondition.always());
        store().put(new ObjectKey("logs/d/12"), text("not one either"), PutCondition.always());

        Map<String, Revision> highest = RevisionLog.highest(store(), "logs/");
        assertThat(highest).containsOnlyKeys("logs/a/", "logs/b/", "logs/b-c/");
        assertThat(highest.values()).extracting(Revision::number).containsExactlyInAnyOrder(7L, 7L, 9L);
    }
}
