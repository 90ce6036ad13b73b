package dev.bams3.fetch;

import dev.bams3.format.BlockEntry;
import dev.bams3.format.StretchList;
import dev.bams3.plan.RangeRules;
import dev.bams3.plan.ReadPlan;
import dev.bams3.plan.ReadPlanner;
import dev.bams3.plan.Targets;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;

/** Chunk objects of random bytes, cut into blocks of random or given lengths, and the plan that reads them all. */
final class StoredChunks {
    static final IntFunction<ObjectKey> KEYS = chunk -> new ObjectKey("set/chunks/" + chunk);

    final MemoryObjectStore store = new MemoryObjectStore();
    final List<BlockEntry> entries = new ArrayList<>();
    private final List<byte[]> chunks = new ArrayList<>();
    private final Random random;

    StoredChunks(long seed) {
        random = new Random(seed);
    }

    /** A chunk of this many blocks, each of 1 to {@code 2 * meanLength} bytes, some with a gap before them. */
    StoredChunks addRandom(int blocks, int meanLength) {
        int[] lengths = random.ints(blocks, 1, 2 * meanLength).toArray();
        return add(lengths, 20);
    }

    /** A chunk of equal blocks with no gaps. */
    StoredChunks addEqual(int blocks, int length) {
        int[] lengths = new int[blocks];
        Arrays.fill(lengths, length);
        return add(lengths, Integer.MAX_VALUE);
    }

    private StoredChunks add(int[] lengths, int gapEvery) {
        int chunk = chunks.size();
        int offset = 0;
        for (int length : lengths) {
            offset += random.nextInt(gapEvery) == 0 ? random.nextInt(100_000) : 0;
            entries.add(new BlockEntry(chunk, offset, length, 1, 1, 0, 0, 0, 0, 1, 0, 0));
            offset += length;
        }
        byte[] bytes = new byte[offset];
        random.nextBytes(bytes);
        chunks.add(bytes);
        store.put(KEYS.apply(chunk), bytes, PutCondition.always());
        return this;
    }

    ReadPlan plan() {
        return plan(RangeRules.DEFAULT);
    }

    ReadPlan plan(RangeRules rules) {
        return new ReadPlanner(rules).plan(new Targets(true, List.of()), new StretchList<>(entries), entries.size());
    }

    /** Whether the fetched block has the bytes that its entry names. */
    boolean isRight(FetchedBlock fetched) {
        BlockEntry entry = fetched.block().entry();
        int from = Math.toIntExact(entry.offset());
        return fetched.decoded((bytes, offset) -> Arrays.equals(
                bytes,
                offset,
                offset + entry.storedLength(),
                chunks.get(entry.chunk()),
                from,
                from + entry.storedLength()));
    }
}
