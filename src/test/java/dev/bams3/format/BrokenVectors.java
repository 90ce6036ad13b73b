package dev.bams3.format;

import dev.bams3.fixtures.MutantDatasets;
import dev.bams3.format.DatasetWriter.Written;
import dev.bams3.format.block.BlockEncoder;
import dev.bams3.format.block.FormedBlock;
import dev.bams3.format.block.FormedBlock.Stream;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The datasets that have to be refused: the worked example with one thing wrong and the checksums above it right. */
final class BrokenVectors {
    private static final String CORRUPT = "corrupt";
    private static final String UNSUPPORTED = "unsupported";

    private final Map<String, byte[]> sound;
    private final DatasetMetadata metadata;
    private final String index;
    private final String chunk;
    private final String header;
    private final EncodedBlock block;
    private final List<BrokenVector> cases = new ArrayList<>();

    private BrokenVectors(Written base) {
        sound = base.objects();
        metadata = base.metadata();
        index = DatasetLayout.index(metadata.generation());
        chunk = DatasetLayout.chunk(metadata.generation(), 0);
        header = DatasetLayout.header(metadata.generation());
        byte[] records = FormatDocumentTest.records();
        try (BlockEncoder encoder = new BlockEncoder()) {
            block = encoder.encode(records, 0, records.length);
        }
    }

    private byte[] sound(String object) {
        return Objects.requireNonNull(sound.get(object), object);
    }

    static List<BrokenVector> all(Written base) {
        BrokenVectors made = new BrokenVectors(base);
        made.metadata();
        made.headerObject();
        made.heads();
        made.sections();
        made.chunk();
        made.block();
        made.streams();
        made.counts();
        return made.cases;
    }

    private void add(String name, String kind, String object, String field, Map<String, byte[]> objects) {
        cases.add(new BrokenVector(name, kind, object, field, objects));
    }

    private void document(String name, String kind, String field, String json) {
        add(name, kind, DatasetLayout.METADATA, field, Map.of(DatasetLayout.METADATA, MutantDatasets.sealed(json)));
    }

    private String json() {
        String text = new String(sound(DatasetLayout.METADATA), StandardCharsets.UTF_8);
        return text.substring(0, text.lastIndexOf(",\"checksum\"")) + "}";
    }

    private String json(String old, String replacement) {
        String text = json();
        if (!text.contains(old)) {
            throw new IllegalArgumentException(old);
        }
        return text.replace(old, replacement);
    }

    private void metadata() {
        document("format", CORRUPT, "format", json("\"BAMS3\"", "\"BAM\""));
        document("version 2", UNSUPPORTED, "version", json("\"version\":\"1.0.0\"", "\"version\":\"2.0.0\""));
        document("version of two parts", CORRUPT, "version", json("\"1.0.0\"", "\"1.0\""));
        document(
                "a required feature",
                UNSUPPORTED,
                "required_features",
                json("\"required_features\":[]", "\"required_features\":[\"example.org/later\"]"));
        document("references of a trial", UNSUPPORTED, "references", json("\"references\":1", "\"references\":[]"));
        document("no generation", CORRUPT, "generation", json("\"generation\":", "\"x\":"));
        document(
                "a generation above",
                CORRUPT,
                "generation",
                json("\"" + metadata.generation() + "\"", "\"../../other\""));
        document("a name twice", CORRUPT, "JSON", json("\"sort_order\":", "\"uuid\":\"\",\"sort_order\":"));
        document(
                "another order",
                CORRUPT,
                "sort_order",
                json("\"coordinate\",\"compression", "\"queryname\",\"compression"));
        document(
                "a uuid in capitals",
                CORRUPT,
                "uuid",
                json(metadata.uuid().toString(), "ABCDEFAB-0000-0000-0000-000000000000"));
        document("created without a zone", CORRUPT, "created", json("2026-11-22T00:00:00Z", "2026-11-22T00:00:00"));
        document(
                "a count that JSON readers round",
                CORRUPT,
                "statistics.total_bases",
                json("\"total_bases\":128", "\"total_bases\":9007199254740992"));
        document(
                "totals that differ",
                CORRUPT,
                "statistics.total_reads",
                json("\"total_reads\":16", "\"total_reads\":17"));
        document(
                "duplicates that differ",
                CORRUPT,
                "statistics.duplicate_reads",
                json("\"duplicate_reads\":0", "\"duplicate_reads\":3"));
        document("a pair of three", CORRUPT, "statistics.flagstat.read1", json("\"read1\":[8,0]", "\"read1\":[8,0,0]"));
        document("a checksum in capitals", CORRUPT, "digest.crc32c", json("\"e8719569\"", "\"E8719569\""));
        document("no index for references", CORRUPT, "references", json("\"references\":1,", "\"references\":0,"));
        String section = json();
        int at = section.indexOf("\"offset\":");
        document(
                "a section behind the index",
                CORRUPT,
                "index.chunks",
                section.substring(0, at) + section.substring(at).replaceFirst("\"offset\":\\d+", "\"offset\":120"));
        byte[] changed = sound(DatasetLayout.METADATA).clone();
        changed[20] ^= 1;
        add("a changed byte", CORRUPT, DatasetLayout.METADATA, "checksum", Map.of(DatasetLayout.METADATA, changed));
        add(
                "no checksum",
                CORRUPT,
                DatasetLayout.METADATA,
                "checksum",
                Map.of(DatasetLayout.METADATA, json().getBytes(StandardCharsets.UTF_8)));
    }

    private void headerObject() {
        byte[] stored = sound(header);
        byte[] changed = stored.clone();
        changed[changed.length - 1] ^= 1;
        add("a changed header", CORRUPT, header, "header", Map.of(header, changed));
        byte[] skippable = {0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0};
        byte[] two = Arrays.copyOf(stored, stored.length + skippable.length);
        System.arraycopy(skippable, 0, two, stored.length, skippable.length);
        String old = "\"size\":" + stored.length + ",\"raw_size\":"
                + metadata.header().rawLength() + ",\"crc32c\":\""
                + BrokenBytes.hex(metadata.header().crc32c()) + "\"";
        header("something behind the frame", two);
        header(
                "a window of 256 MiB",
                BrokenBytes.wide(ZstdBytes.decompress(
                        header, 0, "header", stored, metadata.header().rawLength())));
    }

    /** Another header object, to which the metadata leads. */
    private void header(String name, byte[] changed) {
        int stored = metadata.header().length();
        String old = "\"size\":" + stored + ",\"raw_size\":"
                + metadata.header().rawLength() + ",\"crc32c\":\""
                + BrokenBytes.hex(metadata.header().crc32c()) + "\"";
        String replacement = old.replace("size\":" + stored, "size\":" + changed.length)
                .replace(BrokenBytes.hex(metadata.header().crc32c()), BrokenBytes.hex(BrokenBytes.crc(changed)));
        add(
                name,
                CORRUPT,
                header,
                "header",
                Map.of(header, changed, DatasetLayout.METADATA, MutantDatasets.sealed(json(old, replacement))));
    }

    private void heads() {
        for (String object : List.of(index, chunk)) {
            String kind = object.equals(index) ? "index" : "chunk";
            head(kind + ": magic", CORRUPT, object, "magic", bytes -> bytes.put(0, (byte) 'X'));
            head(kind + ": checksum of the head", CORRUPT, object, "head checksum", null);
            head(kind + ": major version", UNSUPPORTED, object, "version", bytes -> bytes.putShort(4, (short) 2));
            head(kind + ": minor version", CORRUPT, object, "version", bytes -> bytes.putShort(6, (short) 7));
            head(kind + ": of another dataset", CORRUPT, object, "dataset", bytes -> bytes.put(8, (byte) 0));
            head(kind + ": number", CORRUPT, object, "ordinal", bytes -> bytes.putInt(24, 5));
            head(kind + ": generation", CORRUPT, object, "generation", bytes -> bytes.put(28, (byte) 'x'));
        }
    }

    private void head(String name, String kind, String object, String field, @Nullable Consumer<ByteBuffer> change) {
        byte[] bytes = sound(object).clone();
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (change == null) {
            bytes[61] ^= 1;
        } else {
            change.accept(buffer);
            buffer.putInt(60, ByteCursor.crc32c(bytes, 0, 60));
        }
        add(name, kind, object, field, Map.of(object, bytes));
    }

    private void sections() {
        byte[] page = section(index, block.at(0, 64));
        section("a section of another kind", CORRUPT, "section magic", page, bytes -> bytes.put(0, (byte) 'X'));
        section("a section without entries", CORRUPT, "section count", page, bytes -> bytes.putInt(4, 0));
        section(
                "a section of too many entries",
                CORRUPT,
                "section raw length",
                page,
                bytes -> bytes.putInt(4, 1 << 30));
        section(
                "a section of too many bytes",
                CORRUPT,
                "section raw length",
                page,
                bytes -> bytes.putInt(8, (1 << 30) + 1));
        section("a section codec", UNSUPPORTED, "section codec", page, bytes -> bytes.putInt(12, 2));
        section("a changed section", CORRUPT, "section", page, null);
        inline("two references of one name", "reference name", "references", ReferenceSection.encodeNames(twice()));
        inline(
                "more totals than references",
                "totals",
                "totals",
                ReferenceSection.encodeTotals(List.of(ReadsTotals.NONE, ReadsTotals.NONE)));
    }

    private static ReferenceDictionary twice() {
        // Two names of the same length, of which the second then becomes the first.
        return new ReferenceDictionary(List.of(new Reference("a", 1), new Reference("b", 1)));
    }

    /** The page's bytes in the index. */
    private byte[] section(String object, BlockEntry entry) {
        byte[] encoded = BlockSection.encode(List.of(entry));
        byte[] found = Arrays.copyOfRange(sound(object), 64, 64 + encoded.length);
        if (!Arrays.equals(found, encoded)) {
            throw new IllegalStateException("the page is not where it was");
        }
        return encoded;
    }

    /** A page of the index that is changed, and what leads to it. */
    private void section(String name, String kind, String field, byte[] page, @Nullable Consumer<ByteBuffer> change) {
        byte[] changed = page.clone();
        if (change == null) {
            changed[20] ^= 1;
        } else {
            change.accept(ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN));
        }
        byte[] whole = sound(index).clone();
        System.arraycopy(changed, 0, whole, 64, changed.length);
        Map<String, byte[]> objects = new LinkedHashMap<>();
        objects.put(index, whole);
        if (change != null) {
            StoredRange range = new StoredRange(64, changed.length, BrokenBytes.crc(changed));
            PageEntry entry = PageEntry.of(range, new StretchList<>(List.of(block.at(0, 64))));
            objects.put(
                    DatasetLayout.METADATA,
                    MutantDatasets.sealed(json(inlineText("pages"), base64(PageSection.encode(List.of(entry))))));
        }
        add(name, kind, index, field, objects);
    }

    private String inlineText(String name) {
        String text = json();
        int from = text.indexOf("\"inline\":\"", text.indexOf("\"" + name + "\":{")) + 10;
        return text.substring(from, text.indexOf('"', from));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private void inline(String name, String field, String member, byte[] section) {
        byte[] changed = section.clone();
        if (field.equals("reference name")) {
            changed[changed.length - 1] = changed[changed.length - 2];
        }
        add(
                name,
                CORRUPT,
                DatasetLayout.METADATA,
                field,
                Map.of(DatasetLayout.METADATA, MutantDatasets.sealed(json(inlineText(member), base64(changed)))));
    }

    private void chunk() {
        byte[] whole = sound(chunk);
        int tail = whole.length - ChunkReader.TAIL_LENGTH;
        add("a chunk that is cut", CORRUPT, chunk, "length", Map.of(chunk, Arrays.copyOf(whole, tail)));
        for (int at : new int[] {0, 16, 20}) {
            byte[] changed = whole.clone();
            changed[tail + at] ^= 1;
            String field = at == 20 ? "tail magic" : "tail checksum";
            add("a changed tail at byte " + at, CORRUPT, chunk, field, Map.of(chunk, changed));
        }
        byte[] changed = whole.clone();
        changed[tail - 5] ^= 1;
        add("a changed directory", CORRUPT, chunk, "section", Map.of(chunk, changed));
    }

    private void block() {
        byte[] stored = block.stored();
        int crcAt = 20 + (stored[18] & 0xFF | (stored[19] & 0xFF) << 8);
        blockHead("magic of the block", CORRUPT, "block magic", bytes -> bytes.put(0, (byte) 'X'));
        blockHead("raw length of the block", CORRUPT, "block raw length", bytes -> bytes.putInt(4, 1055));
        blockHead("records of the block", CORRUPT, "block records", bytes -> bytes.putInt(8, 17));
        blockHead("reference of the block", CORRUPT, "block checksum", bytes -> bytes.putInt(12, 3));
        blockHead("no reference", CORRUPT, "block reference", bytes -> bytes.putInt(12, -2));
        blockHead("no streams", CORRUPT, "stream count", bytes -> bytes.putShort(16, (short) 0));
        blockHead("fewer streams", CORRUPT, "stream table", bytes -> bytes.putShort(16, (short) 18));
        blockHead("order of the streams", CORRUPT, "stream id", bytes -> bytes.put(20, (byte) 3));
        byte[] changed = stored.clone();
        changed[crcAt] ^= 1;
        made("checksum of the block's head", CORRUPT, "block head checksum", FormedBlock.with(block, changed));
        byte[] last = stored.clone();
        last[last.length - 1] ^= 1;
        made("a changed stream", CORRUPT, "stream 64", FormedBlock.with(block, last));
        StreamDigest right = block.digest();
        made(
                "other records",
                CORRUPT,
                "block checksum",
                FormedBlock.with(
                        block, new StreamDigest(right.crc32c() ^ 1, right.crc32(), right.bytes(), right.records())));
    }

    private void blockHead(String name, String kind, String field, Consumer<ByteBuffer> change) {
        byte[] stored = block.stored().clone();
        int crcAt = 20 + (stored[18] & 0xFF | (stored[19] & 0xFF) << 8);
        ByteBuffer buffer = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        change.accept(buffer);
        buffer.putInt(crcAt, ByteCursor.crc32c(stored, 0, crcAt));
        made(name, kind, field, FormedBlock.with(block, stored));
    }

    private void streams() {
        for (int id : new int[] {1, 29, 48, 1088, 16_384}) {
            more("stream " + id, UNSUPPORTED, "stream " + id, Stream.plain(id, 0, new byte[] {1}));
        }
        changed("a codec", UNSUPPORTED, 4, "stream 4", s -> new Stream(4, 0, 3, s.raw(), s.stored()));
        BrokenRans.all(block).forEach((name, changed) -> made(name, CORRUPT, "stream 24", changed));
        changed("a transform", UNSUPPORTED, 24, "stream 24", s -> Stream.plain(24, 9, s.raw()));
        changed("a transform of a plain stream", UNSUPPORTED, 4, "stream 4", s -> Stream.plain(4, 1, s.raw()));
        more("records beside columns", CORRUPT, "stream 0", Stream.plain(0, 0, FormatDocumentTest.records()));
        more("too many raw bytes", CORRUPT, "stream raw length", Stream.plain(27, 0, new byte[70_000]));
        more("a stream of nothing", CORRUPT, "stream 6", Stream.plain(6, 0, new byte[] {100, 0, 0}));
        changed("two frames", CORRUPT, 3, "stream 3", s -> new Stream(3, 0, 1, s.raw(), BrokenBytes.twice(s.stored())));
        changed(
                "a stream's window of 256 MiB",
                CORRUPT,
                3,
                "stream 3",
                s -> new Stream(3, 0, 1, s.raw(), BrokenBytes.wide(s.raw())));
        changed("another length", CORRUPT, 3, "stream 3", s -> new Stream(3, 0, 1, new byte[31], s.stored()));
        for (int id : new int[] {2, 3, 4, 5, 7, 9, 10, 13, 23, 24, 26, 32, 64}) {
            changed(
                    "stream " + id + " cut",
                    CORRUPT,
                    id,
                    "stream " + id,
                    s -> Stream.plain(id, s.transform(), Arrays.copyOf(s.raw(), s.raw().length - 1)));
            changed(
                    "stream " + id + " too long",
                    CORRUPT,
                    id,
                    "stream " + id,
                    s -> Stream.plain(id, s.transform(), Arrays.copyOf(s.raw(), s.raw().length + 1)));
        }
        set("a link before the block", 9, 0, 1);
        set("a template that is not there", 10, 0, 2);
        set("a line that is not there", 26, 0, 2);
        set("a field that is not there", 25, 6, 9);
        set("no symbols", 24, 0, 0);
        set("seventeen symbols", 24, 0, 17);
        changed(
                "a mismatch beyond the bases",
                CORRUPT,
                22,
                "stream 23",
                s -> Stream.plain(22, 0, BrokenBytes.varint(128)));
        set("a symbol of a mismatch", 23, 0, 20);
        set("a run of nothing", 20, 1, 0);
        set("a width of five bytes", 64, 0, 5);
        changed(
                "too many lengths",
                CORRUPT,
                5,
                "stream 5",
                s -> Stream.plain(5, 0, Arrays.copyOf(BrokenBytes.varint(1L << 35), 21)));
    }

    private void set(String name, int id, int at, int value) {
        changed(name, CORRUPT, id, "stream " + id, s -> {
            byte[] raw = s.raw().clone();
            raw[at] = (byte) value;
            return Stream.plain(id, s.transform(), raw);
        });
    }

    private void changed(String name, String kind, int id, String field, UnaryOperator<Stream> change) {
        made(
                name,
                kind,
                field,
                FormedBlock.changed(
                        block,
                        streams -> streams.stream()
                                .map(stream -> stream.id() == id ? change.apply(stream) : stream)
                                .toList()));
    }

    private void more(String name, String kind, String field, Stream stream) {
        made(name, kind, field, FormedBlock.changed(block, streams -> {
            streams.add(stream);
            streams.sort(Comparator.comparingInt(Stream::id));
            return streams;
        }));
    }

    private void made(String name, String kind, String field, EncodedBlock changed) {
        add(name, kind, chunk, field, datasetOf(changed));
    }

    private Map<String, byte[]> datasetOf(EncodedBlock changed) {
        SamHeader text =
                new SamHeader(FormatDocumentTest.HEADER, new ReferenceDictionary(List.of(new Reference("chr1", 1000))));
        Map<String, byte[]> objects = new DatasetWriter(text, metadata.uuid(), metadata.generation())
                .chunk(0, List.of(changed))
                .finish()
                .objects();
        Map<String, byte[]> different = new LinkedHashMap<>(objects);
        different.entrySet().removeIf(object -> Arrays.equals(object.getValue(), sound.get(object.getKey())));
        return different;
    }

    /** What only a comparison with the records finds. */
    private void counts() {
        document(
                "flagstat that the records do not have",
                CORRUPT,
                "statistics.flagstat",
                json("\"read1\":[8,0],\"read2\":[8,0]", "\"read1\":[9,0],\"read2\":[7,0]"));
        document(
                "bases that the records do not have",
                CORRUPT,
                "statistics.total_bases",
                json("\"total_bases\":128", "\"total_bases\":127"));
        document(
                "a hash of others",
                CORRUPT,
                "digest.sha256",
                json("\"records\":16}", "\"records\":16,\"sha256\":\"" + "00".repeat(32) + "\"}"));
        document(
                "a hash that is cut",
                CORRUPT,
                "digest.sha256",
                json("\"records\":16}", "\"records\":16,\"sha256\":\"00\"}"));
        StreamDigest right = block.digest();
        StreamDigest longer = new StreamDigest(right.crc32c(), right.crc32(), (64L << 20) + 1, right.records());
        add(
                "a block of several records that is too long",
                CORRUPT,
                index,
                "block raw length",
                datasetOf(FormedBlock.with(block, longer)));
        document("a digest of others", CORRUPT, "digest", json("\"crc32\":\"5c6ebc71\"", "\"crc32\":\"5c6ebc72\""));
        add(
                "totals that the records do not have",
                CORRUPT,
                index,
                "totals",
                Map.of(
                        DatasetLayout.METADATA,
                        MutantDatasets.sealed(json(
                                inlineText("totals"),
                                base64(ReferenceSection.encodeTotals(List.of(new ReadsTotals(15, 1, 128, 1056))))))));
        document(
                "bytes of blocks",
                CORRUPT,
                "blocks",
                json(
                        "\"blocks\":{\"count\":1,\"size\":" + block.stored().length,
                        "\"blocks\":{\"count\":1,\"size\":1"));
    }
}
