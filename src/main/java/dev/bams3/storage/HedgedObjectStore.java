package dev.bams3.storage;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store whose slow reads are begun a second time; the first good answer counts, the other read is cancelled. It helps where
 * a few reads take much longer than the others for no reason of theirs. A read is slow when it takes longer than a quantile of
 * the latest ones of about its size; large ones are never begun twice, because what takes their time is their bytes. The
 * additional reads are bounded as a share of all.
 */
public final class HedgedObjectStore implements ObjectStore {
    /**
     * Larger ranges are of bandwidth. It also bounds the memory of their second reads, which nobody has counted. Whole objects,
     * whose size nobody knows before, count as small: those of the service are commits and headers.
     */
    private static final int MOST_BYTES = 1 << 20;

    /** Second reads that may follow one another, if there were none for long. */
    private static final double MOST_CREDIT = 16;

    /** Failures after which the other read may still succeed. */
    private static final Set<ErrorKind> MAY_PASS =
            EnumSet.of(ErrorKind.UNAVAILABLE, ErrorKind.OVERLOADED, ErrorKind.CANCELLED);

    private final ObjectStore store;
    private final Rules rules;
    private final Waiting waiting;
    /** By the length of reads: each class has lengths up to four times those of the one before. */
    private final LatestTimes[] times = new LatestTimes[17];

    private final LongAdder started = new LongAdder();
    private final LongAdder won = new LongAdder();
    // Guarded by this.
    private double credit;

    /**
     * When a read is begun a second time.
     *
     * @param quantile of the times of the latest reads, 0.5 to 0.999
     * @param floor never sooner than that
     * @param share most second reads for each read, more than 0, up to 1
     */
    public record Rules(double quantile, Duration floor, double share) {
        public Rules {
            if (!(quantile >= 0.5 && quantile <= 0.999) || !(share > 0 && share <= 1) || floor.isNegative()) {
                throw new IllegalArgumentException("not rules: " + quantile + ", " + floor + ", " + share);
            }
        }
    }

    /** How answers are waited for, by which clock. */
    interface Waiting {
        long nanoTime();

        /** As {@link BlockingQueue#poll(long, TimeUnit)}. */
        <T> @Nullable T poll(BlockingQueue<T> answers, long nanos) throws InterruptedException;

        /** As {@link BlockingQueue#take}. */
        <T> T take(BlockingQueue<T> answers) throws InterruptedException;
    }

    private static final class RealTime implements Waiting {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public <T> @Nullable T poll(BlockingQueue<T> answers, long nanos) throws InterruptedException {
            return answers.poll(nanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public <T> T take(BlockingQueue<T> answers) throws InterruptedException {
            return answers.take();
        }
    }

    /** @param store closed with this */
    public HedgedObjectStore(ObjectStore store, Rules rules) {
        this(store, rules, new RealTime());
    }

    HedgedObjectStore(ObjectStore store, Rules rules, Waiting waiting) {
        this.store = store;
        this.rules = rules;
        this.waiting = waiting;
        Arrays.setAll(times, i -> new LatestTimes(rules.quantile()));
    }

    /** Second reads so far. */
    public long started() {
        return started.sum();
    }

    /** Second reads so far whose answer came first. */
    public long won() {
        return won.sum();
    }

    @Override
    public String location() {
        return store.location();
    }

    @Override
    public ObjectInfo head(ObjectKey key) {
        return hedged(1, () -> store.head(key));
    }

    /** Its length is not known before; metadata and headers are what is read so. */
    @Override
    public StoredObject get(ObjectKey key, int limit) {
        return hedged(2, () -> store.get(key, limit));
    }

    @Override
    public byte[] getRange(ObjectKey key, ByteRange range, ETag ifMatch) {
        return range.length() > MOST_BYTES
                ? store.getRange(key, range, ifMatch)
                : hedged(Math.max(16, range.length()), () -> store.getRange(key, range, ifMatch));
    }

    @Override
    public ETag put(ObjectKey key, byte[] body, PutCondition condition) {
        return store.put(key, body, condition);
    }

    @Override
    public ObjectUpload upload(ObjectKey key) {
        return store.upload(key);
    }

    @Override
    public List<ObjectInfo> list(String prefix, String after, int limit) {
        return store.list(prefix, after, limit);
    }

    @Override
    public void delete(ObjectKey key) {
        store.delete(key);
    }

    @Override
    public List<UnfinishedUpload> unfinishedUploads(String prefix) {
        return store.unfinishedUploads(prefix);
    }

    @Override
    public void abort(UnfinishedUpload upload) {
        store.abort(upload);
    }

    @Override
    public void close() {
        store.close();
    }

    private <T> T hedged(int length, Supplier<T> read) {
        LatestTimes ofLength = times[(Integer.SIZE - Integer.numberOfLeadingZeros(length)) / 2];
        long began = waiting.nanoTime();
        try (Race<T> race = new Race<>(read, waiting)) {
            race.start();
            Answer<T> answer = race.poll(Math.max(rules.floor().toNanos(), ofLength.quantile()));
            if (answer == null && mayHedge()) {
                started.increment();
                race.start();
            }
            if (answer == null) {
                answer = race.take();
            }
            if (answer.mayPass() && race.unanswered() > 0) {
                answer = race.take();
            }
            if (answer.failure() != null) {
                throw answer.failure();
            }
            if (answer.second()) {
                won.increment();
            }
            ofLength.add(waiting.nanoTime() - began);
            return Objects.requireNonNull(answer.found());
        } catch (InterruptedException e) {
            throw ReadsException.interrupted("the store", e);
        } finally {
            earn();
        }
    }

    private synchronized void earn() {
        credit = Math.min(MOST_CREDIT, credit + rules.share());
    }

    private synchronized boolean mayHedge() {
        if (credit < 1) {
            return false;
        }
        credit--;
        return true;
    }

    /** What one of two reads came to: a value or a failure. */
    private record Answer<T>(@Nullable T found, @Nullable RuntimeException failure, boolean second) {
        boolean mayPass() {
            return failure instanceof ReadsException known && MAY_PASS.contains(known.kind());
        }
    }

    /** A read, done once or twice, each on a thread of its own, because a read can be left only by interrupting it. */
    private static final class Race<T> implements AutoCloseable {
        private final Supplier<T> read;
        private final Waiting waiting;
        private final BlockingQueue<Answer<T>> answers = new LinkedBlockingQueue<>();
        private final Thread[] threads = new Thread[2];
        private int begun;
        private int taken;

        Race(Supplier<T> read, Waiting waiting) {
            this.read = read;
            this.waiting = waiting;
        }

        void start() {
            boolean second = begun == 1;
            threads[begun++] = Thread.ofVirtual().name("store-read").start(() -> answers.add(answer(second)));
        }

        private Answer<T> answer(boolean second) {
            try {
                return new Answer<>(read.get(), null, second);
            } catch (RuntimeException e) {
                return new Answer<>(null, e, second);
            } catch (Error e) {
                return new Answer<>(null, new IllegalStateException("the store's adapter failed", e), second);
            }
        }

        /** Reads that have not been taken; of those that failed or succeeded as well as of those that run. */
        int unanswered() {
            return begun - taken;
        }

        @Nullable
        Answer<T> poll(long nanos) throws InterruptedException {
            Answer<T> answer = waiting.poll(answers, nanos);
            taken += answer == null ? 0 : 1;
            return answer;
        }

        Answer<T> take() throws InterruptedException {
            Answer<T> answer = waiting.take(answers);
            taken++;
            return answer;
        }

        /** Cancels what runs still. */
        @Override
        public void close() {
            for (int i = 0; i < begun; i++) {
                threads[i].interrupt();
            }
        }
    }

    /** A quantile of the latest times of something. */
    private static final class LatestTimes {
        private static final int KEPT = 256;

        /** Fewer say nothing. */
        private static final int LEAST = 32;

        private final double quantile;
        private final long[] nanos = new long[KEPT];
        private int count;
        private volatile long current = Long.MAX_VALUE;

        LatestTimes(double quantile) {
            this.quantile = quantile;
        }

        /** Nanoseconds; {@link Long#MAX_VALUE} before enough is known. */
        long quantile() {
            return current;
        }

        synchronized void add(long time) {
            nanos[count++ % KEPT] = time;
            if (count == 2 * KEPT) {
                count = KEPT;
            }
            if (count % LEAST == 0) {
                long[] sorted = Arrays.copyOf(nanos, Math.min(count, KEPT));
                Arrays.sort(sorted);
                current = sorted[(int) (quantile * sorted.length)];
            }
        }
    }
}
