package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.encode.ReadFormat;
import dev.bams3.fetch.FetchLimits;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.sam.ReadSelection;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many requests at once, fast and slow: right bytes, bounded memory, no deadlock. */
@Timeout(180)
class ConcurrentReadsTest {
    private static final int KIB = 1024;
    private static final FetchLimits TIGHT_FETCH = new FetchLimits(4, 2, 512 * KIB, 128 * KIB);
    private static final QueryLimits TIGHT_QUERY = new QueryLimits(4, 512 * KIB);

    private final long seed = Seed.draw();
    /** Without the few records that are larger than what a client may hold here. */
    private final RawBam bam = new RawBam(
            RandomRecords.header(),
            new RandomRecords(seed)
                    .sortedList(400).stream()
                            .filter(record -> record.length < 4 * KIB)
                            .toList());

    @Test
    void sixtyFourStreamsInASmallBudgetFinishWithRightBytes() throws InterruptedException {
        try (QueryFixture fixture = tight()) {
            ReadFormat[] formats = {ReadFormat.BAM, ReadFormat.SAM, ReadFormat.NDJSON, ReadFormat.ARROW};
            List<byte[]> right = Arrays.stream(formats)
                    .map(format -> fixture.write(ReadSelection.everything(), format, Part.WHOLE))
                    .toList();
            AtomicInteger finished = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                int format = i % formats.length;
                threads.add(Thread.ofVirtual().start(() -> {
                    byte[] found = fixture.write(ReadSelection.everything(), formats[format], Part.WHOLE);
                    if (Arrays.equals(found, right.get(format))) {
                        finished.incrementAndGet();
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(finished).as("seed %s", seed).hasValue(64);
        }
    }

    /** Each stalled client keeps the rest of its first range, whose size is the seed's: the budgets have room for those of all. */
    @Test
    void stalledClientsHoldLittleAndKeepNobodyOut() throws InterruptedException {
        FetchLimits fetchLimits = new FetchLimits(4, 2, 4 * KIB * KIB, 128 * KIB);
        QueryLimits queryLimits = new QueryLimits(4, 4 * KIB * KIB);
        try (QueryFixture fixture = fixture(fetchLimits, queryLimits)) {
            byte[] right = fixture.bam(ReadSelection.everything());
            int clients = 6;
            CountDownLatch stalled = new CountDownLatch(clients);
            CountDownLatch release = new CountDownLatch(1);
            AtomicInteger finished = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                threads.add(Thread.ofVirtual().start(() -> {
                    StallingOutput out = new StallingOutput(stalled, release);
                    try (OpenRead read = fixture.open(ReadSelection.everything())) {
                        read.writeTo(ReadFormat.BAM, Part.WHOLE, out);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                    if (out.bytes == right.length) {
                        finished.incrementAndGet();
                    }
                }));
            }
            stalled.await();
            assertThat(fixture.fetcher.bytesHeld()).isLessThanOrEqualTo(fetchLimits.bytes());
            assertThat(fixture.query.encodedBytesHeld()).isLessThanOrEqualTo(queryLimits.encodedBytes());
            // While they stand still, another request goes through.
            assertThat(fixture.bam(ReadSelection.everything()))
                    .as("seed %s", seed)
                    .isEqualTo(right);
            release.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(finished).as("seed %s", seed).hasValue(clients);
        }
    }

    private QueryFixture tight() {
        return fixture(TIGHT_FETCH, TIGHT_QUERY);
    }

    private QueryFixture fixture(FetchLimits fetch, QueryLimits query) {
        return new QueryFixture(
                bam.header(), bam.records(), QueryFixture.SMALL, fetch, query, UnaryOperator.identity());
    }

    /** Stands still at its second write, the first of records. */
    private static final class StallingOutput extends OutputStream {
        private final CountDownLatch stalled;
        private final CountDownLatch release;
        private int writes;
        private long bytes;

        StallingOutput(CountDownLatch stalled, CountDownLatch release) {
            this.stalled = stalled;
            this.release = release;
        }

        @Override
        public void write(int value) {
            throw new AssertionError("written byte by byte");
        }

        @Override
        public void write(byte[] buffer, int offset, int length) throws IOException {
            if (writes++ == 1) {
                stalled.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            bytes += length;
        }
    }
}
