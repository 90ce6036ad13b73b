package dev.bams3.format;

import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetMetadata.DepthObject;
import dev.bams3.format.DatasetMetadata.SourceWarning;
import dev.bams3.sam.SamHeader.ReadGroup;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * {@code _metadata.json}: one JSON object. Names of v0.x are kept where they mean the same, so that one small read tells
 * the versions apart.
 */
public final class MetadataCodec {
    private static final JsonFactory JSON = new JsonFactory();

    private MetadataCodec() {}

    /** The bytes of {@code _metadata.json}, UTF-8; the same metadata gives the same bytes. */
    public static byte[] encode(DatasetMetadata metadata) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8)) {
            json.writeStartObject();
            json.writeStringProperty("format", Bams3Format.NAME);
            json.writeStringProperty("version", metadata.version());
            json.writeStringProperty("created", metadata.created().toString());
            json.writeStringProperty("created_by", metadata.createdBy());
            writeSource(json, metadata.source());
            writeWarnings(json, metadata.source().warnings());
            json.writeStringProperty("uuid", metadata.uuid().toString());
            json.writeStringProperty("generation", metadata.generation());
            json.writeArrayPropertyStart("required_features");
            metadata.requiredFeatures().forEach(json::writeString);
            json.writeEndArray();
            json.writeStringProperty("sort_order", DatasetMetadata.SORT_ORDER);
            json.writeObjectPropertyStart("compression");
            json.writeStringProperty("algorithm", metadata.compression().algorithm());
            json.writeNumberProperty("level", metadata.compression().level());
            json.writeEndObject();
            writeStatistics(json, metadata);
            writeDigest(json, metadata);
            writeObjects(json, metadata);
            metadata.depth().ifPresent(depth -> writeDepth(json, depth));
            json.writeArrayPropertyStart("read_groups");
            metadata.readGroups().forEach(group -> writeReadGroup(json, group));
            json.writeEndArray();
            json.writeEndObject();
        }
        return MetadataChecksum.seal(bytes.toByteArray());
    }

    /**
     * Returns the bytes of {@code _metadata.json} with a summary of depth; all that was there stays as it is, also what this
     * version does not know.
     *
     * @param json what {@link #decode} reads, without a summary
     */
    public static byte[] withDepth(byte[] json, DepthObject depth) {
        ByteArrayOutputStream member = new ByteArrayOutputStream();
        try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), member, JsonEncoding.UTF8)) {
            generator.writeStartObject();
            writeDepth(generator, depth);
            generator.writeEndObject();
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(MetadataChecksum.unsealed(json));
        all.write(',');
        all.write(member.toByteArray(), 1, member.size() - 1);
        return MetadataChecksum.seal(all.toByteArray());
    }

    /**
     * Reads {@code _metadata.json}.
     *
     * @param object name of the object, for messages
     * @throws ReadsException UNSUPPORTED_VERSION naming the version or the feature that is not read here (v0.x among
     *     them), CORRUPT naming the field for everything else
     */
    public static DatasetMetadata decode(String object, byte[] json) {
        return new MetadataReader(object).read(json);
    }

    private static void writeSource(JsonGenerator json, DatasetMetadata.Source source) {
        json.writeObjectPropertyStart("source");
        json.writeStringProperty("file", source.uri());
        json.writeStringProperty("format", source.format());
        source.size().ifPresent(size -> json.writeNumberProperty("size", size));
        source.etag().ifPresent(etag -> json.writeStringProperty("etag", etag));
        source.declaredOrder().ifPresent(order -> json.writeStringProperty("declared_order", order));
        json.writeBooleanProperty("sorted_on_conversion", source.sortedOnConversion());
        json.writeEndObject();
    }

    private static void writeWarnings(JsonGenerator json, List<SourceWarning> warnings) {
        if (warnings.isEmpty()) {
            return;
        }
        json.writeArrayPropertyStart("warnings");
        for (SourceWarning warning : warnings) {
            json.writeStartObject();
            json.writeStringProperty("kind", warning.kind());
            json.writeNumberProperty("count", warning.count());
            json.writeStringProperty("example", warning.example());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void writeStatistics(JsonGenerator json, DatasetMetadata metadata) {
        Flagstat flagstat = metadata.flagstat();
        json.writeObjectPropertyStart("statistics");
        long total = flagstat.count(Flagstat.Category.TOTAL);
        long mapped = flagstat.count(Flagstat.Category.MAPPED);
        json.writeNumberProperty("total_reads", total);
        json.writeNumberProperty("mapped_reads", mapped);
        json.writeNumberProperty("unmapped_reads", total - mapped);
        json.writeNumberProperty("duplicate_reads", flagstat.count(Flagstat.Category.DUPLICATES));
        json.writeNumberProperty("total_bases", metadata.bases());
        json.writeObjectPropertyStart("flagstat");
        for (Flagstat.Category category : Flagstat.Category.values()) {
            json.writeArrayPropertyStart(category.key());
            json.writeNumber(flagstat.passed(category));
            json.writeNumber(flagstat.failed(category));
            json.writeEndArray();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void writeDigest(JsonGenerator json, DatasetMetadata metadata) {
        StreamDigest digest = metadata.digest();
        json.writeObjectPropertyStart("digest");
        json.writeStringProperty("crc32c", hex(digest.crc32c()));
        json.writeStringProperty("crc32", hex(digest.crc32()));
        json.writeNumberProperty("bytes", digest.bytes());
        json.writeNumberProperty("records", digest.records());
        metadata.sha256().ifPresent(sha256 -> json.writeStringProperty("sha256", sha256));
        json.writeEndObject();
    }

    private static void writeObjects(JsonGenerator json, DatasetMetadata metadata) {
        json.writeObjectPropertyStart("header");
        json.writeNumberProperty("size", metadata.header().length());
        json.writeNumberProperty("raw_size", metadata.header().rawLength());
        json.writeStringProperty("crc32c", hex(metadata.header().crc32c()));
        json.writeEndObject();
        json.writeNumberProperty("references", metadata.references());
        json.writeObjectPropertyStart("unplaced");
        json.writeNumberProperty("mapped", metadata.unplaced().mapped());
        json.writeNumberProperty("unmapped", metadata.unplaced().unmapped());
        json.writeNumberProperty("bases", metadata.unplaced().bases());
        json.writeNumberProperty("raw_bytes", metadata.unplaced().rawBytes());
        json.writeEndObject();
        json.writeObjectPropertyStart("index");
        json.writeNumberProperty("size", metadata.index().length());
        writeSection(json, "references", metadata.index().references());
        writeSection(json, "totals", metadata.index().totals());
        writeSection(json, "pages", metadata.index().pages());
        writeSection(json, "chunks", metadata.index().chunks());
        json.writeEndObject();
        json.writeObjectPropertyStart("blocks");
        json.writeNumberProperty("count", metadata.blocks().count());
        json.writeNumberProperty("size", metadata.blocks().length());
        json.writeEndObject();
        json.writeObjectPropertyStart("chunks");
        json.writeNumberProperty("count", metadata.chunks().count());
        json.writeNumberProperty("size", metadata.chunks().length());
        json.writeEndObject();
    }

    private static void writeDepth(JsonGenerator json, DepthObject depth) {
        json.writeObjectPropertyStart("depth");
        json.writeNumberProperty("size", depth.length());
        json.writeArrayPropertyStart("widths");
        depth.widths().forEach(json::writeNumber);
        json.writeEndArray();
        writeSection(json, "pages", depth.pages());
        json.writeEndObject();
    }

    private static void writeReadGroup(JsonGenerator json, ReadGroup group) {
        json.writeStartObject();
        json.writeStringProperty("id", group.id());
        group.sample().ifPresent(sample -> json.writeStringProperty("sample", sample));
        group.library().ifPresent(library -> json.writeStringProperty("library", library));
        group.platform().ifPresent(platform -> json.writeStringProperty("platform", platform));
        json.writeEndObject();
    }

    private static void writeSection(JsonGenerator json, String name, Optional<StoredSection> stored) {
        stored.ifPresent(section -> {
            json.writeObjectPropertyStart(name);
            section.inline()
                    .ifPresentOrElse(
                            text -> json.writeStringProperty("inline", text), () -> writePlace(json, section.range()));
            json.writeEndObject();
        });
    }

    private static void writePlace(JsonGenerator json, StoredRange range) {
        json.writeNumberProperty("offset", range.offset());
        json.writeNumberProperty("size", range.length());
        json.writeStringProperty("crc32c", hex(range.crc32c()));
    }

    private static String hex(int crc) {
        return HexFormat.of().toHexDigits(crc);
    }
}
