package dev.bams3.format;

import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata.Blocks;
import dev.bams3.format.DatasetMetadata.Chunks;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.DatasetMetadata.DepthObject;
import dev.bams3.format.DatasetMetadata.HeaderObject;
import dev.bams3.format.DatasetMetadata.IndexObject;
import dev.bams3.format.DatasetMetadata.Source;
import dev.bams3.format.DatasetMetadata.SourceWarning;
import dev.bams3.sam.SamHeader.ReadGroup;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/** Strict on every name it knows, silent on every other; each failure names the field by its path. */
final class MetadataReader {
    private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})(?:[-+].*)?");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{8}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private final String object;

    MetadataReader(String object) {
        this.object = object;
    }

    DatasetMetadata read(byte[] json) {
        MetadataChecksum.State checksum = MetadataChecksum.check(json);
        if (checksum == MetadataChecksum.State.WRONG) {
            throw corrupt(MetadataChecksum.NAME, "does not agree with the bytes before it");
        }
        Object tree;
        try {
            tree = JsonTree.read(json);
        } catch (JacksonException _) {
            throw corrupt("JSON", "not one JSON object, or a name stands in it twice");
        }
        if (!(tree instanceof Map)) {
            throw corrupt("JSON", "not a JSON object");
        }
        Fields root = new Fields("", tree);
        String format = root.text("format");
        if (!format.equalsIgnoreCase(Bams3Format.NAME)) {
            throw corrupt("format", "is '" + format + "', not " + Bams3Format.NAME);
        }
        String version = version(root);
        List<String> features = features(root);
        if (checksum == MetadataChecksum.State.ABSENT) {
            throw corrupt(MetadataChecksum.NAME, "is not the last member (object truncated or edited?)");
        }
        if (!root.text("sort_order").equals(DatasetMetadata.SORT_ORDER)) {
            throw corrupt("sort_order", "is not " + DatasetMetadata.SORT_ORDER);
        }
        if (root.value("references") instanceof List) {
            throw unsupported(
                    "references",
                    "the dataset was made by a trial of version 1.0 before its release; convert its source again");
        }
        DatasetMetadata metadata = new DatasetMetadata(
                version,
                instant(root),
                root.text("created_by"),
                source(root.object("source")).withWarnings(warnings(root)),
                uuid(root),
                generation(root),
                features,
                compression(root.object("compression")),
                header(root.object("header")),
                index(root.object("index")),
                root.integer("references", 0, Integer.MAX_VALUE),
                reads(root.object("unplaced")),
                root.object("statistics").count("total_bases"),
                new Blocks(
                        root.object("blocks").count("count"),
                        root.object("blocks").count("size")),
                chunks(root.object("chunks")),
                readGroups(root),
                flagstat(root.object("statistics").object("flagstat")),
                digest(root.object("digest")),
                sha256(root.object("digest")),
                root.has("depth") ? Optional.of(depth(root.object("depth"))) : Optional.empty());
        checkTotals(root, metadata);
        return metadata;
    }

    private String version(Fields root) {
        String version = root.text("version");
        Matcher parts = VERSION.matcher(version);
        if (!parts.matches()) {
            throw corrupt("version", "'" + version + "' is not a version");
        }
        if (Integer.parseInt(parts.group(1)) != Bams3Format.MAJOR) {
            throw unsupported("version", "version " + version + " is not read here; this reader reads BAMS3 1.x");
        }
        return version;
    }

    private List<String> features(Fields root) {
        List<String> features = new ArrayList<>();
        for (Fields feature : root.array("required_features")) {
            features.add(feature.asText());
        }
        for (String feature : features) {
            if (!Bams3Format.FEATURES.contains(feature)) {
                throw unsupported(
                        "required_features",
                        "the dataset requires the feature '" + feature + "', which this reader does not have");
            }
        }
        return features;
    }

    private Instant instant(Fields root) {
        try {
            return Instant.parse(root.text("created"));
        } catch (DateTimeException _) {
            throw corrupt("created", "not an RFC 3339 time");
        }
    }

    private UUID uuid(Fields root) {
        String text = root.text("uuid");
        if (!UUID_TEXT.matcher(text).matches()) {
            throw corrupt("uuid", "not a UUID");
        }
        return UUID.fromString(text);
    }

    private String generation(Fields root) {
        String generation = root.text("generation");
        if (!DatasetLayout.isGeneration(generation)) {
            throw corrupt("generation", "not the name of a generation");
        }
        return generation;
    }

    private static Source source(Fields source) {
        return new Source(
                source.text("file"),
                source.has("size") ? OptionalLong.of(source.count("size")) : OptionalLong.empty(),
                source.optionalText("etag"),
                source.text("format"),
                source.optionalText("declared_order"),
                source.bool("sorted_on_conversion"));
    }

    private List<SourceWarning> warnings(Fields root) {
        List<SourceWarning> warnings = new ArrayList<>();
        if (root.has("warnings")) {
            for (Fields warning : root.array("warnings")) {
                warnings.add(new SourceWarning(warning.text("kind"), warning.count("count"), warning.text("example")));
            }
        }
        return warnings;
    }

    private static Compression compression(Fields compression) {
        return new Compression(compression.text("algorithm"), compression.integer("level", 0, 22));
    }

    private static HeaderObject header(Fields header) {
        return new HeaderObject(
                header.integer("size", 1, Integer.MAX_VALUE - 16),
                header.integer("raw_size", 0, Integer.MAX_VALUE - 16),
                header.crc("crc32c"));
    }

    private IndexObject index(Fields index) {
        long length = index.count("size");
        if (length < ObjectHead.LENGTH) {
            throw corrupt("index.size", length + " bytes");
        }
        return new IndexObject(
                length,
                section(index, "references", length),
                section(index, "totals", length),
                section(index, "pages", length),
                section(index, "chunks", length));
    }

    private DepthObject depth(Fields depth) {
        long length = depth.count("size");
        if (length < ObjectHead.LENGTH) {
            throw depth.corrupt("size", length + " bytes");
        }
        List<Integer> widths = new ArrayList<>();
        for (Fields width : depth.array("widths")) {
            long value = width.asCount();
            int last = widths.isEmpty() ? 0 : widths.getLast();
            if (value <= last || value > Integer.MAX_VALUE || last > 0 && value % last != 0) {
                throw depth.corrupt("widths", value + " after " + last);
            }
            widths.add((int) value);
        }
        if (widths.isEmpty() || widths.size() > DepthGrid.MAX_SCALES) {
            throw depth.corrupt("widths", widths.size() + " of them");
        }
        return new DepthObject(length, widths, section(depth, "pages", length));
    }

    private static Chunks chunks(Fields chunks) {
        return new Chunks(chunks.integer("count", 0, DatasetLayout.MAX_CHUNKS), chunks.count("size"));
    }

    private Optional<StoredSection> section(Fields index, String name, long indexLength) {
        if (!index.has(name)) {
            return Optional.empty();
        }
        Fields section = index.object(name);
        if (section.has("inline")) {
            try {
                return Optional.of(StoredSection.inline(Base64.getDecoder().decode(section.text("inline"))));
            } catch (IllegalArgumentException _) {
                throw section.corrupt("inline", "is not the Base64 of a section");
            }
        }
        long offset = section.count("offset");
        int length = section.integer("size", 1, Integer.MAX_VALUE - 16);
        if (offset < ObjectHead.LENGTH || offset > indexLength - length) {
            throw corrupt(section.path, length + " bytes at " + offset + " of an index of " + indexLength);
        }
        return Optional.of(StoredSection.at(new StoredRange(offset, length, section.crc("crc32c"))));
    }

    private static ReadsTotals reads(Fields entry) {
        return new ReadsTotals(
                entry.count("mapped"), entry.count("unmapped"), entry.count("bases"), entry.count("raw_bytes"));
    }

    private static List<ReadGroup> readGroups(Fields root) {
        List<ReadGroup> groups = new ArrayList<>();
        for (Fields group : root.array("read_groups")) {
            groups.add(new ReadGroup(
                    group.text("id"),
                    group.optionalText("sample"),
                    group.optionalText("library"),
                    group.optionalText("platform")));
        }
        return groups;
    }

    private static Flagstat flagstat(Fields counts) {
        Flagstat.Category[] categories = Flagstat.Category.values();
        long[] passed = new long[categories.length];
        long[] failed = new long[categories.length];
        for (Flagstat.Category category : categories) {
            List<Fields> pair = counts.array(category.key());
            if (pair.size() != 2) {
                throw counts.corrupt(category.key(), "not a pair of counts");
            }
            passed[category.ordinal()] = pair.get(0).asCount();
            failed[category.ordinal()] = pair.get(1).asCount();
        }
        return Flagstat.ofCounts(passed, failed);
    }

    private static StreamDigest digest(Fields digest) {
        return new StreamDigest(
                digest.crc("crc32c"), digest.crc("crc32"), digest.count("bytes"), digest.count("records"));
    }

    private static Optional<String> sha256(Fields digest) {
        Optional<String> text = digest.optionalText("sha256");
        if (text.isPresent() && !SHA256.matcher(text.get()).matches()) {
            throw digest.corrupt("sha256", "is not 64 hexadecimal digits");
        }
        return text;
    }

    private void checkTotals(Fields root, DatasetMetadata metadata) {
        Fields statistics = root.object("statistics");
        Flagstat flagstat = metadata.flagstat();
        long records = flagstat.count(Flagstat.Category.TOTAL);
        long mapped = flagstat.count(Flagstat.Category.MAPPED);
        agree(statistics, "total_reads", records);
        agree(statistics, "mapped_reads", mapped);
        agree(statistics, "unmapped_reads", records - mapped);
        agree(statistics, "duplicate_reads", flagstat.count(Flagstat.Category.DUPLICATES));
        agree(root.object("digest"), "records", records);
        if (metadata.unplaced().records() > records || metadata.unplaced().bases() > metadata.bases()) {
            throw corrupt("unplaced", "has more reads or bases than all together");
        }
        IndexObject index = metadata.index();
        boolean some = metadata.blocks().count() > 0;
        if (metadata.blocks().count() > records
                || metadata.blocks().length() > metadata.chunks().length()
                || (records > 0) != some
                || (metadata.chunks().count() > 0) != some
                || index.pages().isPresent() != some
                || index.chunks().isPresent() != some) {
            throw corrupt("blocks", "do not agree with records, chunks and index");
        }
        boolean named = metadata.references() > 0;
        if (index.references().isPresent() != named || index.totals().isPresent() != named) {
            throw corrupt("references", metadata.references() + ", but the index says otherwise");
        }
    }

    private static void agree(Fields fields, String name, long expected) {
        long found = fields.count(name);
        if (found != expected) {
            throw fields.corrupt(name, "is " + found + ", by the flagstat it is " + expected);
        }
    }

    private ReadsException corrupt(String field, String message) {
        return ReadsException.corrupt(object, 0, field, message);
    }

    private ReadsException unsupported(String field, String message) {
        return ReadsException.unsupported(object, field, message);
    }

    /** A JSON value and its path, for messages. */
    private final class Fields {
        private final String path;
        private final Object node;

        Fields(String path, Object node) {
            this.path = path;
            this.node = node;
        }

        private String pathOf(String name) {
            return path.isEmpty() ? name : path + "." + name;
        }

        ReadsException corrupt(String name, String message) {
            return MetadataReader.this.corrupt(pathOf(name), message);
        }

        boolean has(String name) {
            return node instanceof Map<?, ?> members && members.containsKey(name);
        }

        private Object value(String name) {
            Object value = node instanceof Map<?, ?> members ? members.get(name) : null;
            if (value == null) {
                throw corrupt(name, "is missing");
            }
            return value;
        }

        Fields object(String name) {
            Object value = value(name);
            if (!(value instanceof Map)) {
                throw corrupt(name, "is not an object");
            }
            return new Fields(pathOf(name), value);
        }

        List<Fields> array(String name) {
            if (!(value(name) instanceof List<?> values)) {
                throw corrupt(name, "is not an array");
            }
            List<Fields> elements = new ArrayList<>(values.size());
            for (Object value : values) {
                elements.add(new Fields(pathOf(name) + "[" + elements.size() + "]", value));
            }
            return elements;
        }

        String text(String name) {
            return new Fields(pathOf(name), value(name)).asText();
        }

        String asText() {
            if (!(node instanceof String text)) {
                throw MetadataReader.this.corrupt(path, "is not a text");
            }
            return text;
        }

        Optional<String> optionalText(String name) {
            return has(name) ? Optional.of(text(name)) : Optional.empty();
        }

        boolean bool(String name) {
            if (!(value(name) instanceof Boolean value)) {
                throw corrupt(name, "is neither true nor false");
            }
            return value;
        }

        long asCount() {
            if (!(node instanceof Long count) || count < 0 || count > Bams3Format.MAX_COUNT) {
                throw MetadataReader.this.corrupt(path, "is not a count");
            }
            return count;
        }

        long count(String name) {
            return new Fields(pathOf(name), value(name)).asCount();
        }

        int integer(String name, int min, int max) {
            long value = count(name);
            if (value < min || value > max) {
                throw corrupt(name, value + " is not from " + min + " to " + max);
            }
            return (int) value;
        }

        int crc(String name) {
            String text = text(name);
            if (!HEX.matcher(text).matches()) {
                throw corrupt(name, "is not eight hexadecimal digits");
            }
            return Integer.parseUnsignedInt(text, 16);
        }
    }
}
