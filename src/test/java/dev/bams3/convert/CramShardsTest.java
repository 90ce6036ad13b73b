package dev.bams3.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.dataset.DatasetLocation;
import dev.bams3.fixtures.Htslib;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A CRAM is cut between containers that its index lists; a wrong index makes fewer shards and nothing else. */
class CramShardsTest {
    private static final ObjectKey INDEX = new ObjectKey("source.bam.crai");
    private static final int WANTED = 5;

    private final ConversionRig rig = new ConversionRig();

    @TempDir
    private Path folder;

    private byte[] cram = new byte[0];
    private byte[] index = new byte[0];
    private int conversions;

    @BeforeEach
    void make() throws IOException {
        assumeTrue(Htslib.isInstalled(), "htslib is not installed");
        ByteArrayOutputStream bam = new ByteArrayOutputStream();
        List<Reference> references = List.of(new Reference("chr1", 60_000), new Reference("chr2", 20_000));
        new Simulator(rig.cpu, 1)
                .simulate(SimulationOptions.illumina(9, references).withDepth(10), bam);
        Path source = Files.write(folder.resolve("source.bam"), bam.toByteArray());
        Path made = folder.resolve("source.cram");
        Htslib.samtools(
                "view", "-C", "-O", "cram,no_ref=1,seqs_per_slice=200", "-o", made.toString(), source.toString());
        Htslib.samtools("index", made.toString());
        cram = Files.readAllBytes(made);
        index = Files.readAllBytes(folder.resolve("source.cram.crai"));
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void shardsBeginWithContainersAndGiveTheSameDataset() {
        DatasetMetadata whole = converted(1);
        assertThat(converted(1)).extracting(DatasetMetadata::digest).isEqualTo(whole.digest());
        rig.sources.put(INDEX, index, PutCondition.always());
        assertThat(converted(WANTED).digest()).isEqualTo(whole.digest());
        assertThat(rig.verify().problems()).isEmpty();
    }

    @Test
    void anIndexOfAnotherFileIsNotBelieved() {
        DatasetMetadata whole = converted(1);
        for (byte[] wrong : List.of(
                "0\t1\t100\t777\t100\t100\n0\t1\t100\t90000\t100\t100\n".getBytes(StandardCharsets.US_ASCII),
                new byte[] {0x1f, (byte) 0x8b, 1, 2, 3},
                new byte[0])) {
            rig.sources.put(INDEX, wrong, PutCondition.always());
            assertThat(converted(1).digest()).isEqualTo(whole.digest());
        }
    }

    private DatasetMetadata converted(int shards) {
        List<Integer> planned = new ArrayList<>();
        ConversionRequest request = new ConversionRequest(
                new ConversionKey(Instant.now(), "conversion-" + conversions++),
                rig.source(cram),
                new DatasetLocation(rig.datasets, ConversionRig.DATASET),
                ConversionOptions.DEFAULT.withReplace(true));
        DatasetMetadata made = rig.converter()
                .convert(
                        request,
                        WANTED,
                        (same, plan, supervision) -> {
                            planned.add(plan.shards().size());
                            new LocalShards(rig.converter(), 2).run(same, plan, supervision);
                        },
                        Supervision.of(Progress.Listener.NONE))
                .metadata();
        assertThat(planned).containsExactly(shards);
        return made;
    }
}
