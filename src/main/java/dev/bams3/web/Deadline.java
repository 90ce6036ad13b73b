package dev.bams3.web;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetError;
import java.time.Duration;
import java.util.Optional;

/**
 * The time that a request has until its answer begins, whatever it waits for meanwhile. At its end the request's thread is
 * interrupted: every wait below ends by that, cancels what it waited for and gives back what it held. Once the first byte of
 * an answer was written nothing happens any more.
 */
final class Deadline {
    private final Thread thread = Thread.currentThread();
    private final Duration time;
    // Guarded by this.
    private State state = State.WAITING;

    private enum State {
        WAITING,
        PASSED,
        ANSWERING
    }

    /** Thrown where an answer would begin too late. */
    static final class Passed extends RuntimeException {
        Passed() {
            super("the deadline of the request has passed");
        }
    }

    /** A deadline of the request that this thread answers. */
    Deadline(Duration time) {
        this.time = time;
    }

    /** The time is over; called by any thread, again and again, since an interrupt may be lost to one who reads a body. */
    synchronized void pass() {
        if (state != State.ANSWERING) {
            state = State.PASSED;
            thread.interrupt();
        }
    }

    /**
     * The first byte of the answer is about to be written.
     *
     * @throws Passed when it is too late for that
     */
    synchronized void answers() {
        if (state == State.PASSED) {
            throw new Passed();
        }
        state = State.ANSWERING;
    }

    /** The request's thread does something else from here on. */
    synchronized void end() {
        if (state == State.PASSED) {
            Thread.interrupted();
        }
        state = State.ANSWERING;
    }

    /** Returns the error of a request that failed because its deadline has passed; the thread is then no longer interrupted. */
    synchronized Optional<HtsgetError> error(Throwable failure) {
        if (state != State.PASSED) {
            return Optional.empty();
        }
        end();
        String waited = failure instanceof ReadsException known && known.kind() == ErrorKind.CANCELLED
                ? " (" + known.text() + ")"
                : "";
        return Optional.of(HtsgetError.late("no answer within " + time.toSeconds() + " s" + waited));
    }
}
