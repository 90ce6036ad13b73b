package dev.bams3.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bgzf.BgzfInflaters;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.fixtures.Htslib;
import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.TwoConnections;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bits of sources that change on their way, wherever they lie, and bits that are damaged in the store. */
class SourceDamageInFlightTest {
    private static final ObjectKey KEY = new ObjectKey("source");
    private static final int ROUNDS = 15;

    /** Reads that find out what kind of file it is, of bytes without a checksum. */
    private static final List<Integer> PROBES = List.of(1 << 16, 18);

    private final ExecutorService cpu = Executors.newFixedThreadPool(2);
    private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
    private final BgzfInflaters inflaters = new BgzfInflaters(2);
    private final MemoryObjectStore objects = new MemoryObjectStore();
    private final Random random = new Random(Seed.draw());

    @TempDir
    private Path folder;

    /** Flips one bit of each answer. */
    private final class Damaging extends ForwardingObjectStore {
        Damaging(ObjectStore store) {
            super(store);
        }

        @Override
        protected <T> T around(Call call, Supplier<T> body) {
            T answer = body.get();
            if (answer instanceof byte[] bytes && !PROBES.contains(call.length())) {
                flip(bytes);
            }
            return answer;
        }
    }

    private synchronized void flip(byte[] bytes) {
        // Half of them in structures, which are at the beginnings.
        int limit = random.nextBoolean() ? bytes.length : Math.min(bytes.length, 400);
        bytes[random.nextInt(limit)] ^= (byte) (1 << random.nextInt(8));
    }

    @AfterEach
    void close() {
        cpu.shutdownNow();
        waiting.shutdownNow();
        inflaters.close();
    }

    private byte[] source(String kind) throws IOException {
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        new Simulator(cpu, 1)
                .simulate(
                        SimulationOptions.illumina(9, List.of(new Reference("chr1", 30_000)))
                                .withDepth(20),
                        bam);
        if (kind.equals("bam")) {
            return bam.toByteArray();
        }
        Path from = Files.write(folder.resolve("from.bam"), bam.toByteArray());
        Path made = folder.resolve(kind.equals("sam.gz") ? "made.sam" : "made." + kind);
        if (kind.startsWith("cram")) {
            Htslib.samtools(
                    "view",
                    "-C",
                    "-O",
                    "cram,no_ref=1,seqs_per_slice=1000,version=" + kind.substring(4),
                    "-o",
                    made.toString(),
                    from.toString());
        } else {
            Htslib.samtools(
                    "view",
                    "-h",
                    "-O",
                    kind.equals("sam.gz") ? "sam" : "sam.gz",
                    "-o",
                    made.toString(),
                    from.toString());
        }
        byte[] file = Files.readAllBytes(made);
        if (!kind.equals("sam.gz")) {
            return file;
        }
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        // Two members.
        for (int part = 0; part < 2; part++) {
            try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
                gzip.write(file, part * (file.length / 2), part == 0 ? file.length / 2 : file.length - file.length / 2);
            }
        }
        return compressed.toByteArray();
    }

    /** Checksum of all records. */
    private String read(ObjectStore store, DamageCheck damage) {
        SourceObject object = SourceObject.open(store, KEY).counted(damage);
        SourceHead head = SourceHead.read(object, SourceOptions.DEFAULT, inflaters, cpu, waiting);
        CRC32 crc = new CRC32();
        long count = 0;
        try (SourceFile source = SourceFile.open(head, inflaters, cpu, waiting)) {
            RecordSource from = source.records();
            while (from.next()) {
                crc.update(from.buffer(), from.offset(), from.length());
                count++;
            }
        }
        return count + " " + HexFormat.of().toHexDigits((int) crc.getValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"bam", "sam.bgzf", "cram3.0", "cram3.1"})
    void whatArrivesDamagedIsReadOnceMore(String kind) throws IOException {
        objects.put(KEY, source(kind), PutCondition.always());
        String right = read(objects, new DamageCheck());
        DamageCheck damage = new DamageCheck();
        for (int round = 0; round < ROUNDS; round++) {
            assertThat(read(new TwoConnections(new Damaging(objects), objects), damage))
                    .as("round %d", round)
                    .isEqualTo(right);
        }
        assertThat(damage.inFlight()).isGreaterThan(ROUNDS);
        assertThat(damage.atRest()).isZero();
    }

    /** Its checksum comes after all of a member: the second read only says where the damage happened. */
    @ParameterizedTest
    @ValueSource(strings = "sam.gz")
    void aGzipMemberThatArrivesDamagedIsToBeConvertedAgain(String kind) throws IOException {
        objects.put(KEY, source(kind), PutCondition.always());
        String right = read(objects, new DamageCheck());
        DamageCheck damage = new DamageCheck();
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            try {
                assertThat(read(new TwoConnections(new Damaging(objects), objects), damage))
                        .as("round %d", round)
                        .isEqualTo(right);
            } catch (ReadsException e) {
                refused++;
                assertThat(e.kind()).as(e.text()).isEqualTo(ErrorKind.UNAVAILABLE);
                assertThat(e).hasMessageContaining("arrived damaged");
            }
        }
        assertThat(refused).isPositive();
        assertThat(damage.inFlight()).isEqualTo(refused);
        assertThat(damage.atRest()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bam", "sam.bgzf", "sam.gz", "cram3.0", "cram3.1"})
    void whatIsDamagedInTheStoreIsRefused(String kind) throws IOException {
        byte[] file = source(kind);
        objects.put(KEY, file, PutCondition.always());
        String right = read(objects, new DamageCheck());
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = file.clone();
            // Behind what says of which kind the file is.
            damaged[100 + random.nextInt(file.length - 100)] ^= (byte) (1 << random.nextInt(8));
            objects.put(KEY, damaged, PutCondition.always());
            DamageCheck damage = new DamageCheck();
            try {
                assertThat(read(new TwoConnections(objects, objects), damage)).isEqualTo(right);
            } catch (ReadsException e) {
                refused++;
                assertThat(e.kind()).as(e.text()).isEqualTo(ErrorKind.CORRUPT);
                assertThat(damage.atRest()).as(e.text()).isPositive();
            }
            assertThat(damage.inFlight()).isZero();
        }
        assertThat(refused).isGreaterThan(ROUNDS / 2);
    }
}
