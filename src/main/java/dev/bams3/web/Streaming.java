package dev.bams3.web;

import dev.bams3.query.ReadTotals;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.apache.coyote.CloseNowException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writing of records to a response: whatever fails after the first byte breaks the connection off. */
final class Streaming {
    private static final Logger LOG = LoggerFactory.getLogger(Streaming.class);

    /** Headers that say something of the records, and would be wrong of an error. */
    private static final List<String> OF_RECORDS = List.of("ETag", "Last-Modified", "Accept-Ranges", "Content-Range");

    private Streaming() {}

    /** Writes records to a stream that it neither flushes nor closes. */
    @FunctionalInterface
    interface Writing {
        ReadTotals to(OutputStream out) throws IOException;
    }

    static ReadTotals write(RequestContext context, HttpServletResponse response, Writing writing) throws IOException {
        Sent out = new Sent(response.getOutputStream(), context);
        try {
            ReadTotals totals = writing.to(out);
            context.took(totals);
            Audit.reads(context, Audit.Outcome.COMPLETE, Optional.of(totals), out.bytes);
            return totals;
        } catch (IOException | ClientWatch.Gone e) {
            Audit.reads(context, Audit.Outcome.INTERRUPTED, Optional.empty(), out.bytes);
            // Not ours to finish: where the client still listens, it must not take this for the end.
            context.brokeOff(RequestContext.Outcome.LEFT, out.bytes);
            LOG.debug("request {}: the client left", context.requestId(), e);
            throw new CloseNowException("the client left", e);
        } catch (RuntimeException | Error e) {
            if (!response.isCommitted()) {
                for (String ofRecords : OF_RECORDS) {
                    response.setHeader(ofRecords, null);
                }
                RecordCount.withdraw(response);
                throw e;
            }
            Audit.reads(context, Audit.Outcome.FAILED, Optional.empty(), out.bytes);
            // A tidy end at the border of two blocks would be an answer with records missing and nothing to show it.
            context.brokeOff(RequestContext.Outcome.BROKEN_OFF, out.bytes);
            Failures.log("request {} failed after its first byte: {}", context, e);
            throw new CloseNowException("failed after the first byte", e);
        }
    }

    /** Notes when the first byte is handed to the connection, and counts them. */
    private static final class Sent extends FilterOutputStream {
        private final RequestContext context;
        private long bytes;

        Sent(OutputStream out, RequestContext context) {
            super(out);
            this.context = context;
        }

        @Override
        public void write(int b) throws IOException {
            context.firstByte();
            out.write(b);
            bytes++;
        }

        @Override
        public void write(byte[] b, int offset, int length) throws IOException {
            context.firstByte();
            out.write(b, offset, length);
            bytes += length;
        }
    }
}
