package dev.bams3.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRig;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.StoredDepth;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.FourBaseReads;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Seed;
import dev.bams3.format.DepthBins;
import dev.bams3.format.DepthGrid;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The bigWig of a summary, read by its trees as a program reads it, against the bins of the summary. */
class VirtualBigWigTest {
    private static final ConversionOptions OPTIONS = ConversionOptions.DEFAULT.withReplace(true);

    private final ConversionRig rig = new ConversionRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static byte[] bytes(VirtualBigWig file, long first, long count) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        file.writeTo(out, first, count, () -> {});
        assertThat(out.size()).isEqualTo(count);
        return out.toByteArray();
    }

    /** References of a few kb, so that a whole file fits into memory. */
    private OpenDataset small(long seed) {
        List<Reference> references = List.of(
                new Reference("chr10", 130_017),
                new Reference("chr2", 60_000),
                new Reference("chr1", 51_250),
                new Reference("a", 50),
                new Reference("chr1_alt", 7));
        return convert(references, seed, 3_000);
    }

    private OpenDataset convert(List<Reference> references, long seed, int reads) {
        StringBuilder text = new StringBuilder("@HD\tVN:1.6\tSO:coordinate\n");
        references.forEach(each -> text.append("@SQ\tSN:")
                .append(each.name())
                .append("\tLN:")
                .append(each.length())
                .append('\n'));
        Random random = new Random(seed);
        List<byte[]> records = new ArrayList<>();
        for (int reference = 0; reference < Math.min(2, references.size()); reference++) {
            int[] starts = random.ints(reads / 2, 0, references.get(reference).length() - 2)
                    .sorted()
                    .toArray();
            for (int start : starts) {
                byte[] read = FourBaseReads.record("r", start, false);
                ByteBuffer.wrap(read).order(ByteOrder.LITTLE_ENDIAN).putInt(4, reference);
                records.add(read);
            }
        }
        SamHeader header =
                new SamHeader(text.toString().getBytes(StandardCharsets.US_ASCII), new ReferenceDictionary(references));
        rig.convert(ConversionRig.bam(header, records), OPTIONS);
        return rig.open();
    }

    /** A file as a program reads it: everything is found by the offsets in its head. */
    private static final class Reader {
        private final ByteBuffer file;
        final Map<String, int[]> names = new TreeMap<>();

        Reader(byte[] bytes) {
            file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(file.getInt(0)).isEqualTo(0x888FFC26);
            assertThat(file.getInt(bytes.length - 4)).isEqualTo(0x888FFC26);
            assertThat(file.getShort(4)).isEqualTo((short) 4);
            assertThat(file.getInt(52)).as("bytes of an uncompressed block").isZero();
            int tree = at(8);
            assertThat(file.getInt(tree)).isEqualTo(0x78CA8C91);
            names(tree + 32, file.getInt(tree + 8));
            assertThat(names).hasSize((int) file.getLong(tree + 16));
        }

        int at(int place) {
            return Math.toIntExact(file.getLong(place));
        }

        /** Number and length of a reference. */
        int[] known(String name) {
            return Objects.requireNonNull(names.get(name), name);
        }

        int zooms() {
            return file.getShort(6);
        }

        private void names(int node, int keyBytes) {
            for (int i = 0; i < file.getShort(node + 2); i++) {
                int item = node + 4 + i * (keyBytes + 8);
                if (file.get(node) == 0) {
                    names(at(item + keyBytes), keyBytes);
                    continue;
                }
                String name = new String(file.array(), item, keyBytes, StandardCharsets.UTF_8).replace("\0", "");
                names.put(name, new int[] {file.getInt(item + keyBytes), file.getInt(item + keyBytes + 4)});
            }
        }

        /** Offsets and lengths of the blocks below a node that overlap a region. */
        List<int[]> blocks(int node, int reference, int from, int to) {
            List<int[]> found = new ArrayList<>();
            boolean isLeaf = file.get(node) == 1;
            for (int i = 0; i < file.getShort(node + 2); i++) {
                int item = node + 4 + i * (isLeaf ? 32 : 24);
                boolean begins =
                        file.getInt(item) < reference || file.getInt(item) == reference && file.getInt(item + 4) < to;
                boolean ends = file.getInt(item + 8) > reference
                        || file.getInt(item + 8) == reference && file.getInt(item + 12) > from;
                if (begins && ends && isLeaf) {
                    found.add(new int[] {at(item + 16), at(item + 24)});
                } else if (begins && ends) {
                    found.addAll(blocks(at(item + 16), reference, from, to));
                }
            }
            return found;
        }

        int root(int index) {
            assertThat(file.getInt(index)).isEqualTo(0x2468ACE0);
            return index + 48;
        }
    }

    @Test
    void everyBinIsFoundByTheTrees() throws IOException {
        OpenDataset dataset = small(Seed.draw());
        VirtualBigWig file = new VirtualBigWig(dataset);
        Reader reader = new Reader(bytes(file, 0, file.length()));
        StoredDepth depth = dataset.depth().orElseThrow();
        DepthGrid grid = depth.grid();
        assertThat(reader.zooms()).isEqualTo(grid.scales() - 1);
        for (int r = 0; r < dataset.references().size(); r++) {
            Reference reference = dataset.references().get(r);
            int[] known = reader.known(reference.name());
            assertThat(known[1]).isEqualTo(reference.length());
            values(reader, known[0], reference, depth.bins(0, r, 0, grid.bins(0, r)), grid.width(0));
            for (int scale = 1; scale < grid.scales(); scale++) {
                int of = scale;
                while (grid.bins(of, r) == 0) {
                    of--;
                }
                summaries(
                        reader, scale, known[0], reference, depth.bins(of, r, 0, grid.bins(of, r)), grid.width(scale));
            }
        }
        assertThat(reader.names.values().stream().mapToInt(known -> known[0]).toArray())
                .as("numbers in the order of the names")
                .containsExactly(0, 1, 2, 3, 4);
    }

    private static void values(Reader reader, int number, Reference reference, DepthBins bins, int width) {
        int expected = 0;
        for (int[] block : reader.blocks(reader.root(reader.at(24)), number, 0, reference.length())) {
            int at = block[0];
            assertThat(reader.file.getInt(at)).isEqualTo(number);
            assertThat(reader.file.get(at + 20)).isEqualTo((byte) 3);
            int count = reader.file.getShort(at + 22);
            assertThat(block[1]).isEqualTo(24 + 4 * count);
            int step = reader.file.getInt(at + 12);
            for (int i = 0; i < count; i++, expected++) {
                int start = reader.file.getInt(at + 4) + i * step;
                assertThat(start).isEqualTo(expected * width);
                int end = Math.min(reference.length(), start + width);
                assertThat(start + reader.file.getInt(at + 16)).isEqualTo(end);
                assertThat(reader.file.getFloat(at + 24 + 4 * i))
                        .isEqualTo((float) ((double) bins.sum()[expected] / (end - start)));
            }
            assertThat(reader.file.getInt(at + 8)).isEqualTo(Math.min(reference.length(), expected * width));
        }
        assertThat(expected).isEqualTo(bins.count());
    }

    private static void summaries(Reader reader, int zoom, int number, Reference reference, DepthBins bins, int width) {
        int head = 64 + 24 * (zoom - 1);
        assertThat(reader.file.getInt(head)).isEqualTo(width);
        int expected = 0;
        for (int[] block : reader.blocks(reader.root(reader.at(head + 16)), number, 0, reference.length())) {
            for (int at = block[0]; at < block[0] + block[1]; at += 32, expected++) {
                assertThat(reader.file.getInt(at)).isEqualTo(number);
                assertThat(reader.file.getInt(at + 4)).isEqualTo(expected * width);
                int end = Math.min(reference.length(), (expected + 1) * width);
                assertThat(reader.file.getInt(at + 8)).isEqualTo(end);
                assertThat(reader.file.getInt(at + 12)).isEqualTo(end - expected * width);
                assertThat(reader.file.getFloat(at + 16)).isEqualTo(bins.min()[expected]);
                assertThat(reader.file.getFloat(at + 20)).isEqualTo(bins.max()[expected]);
                assertThat(reader.file.getFloat(at + 24)).isEqualTo(bins.sum()[expected]);
            }
        }
        assertThat(expected).isEqualTo(bins.count());
    }

    @Test
    void anyRangeHasTheBytesOfTheWhole() throws IOException {
        long seed = Seed.draw();
        VirtualBigWig file = new VirtualBigWig(small(seed));
        byte[] whole = bytes(file, 0, file.length());
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            int first = random.nextInt(whole.length);
            int count = 1 + random.nextInt(Math.min(whole.length - first, 1 << (1 + random.nextInt(16))));
            assertThat(bytes(file, first, count))
                    .as("%d bytes at %d, seed %d", count, first, seed)
                    .isEqualTo(Arrays.copyOfRange(whole, first, first + count));
        }
    }

    /** More names and blocks than one node of a tree has. */
    @Test
    void treesOfSeveralLevels() throws IOException {
        List<Reference> references = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            references.add(new Reference("contig" + i, 20 + i));
        }
        OpenDataset dataset = convert(references, 7, 100);
        VirtualBigWig file = new VirtualBigWig(dataset);
        Reader reader = new Reader(bytes(file, 0, file.length()));
        assertThat(reader.names).hasSize(700);
        for (int r = 0; r < 700; r++) {
            int[] known = reader.known("contig" + r);
            assertThat(known[1]).isEqualTo(20 + r);
            DepthGrid grid = dataset.depth().orElseThrow().grid();
            values(
                    reader,
                    known[0],
                    references.get(r),
                    dataset.depth().orElseThrow().bins(0, r, 0, grid.bins(0, r)),
                    grid.width(0));
        }
    }

    /** 600 million positions: the length is known at once, and a range far behind costs no more than another. */
    @Test
    void largeReferences() throws IOException {
        rig.convert(ConversionRig.bam(RandomRecords.header(), new RandomRecords(9).sortedList(200)), OPTIONS);
        VirtualBigWig file = new VirtualBigWig(rig.open());
        assertThat(bytes(file, file.length() - 100, 100)).hasSize(100).endsWith(0x26, 0xFC, 0x8F, 0x88);
        assertThat(bytes(file, file.length() / 2, 1 << 20)).hasSize(1 << 20);
    }

    @Test
    void aDatasetWithoutASummaryHasNone() {
        rig.convert(
                ConversionRig.bam(
                        new SamHeader("@HD\tVN:1.6\n".getBytes(StandardCharsets.US_ASCII), ReferenceDictionary.EMPTY),
                        List.of()),
                OPTIONS);
        assertThatThrownBy(() -> new VirtualBigWig(rig.open()))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND));
    }
}
