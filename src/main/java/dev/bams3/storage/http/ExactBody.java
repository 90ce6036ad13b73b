package dev.bams3.storage.http;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Gathers a body of exactly so many bytes; one that is shorter or longer is a broken answer. */
final class ExactBody implements HttpResponse.BodySubscriber<byte[]> {
    private final byte[] body;
    private final boolean wanted;
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private int filled;
    private Flow.@Nullable Subscription subscription;

    private ExactBody(int length, boolean wanted) {
        body = new byte[length];
        this.wanted = wanted;
    }

    static ExactBody of(int length) {
        return new ExactBody(length, true);
    }

    /** Discards a body without reading it, because it may be as long as the file. */
    static ExactBody none() {
        return new ExactBody(0, false);
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription newSubscription) {
        subscription = newSubscription;
        if (wanted) {
            newSubscription.request(Long.MAX_VALUE);
        } else {
            newSubscription.cancel();
            whole.complete(body);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (buffer.remaining() > body.length - filled) {
                if (subscription != null) {
                    subscription.cancel();
                }
                whole.completeExceptionally(new IOException("more bytes came than " + body.length));
                return;
            }
            int length = buffer.remaining();
            buffer.get(body, filled, length);
            filled += length;
        }
    }

    @Override
    public void onError(Throwable failure) {
        whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        if (filled == body.length) {
            whole.complete(body);
        } else {
            whole.completeExceptionally(new IOException(filled + " bytes came instead of " + body.length));
        }
    }
}
