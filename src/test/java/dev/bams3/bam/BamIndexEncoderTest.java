package dev.bams3.bam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.bam.BamIndexEncoder.Form;
import dev.bams3.bam.BamIndexEncoder.Run;
import dev.bams3.bgzf.VirtualOffset;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a reader that follows the specifications finds by an index: every run that can hold a record of a region. */
class BamIndexEncoderTest {
    private static final ReferenceDictionary SHORT = new ReferenceDictionary(
            List.of(new Reference("a", 1 << 29), new Reference("none", 5), new Reference("b", 1000)));
    private static final ReferenceDictionary LONG = new ReferenceDictionary(
            List.of(new Reference("a", Integer.MAX_VALUE), new Reference("none", 5), new Reference("b", 1000)));

    private final long seed = Seed.draw();
    private final Random random = new Random(seed);

    /** An index, read as SAMv1 § 5.2 and CSIv1 describe it. */
    private record Parsed(int depth, List<ParsedReference> references, long unplaced) {
        static Parsed of(Form form, byte[] file) {
            ByteBuffer in = ByteBuffer.wrap(form == Form.BAI ? file : RawBam.inflated(file))
                    .order(ByteOrder.LITTLE_ENDIAN);
            assertThat(in.getInt()).isEqualTo(form == Form.BAI ? 0x01494142 : 0x01495343);
            int depth = 5;
            if (form == Form.CSI) {
                assertThat(in.getInt()).isEqualTo(14);
                depth = in.getInt();
                assertThat(in.getInt()).isZero();
            }
            List<ParsedReference> references = new ArrayList<>();
            int count = in.getInt();
            for (int i = 0; i < count; i++) {
                references.add(ParsedReference.read(form, in));
            }
            long unplaced = in.getLong();
            assertThat(in.hasRemaining()).isFalse();
            return new Parsed(depth, references, unplaced);
        }
    }

    private record Bin(long loffset, List<long[]> chunks) {}

    private record ParsedReference(Map<Integer, Bin> bins, List<Long> windows) {
        static ParsedReference read(Form form, ByteBuffer in) {
            Map<Integer, Bin> bins = new TreeMap<>();
            int count = in.getInt();
            for (int i = 0; i < count; i++) {
                int bin = in.getInt();
                long loffset = form == Form.CSI ? in.getLong() : 0;
                List<long[]> chunks = new ArrayList<>();
                for (int left = in.getInt(); left > 0; left--) {
                    chunks.add(new long[] {in.getLong(), in.getLong()});
                }
                assertThat(bins.put(bin, new Bin(loffset, chunks))).isNull();
            }
            List<Long> windows = new ArrayList<>();
            if (form == Form.BAI) {
                for (int left = in.getInt(); left > 0; left--) {
                    windows.add(in.getLong());
                }
            }
            return new ParsedReference(bins, windows);
        }

        List<long[]> chunks(int bin) {
            return bins.getOrDefault(bin, new Bin(0, List.of())).chunks();
        }

        /** Chunks of all bins that overlap a region, without what ends before the least offset of its first window. */
        List<long[]> chunks(int depth, long start, long end) {
            List<long[]> found = new ArrayList<>();
            long least = least(depth, start);
            int first = 0;
            for (int level = 0; level <= depth; level++) {
                int shift = 14 + 3 * (depth - level);
                for (long bin = first + (start >> shift); bin <= first + (end - 1 >> shift); bin++) {
                    chunks((int) bin).stream()
                            .filter(chunk -> chunk[1] > least)
                            .map(chunk -> new long[] {Math.max(chunk[0], least), chunk[1]})
                            .forEach(found::add);
                }
                first += 1 << 3 * level;
            }
            return found;
        }

        private long least(int depth, long start) {
            if (!windows.isEmpty()) {
                return start >> 14 < windows.size() ? windows.get((int) (start >> 14)) : 0;
            }
            // The bin of the position, else the next one to the left, else the one above, and so on.
            int bin = ((1 << 3 * depth) - 1) / 7 + (int) (start >> 14);
            while (bin > 0 && !bins.containsKey(bin)) {
                int leftmost = (((bin - 1) >> 3) << 3) + 1;
                bin = bin > leftmost ? bin - 1 : (bin - 1) >> 3;
            }
            return bins.getOrDefault(bin, new Bin(0, List.of())).loffset();
        }
    }

    @ParameterizedTest
    @CsvSource({"BAI, 600", "BAI, 20000", "BAI, 100000000", "CSI, 600", "CSI, 20000", "CSI, 1000000000"})
    void aRegionFindsEveryRunThatOverlapsIt(Form form, int longest) {
        ReferenceDictionary references = form == Form.BAI ? SHORT : LONG;
        for (int round = 0; round < 20; round++) {
            int length = references.get(0).length();
            List<Run> runs = runs(1 + random.nextInt(300), random.nextBoolean() ? length : 1_000_000, longest);
            BamIndexEncoder encoder = new BamIndexEncoder(form, references);
            encoder.add(runs, 7, 3);
            encoder.add(List.of(), 0, 0);
            encoder.add(List.of(), 0, 0);
            Parsed index = Parsed.of(form, encoder.finish(11));
            assertThat(index.references()).hasSize(3);
            assertThat(index.unplaced()).isEqualTo(11);
            for (int i = 0; i < 200; i++) {
                Run near = runs.get(random.nextInt(runs.size()));
                long start = Math.clamp(near.start() + random.nextLong(-2L * longest, 2L * longest), 0, length - 1);
                long end = Math.clamp(start + 1 + random.nextLong(2L * longest), start + 1, length);
                List<long[]> chunks = index.references().getFirst().chunks(index.depth(), start, end);
                for (Run run : runs) {
                    if (Math.max(0, run.start()) < end && run.end() > start) {
                        assertThat(chunks)
                                .as("%s for [%s,%s), seed %s", run, start, end, seed)
                                .anyMatch(chunk -> chunk[0] <= run.from().packed()
                                        && run.to().packed() <= chunk[1]);
                    }
                }
            }
        }
    }

    private List<Run> runs(int count, int within, int longest) {
        List<Integer> starts =
                new ArrayList<>(random.ints(count, -1, within).boxed().toList());
        starts.sort(null);
        List<Run> runs = new ArrayList<>();
        long at = 77;
        for (int start : starts) {
            long end = start + 1 + random.nextLong(longest);
            VirtualOffset from = new VirtualOffset(at);
            at += 1 + random.nextInt(100_000);
            runs.add(new Run(start, (int) Math.min(Integer.MAX_VALUE, end), from, new VirtualOffset(at)));
            at += random.nextInt(3) == 0 ? 5 : 0;
        }
        return runs;
    }

    @Test
    void countsAndPlaceStandInThePseudoBin() {
        for (Form form : Form.values()) {
            BamIndexEncoder encoder = new BamIndexEncoder(form, SHORT);
            encoder.add(List.of(run(5, 10, 100, 200), run(6, 20_000, 200, 300)), 40, 2);
            encoder.add(List.of(), 0, 0);
            encoder.add(List.of(run(-1, 0, 300, 400)), 0, 1);
            Parsed index = Parsed.of(form, encoder.finish(9));
            assertThat(index.references().getFirst().chunks(37_450))
                    .containsExactly(new long[] {100, 300}, new long[] {40, 2});
            assertThat(index.references().get(1).bins()).isEmpty();
            assertThat(index.references().get(2).bins().keySet()).containsExactly(4681, 37_450);
        }
    }

    @Test
    void neighboursInABinAreOneChunk() {
        BamIndexEncoder encoder = new BamIndexEncoder(Form.BAI, SHORT);
        encoder.add(List.of(run(5, 10, 100, 200), run(6, 20, 200, 300), run(7, 30, 350, 400)), 3, 0);
        encoder.add(List.of(), 0, 0);
        encoder.add(List.of(), 0, 0);
        assertThat(Parsed.of(Form.BAI, encoder.finish(0))
                        .references()
                        .getFirst()
                        .chunks(4681))
                .containsExactly(new long[] {100, 300}, new long[] {350, 400});
    }

    /** Behind the last position of the bins there is no bin; nobody can ask for it either. */
    @Test
    void anEndBehindTheLastBinIsInTheBins() {
        BamIndexEncoder encoder = new BamIndexEncoder(Form.BAI, SHORT);
        encoder.add(List.of(run((1 << 29) - 5, Integer.MAX_VALUE, 100, 200)), 1, 0);
        encoder.add(List.of(), 0, 0);
        encoder.add(List.of(), 0, 0);
        Parsed index = Parsed.of(Form.BAI, encoder.finish(0));
        assertThat(index.references().getFirst().chunks(5, (1 << 29) - 1, 1 << 29))
                .containsExactly(new long[] {100, 200});
    }

    /** Of a run that goes on with the next reference the end is not known; thousands of short references have such runs. */
    @Test
    void anUnknownEndMakesNoWindowsBehindTheReference() {
        BamIndexEncoder encoder = new BamIndexEncoder(Form.BAI, SHORT);
        encoder.add(List.of(), 0, 0);
        encoder.add(List.of(), 0, 0);
        encoder.add(List.of(run(5, 10, 100, 200), run(6, Integer.MAX_VALUE, 200, 300)), 2, 0);
        byte[] file = encoder.finish(0);
        assertThat(file.length).isLessThan((int) BamIndexEncoder.mostBytes(Form.BAI, SHORT, index -> index == 2, 2));
        ParsedReference last = Parsed.of(Form.BAI, file).references().get(2);
        assertThat(last.windows()).containsExactly(100L);
        assertThat(last.chunks(5, 1 << 20, 1 << 21)).containsExactly(new long[] {200, 300});
    }

    @Test
    void runsBehindTheReferenceAreFound() {
        BamIndexEncoder encoder = new BamIndexEncoder(Form.BAI, SHORT);
        encoder.add(List.of(), 0, 0);
        encoder.add(List.of(), 0, 0);
        encoder.add(List.of(run(40_000, 40_100, 100, 200), run(90_000, 90_100, 300, 400)), 2, 0);
        ParsedReference last =
                Parsed.of(Form.BAI, encoder.finish(0)).references().get(2);
        assertThat(last.windows()).containsExactly(100L);
        assertThat(last.chunks(5, 90_050, 90_060)).containsExactly(new long[] {300, 400});
    }

    @Test
    void aBaiOfALongReferenceIsNotMade() {
        assertThat(BamIndexEncoder.fitsBai(SHORT)).isTrue();
        assertThat(BamIndexEncoder.fitsBai(LONG)).isFalse();
        assertThatThrownBy(() -> new BamIndexEncoder(Form.BAI, LONG)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Run run(int start, int end, long from, long to) {
        return new Run(start, end, new VirtualOffset(from), new VirtualOffset(to));
    }
}
