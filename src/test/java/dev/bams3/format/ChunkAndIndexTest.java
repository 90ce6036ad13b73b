package dev.bams3.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata.IndexObject;
import dev.bams3.format.block.BlockEncoder;
import dev.bams3.format.block.PileRecords;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Chunk objects, index sections, the header object and digests: round trips, and every damage found. */
@Tag("fast")
class ChunkAndIndexTest {
    private static final UUID DATASET = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final String GENERATION = "20260102T030405Z-00112233";

    private static List<BlockEntry> entries(int count) {
        Random random = new Random(count);
        List<BlockEntry> blocks = new ArrayList<>();
        long offset = 64;
        int start = 0;
        int reference = 7;
        for (int i = 0; i < count; i++) {
            int lastReference = reference + (random.nextInt(5) == 0 ? 1 + random.nextInt(300) : 0);
            int chunk = 3 + i / 40;
            offset = i % 40 == 0 ? 64 : offset;
            int length = 1 + random.nextInt(50_000);
            int last = start + random.nextInt(5000);
            blocks.add(new BlockEntry(
                    chunk,
                    offset,
                    length,
                    1 + random.nextInt(600_000),
                    1 + random.nextInt(2000),
                    reference,
                    start,
                    lastReference,
                    last,
                    last + 1 + random.nextInt(600_000),
                    random.nextInt(300_000),
                    random.nextInt()));
            offset += length;
            start = last + random.nextInt(3);
            reference = lastReference;
        }
        return blocks;
    }

    private static StoredRange range(byte[] section, long offset) {
        return new StoredRange(offset, section.length, ByteCursor.crc32c(section, 0, section.length));
    }

    @Test
    void sectionsComeBackByTheirRanges() {
        IndexWriter writer = new IndexWriter(DATASET, GENERATION);
        List<BlockEntry> blocks = new ArrayList<>(entries(5000));
        blocks.add(new BlockEntry(999_999, 64, 10, 20, 1, -1, -1, -1, -1, 0, 0, -5));
        blocks.add(new BlockEntry(999_999, 74, 10, 20, 1, -1, -1, -1, -1, 0, 0, -6));
        ReferenceDictionary references = new ReferenceDictionary(IntStream.range(0, 20_000)
                .mapToObj(i -> new Reference("contig*" + i + "\u00FF", i * 77))
                .toList());
        List<ReadsTotals> totals = IntStream.range(0, 20_000)
                .mapToObj(i -> new ReadsTotals(i % 3, i % 5 == 0 ? 1L << 50 : 0, 77L * i, 400L * (i % 3)))
                .toList();
        List<ChunkEntry> chunks = List.of(
                new ChunkEntry(3, 1L << 40, 1, 2, 3),
                new ChunkEntry(4, 5, 2, 9, 8),
                new ChunkEntry(999_999, 5, 2, 9, 8));
        IndexObject written = writer.write(references, totals, blocks, chunks);
        byte[] index = writer.toByteArray();
        assertThat(index).hasSize((int) written.length());
        assertThat(written.references().orElseThrow().inline()).isEmpty();
        StoredRange range = written.references().orElseThrow().range();
        assertThat(BlockIndex.references("i", part(index, range), range)).isEqualTo(references);
        range = written.totals().orElseThrow().range();
        assertThat(BlockIndex.totals("i", part(index, range), range)).isEqualTo(totals);
        range = written.chunks().orElseThrow().range();
        assertThat(BlockIndex.chunks("i", part(index, range), range)).isEqualTo(chunks);
        StoredSection inline = written.pages().orElseThrow();
        List<PageEntry> pages = BlockIndex.pages("m", inline.inlineBytes().orElseThrow(), inline.range())
                .all();
        assertThat(pages).hasSize(4);
        assertThat(pages.stream()
                        .flatMap(each -> BlockIndex.blocks("i", part(index, each.section()), each).all().stream()))
                .isEqualTo(blocks);
        PageEntry page = pages.getFirst();
        PageEntry other = new PageEntry(page.section(), page.blocks(), page.rawBytes(), 7, 0, 7, 1, 2);
        assertCorrupt(() -> BlockIndex.blocks("i", part(index, page.section()), other));
        assertThat(ObjectHead.decode("i", index, ObjectHead.INDEX).generation()).isEqualTo(GENERATION);
    }

    private static byte[] part(byte[] object, StoredRange range) {
        return Arrays.copyOfRange(object, (int) range.offset(), (int) range.end());
    }

    @Test
    void damagedSectionsAreCorrupt() {
        byte[] section = BlockSection.encode(entries(30));
        StoredRange range = range(section, 64);
        PageEntry page = PageEntry.of(range, new StretchList<>(entries(30)));
        for (int i = 0; i < section.length; i++) {
            byte[] damaged = section.clone();
            damaged[i] ^= 0x10;
            assertCorrupt(() -> BlockIndex.blocks("i", damaged, page));
            byte[] cut = Arrays.copyOf(section, i);
            assertCorrupt(() -> BlockIndex.blocks("i", cut, page));
        }
        assertCorrupt(() -> BlockIndex.chunks("i", section, range));
    }

    /** With a checksum that agrees, so that the parser itself is tried. */
    @Test
    void forgedSectionsAreNeverMoreThanCorrupt() {
        Random random = new Random(20260102);
        for (int round = 0; round < 5000; round++) {
            byte[] section = BlockSection.encode(entries(1 + round % 3));
            section[random.nextInt(section.length)] = (byte) random.nextInt();
            byte[] forged = random.nextInt(4) == 0 ? Arrays.copyOf(section, random.nextInt(90) + 1) : section;
            try {
                StretchList<BlockEntry> blocks = BlockSection.decode("i", forged, 64);
                int lastReference = 0;
                int lastStart = -1;
                long end = 64;
                int chunk = 0;
                for (BlockEntry block : blocks.all()) {
                    assertThat(Stretch.rank(block.firstReference())).isGreaterThanOrEqualTo(lastReference);
                    assertThat(Stretch.rank(block.lastReference()))
                            .isGreaterThanOrEqualTo(Stretch.rank(block.firstReference()));
                    assertThat(block.firstStart())
                            .isGreaterThanOrEqualTo(
                                    Stretch.rank(block.firstReference()) == lastReference ? lastStart : -1);
                    assertThat(block.lastStart())
                            .isGreaterThanOrEqualTo(block.isOfOneReference() ? block.firstStart() : -1);
                    assertThat(block.endMax()).isGreaterThanOrEqualTo(block.lastStart());
                    assertThat(block.offset()).isGreaterThanOrEqualTo(block.chunk() == chunk ? end : 64);
                    lastReference = Stretch.rank(block.lastReference());
                    lastStart = block.lastStart();
                    chunk = block.chunk();
                    end = block.offset() + block.storedLength();
                }
            } catch (ReadsException e) {
                assertThat(e.kind()).isIn(ErrorKind.CORRUPT, ErrorKind.UNSUPPORTED_VERSION);
                assertThat(e.resource()).contains("i");
            }
        }
    }

    @Test
    void blocksOutsideOfTheirChunkAreCorrupt() {
        BlockEntry block = new BlockEntry(0, 64, 100, 9, 1, 0, 0, 0, 0, 1, 0, 0);
        BlockIndex.check("i", block, List.of(new ChunkEntry(0, 164, 1, 1, 9)));
        assertCorrupt(() -> BlockIndex.check("i", block, List.of(new ChunkEntry(0, 163, 1, 1, 9))));
        assertCorrupt(() -> BlockIndex.check("i", block, List.of()));
    }

    @Test
    void aChunkTellsItsOwnBlocks() {
        ChunkWriter writer = new ChunkWriter(DATASET, GENERATION, 5);
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        List<BlockEntry> blocks = new ArrayList<>();
        object.writeBytes(writer.head());
        try (BlockEncoder encoder = new BlockEncoder()) {
            for (int i = 0; i < 3; i++) {
                byte[] records = new PileRecords(i).block(1, 0);
                EncodedBlock block = encoder.encode(records, 0, records.length);
                if (i == 0 || block.firstStart() >= blocks.getLast().lastStart()) {
                    blocks.add(writer.add(block));
                    object.writeBytes(block.stored());
                }
            }
        }
        object.writeBytes(writer.finish());
        byte[] chunk = object.toByteArray();
        assertThat(writer.entry().length()).isEqualTo(chunk.length);
        byte[] tailBytes = Arrays.copyOfRange(chunk, chunk.length - ChunkReader.TAIL_LENGTH, chunk.length);
        StoredRange tail = ChunkReader.tail("c", tailBytes, chunk.length);
        assertThat(ChunkReader.directory("c", part(chunk, tail), tail, 5).all()).isEqualTo(blocks);
        assertCorrupt(() -> ChunkReader.directory("c", part(chunk, tail), tail, 6));
        for (int i = 0; i < tailBytes.length; i++) {
            byte[] damaged = tailBytes.clone();
            damaged[i] ^= 1;
            assertCorrupt(() -> ChunkReader.tail("c", damaged, chunk.length));
        }
        assertCorrupt(() -> ChunkReader.tail("c", tailBytes, chunk.length - 1));
        byte[] head = Arrays.copyOf(chunk, ChunkReader.HEAD_LENGTH);
        ChunkReader.checkHead("c", head, Bams3Format.VERSION, DATASET, GENERATION, 5);
        assertCorrupt(() -> ChunkReader.checkHead("c", head, Bams3Format.VERSION, DATASET, GENERATION, 4));
        assertCorrupt(() -> ChunkReader.checkHead("c", head, Bams3Format.VERSION, DATASET, "other", 5));
        assertCorrupt(() -> ChunkReader.checkHead("c", head, Bams3Format.VERSION, new UUID(1, 2), GENERATION, 5));
        for (int i = 0; i < head.length; i++) {
            byte[] damaged = head.clone();
            damaged[i] ^= 1;
            assertCorrupt(() -> ChunkReader.checkHead("c", damaged, Bams3Format.VERSION, DATASET, GENERATION, 5));
            byte[] cut = Arrays.copyOf(head, i);
            assertCorrupt(() -> ChunkReader.checkHead("c", cut, Bams3Format.VERSION, DATASET, GENERATION, 5));
        }
    }

    /** A minor version adds nothing that matters here, so a newer one is read; but all objects have the metadata's. */
    @Test
    void aHeadOfAnotherMinorVersionThanTheMetadataIsCorrupt() {
        byte[] chunk = new ObjectHead(ObjectHead.CHUNK, 1, DATASET, GENERATION, 5).encode();
        byte[] index = new ObjectHead(ObjectHead.INDEX, 1, DATASET, GENERATION, 0).encode();
        ChunkReader.checkHead("c", chunk, "1.1.0", DATASET, GENERATION, 5);
        BlockIndex.checkHead("i", index, "1.1.7", DATASET, GENERATION);
        assertCorrupt(() -> ChunkReader.checkHead("c", chunk, "1.0.0", DATASET, GENERATION, 5));
        assertCorrupt(() -> BlockIndex.checkHead("i", index, "1.0.0", DATASET, GENERATION));
        assertCorrupt(() -> BlockIndex.checkHead("i", index, "1.2.0", DATASET, GENERATION));
    }

    @Test
    void aNewerObjectIsUnsupported() {
        byte[] head = new ObjectHead(ObjectHead.CHUNK, DATASET, GENERATION, 5).encode();
        head[4] = 2;
        ByteSink crc = new ByteSink(4);
        crc.int32(ByteCursor.crc32c(head, 0, 60));
        System.arraycopy(crc.array(), 0, head, 60, 4);
        assertThatThrownBy(() -> ChunkReader.checkHead("c", head, Bams3Format.VERSION, DATASET, GENERATION, 5))
                .isInstanceOfSatisfying(ReadsException.class, e -> {
                    assertThat(e.kind()).isEqualTo(ErrorKind.UNSUPPORTED_VERSION);
                    assertThat(e.text()).contains("2.0");
                });
    }

    @Test
    void headerTextIsKeptVerbatim() {
        for (String text : List.of("", "@HD\tVN:1.6\n", "no header at all", "\u0000\u00FF\n".repeat(1000))) {
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            byte[] stored = HeaderCodec.encode(bytes);
            var described = HeaderCodec.describe(bytes, stored);
            assertThat(HeaderCodec.decode("h", stored, described)).isEqualTo(bytes);
            for (int i = 0; i < stored.length; i++) {
                byte[] damaged = stored.clone();
                damaged[i] ^= 4;
                assertCorrupt(() -> HeaderCodec.decode("h", damaged, described));
            }
            assertCorrupt(() -> HeaderCodec.decode("h", Arrays.copyOf(stored, stored.length - 1), described));
        }
    }

    @Test
    void bytesBehindAFrameAreCorrupt() {
        byte[] text = "@HD\tVN:1.6\n".repeat(9).getBytes(StandardCharsets.ISO_8859_1);
        byte[] stored = HeaderCodec.encode(text);
        byte[] empty = ZstdBytes.compress(new byte[0]);
        byte[] both = Arrays.copyOf(stored, stored.length + empty.length);
        System.arraycopy(empty, 0, both, stored.length, empty.length);
        assertCorrupt(() -> HeaderCodec.decode("h", both, HeaderCodec.describe(text, both)));
    }

    @Test
    void digestsOfPartsCombine() {
        byte[] bytes = new byte[100_000];
        new Random(1).nextBytes(bytes);
        StreamDigest whole = StreamDigest.of(bytes, 0, bytes.length, 30);
        for (int cut : new int[] {0, 1, 63, 64, 65_536, 99_999, 100_000}) {
            StreamDigest first = StreamDigest.of(bytes, 0, cut, 10);
            StreamDigest second = StreamDigest.of(bytes, cut, bytes.length - cut, 20);
            assertThat(first.then(second)).isEqualTo(whole);
        }
        assertThat(StreamDigest.EMPTY.then(whole)).isEqualTo(whole);
        assertThat(whole.hex()).hasSize(16);
    }

    private static void assertCorrupt(Runnable action) {
        assertThatThrownBy(action::run).isInstanceOfSatisfying(ReadsException.class, e -> {
            assertThat(e.kind()).isEqualTo(ErrorKind.CORRUPT);
            assertThat(e.resource()).isPresent();
            assertThat(e.field()).isPresent();
        });
    }
}
