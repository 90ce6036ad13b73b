package dev.bams3.format;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata.Chunks;
import dev.bams3.format.DatasetMetadata.Compression;
import dev.bams3.format.DatasetMetadata.HeaderObject;
import dev.bams3.format.DatasetMetadata.IndexObject;
import dev.bams3.format.DatasetMetadata.ReadsTotals;
import dev.bams3.format.DatasetMetadata.ReferenceReads;
import dev.bams3.format.DatasetMetadata.Source;
import dev.bams3.format.DatasetMetadata.SourceWarning;
import dev.bams3.genome.Reference;
import dev.bams3.sam.SamHeader.ReadGroup;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;

/** Strict on every name it knows, silent on every other; each failure names the field by its path. */
final class MetadataReader {
    private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})(?:[-+].*)?");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{8}");
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
        IndexObject index = index(root.object("index"));
        Chunks chunks = chunks(root.object("chunks"));
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
                index,
                references(root, index),
                reads(root.object("unplaced"), index),
                chunks,
                readGroups(root),
                flagstat(root.object("statistics").object("flagstat")),
                digest(root.object("digest")));
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
            throw unsupported("version " + version + " is not read here; this reader reads BAMS3 1.x");
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
                        "the dataset requires the feature '" + feature + "', which this reader does not have");
            }
        }
        return features;
    }

    private Instant instant(Fields root) {
        try {
            return Instant.parse(root.text("created"));
        } catch (DateTimeException _) {
            throw corrupt("created", "not an RFC 3339 time in UTC");
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
                source.has("size") ? OptionalLong.of(source.count("size", Long.MAX_VALUE)) : OptionalLong.empty(),
                source.optionalText("etag"),
                source.text("format"),
                source.optionalText("declared_order"),
                source.bool("sorted_on_conversion"));
    }

    private List<SourceWarning> warnings(Fields root) {
        List<SourceWarning> warnings = new ArrayList<>();
        if (root.has("warnings")) {
            for (Fields warning : root.array("warnings")) {
                warnings.add(new SourceWarning(
                        warning.text("kind"), warning.count("count", Long.MAX_VALUE), warning.text("example")));
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
        long length = index.count("size", Long.MAX_VALUE);
        if (length < ObjectHead.LENGTH) {
            throw corrupt("index.size", length + " bytes");
        }
        return new IndexObject(
                length,
                index.has("chunk_table")
                        ? Optional.of(section(index.object("chunk_table"), length))
                        : Optional.empty());
    }

    private static Chunks chunks(Fields chunks) {
        return new Chunks(chunks.integer("count", 0, DatasetLayout.MAX_CHUNKS), chunks.count("size", Long.MAX_VALUE));
    }

    private StoredRange section(Fields section, long indexLength) {
        long offset = section.count("offset", Long.MAX_VALUE);
        int length = section.integer("size", 1, Integer.MAX_VALUE - 16);
        if (offset < ObjectHead.LENGTH || offset > indexLength - length) {
            throw corrupt(section.path, length + " bytes at " + offset + " of an index of " + indexLength);
        }
        return new StoredRange(offset, length, section.crc("crc32c"));
    }

    private List<ReferenceReads> references(Fields root, IndexObject index) {
        List<ReferenceReads> references = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Fields entry : root.array("references")) {
            String name = entry.text("name");
            if (name.isEmpty() || !names.add(name)) {
                throw corrupt(entry.path + ".name", "empty, or a name that stands twice");
            }
            Reference reference = new Reference(name, entry.integer("length", 0, Integer.MAX_VALUE));
            references.add(new ReferenceReads(reference, reads(entry, index)));
        }
        return references;
    }

    private ReadsTotals reads(Fields entry, IndexObject index) {
        Optional<StoredRange> section =
                entry.has("section") ? Optional.of(section(entry.object("section"), index.length())) : Optional.empty();
        ReadsTotals reads = new ReadsTotals(
                entry.countOrZero("mapped"),
                entry.countOrZero("unmapped"),
                entry.countOrZero("bases"),
                entry.countOrZero("raw_bytes"),
                entry.countOrZero("stored_bytes"),
                entry.has("blocks") ? entry.integer("blocks", 0, Integer.MAX_VALUE) : 0,
                section);
        if (section.isPresent() != (reads.blocks() > 0) || reads.records() < reads.blocks()) {
            throw corrupt(entry.path + ".blocks", reads.blocks() + " blocks of " + reads.records() + " records");
        }
        return reads;
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
                digest.crc("crc32c"),
                digest.crc("crc32"),
                digest.count("bytes", Long.MAX_VALUE),
                digest.count("records", Long.MAX_VALUE));
    }

    private void checkTotals(Fields root, DatasetMetadata metadata) {
        long records = metadata.unplaced().records();
        long bytes = metadata.unplaced().rawBytes();
        long stored = metadata.unplaced().storedBytes();
        for (ReferenceReads reference : metadata.references()) {
            records += reference.reads().records();
            bytes += reference.reads().rawBytes();
            stored += reference.reads().storedBytes();
        }
        Fields statistics = root.object("statistics");
        long total = statistics.count("total_reads", Long.MAX_VALUE);
        long mapped = statistics.count("mapped_reads", Long.MAX_VALUE);
        if (records != metadata.digest().records()
                || records != total
                || records != metadata.flagstat().count(Flagstat.Category.TOTAL)
                || mapped != metadata.flagstat().count(Flagstat.Category.MAPPED)) {
            throw corrupt("statistics.total_reads", "the counts of references, digest and flagstat disagree");
        }
        if (bytes != metadata.digest().bytes()) {
            throw corrupt("digest.bytes", "is not the sum over the references, " + bytes);
        }
        if (stored > metadata.chunks().length()
                || (records > 0) != (metadata.chunks().count() > 0)
                || (records > 0) != metadata.index().chunkTable().isPresent()) {
            throw corrupt("chunks", "do not hold the blocks of the references");
        }
    }

    private ReadsException corrupt(String field, String message) {
        return ReadsException.corrupt(object, 0, field, message);
    }

    private ReadsException unsupported(String message) {
        return ReadsException.of(ErrorKind.UNSUPPORTED_VERSION, message).in(object);
    }

    /** One JSON value and its path, for messages. */
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
            if (!(node instanceof Long count) || count < 0) {
                throw MetadataReader.this.corrupt(path, "is not a count");
            }
            return count;
        }

        long count(String name, long max) {
            long count = new Fields(pathOf(name), value(name)).asCount();
            if (count > max) {
                throw corrupt(name, count + " is over " + max);
            }
            return count;
        }

        long countOrZero(String name) {
            return has(name) ? count(name, Long.MAX_VALUE >>> 20) : 0;
        }

        int integer(String name, int min, int max) {
            long value = count(name, max);
            if (value < min) {
                throw corrupt(name, value + " is under " + min);
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
