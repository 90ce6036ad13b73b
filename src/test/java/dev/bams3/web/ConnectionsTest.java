package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.web.Connections.Connection;
import dev.bams3.web.Connections.Phase;
import dev.bams3.web.Connections.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which connections are counted, and which are closed for others. */
class ConnectionsTest {
    /** Room for one request's head and two idle connections. */
    private static final long BUDGET = (128 << 10) + 2 * (24 << 10);

    /** More than wait here, but where a test says so. */
    private static final int MOST = 4;

    private final Connections connections = new Connections(BUDGET, MOST, Duration.ofMinutes(1));
    private final List<Integer> ended = new ArrayList<>();
    private final List<Optional<Reason>> reasons = new ArrayList<>();
    private final List<Connection> all = IntStream.range(0, 4)
            .mapToObj(number -> connections.of(reason -> {
                ended.add(number);
                reasons.add(reason);
            }))
            .toList();

    @AfterEach
    void nothingIsHeld() {
        for (Connection connection : all) {
            connection.end();
            connection.end();
        }
        assertThat(connections.held()).isZero();
        for (Phase phase : Phase.values()) {
            assertThat(connections.count(phase)).isZero();
        }
        connections.close();
    }

    /** The acceptor and the thread of the first request tell of a connection in any order. */
    @Test
    void aRequestThatBeganBeforeItsConnectionWasCountedIsAnswered() {
        all.getFirst().answers();
        all.getFirst().accepted();
        assertThat(connections.count(Phase.IDLE)).isZero();
        assertThat(connections.count(Phase.ANSWERING)).isEqualTo(1);
    }

    @Test
    void theLongestWaitingIsClosedWhereTooManyWait() {
        try (Connections few = new Connections(Long.MAX_VALUE / 2, 2, Duration.ofMinutes(1))) {
            List<Integer> closed = new ArrayList<>();
            List<Connection> waiting = IntStream.range(0, 4)
                    .mapToObj(number -> few.of(_ -> closed.add(number)))
                    .toList();
            waiting.getFirst().answers();
            waiting.subList(1, 4).forEach(Connection::accepted);
            assertThat(closed).containsExactly(1);
            assertThat(few.mostIdle()).isEqualTo(2);
            assertThat(few.evicted()).isEqualTo(1);
        }
    }

    @Test
    void theLongestWaitingIsClosedAndNoneThatIsAnswered() {
        all.forEach(Connection::accepted);
        all.getFirst().answers();
        all.get(3).head();
        assertThat(ended).isEmpty();
        all.get(2).head();
        assertThat(ended).containsExactly(1, 3);
        // Only a request that has begun has an answer.
        assertThat(reasons).containsExactly(Optional.empty(), Optional.of(Reason.MEMORY));
        assertThat(connections.evicted()).isEqualTo(2);
        assertThat(connections.count(Phase.ANSWERING)).isEqualTo(1);
        assertThat(connections.held()).isLessThanOrEqualTo(BUDGET);
        all.get(3).answers();
        assertThat(connections.count(Phase.ANSWERING)).isEqualTo(1);
    }
}
