package dev.bams3.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Wait;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Slots come back once, and who asks is refused while somebody waits. */
@Timeout(30)
@Tag("fast")
class FairSlotsTest {
    @Test
    void aSlotComesBackOnce() {
        FairSlots slots = new FairSlots(2);
        FairSlots.Slot slot = slots.acquire();
        assertThat(slots.taken()).isEqualTo(1);
        slot.close();
        slot.close();
        assertThat(slots.taken()).isZero();
    }

    @Test
    void askingIsRefusedWhenNoneIsFree() {
        FairSlots slots = new FairSlots(1);
        try (FairSlots.Slot slot = slots.tryAcquire()) {
            assertThat(slot).isNotNull();
            assertThat(slots.tryAcquire()).isNull();
        }
        assertThat(slots.taken()).isZero();
    }

    @Test
    void whoWaitsComesBeforeWhoAsks() {
        FairSlots slots = new FairSlots(1);
        FairSlots.Slot first = slots.acquire();
        CompletableFuture<FairSlots.Slot> waiting =
                CompletableFuture.supplyAsync(slots::acquire, Thread::startVirtualThread);
        Wait.until("somebody waits", () -> slots.waiting() > 0);
        first.close();
        FairSlots.Slot second = waiting.join();
        assertThat(slots.tryAcquire()).isNull();
        second.close();
        assertThat(slots.taken()).isZero();
    }

    @Test
    void theWaitingRoomHasItsPlacesAndAnEnd() {
        WaitingRoom room = new WaitingRoom(1);
        FairSlots slots = new FairSlots(1, room);
        FairSlots.Slot first = slots.acquire();
        CompletableFuture<FairSlots.Slot> waiting =
                CompletableFuture.supplyAsync(slots::acquire, Thread::startVirtualThread);
        Wait.until("somebody waits", () -> room.waiting() > 0);
        assertOverloaded(slots);
        assertThat(room.refused()).isEqualTo(1);
        first.close();
        waiting.join().close();
        assertThat(room.waiting()).isZero();

        WaitingRoom impatient = new WaitingRoom(1, Duration.ofMillis(1));
        FairSlots taken = new FairSlots(1, impatient);
        try (FairSlots.Slot slot = taken.acquire()) {
            assertThat(slot).isNotNull();
            assertOverloaded(taken);
        }
        assertThat(impatient.refused()).isEqualTo(1);
        assertThat(impatient.waiting()).isZero();
    }

    private static void assertOverloaded(FairSlots slots) {
        assertThatThrownBy(slots::acquire)
                .isInstanceOfSatisfying(
                        ReadsException.class,
                        failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.OVERLOADED));
    }

    @Test
    void anInterruptedWaitIsCancelled() {
        FairSlots slots = new FairSlots(1);
        try (FairSlots.Slot slot = slots.acquire()) {
            assertThat(slot).isNotNull();
            Thread.currentThread().interrupt();
            assertThatThrownBy(slots::acquire)
                    .isInstanceOfSatisfying(
                            ReadsException.class,
                            failure -> assertThat(failure.kind()).isEqualTo(ErrorKind.CANCELLED));
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(slots.taken()).isZero();
    }
}
