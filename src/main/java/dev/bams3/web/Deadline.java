package dev.bams3.web;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetError;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;

/**
 * The time that a request has until its answer begins, whatever it waits for meanwhile. At its end the request's thread is
 * interrupted: every wait below ends by that, cancels what it waited for and gives back what it held. Once the first byte of
 * an answer was written nothing happens any more.
 */
final class Deadline {
    private static final String ATTRIBUTE = Deadline.class.getName();

    private final Thread thread = Thread.currentThread();
    private final Duration time;
    // Guarded by this.
    private State state = State.WAITING;

    private enum State {
        WAITING,
        PASSED,
        ANSWERING
    }

    /** Thrown to whoever would begin an answer too late. */
    static final class Passed extends RuntimeException {
        Passed() {
            super("the deadline of the request has passed");
        }
    }

    /** Of the request of this thread. */
    Deadline(HttpServletRequest request, Duration time) {
        this.time = time;
        request.setAttribute(ATTRIBUTE, this);
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

    /** What to answer where a request failed because its deadline has passed; the thread is then no longer interrupted. */
    static Optional<HtsgetError> error(HttpServletRequest request, Throwable failure) {
        return request.getAttribute(ATTRIBUTE) instanceof Deadline deadline
                ? deadline.error(failure)
                : Optional.empty();
    }

    private synchronized Optional<HtsgetError> error(Throwable failure) {
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
