package dev.bams3.convert;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.format.BlockSizing;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.source.SourceObject;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import htsjdk.samtools.BAMIndexer;
import htsjdk.samtools.SamInputResource;
import htsjdk.samtools.SamReader;
import htsjdk.samtools.SamReaderFactory;
import htsjdk.samtools.ValidationStringency;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Borders of shards come from an index beside the BAM; a wrong index costs time and nothing else. */
class IndexedShardsTest {
    private static final int WANTED = 6;
    private static final ConversionOptions SMALL = ConversionOptions.DEFAULT
            .withSizing(new BlockSizing(4_000, 3, 30_000, 12_000))
            .withReplace(true);

    @TempDir
    private Path folder;

    private final ConversionRig rig = new ConversionRig();
    private byte[] bam = new byte[0];
    private byte[] bai = new byte[0];
    private int jobs;

    @BeforeEach
    void simulate() throws IOException {
        bam = simulated(1);
        bai = index(bam);
    }

    private byte[] simulated(long seed) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<Reference> references = List.of(new Reference("chr1", 200_000), new Reference("chr2", 90_000));
        new Simulator(rig.cpu, 1)
                .simulate(SimulationOptions.illumina(seed, references).withDepth(10), out);
        return out.toByteArray();
    }

    private byte[] index(byte[] file) throws IOException {
        Path path = folder.resolve("source.bam");
        Files.write(path, file);
        Path index = folder.resolve("source.bai");
        try (SamReader reader = SamReaderFactory.makeDefault()
                .validationStringency(ValidationStringency.SILENT)
                .enable(SamReaderFactory.Option.INCLUDE_SOURCE_IN_RECORDS)
                .open(SamInputResource.of(path))) {
            BAMIndexer indexer = new BAMIndexer(index, reader.getFileHeader());
            reader.forEach(indexer::processAlignment);
            indexer.finish();
        }
        return Files.readAllBytes(index);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void bordersAreChunksOfTheIndexUnderAnyOfItsNames() {
        Set<Long> known = beginnings(bai);
        for (String name : List.of("source.bam.bai", "source.bai")) {
            put(name, bai);
            List<Shard> shards = converted();
            assertThat(shards).hasSize(WANTED);
            // The last reads are unplaced, of which an index knows nothing.
            assertThat(shards.subList(1, WANTED - 1)).extracting(Shard::from).allMatch(known::contains);
            rig.sources.delete(new ObjectKey(name));
        }
        assertThat(converted().subList(1, WANTED)).extracting(Shard::from).anyMatch(from -> !known.contains(from));
    }

    @Test
    void aCsiSaysTheSame() {
        for (String name : List.of("source.bam.csi", "source.csi")) {
            put(name, ConversionRig.bgzf(csi(bai)));
            Set<Long> known = beginnings(bai);
            assertThat(converted().subList(1, WANTED - 1))
                    .extracting(Shard::from)
                    .allMatch(known::contains);
            rig.sources.delete(new ObjectKey(name));
        }
    }

    @Test
    void anIndexOfAnotherFileOrABrokenOneChangesNothing() throws IOException {
        long seed = 7;
        Random random = new Random(seed);
        List<byte[]> wrong = new ArrayList<>(List.of(
                index(simulated(2)), new byte[0], "BAI\1".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1), bam));
        for (int i = 0; i < 10; i++) {
            byte[] broken = bai.clone();
            for (int flips = 0; flips < 50; flips++) {
                broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
            }
            wrong.add(broken);
            wrong.add(Arrays.copyOf(bai, random.nextInt(bai.length)));
        }
        // Each offset a byte further: blocks that there are, and no beginnings of records.
        wrong.add(shifted(bai));
        for (byte[] index : wrong) {
            put("source.bam.bai", index);
            assertThat(converted()).as("seed %d, %d bytes", seed, index.length).hasSizeGreaterThan(WANTED / 2);
        }
    }

    /** Converts by shards; what is made is the dataset of a single run. */
    private List<Shard> converted() {
        SourceObject source = rig.source(bam);
        List<Shard> shards = new ArrayList<>();
        DatasetMetadata one = rig.converter().convert(source, location(), SMALL, Progress.Listener.NONE);
        ConversionRequest request = new ConversionRequest(
                new ConversionKey(Instant.parse("2026-01-02T03:04:05Z"), "job-" + jobs++), source, location(), SMALL);
        ShardRunner runner = (same, plan, supervision) -> {
            shards.addAll(plan.shards());
            new LocalShards(rig.converter(), 2).run(same, plan, supervision);
        };
        DatasetMetadata merged = rig.converter()
                .convert(request, WANTED, runner, Supervision.of(Progress.Listener.NONE))
                .metadata();
        assertThat(merged.digest()).isEqualTo(one.digest());
        assertThat(merged.source().sortedOnConversion()).isFalse();
        return shards;
    }

    private DatasetLocation location() {
        return new DatasetLocation(rig.datasets, ConversionRig.DATASET);
    }

    private void put(String name, byte[] body) {
        rig.sources.put(new ObjectKey(name), body, PutCondition.always());
    }

    private interface Chunk {
        void at(ByteBuffer index, int position);
    }

    /** Goes through the chunks of a BAI (SAMv1 § 5.2), told where each has its first offset. */
    private static void chunks(byte[] bai, Chunk chunk) {
        ByteBuffer bytes = ByteBuffer.wrap(bai).order(ByteOrder.LITTLE_ENDIAN);
        bytes.getInt();
        int references = bytes.getInt();
        for (int reference = 0; reference < references; reference++) {
            int bins = bytes.getInt();
            for (int bin = 0; bin < bins; bin++) {
                boolean counts = bytes.getInt() == 37450;
                int chunks = bytes.getInt();
                for (int i = 0; i < chunks; i++) {
                    if (!counts) {
                        chunk.at(bytes, bytes.position());
                    }
                    bytes.position(bytes.position() + 16);
                }
            }
            bytes.position(bytes.position() + 4 + 8 * bytes.getInt(bytes.position()));
        }
    }

    private static Set<Long> beginnings(byte[] bai) {
        Set<Long> beginnings = new HashSet<>();
        chunks(bai, (index, position) -> beginnings.add(index.getLong(position)));
        return beginnings;
    }

    private static byte[] shifted(byte[] bai) {
        byte[] shifted = bai.clone();
        chunks(shifted, (index, position) -> {
            VirtualOffset was = new VirtualOffset(index.getLong(position));
            index.putLong(
                    position, VirtualOffset.of(was.block(), was.within() ^ 1).packed());
        });
        return shifted;
    }

    /** The same as CSI (CSIv1): bins have an offset of their own, and there is no linear index. */
    private static byte[] csi(byte[] bai) {
        ByteBuffer in = ByteBuffer.wrap(bai).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer out = ByteBuffer.allocate(4 * bai.length).order(ByteOrder.LITTLE_ENDIAN);
        in.getInt();
        out.put("CSI\1".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))
                .putInt(14)
                .putInt(5)
                .putInt(3)
                .put(new byte[3]);
        int references = in.getInt();
        out.putInt(references);
        for (int reference = 0; reference < references; reference++) {
            int bins = in.getInt();
            out.putInt(bins);
            for (int bin = 0; bin < bins; bin++) {
                out.putInt(in.getInt()).putLong(0);
                int chunks = in.getInt();
                out.putInt(chunks);
                for (int word = 0; word < 2 * chunks; word++) {
                    out.putLong(in.getLong());
                }
            }
            in.position(in.position() + 4 + 8 * in.getInt(in.position()));
        }
        return Arrays.copyOf(out.array(), out.position());
    }
}
