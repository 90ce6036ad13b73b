package dev.bams3.format;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.dataset.StoredDepth;
import dev.bams3.format.block.BlockFrame;
import dev.bams3.format.block.FormedBlock;
import dev.bams3.storage.ByteRange;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Streams, transforms, codecs and sections: those that the specification defines, and those that datasets have. */
final class VectorNumbers {
    private static final Path SPECIFICATION = Path.of("docs/format.md");
    private static final int FIRST_OF_TAGS = 64;
    private static final int AFTER_TAGS = 1088;

    private final Set<String> found = new TreeSet<>();

    Set<String> found() {
        return found;
    }

    /** Returns what the tables of the specification define, in the words of {@link #found}. */
    static Set<String> specified() {
        String text;
        try {
            text = Files.readString(SPECIFICATION);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Set<String> all = new TreeSet<>();
        Matcher streams = Pattern.compile("(?m)^\\| (\\d+)(?: \\+ n)? \\| [a-z A-Z]+ \\| ([0-9, ]+) \\| .*$")
                .matcher(text);
        while (streams.find()) {
            add(all, "stream " + streams.group(1), streams.group(2));
        }
        Matcher types = Pattern.compile("(?m)^\\| ([A-Za-z](?:, [A-Za-z])*) \\| ([0-9, ]+) \\| .*$")
                .matcher(text);
        while (types.find()) {
            for (String type : types.group(1).split(", ")) {
                all.add("type " + type);
            }
            add(all, "stream " + FIRST_OF_TAGS, types.group(2));
        }
        Matcher sections = Pattern.compile("\\*\\*`(B3[A-Z]{2})`").matcher(text);
        while (sections.find()) {
            all.add("section " + sections.group(1));
        }
        all.add("codec 2");
        for (int codec = 0; codec < 2; codec++) {
            all.add("codec " + codec);
            all.add("codec of a section " + codec);
        }
        for (String section : List.of("references", "totals", "pages", "chunks")) {
            all.add(section + " in the index");
            if (!section.equals("chunks")) {
                all.add(section + " inline");
            }
        }
        return all;
    }

    private static void add(Set<String> all, String stream, String transforms) {
        for (String transform : transforms.strip().split("[, ]+")) {
            all.add(stream + ", transform " + transform);
        }
    }

    void add(OpenDataset dataset) {
        DatasetMetadata.IndexObject index = dataset.metadata().index();
        section(dataset, "references", index.references());
        section(dataset, "totals", index.totals());
        section(dataset, "pages", index.pages());
        section(dataset, "chunks", index.chunks());
        dataset.metadata().depth().ifPresent(described -> {
            head(described.pages().orElseThrow().inlineBytes().orElseThrow());
            StoredDepth depth = dataset.depth().orElseThrow();
            for (DepthPageEntry page : depth.pages().all()) {
                ByteRange range =
                        new ByteRange(page.section().offset(), page.section().length());
                head(dataset.store().getRange(new ObjectKey(depth.object()), range, ETag.ANY));
            }
        });
        for (PageEntry page : dataset.pages().all()) {
            head(indexPart(dataset, page.section()));
        }
        for (BlockEntry block : dataset.blocks().all()) {
            ByteRange range = new ByteRange(block.offset(), block.storedLength());
            block(new BlockFrame(
                    "chunk", dataset.store().getRange(dataset.chunkKey(block.chunk()), range, ETag.ANY), 0, block));
        }
    }

    private static byte[] indexPart(OpenDataset dataset, StoredRange range) {
        return dataset.store()
                .getRange(new ObjectKey(dataset.indexName()), new ByteRange(range.offset(), range.length()), ETag.ANY);
    }

    private void section(OpenDataset dataset, String name, Optional<StoredSection> section) {
        section.ifPresent(stored -> {
            Optional<byte[]> inline = stored.inlineBytes();
            found.add(name + (inline.isPresent() ? " inline" : " in the index"));
            head(inline.orElseGet(() -> indexPart(dataset, stored.range())));
        });
    }

    private void head(byte[] section) {
        found.add("section " + new String(section, 0, 4, StandardCharsets.ISO_8859_1));
        found.add("codec of a section "
                + ByteBuffer.wrap(section).order(ByteOrder.LITTLE_ENDIAN).getInt(12));
    }

    private void block(BlockFrame frame) {
        for (FormedBlock.Stream stream : FormedBlock.streams(frame)) {
            boolean isTag = stream.id() >= FIRST_OF_TAGS && stream.id() < AFTER_TAGS;
            found.add("stream " + (isTag ? FIRST_OF_TAGS : stream.id() >= 32 && stream.id() < 48 ? 32 : stream.id())
                    + ", transform " + stream.transform());
            found.add("codec " + stream.codec());
            if (stream.id() == 25) {
                types(stream.raw());
            }
        }
    }

    private void types(byte[] dictionary) {
        ByteCursor in = new ByteCursor("dictionary", dictionary, 0, dictionary.length, 0);
        for (int i = in.varint32("fields", 1024); i > 0; i--) {
            in.u16("tag");
            char type = (char) in.u8("type");
            found.add("type " + type);
            if (type == 'B') {
                in.u8("element");
            }
        }
    }
}
