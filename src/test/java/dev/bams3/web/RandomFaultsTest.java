package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.FaultyS3.Fault;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.genome.Reference;
import dev.bams3.genome.Region;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.ReadSelection;
import dev.bams3.web.WireAnswer.Outcome;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Random queries of every kind, while one answer of S3 in twenty is wrong in some way: none is wrong, none is short without
 * saying so, and nothing is left behind. 2,000 queries; the environment variable {@code BAMS3_TEST_FAULT_QUERIES} says how
 * many.
 */
@Timeout(1200)
class RandomFaultsTest {
    private static final double SHARE = 0.05;

    /** Those that a store does in a moment; what costs a timeout comes once in a while. */
    private static final List<Fault> QUICK =
            List.copyOf(EnumSet.complementOf(EnumSet.of(Fault.SILENCE, Fault.SILENCE_IN_BODY, Fault.DRIP)));

    private static final List<Fault> SLOW = List.of(Fault.SILENCE, Fault.SILENCE_IN_BODY);

    private final long seed = Seed.draw();
    private final RawBam bam = FaultRig.records(seed, 400);

    record Query(AnswerKind kind, String alias, String parameters, ReadSelection selection) {}

    @Test
    void underFaultsAnAnswerIsExactOrFails() throws Exception {
        int queries = Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_FAULT_QUERIES", "2000"));
        AtomicIntegerArray outcomes = new AtomicIntegerArray(Outcome.values().length);
        try (FaultRig rig = new FaultRig(bam)) {
            Random random = new Random(seed);
            rig.s3().setFaults(request -> fault(random));
            List<Callable<Void>> asked = new ArrayList<>();
            for (int i = 0; i < queries; i++) {
                // One id in four is new to the service, so that opening is under faults, too.
                String alias = random.nextInt(4) == 0 ? "new." + i : "old." + random.nextInt(8);
                Query query = query(bam, random, alias);
                asked.add(() -> {
                    outcomes.incrementAndGet(ask(rig, query).ordinal());
                    return null;
                });
            }
            FaultMatrixTest.atOnce(asked);
            assertThat(rig.s3().faulty()).as("faults").isGreaterThan(rig.s3().requests() / 40);
            rig.s3().setFaults(request -> null);
            rig.assertNothingHeld();
        }
        System.out.println(queries + " queries under faults, seed " + seed + ": exact, refused, broken " + outcomes);
        assertThat(outcomes.get(Outcome.EXACT.ordinal())).isGreaterThan(queries / 2);
        assertThat(outcomes.get(Outcome.REFUSED.ordinal())).isPositive();
    }

    private static @Nullable Fault fault(Random random) {
        synchronized (random) {
            if (random.nextDouble() >= SHARE) {
                return null;
            }
            List<Fault> faults = random.nextInt(20) == 0 ? SLOW : QUICK;
            return faults.get(random.nextInt(faults.size()));
        }
    }

    /** Some kind of answer about some place where reads are. */
    static Query query(RawBam bam, Random random, String alias) {
        AnswerKind kind = AnswerKind.values()[random.nextInt(AnswerKind.values().length)];
        if (random.nextInt(20) == 0) {
            return new Query(kind, alias, "", ReadSelection.everything());
        }
        byte[] near = bam.records().get(random.nextInt(bam.records().size()));
        int index = BamRecord.referenceIndex(near, 0);
        if (index < 0) {
            return new Query(kind, alias, "referenceName=*", ReadSelection.unplacedReads());
        }
        Reference reference = bam.header().references().get(index);
        int start = Math.clamp(BamRecord.start(near, 0) - random.nextInt(2000), 0, reference.length() - 1);
        int end = Math.min(reference.length(), start + 1 + random.nextInt(1 << random.nextInt(20)));
        String parameters = "referenceName=" + URLEncoder.encode(reference.name(), StandardCharsets.UTF_8) + "&start="
                + start + "&end=" + end;
        return new Query(
                kind,
                alias,
                parameters,
                ReadSelection.region(new Region(reference.name(), start, OptionalLong.of(end))));
    }

    private Outcome ask(FaultRig rig, Query query) throws IOException {
        byte[] right = rig.right().of(query.kind(), query.selection());
        return rig.ask(query.kind(), query.alias(), query.parameters())
                .outcome(query.kind().format(), right, query + ", seed " + seed);
    }
}
