package dev.bams3.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whose task a free thread takes. The pool is a queue that the test empties: one call, one task. */
@Tag("fast")
class FairTurnsTest {
    private final ArrayDeque<Runnable> pool = new ArrayDeque<>();
    private final FairTurns turns = new FairTurns(pool::addLast);
    private final List<String> ran = new ArrayList<>();

    @Test
    void aSmallQueryBehindSixtyFourStreamsIsNext() {
        for (int stream = 0; stream < 64; stream++) {
            submit(turns.line(), "stream" + stream, 20);
        }
        run(64 * 6);
        Executor small = turns.line();
        submit(small, "small", 3);
        ran.clear();
        run(6);
        assertThat(ran.stream().filter(name -> name.startsWith("small"))).hasSize(3);
    }

    @Test
    void longLinesTakeTurnsAndEachKeepsItsOrder() {
        submit(turns.line(), "a", 40);
        submit(turns.line(), "b", 10);
        run(50);
        List<String> both = ran.subList(0, 20);
        assertThat(both.stream().filter(name -> name.startsWith("a"))).hasSizeBetween(9, 11);
        assertThat(ran.stream().filter(name -> name.startsWith("a"))).containsExactlyElementsOf(names("a", 40));
        assertThat(ran.stream().filter(name -> name.startsWith("b"))).containsExactlyElementsOf(names("b", 10));
        assertThat(turns.waiting()).isZero();
    }

    @Test
    void smallQueriesWithoutEndLeaveAStreamHalfOfTheTime() {
        submit(turns.line(), "stream", 104);
        run(4);
        ran.clear();
        for (int i = 0; i < 200; i++) {
            submit(turns.line(), "small", 1);
            run(1);
        }
        assertThat(ran.stream().filter(name -> name.startsWith("stream"))).hasSize(100);
    }

    @Test
    void whatThePoolRefusesIsNotInLine() {
        FairTurns closed = new FairTurns(task -> {
            throw new RejectedExecutionException("closed");
        });
        Executor line = closed.line();
        assertThatThrownBy(() -> line.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(closed.waiting()).isZero();
    }

    private void submit(Executor line, String name, int count) {
        names(name, count).forEach(task -> line.execute(() -> ran.add(task)));
    }

    private static List<String> names(String name, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(name + "-" + i);
        }
        return names;
    }

    private void run(int tasks) {
        for (int i = 0; i < tasks; i++) {
            pool.removeFirst().run();
        }
    }
}
