package dev.bams3.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.RevisionLog;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whoever writes first: a rival's sign is as good as one's own, a sweep's claim ends the conversion. */
@Tag("fast")
class SignOfLifeTest {
    private static final String FOLDER = SignOfLife.FOLDER;

    private final MemoryObjectStore store = new MemoryObjectStore();
    private final AtomicInteger puts = new AtomicInteger();

    @Test
    void theSignOfARivalIsEnough() {
        new SignOfLife(outrunBy(() -> new SignOfLife(store, FOLDER).give()), FOLDER).give();
        assertThat(puts).hasValue(1);
        assertThat(new RevisionLog(store, FOLDER, "").latest(100).orElseThrow().body())
                .asString()
                .isEqualTo("alive\n");
    }

    @Test
    void theClaimOfASweepIsNot() {
        SignOfLife life = new SignOfLife(
                outrunBy(() -> assertThat(new SignOfLife(store, FOLDER).claim(Optional.empty()))
                        .isTrue()),
                FOLDER);
        assertThatThrownBy(life::give)
                .hasMessageContaining("is being swept")
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CHANGED));
    }

    /** Lets the rival write whenever somebody is about to. */
    private ObjectStore outrunBy(Runnable rival) {
        return new ForwardingObjectStore(store) {
            @Override
            protected <T> T around(Call call, Supplier<T> body) {
                if (call.operation() == Operation.PUT) {
                    puts.incrementAndGet();
                    rival.run();
                }
                return body.get();
            }
        };
    }
}
