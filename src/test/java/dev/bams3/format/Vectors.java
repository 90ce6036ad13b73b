package dev.bams3.format;

import dev.bams3.fixtures.RandomRecords;
import dev.bams3.format.block.BlockEncoder;
import dev.bams3.format.block.FormedBlock;
import dev.bams3.format.block.FormedBlock.Stream;
import dev.bams3.format.block.PileRecords;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.BamRecordCheck;
import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** The datasets of the test vectors: every stream, transform, codec and form of a section stands in one of them. */
final class Vectors {
    private static final int MOST_BYTES_OF_RECORD = 4000;
    private static final int FIRST_OF_TAGS = 64;
    private static final String PILE_HEADER = """
            @HD\tVN:1.6\tSO:coordinate
            @SQ\tSN:one\tLN:10000
            @SQ\tSN:two\tLN:10000
            @SQ\tSN:three\tLN:10000
            @RG\tID:group0\tSM:s0\tLB:l0\tPL:ILLUMINA
            @RG\tID:group1\tSM:s1
            """;

    private Vectors() {}

    /**
     * A dataset and what it has to be read as.
     *
     * @param about what it is for, one sentence
     * @param isSam whether its records can be written as SAM text
     */
    record Vector(
            String name,
            String about,
            SamHeader header,
            List<byte[]> records,
            boolean isSam,
            DatasetWriter.Written written) {}

    static List<Vector> all() {
        return List.of(
                example(),
                nothing(),
                referencesAlone(),
                pairs(),
                unplaced(),
                mixedReferences(),
                manyReferences(),
                pages(),
                extremes(),
                numbers(),
                texts(),
                otherForms(),
                entropyCoded(),
                stored(),
                unsound(),
                depth());
    }

    static Vector example() {
        byte[] records = FormatDocumentTest.records();
        return new VectorDraft("worked-example", "the records of the example in the specification")
                .header(new String(FormatDocumentTest.HEADER, StandardCharsets.US_ASCII))
                .chunk(0, block(records))
                .vector();
    }

    private static Vector nothing() {
        return new VectorDraft("nothing", "no references and no records")
                .header("@HD\tVN:1.6\tSO:coordinate\n")
                .vector();
    }

    private static Vector referencesAlone() {
        return new VectorDraft("references-alone", "references and no records")
                .header(PILE_HEADER)
                .vector();
    }

    private static Vector pairs() {
        return new VectorDraft("pairs", "pairs over one reference: names, mates, consensus; three blocks in two chunks")
                .header(PILE_HEADER)
                .chunk(0, block(pile(1, 80, 0)))
                .chunk(1, block(new byte[0], pile(7, 40, 1)), block(pile(2, 40, 2)))
                .vector();
    }

    /** Two pages of the finest scale, of which the first has reads of two references. */
    static Vector depth() {
        StringBuilder lines = new StringBuilder();
        String[] placed = {
            "0\tone\t1\t60\t5M", "0\tone\t3\t60\t2S3M2D4M1I2M", "16\tone\t20\t0\t4=1X3=2H", "1024\tone\t21\t60\t8M",
            "256\tone\t22\t60\t8M", "512\tone\t23\t60\t8M", "4\tone\t24\t0\t*", "2048\tone\t25\t60\t6M4H",
            "0\tone\t101\t60\t3M8000N3M", "0\tone\t8140\t60\t10M", "0\tone\t9998\t60\t6M", "0\ttwo\t50\t60\t10M",
            "0\ttwo\t55\t60\t1M1P2I1M", "0\tthree\t77\t60\t1M"
        };
        for (int i = 0; i < placed.length; i++) {
            lines.append("read").append(i).append('\t').append(placed[i]).append("\t*\t0\t0\t*\t*\n");
        }
        return new VectorDraft("depth", "a summary of depth: what counts, splices, the end of a reference, two pages")
                .sam(PILE_HEADER, lines.toString())
                .chunk(0, 0, 9)
                .chunk(1, 9, placed.length)
                .withDepth(1, 5, 50, 12_500)
                .vector();
    }

    private static Vector unplaced() {
        return new VectorDraft("unplaced", "unplaced records alone, in two blocks")
                .header(PILE_HEADER)
                .chunk(0, block(pile(3, 10, -1)), block(pile(11, 10, -1)))
                .vector();
    }

    private static Vector mixedReferences() {
        List<byte[]> records = new ArrayList<>(new RandomRecords(14).sortedList(70));
        records.removeIf(record -> record.length > MOST_BYTES_OF_RECORD);
        int placed = (int) records.stream().filter(Vectors::isPlaced).count();
        return new VectorDraft(
                        "mixed-references",
                        "several references in one block, one reference in several blocks, wrong bins, CIGARs in the CG"
                                + " tag, unplaced records; numbers of chunks left out")
                .header(RandomRecords.header())
                .chunk(0, block(records.subList(0, 7)), block(records.subList(7, 8)), block(records.subList(8, 30)))
                .chunk(3, block(records.subList(30, 31)))
                .chunk(4, block(records.subList(31, placed)))
                .chunk(999_999, block(records.subList(placed, records.size())))
                .vector();
    }

    private static Vector manyReferences() {
        StringBuilder text = new StringBuilder("@HD\tVN:1.6\tSO:coordinate\n");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            text.append("@SQ\tSN:contig_")
                    .append(i)
                    .append("\tLN:")
                    .append(500 + i)
                    .append('\n');
            if (i % 7 < 3) {
                lines.append("read")
                        .append(i)
                        .append("\t0\tcontig_")
                        .append(i)
                        .append("\t7\t60\t4M\t*\t0\t0\tACGT\t*\n");
            }
        }
        return new VectorDraft(
                        "many-references", "a reference changes with every record, and sections that zstd shortens")
                .sam(text.toString(), lines.toString())
                .withoutInlineSections(2048)
                .chunk(0, 0, 60)
                .chunk(1, 60, 172)
                .vector();
    }

    private static Vector pages() {
        VectorDraft draft = new VectorDraft("pages", "a list of blocks of many pages, which stand in the index")
                .header(PILE_HEADER);
        List<byte[]> records = split(pile(5, 60, 0));
        List<EncodedBlock> blocks = IntStream.range(0, 30)
                .mapToObj(i -> draft.block(records.subList(2 * i, 2 * i + 2)))
                .toList();
        return draft.withoutInlineSections(3)
                .blocks(0, blocks.subList(0, 17))
                .blocks(1, blocks.subList(17, 30))
                .blocks(2, List.of(draft.block(split(pile(3, 8, -1)))))
                .vector();
    }

    private static Vector extremes() {
        String name = "n".repeat(254);
        String far = "268435455N".repeat(8);
        return new VectorDraft(
                        "extremes", "first and last positions, spans beyond 2^31-1, longest names, largest numbers")
                .sam("""
                        @HD\tVN:1.6\tSO:coordinate
                        @SQ\tSN:big\tLN:2147483647
                        @SQ\tSN:small\tLN:1
                        @CO\tä comment that is UTF-8
                        """, """
                        *\t0\tbig\t1\t0\t1M\t*\t0\t0\tA\t!
                        NAME\t65535\tbig\t1\t255\t*\tsmall\t1\t2147483647\t*\t*\tXA:A:!\tXI:i:4294967295\tXJ:i:-2147483648
                        far\t0\tbig\t1073741824\t60\t1MFAR1M\t=\t2147483647\t-2147483647\tAC\t~~
                        op\t0\tbig\t1073741824\t60\t2=1X1I1D3N1P1S1H\t*\t0\t0\tACGTN\t!!!!!\tXF:f:3.4028235e+38\tXG:f:1e-45
                        iupac\t16\tbig\t1073741825\t60\t16M\t*\t0\t0\t=ACMGRSVTWYHKDBN\t*\tXZ:Z:\tXH:H:00FF
                        last\t0\tbig\t2147483647\t60\t1M\t*\t0\t0\tT\tI\tXB:B:c,-128,127\tXC:B:C,255\tXS:B:s,-32768\tXT:B:S,65535
                        place\t4\tbig\t2147483647\t0\t*\t*\t0\t0\tT\tI\tXU:B:i,-2147483648\tXV:B:I,4294967295\tXW:B:f,0.5\tXX:B:c
                        one\t0\tsmall\t1\t60\t1M\t*\t0\t0\tC\t5
                        none\t4\t*\t0\t0\t*\t*\t0\t0\t*\t*
                        """.replace("NAME", name).replace("FAR", far))
                .chunk(0, 0, 8)
                .chunk(1, 8, 9)
                .vector();
    }

    /** Numbers of every width, in tags and names. */
    private static Vector numbers() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 80; i++) {
            lines.append("run:")
                    .append(4_294_967_295L - i % 3 * 70_000_000L)
                    .append(':')
                    .append(i)
                    .append(":7");
            lines.append("\t0\tone\t").append(i + 1).append("\t60\t2M\t*\t0\t0\tAC\tAB");
            lines.append("\tX0:i:9\tX1:i:")
                    .append(i * 37 % 200)
                    .append("\tX2:i:")
                    .append(300 + i * 7919 % 60_000);
            lines.append("\tX3:i:").append(100_000 + i * 104_729L % 16_000_000);
            lines.append("\tX4:i:").append(i * 50_331_653L * 31 % 4_294_967_296L);
            lines.append("\tX5:i:")
                    .append(1_000_000 + 1000 * i)
                    .append("\tX6:f:")
                    .append(i / 8.0);
            lines.append("\tX7:A:")
                    .append((char) ('A' + i % 20))
                    .append("\tX8:i:")
                    .append(-1 - i)
                    .append('\n');
        }
        return new VectorDraft("numbers", "numbers of every width in tags and names, and their deltas")
                .sam(PILE_HEADER, lines.toString())
                .chunk(0, 0, 80)
                .vector();
    }

    /** Texts in every form. */
    private static Vector texts() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            String bases = "ACGTTGCA".substring(i % 5);
            StringBuilder few = new StringBuilder();
            StringBuilder many = new StringBuilder();
            for (int k = 0; k < bases.length(); k++) {
                few.append((char) ('#' + (i * 7 + k * 5) % 11));
                many.append((char) ('#' + (i * 131 + k * 17) % 60));
            }
            lines.append("q")
                    .append(Integer.toHexString(i * 0x9E3779B1))
                    .append("\t0\tone\t")
                    .append(i + 1);
            lines.append("\t60\t")
                    .append(bases.length())
                    .append("M\t*\t0\t0\t")
                    .append(bases)
                    .append('\t')
                    .append(many);
            lines.append("\tX4:Z:text")
                    .append(i % 3)
                    .append("\tX6:Z:")
                    .append(few)
                    .append("\tX5:Z:")
                    .append(many);
            lines.append("\tX0:Z:")
                    .append(i)
                    .append("\tXH:H:")
                    .append("%04X".formatted(i * 997))
                    .append('\n');
        }
        return new VectorDraft("texts", "texts of tags in every form, qualities of many values")
                .sam(PILE_HEADER, lines.toString())
                .chunk(0, 0, 60)
                .vector();
    }

    /** What a writer may do and this one does not. */
    private static Vector otherForms() {
        List<byte[]> records = split(FormatDocumentTest.records());
        VectorDraft draft = new VectorDraft(
                        "other-forms",
                        "forms that readers take and this writer does not make: empty streams, optional streams, digits"
                                + " that fill up, a longer varint, records as they are beside columns")
                .header(new String(FormatDocumentTest.HEADER, StandardCharsets.US_ASCII));
        EncodedBlock first = FormedBlock.changed(draft.block(records), Vectors::otherwise);
        EncodedBlock second = FormedBlock.of(
                draft.block(records.subList(15, 16)),
                List.of(Stream.plain(0, 0, records.get(15)), Stream.plain(0x8000, 0, new byte[] {1})));
        // Without a dictionary, optional fields as they are.
        EncodedBlock third = FormedBlock.changed(
                draft.block(Collections.nCopies(16, records.get(15))),
                streams -> withoutDictionary(streams, records.get(15)));
        return draft.blocks(0, List.of(first, second, third)).vector();
    }

    private static List<Stream> withoutDictionary(List<Stream> streams, byte[] record) {
        int lines = 26;
        streams.removeIf(stream -> stream.id() == 25 || stream.id() == lines || stream.id() >= FIRST_OF_TAGS);
        streams.add(Stream.plain(lines, 0, new byte[16]));
        byte[] tags = Arrays.copyOfRange(record, BamRecord.tagsOffset(record, 0), record.length);
        ByteSink bytes = new ByteSink(100);
        for (int i = 0; i < 16; i++) {
            bytes.varint(tags.length);
            bytes.bytes(tags);
        }
        streams.add(Stream.plain(lines + 1, 0, bytes.toByteArray()));
        streams.sort(Comparator.comparingInt(Stream::id));
        return streams;
    }

    private static List<Stream> otherwise(List<Stream> streams) {
        List<Stream> changed = new ArrayList<>();
        for (Stream stream : streams) {
            byte[] raw = stream.raw();
            // The first start, or the first of another varint column, in one byte more than it needs.
            boolean longer = stream.id() == 2;
            changed.add(Stream.plain(stream.id(), stream.transform(), longer ? overlong(raw) : raw));
        }
        changed.add(Stream.plain(6, 0, new byte[0]));
        changed.add(Stream.plain(0x8000, 0, new byte[] {1, 2, 3}));
        changed.add(Stream.plain(0xC000, 77, new byte[0]));
        changed.add(new Stream(0xFFFF, 200, 255, new byte[100], new byte[] {9}));
        changed.sort(Comparator.comparingInt(Stream::id));
        return changed;
    }

    private static byte[] overlong(byte[] varints) {
        byte[] longer = new byte[varints.length + 1];
        System.arraycopy(varints, 1, longer, 2, varints.length - 1);
        longer[0] = (byte) (varints[0] | 0x80);
        return longer;
    }

    /** Streams in codec 2 of both orders, with as many states as there may be. */
    private static Vector entropyCoded() {
        VectorDraft draft = new VectorDraft(
                        "entropy-coded", "every stream with room for it in codec 2, with 4, 8, 64 and 256 states")
                .header(PILE_HEADER);
        List<byte[]> records = split(pile(31, 400, 0));
        List<EncodedBlock> blocks = new ArrayList<>();
        int from = 0;
        for (int states : new int[] {4, 8, 64, 256}) {
            List<byte[]> some = records.subList(from, from + 100);
            blocks.add(FormedBlock.changed(
                    draft.block(some),
                    streams -> streams.stream()
                            .map(stream -> stream.raw().length < 3 * states ? stream : stream.byRans(states))
                            .toList()));
            from += 100;
        }
        return draft.blocks(0, blocks).vector();
    }

    private static Vector stored() {
        byte[] records = pile(17, 12, 0);
        List<byte[]> list = split(records);
        VectorDraft draft =
                new VectorDraft("as-they-are", "blocks of records as they are, compressed and not").header(PILE_HEADER);
        EncodedBlock columns = draft.block(list.subList(0, 10));
        EncodedBlock block =
                FormedBlock.of(columns, List.of(Stream.plain(0, 0, RandomRecords.concatenated(list.subList(0, 10)))));
        return draft.blocks(0, List.of(block, draft.block(list.subList(10, 11))))
                .vector();
    }

    /** Records that contradict themselves, which a dataset may have. */
    private static Vector unsound() {
        byte[] records = new PileRecords(firstSeed(100, seed -> isMessy(seed))).block(40, 0);
        return new VectorDraft(
                        "unsound-records",
                        "optional fields that cannot be taken apart, beside others that can; names with a NUL inside")
                .header(PILE_HEADER)
                .withoutSam()
                .chunk(0, block(records))
                .vector();
    }

    private static boolean isMessy(int seed) {
        EncodedBlock block = encoded(new PileRecords(seed).block(40, 0));
        return FormedBlock.streams(block).stream().anyMatch(stream -> stream.id() == 27);
    }

    private static int firstSeed(int from, Function<Integer, Boolean> accepted) {
        int seed = from;
        while (!accepted.apply(seed)) {
            seed++;
        }
        return seed;
    }

    static EncodedBlock encoded(byte[] records) {
        try (BlockEncoder encoder = new BlockEncoder()) {
            return encoder.encode(records, 0, records.length);
        }
    }

    /** Sound records over one reference, from the first seed that makes such. */
    private static byte[] pile(int seed, int count, int reference) {
        int sound = firstSeed(
                seed,
                candidate -> split(new PileRecords(candidate).block(count, reference)).stream()
                        .allMatch(record -> BamRecordCheck.problem(record, 0, record.length) == null));
        return new PileRecords(sound).block(count, reference);
    }

    private static boolean isPlaced(byte[] record) {
        return BamRecord.referenceIndex(record, 0) >= 0;
    }

    private static List<byte[]> block(byte[]... parts) {
        List<byte[]> records = new ArrayList<>();
        for (byte[] part : parts) {
            records.addAll(split(part));
        }
        return records;
    }

    private static List<byte[]> block(List<byte[]> records) {
        return records;
    }

    private static List<byte[]> split(byte[] records) {
        List<byte[]> list = new ArrayList<>();
        for (int at = 0; at < records.length; at += BamRecord.length(records, at)) {
            list.add(Arrays.copyOfRange(records, at, at + BamRecord.length(records, at)));
        }
        return list;
    }
}
