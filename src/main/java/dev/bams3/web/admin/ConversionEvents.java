package dev.bams3.web.admin;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.jobs.Job;
import dev.bams3.jobs.JobId;
import dev.bams3.jobs.Jobs;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.apache.coyote.CloseNowException;

/**
 * A job's life as server-sent events (WHATWG HTML § Server-sent events), written by the request's own (virtual) thread.
 * An event is the whole job in its newest revision, whose number is the event's id; revisions between two looks are left
 * out. So a client that comes back with {@code Last-Event-ID}, to this replica or another, misses nothing that counts.
 */
final class ConversionEvents {
    private static final Duration COMMENT_EVERY = Duration.ofSeconds(15);
    private static final int MAX_WATCHERS = 256;

    private final Jobs jobs;
    private final Duration look;
    private final Semaphore watchers = new Semaphore(MAX_WATCHERS);
    private volatile boolean stopping;

    /** @param look how often the store is asked for what other replicas wrote */
    ConversionEvents(Jobs jobs, Duration look) {
        this.jobs = jobs;
        this.look = look;
    }

    /** Ends all streams, so that the server can stop; clients come back to another replica. */
    void stop() {
        stopping = true;
    }

    /**
     * Writes events until the job has ended.
     *
     * @param seen id of the last event that the client has; 0: none
     */
    void write(JobId id, long seen, HttpServletResponse response) throws IOException {
        Job first = jobs.get(id);
        if (first.state().isFinal() && first.revision() <= seen) {
            // What makes a browser's EventSource stop coming back.
            response.setStatus(204);
            return;
        }
        if (!watchers.tryAcquire()) {
            throw ReadsException.of(ErrorKind.OVERLOADED, "too many event streams are open; ask again");
        }
        try {
            response.setContentType("text/event-stream; charset=utf-8");
            response.setHeader("Cache-Control", "no-store");
            // nginx holds answers back otherwise.
            response.setHeader("X-Accel-Buffering", "no");
            follow(first, seen, response);
        } finally {
            watchers.release();
        }
    }

    private void follow(Job first, long seen, HttpServletResponse response) throws IOException {
        OutputStream out = response.getOutputStream();
        Job job = first;
        long last = seen;
        long quietSince = System.nanoTime();
        try {
            // Tells proxies and clients at once that the stream has begun.
            write(out, ": conversion " + job.id() + "\n\n");
            while (true) {
                if (job.revision() > last) {
                    last = job.revision();
                    write(
                            out,
                            "id: " + last + "\nevent: " + (job.state().isFinal() ? "end" : "progress") + "\ndata: "
                                    + JobJson.line(job) + "\n\n");
                    quietSince = System.nanoTime();
                }
                if (job.state().isFinal() || stopping) {
                    return;
                }
                Optional<Job> next = jobs.await(job.id(), last, look);
                if (next.isPresent()) {
                    job = next.get();
                } else if (System.nanoTime() - quietSince > COMMENT_EVERY.toNanos()) {
                    write(out, ": still " + job.state() + "\n\n");
                    quietSince = System.nanoTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new CloseNowException("the client left", e);
        } catch (ReadsException e) {
            // The client comes back with the id of its last event, perhaps when the store answers again.
            throw new CloseNowException("the store failed after the first byte", e);
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
