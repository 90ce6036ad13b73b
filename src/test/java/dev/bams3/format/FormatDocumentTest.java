package dev.bams3.format;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.format.DatasetMetadata.Blocks;
import dev.bams3.format.DatasetMetadata.Chunks;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.DatasetMetadata.IndexObject;
import dev.bams3.format.DatasetMetadata.Source;
import dev.bams3.format.block.BlockDecoder;
import dev.bams3.format.block.BlockEncoder;
import dev.bams3.format.block.BlockFrame;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.BamRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The worked example of docs/format.md is what the writer writes and what the reader reads. */
@Tag("fast")
class FormatDocumentTest {
    private static final UUID DATASET = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final String GENERATION = "20260102T030405Z-00112233";
    static final byte[] HEADER =
            "@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:1000\n".getBytes(StandardCharsets.US_ASCII);

    private final byte[] records = records();
    private final byte[] header = HeaderCodec.encode(HEADER);
    private final byte[] chunk;
    private final byte[] index;
    private final byte[] metadata;
    private final BlockEntry entry;
    private final long chunkTableAt;

    FormatDocumentTest() {
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        ChunkWriter writer = new ChunkWriter(DATASET, GENERATION, 0);
        RecordStatistics statistics = new RecordStatistics(1);
        object.writeBytes(writer.head());
        try (BlockEncoder encoder = new BlockEncoder()) {
            EncodedBlock block = encoder.encode(records, 0, records.length);
            statistics.add(block);
            entry = writer.add(block);
            object.writeBytes(block.stored());
        }
        object.writeBytes(writer.finish());
        chunk = object.toByteArray();
        IndexWriter indexWriter = new IndexWriter(DATASET, GENERATION);
        IndexObject indexObject = indexWriter.write(
                new ReferenceDictionary(List.of(new Reference("chr1", 1000))),
                statistics.totals(),
                List.of(entry),
                List.of(writer.entry()));
        chunkTableAt = indexObject.chunks().orElseThrow().range().offset();
        index = indexWriter.toByteArray();
        metadata = MetadataCodec.encode(new DatasetMetadata(
                Bams3Format.VERSION,
                Instant.parse("2026-01-02T03:04:05Z"),
                "bams3-server/1.0.0",
                new Source("in.bam", OptionalLong.empty(), Optional.empty(), "BAM", Optional.of("coordinate"), false),
                DATASET,
                GENERATION,
                List.of(),
                Compression.DEFAULT,
                HeaderCodec.describe(HEADER, header),
                indexObject,
                1,
                statistics.totals(Bams3Format.UNPLACED),
                statistics.bases(),
                new Blocks(1, entry.storedLength()),
                new Chunks(1, chunk.length),
                List.of(),
                statistics.flagstat(),
                statistics.digest(),
                Optional.empty()));
    }

    /** Prints the example, to replace that of the document. */
    public static void main(String[] args) {
        System.out.print(new FormatDocumentTest().example());
    }

    /** Eight pairs, the second read of each 20 bases behind the first; the third read differs in one base. */
    static byte[] records() {
        ByteBuffer out = ByteBuffer.allocate(4000).order(ByteOrder.LITTLE_ENDIAN);
        String genome = "ACGTTGCAACGGTCAA".repeat(4);
        for (int i = 0; i < 16; i++) {
            int start = 2 * (i % 8) + (i < 8 ? 0 : 20);
            int mate = i < 8 ? start + 20 : start - 20;
            byte[] name = ("run:1:" + (700 + 37 * (i % 8)) + "\0").getBytes(StandardCharsets.US_ASCII);
            out.putInt(32 + name.length + 4 + 4 + 8 + 4).putInt(0).putInt(start);
            out.put((byte) name.length).put((byte) 60);
            out.putShort((short) BamRecord.computedBin(start, start + 8)).putShort((short) 1);
            out.putShort((short) (i < 8 ? 99 : 147));
            out.putInt(8).putInt(0).putInt(mate).putInt(i < 8 ? 28 : -28);
            out.put(name).putInt(8 << 4);
            for (int k = 0; k < 8; k += 2) {
                int high = code(genome.charAt(start + k));
                int low = code(genome.charAt(start + k + 1));
                out.put((byte) (high << 4 | (i == 2 && k == 4 ? 15 : low)));
            }
            for (int k = 0; k < 8; k++) {
                out.put((byte) (k < 6 ? 37 : i % 2 == 0 ? 25 : 11));
            }
            out.put("NMC".getBytes(StandardCharsets.US_ASCII)).put((byte) (i == 2 ? 1 : 0));
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static int code(char base) {
        return 1 << "ACGT".indexOf(base);
    }

    @Test
    void theDocumentHasTheBytesThatTheWriterWrites() throws IOException {
        String expected = example();
        String document = Files.readString(Path.of("docs/format.md"));
        int at = document.indexOf("### Example bytes\n");
        assertThat(document.substring(Math.max(0, at)))
                .as("the example of docs/format.md; a new zstd may compress otherwise: then replace it")
                .isEqualTo(expected);
    }

    @Test
    void theReaderReadsTheBytesOfTheDocument() throws IOException {
        String document = Files.readString(Path.of("docs/format.md"));
        byte[] documentChunk = hex(document, "chunks/000000.b3c");
        byte[] documentIndex = hex(document, "index.b3i");
        Matcher json = Pattern.compile("```json\n(.*?)\n```", Pattern.DOTALL).matcher(document);
        assertThat(json.find()).isTrue();
        DatasetMetadata read =
                MetadataCodec.decode("_metadata.json", json.group(1).getBytes(StandardCharsets.UTF_8));
        assertThat(HeaderCodec.decode("header", hex(document, "header.sam.zst"), read.header()))
                .isEqualTo(HEADER);
        StoredSection names = read.index().references().orElseThrow();
        assertThat(BlockIndex.references("m", names.inlineBytes().orElseThrow(), names.range())
                        .get(0))
                .isEqualTo(new Reference("chr1", 1000));
        StoredSection list = read.index().pages().orElseThrow();
        PageEntry page = BlockIndex.pages("m", list.inlineBytes().orElseThrow(), list.range())
                .all()
                .getFirst();
        StretchList<BlockEntry> blocks = BlockIndex.blocks("index", part(documentIndex, page.section()), page);
        StoredRange table = read.index().chunks().orElseThrow().range();
        BlockIndex.check(
                "index", blocks.all().getFirst(), BlockIndex.chunks("index", part(documentIndex, table), table));
        try (BlockDecoder decoder = new BlockDecoder()) {
            BlockEntry block = blocks.all().getFirst();
            assertThat(decoder.decode("chunk", documentChunk, (int) block.offset(), block))
                    .isEqualTo(records)
                    .isEqualTo(hex(document, "records"));
        }
    }

    private static byte[] part(byte[] object, StoredRange range) {
        return Arrays.copyOfRange(object, (int) range.offset(), (int) range.end());
    }

    /** Bytes of the fenced text below a line that names the object; what stands behind # is a comment. */
    private static byte[] hex(String document, String object) {
        Matcher found = Pattern.compile("`" + object + "`[^`]*```\n(.*?)```", Pattern.DOTALL)
                .matcher(document.substring(document.indexOf("### Example bytes")));
        assertThat(found.find()).as(object).isTrue();
        String digits = found.group(1).replaceAll("#[^\n]*", "").replaceAll("\\s", "");
        return HexFormat.of().parseHex(digits);
    }

    private String example() {
        StringBuilder out = new StringBuilder("### Example bytes\n\n`_metadata.json`:\n```json\n");
        out.append(new String(metadata, StandardCharsets.UTF_8)).append("\n```\n\n");
        out.append("`header.sam.zst`:\n```\n");
        rows(out, header, 0, header.length, "");
        out.append("```\n\n`index.b3i`:\n```\n");
        int chunkTable = (int) chunkTableAt;
        rows(out, index, 0, 64, "head");
        rows(out, index, 64, chunkTable, "list of blocks");
        rows(out, index, chunkTable, index.length, "list of chunks");
        out.append("```\n\n`chunks/000000.b3c`:\n```\n");
        rows(out, chunk, 0, 64, "head");
        BlockFrame frame = new BlockFrame("chunk", chunk, 64, entry);
        rows(out, chunk, 64, 84, "block head");
        int at = 84;
        for (int i = 0; i < frame.count; i++) {
            int length = rowLength(frame, i);
            rows(out, chunk, at, at + length, "stream " + frame.ids[i]);
            at += length;
        }
        rows(out, chunk, at, at + 4, "CRC-32C of head and table");
        for (int i = 0; i < frame.count; i++) {
            rows(
                    out,
                    chunk,
                    frame.offsets[i],
                    frame.offsets[i] + frame.storedLengths[i],
                    "stream " + frame.ids[i] + (frame.codecs[i] == 0 ? "" : ", zstd"));
        }
        int directory = (int) entry.offset() + entry.storedLength();
        rows(out, chunk, directory, chunk.length - ChunkReader.TAIL_LENGTH, "directory");
        rows(out, chunk, chunk.length - ChunkReader.TAIL_LENGTH, chunk.length, "tail");
        out.append("```\n\nThe `records` that they decode to:\n```\n");
        for (int i = 0, record = 0; record < records.length; record += BamRecord.length(records, record), i++) {
            rows(out, records, record, record + BamRecord.length(records, record), "record " + i);
        }
        return out.append("```\n").toString();
    }

    private static int rowLength(BlockFrame frame, int stream) {
        ByteSink row = new ByteSink(32);
        row.varint(frame.ids[stream]);
        row.u16(0);
        row.varint(frame.rawLengths[stream]);
        row.varint(frame.storedLengths[stream]);
        row.int32(0);
        return row.size();
    }

    private static void rows(StringBuilder out, byte[] bytes, int from, int to, String comment) {
        for (int at = from; at < to; at += 32) {
            out.append(HexFormat.of().formatHex(bytes, at, Math.min(to, at + 32)));
            out.append(at == from && !comment.isEmpty() ? "  # " + comment + "\n" : "\n");
        }
    }
}
