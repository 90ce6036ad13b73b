package dev.bams3.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.TwoConnections;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A byte of a BAM that changes on its way is read once more; one that is damaged in the store is refused. */
class SourceDamageInFlightTest {
    private static final ObjectKey KEY = new ObjectKey("source.bam");

    /** In the data of the first block. */
    private static final int DAMAGED = 300;

    private final ExecutorService cpu = Executors.newFixedThreadPool(2);
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private final BgzfInflaters inflaters = new BgzfInflaters(2);
    private final MemoryObjectStore objects = new MemoryObjectStore();
    private final long seed = Seed.draw();
    private final List<byte[]> records = new RandomRecords(seed).sortedList(300);

    /** Damages the first block. */
    private static final class Damaging extends ForwardingObjectStore {
        Damaging(ObjectStore store) {
            super(store);
        }

        @Override
        protected <T> T around(Call call, Supplier<T> body) {
            T answer = body.get();
            if (answer instanceof byte[] bytes && call.offset() == 0 && bytes.length > DAMAGED) {
                bytes[DAMAGED] ^= 1;
            }
            return answer;
        }
    }

    @AfterEach
    void close() {
        cpu.shutdownNow();
        waiting.shutdownNow();
        inflaters.close();
    }

    private long read(ObjectStore store) {
        SourceHead head =
                SourceHead.read(SourceObject.open(store, KEY), SourceOptions.DEFAULT, inflaters, cpu, waiting);
        long count = 0;
        try (SourceFile source = SourceFile.open(head, inflaters, cpu, waiting)) {
            RecordSource from = source.records();
            while (from.next()) {
                count++;
            }
        }
        return count;
    }

    @Test
    void aBlockThatArrivesDamagedIsReadOnceMore() {
        objects.put(KEY, Bams.file(RandomRecords.header(), records), PutCondition.always());
        assertThat(read(new TwoConnections(new Damaging(objects), objects)))
                .as("seed %d", seed)
                .isEqualTo(records.size());
    }

    @Test
    void aBlockThatIsDamagedInTheStoreIsRefused() {
        byte[] damaged = Bams.file(RandomRecords.header(), records);
        damaged[DAMAGED] ^= 1;
        objects.put(KEY, damaged, PutCondition.always());
        assertThatThrownBy(() -> read(new TwoConnections(objects, objects)))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT));
    }
}
