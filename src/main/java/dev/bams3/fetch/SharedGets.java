package dev.bams3.fetch;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ObjectKey;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.LongAdder;

/**
 * Single flight for GETs of small queries: concurrent requests for the same range of the same object share one GET and its
 * array. Each keeps its own turn and its own share of memory, as if it had read alone, so no request waits for another's
 * client. Safe for use by many threads.
 */
final class SharedGets {
    private final ConcurrentMap<Range, CompletableFuture<byte[]>> running = new ConcurrentHashMap<>();

    private final LongAdder shared = new LongAdder();

    private record Range(String store, ObjectKey object, ByteRange bytes) {}

    /**
     * As {@link ChunkObjects#read}; failures are shared, but for a cancellation, after which another one reads.
     *
     * @return not to be changed
     */
    byte[] read(ChunkObjects chunks, int chunk, ByteRange bytes) {
        Range range = new Range(chunks.store().location(), chunks.keys().apply(chunk), bytes);
        while (true) {
            CompletableFuture<byte[]> own = new CompletableFuture<>();
            CompletableFuture<byte[]> first = running.putIfAbsent(range, own);
            if (first != null) {
                shared.increment();
            }
            try {
                return first == null ? read(chunks, chunk, range, own) : first.get();
            } catch (CancellationException e) {
                // Its request ended, ours did not.
                continue;
            } catch (InterruptedException e) {
                throw ReadsException.interrupted("blocks of the dataset", e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof ReadsException known
                        ? known
                        : new IllegalStateException("a shared GET failed", e.getCause());
            }
        }
    }

    /** Reads so far that waited for another's GET. */
    long shared() {
        return shared.sum();
    }

    private byte[] read(ChunkObjects chunks, int chunk, Range range, CompletableFuture<byte[]> own) {
        try {
            byte[] bytes = chunks.read(chunk, range.bytes());
            own.complete(bytes);
            return bytes;
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.CANCELLED) {
                own.completeExceptionally(e);
            }
            throw e;
        } finally {
            running.remove(range, own);
            // Nothing where it is complete.
            own.cancel(false);
        }
    }
}
