package dev.bams3.format;

import dev.bams3.format.DatasetMetadata.DepthObject;
import dev.bams3.format.DatasetWriter.Written;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** Summaries of depth that have to be refused: that of the vector `depth` with one thing wrong and the checksums above it right. */
final class BrokenDepth {
    private static final String CORRUPT = "corrupt";
    private static final String UNSUPPORTED = "unsupported";

    private final DatasetMetadata metadata;
    private final String object;
    private final byte[] sound;
    private final DepthGrid grid;
    private final DepthPages pages;
    private final List<BrokenVector> cases = new ArrayList<>();

    private BrokenDepth(Written base) {
        metadata = base.metadata();
        object = DatasetLayout.depth(metadata.generation());
        sound = Objects.requireNonNull(base.objects().get(object));
        DepthObject described = metadata.depth().orElseThrow();
        grid = new DepthGrid(described.widths(), Vectors.depth().header().references());
        StoredSection list = described.pages().orElseThrow();
        pages = DepthPages.decode(object, list.inlineBytes().orElseThrow(), list.range(), grid, described.length());
    }

    static List<BrokenVector> all(Written base) {
        BrokenDepth made = new BrokenDepth(base);
        made.document();
        made.head();
        made.list();
        made.numbers();
        return made.cases;
    }

    private void document() {
        DepthObject depth = metadata.depth().orElseThrow();
        of(
                "no width",
                DatasetLayout.METADATA,
                "depth.widths",
                new DepthObject(depth.length(), List.of(), depth.pages()),
                sound);
        of(
                "a width that is no multiple",
                DatasetLayout.METADATA,
                "depth.widths",
                new DepthObject(depth.length(), List.of(2, 5), depth.pages()),
                sound);
        of(
                "a size below the head's",
                DatasetLayout.METADATA,
                "depth.size",
                new DepthObject(63, depth.widths(), depth.pages()),
                sound);
        of("an object that is too long", object, "length", depth, Arrays.copyOf(sound, sound.length + 1));
    }

    private void of(String name, String about, String field, DepthObject depth, byte[] bytes) {
        add(name, CORRUPT, about, field, depth, bytes);
    }

    private void add(String name, String kind, String about, String field, DepthObject depth, byte[] bytes) {
        cases.add(new BrokenVector(
                name,
                kind,
                about,
                field,
                Map.of(
                        DatasetLayout.METADATA,
                        MetadataCodec.encode(metadata.withDepth(Optional.of(depth))),
                        object,
                        bytes)));
    }

    private void head() {
        DepthObject depth = metadata.depth().orElseThrow();
        byte[] index = new ObjectHead(ObjectHead.INDEX, metadata.uuid(), metadata.generation(), 0).encode();
        of("the head of an index", object, "magic", depth, withHead(index));
        byte[] numbered = new ObjectHead(ObjectHead.DEPTH, metadata.uuid(), metadata.generation(), 1).encode();
        of("a number", object, "ordinal", depth, withHead(numbered));
        byte[] changed = sound.clone();
        changed[9] ^= 1;
        of("the head's checksum", object, "head checksum", depth, changed);
        byte[] page = sound.clone();
        page[80] ^= 1;
        of("a page's checksum", object, "section", depth, page);
    }

    private byte[] withHead(byte[] head) {
        byte[] bytes = sound.clone();
        System.arraycopy(head, 0, bytes, 0, head.length);
        return bytes;
    }

    private void list() {
        List<DepthPageEntry> entries = pages.all();
        DepthPageEntry last = entries.getLast();
        listed("a page behind the last", "depth page", new DepthPageEntry(grid.pages(), last.section()));
        StoredRange far = new StoredRange(
                sound.length, last.section().length(), last.section().crc32c());
        listed("a page behind the object", "depth page offset", new DepthPageEntry(last.number(), far));
        List<DepthPageEntry> fewer = entries.subList(0, entries.size() - 1);
        listed("a page that is left out", "stated", fewer);
    }

    private void listed(String name, String field, DepthPageEntry last) {
        List<DepthPageEntry> entries = new ArrayList<>(pages.all());
        entries.set(entries.size() - 1, last);
        listed(name, field, entries);
    }

    private void listed(String name, String field, List<DepthPageEntry> entries) {
        StoredSection list = StoredSection.inline(DepthSection.encode(entries));
        of(
                name,
                field.equals("stated") ? object : DatasetLayout.METADATA,
                field,
                new DepthObject(sound.length, grid.widths(), Optional.of(list)),
                sound);
    }

    /** The last page, which is one bin of three references, with other columns. */
    private void numbers() {
        rewritten("a count of entries", CORRUPT, "section count", body -> body.u8(0), 4);
        rewritten(
                "more uncovered positions than there are",
                CORRUPT,
                "depth uncovered",
                body -> {
                    body.varint(10_001);
                    body.varint(0);
                },
                0);
        rewritten(
                "a sum below the covered positions",
                CORRUPT,
                "depth sum",
                body -> {
                    covered(body);
                    body.varint(2 * 9_999);
                },
                0);
        rewritten(
                "a negative sum",
                CORRUPT,
                "depth sum",
                body -> {
                    covered(body);
                    body.varint(1);
                },
                0);
        rewritten(
                "a least depth of 0 where all are covered",
                CORRUPT,
                "depth min",
                body -> {
                    covered(body);
                    body.varint(2 * 10_000);
                    body.varint(0);
                    body.varint(0);
                    body.varint(1);
                },
                0);
        rewritten(
                "a depth beyond the sum",
                CORRUPT,
                "depth max",
                body -> {
                    covered(body);
                    body.varint(2 * 10_000);
                    body.varint(0);
                    body.varint(0);
                    body.varint(0);
                    body.varint(0);
                    body.varint(0);
                    body.varint(1);
                },
                0);
        rewritten(
                "bytes behind the columns",
                CORRUPT,
                "section",
                body -> {
                    body.varint(10_000);
                    body.varint(10_000);
                    body.varint(10_000);
                    body.u8(0);
                },
                0);
        rewritten("cut", CORRUPT, "depth sum", this::covered, 0);
        rewritten(
                "numbers of other records",
                CORRUPT,
                "stated",
                body -> {
                    covered(body);
                    body.varint(2 * 10_000);
                    body.varint(0);
                    body.varint(0);
                    body.varint(0);
                    body.varint(0);
                    body.varint(0);
                    body.varint(0);
                    body.varint(0);
                    body.varint(0);
                },
                0);
        DepthPageEntry last = pages.all().getLast();
        byte[] section = Arrays.copyOfRange(
                sound, (int) last.section().offset(), (int) last.section().end());
        section[12] = 7;
        replaced("a codec", UNSUPPORTED, "section codec", section);
    }

    /** Three bins all of whose positions are covered. */
    private void covered(ByteSink body) {
        body.varint(0);
        body.varint(0);
        body.varint(0);
    }

    /** @param entries what the section says that it has; 0: as many as the page has bins */
    private void rewritten(String name, String kind, String field, Consumer<ByteSink> columns, int entries) {
        ByteSink body = new ByteSink(64);
        columns.accept(body);
        for (int i = 1; i < entries; i++) {
            body.u8(0);
        }
        replaced(name, kind, field, IndexSection.encode("B3DP", entries > 0 ? entries : 3, body, 1));
    }

    /** Puts other bytes in the place of the last page. */
    private void replaced(String name, String kind, String field, byte[] section) {
        DepthPageEntry last = pages.all().getLast();
        int offset = (int) last.section().offset();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(sound, 0, offset);
        bytes.writeBytes(section);
        List<DepthPageEntry> entries = new ArrayList<>(pages.all());
        StoredRange range = new StoredRange(offset, section.length, ByteCursor.crc32c(section, 0, section.length));
        entries.set(entries.size() - 1, new DepthPageEntry(last.number(), range));
        StoredSection list = StoredSection.inline(DepthSection.encode(entries));
        add(
                name,
                kind,
                object,
                field,
                new DepthObject(bytes.size(), grid.widths(), Optional.of(list)),
                bytes.toByteArray());
    }
}
