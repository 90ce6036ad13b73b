package dev.bams3.web;

import dev.bams3.htsget.HtsgetError;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Gives every request a {@link Deadline}, and answers 503 where it passed. Those of the admin surface have none: what they
 * begin is not to be left half done.
 */
public final class Deadlines extends HttpFilter {
    private static final long AGAIN_MILLIS = 1000;

    private final Duration time;
    private final transient ScheduledThreadPoolExecutor timer;

    /** @param time until the first byte of the answer */
    public Deadlines(Duration time) {
        this.time = time;
        timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name("deadlines").daemon().factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (RequestTarget.of(request).isAdmin()) {
            chain.doFilter(request, response);
            return;
        }
        RequestContext context = RequestContext.of(request);
        Deadline deadline = new Deadline(time);
        context.mustAnswerBy(deadline);
        Future<?> end =
                timer.scheduleWithFixedDelay(deadline::pass, time.toMillis(), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
        try {
            chain.doFilter(request, new Watched(response, deadline));
        } catch (RuntimeException | IOException | ServletException e) {
            // From the filters behind this one; what fails behind them is answered there.
            Optional<HtsgetError> late = response.isCommitted() ? Optional.empty() : context.late(e);
            if (late.isEmpty()) {
                throw e;
            }
            response.resetBuffer();
            ErrorWriter.write(late.get(), request, response);
        } finally {
            end.cancel(false);
            deadline.end();
        }
    }

    @Override
    public void destroy() {
        timer.shutdownNow();
        timer.close();
    }

    /** Tells the deadline when the answer begins. */
    private static final class Watched extends HttpServletResponseWrapper {
        private final Deadline deadline;

        Watched(HttpServletResponse response, Deadline deadline) {
            super(response);
            this.deadline = deadline;
        }

        @Override
        public ServletOutputStream getOutputStream() throws IOException {
            return new WatchedOutput(super.getOutputStream(), deadline);
        }

        @Override
        public PrintWriter getWriter() throws IOException {
            deadline.answers();
            return super.getWriter();
        }
    }

    private static final class WatchedOutput extends ServletOutputStream {
        private final ServletOutputStream out;
        private final Deadline deadline;
        private boolean begun;

        WatchedOutput(ServletOutputStream out, Deadline deadline) {
            this.out = out;
            this.deadline = deadline;
        }

        private void begin() {
            if (!begun) {
                deadline.answers();
                begun = true;
            }
        }

        @Override
        public void write(int b) throws IOException {
            begin();
            out.write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            begin();
            out.write(bytes, offset, length);
        }

        @Override
        public void flush() throws IOException {
            begin();
            out.flush();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }

        @Override
        public boolean isReady() {
            return out.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            out.setWriteListener(listener);
        }
    }
}
