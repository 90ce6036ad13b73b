package dev.bams3.legacy;

import dev.bams3.error.ReadsException;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the two JSON documents of a dataset say, checked.
 *
 * @param version as it stands in the metadata
 * @param created when, in UTC where no zone is said
 * @param createdBy program
 * @param sourceFile what it was made from
 * @param chunks in coordinate order, the unplaced reads last; each object once
 * @param hasRepeatedRows whether objects stood in the manifest more than once, so that its statistics are wrong
 */
record Manifest(
        String version,
        Dialect dialect,
        Instant created,
        String createdBy,
        String sourceFile,
        SamHeader header,
        List<LegacyChunk> chunks,
        boolean hasRepeatedRows) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String UNMAPPED = "unmapped";
    private static final String DATA = "data/";
    private static final String END = ".chunk";

    static Manifest read(String metadataName, byte[] metadata, String headerName, byte[] header) {
        JsonNode root = parse(metadataName, metadata);
        String version = root.path("version").asString("");
        JsonNode source = root.path("source");
        boolean fromText = source.path("file").asString("").equals("stdin")
                && source.path("format").asString("").equals("SAM/BAM");
        Dialect dialect = new Dialect(dialectOf(metadataName, version), fromText);
        SamHeader text = header(headerName, parse(headerName, header));
        Map<String, LegacyChunk> chunks = new LinkedHashMap<>();
        int rows = 0;
        for (JsonNode row : root.path("chunks")) {
            LegacyChunk chunk = chunk(metadataName, row, text.references());
            chunks.merge(chunk.path(), chunk, Manifest::merged);
            rows++;
        }
        List<LegacyChunk> ordered = new ArrayList<>(chunks.values());
        ordered.sort(Comparator.<LegacyChunk>comparingInt(chunk -> chunk.reference() & Integer.MAX_VALUE)
                .thenComparingLong(LegacyChunk::start));
        return new Manifest(
                version,
                dialect,
                created(root.path("created").asString("")),
                root.path("created_by").asString("unknown"),
                source.path("file").asString("unknown"),
                text,
                ordered,
                rows > ordered.size());
    }

    private static JsonNode parse(String object, byte[] json) {
        try {
            JsonNode root = JSON.readTree(json);
            if (root.isObject()) {
                return root;
            }
        } catch (JacksonException e) {
            throw ReadsException.corrupt(object, 0, "JSON", "cannot be parsed: " + e.getOriginalMessage());
        }
        throw ReadsException.corrupt(object, 0, "JSON", "not an object");
    }

    private static Dialect.Version dialectOf(String object, String version) {
        return switch (version) {
            case "0.1.0-poc" -> Dialect.Version.PYTHON_JSON;
            case "0.1.0" -> Dialect.Version.GO_JSON;
            case "0.2.0" -> Dialect.Version.BINARY;
            default ->
                throw ReadsException.unsupported(
                        object, "version", "version " + version + " is not read here; 0.1.0, 0.2.0 and 1.x are");
        };
    }

    private static Instant created(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException _) {
            try {
                return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
            } catch (DateTimeParseException _) {
                return Instant.EPOCH;
            }
        }
    }

    private static LegacyChunk chunk(String object, JsonNode row, ReferenceDictionary references) {
        String path = row.path("path").asString("");
        String name = row.path("reference").asString("");
        if (!path.startsWith(DATA) || !path.endsWith(END)) {
            throw ReadsException.corrupt(object, 0, "chunks.path", "'" + path + "' is not the name of a chunk");
        }
        boolean isUnmapped = path.equals(DATA + UNMAPPED + END) && name.equals(UNMAPPED);
        OptionalInt reference = references.indexOf(name);
        if (!isUnmapped && reference.isEmpty()) {
            throw ReadsException.corrupt(object, 0, "chunks.reference", "'" + name + "' is not in the header");
        }
        long start = row.path("start").asLong(-1);
        long reads = row.path("reads").asLong(-1);
        if (start < 0 || reads < 0) {
            throw ReadsException.corrupt(object, 0, "chunks", "window at " + start + " of " + reads + " reads");
        }
        return new LegacyChunk(
                path,
                isUnmapped ? -1 : reference.getAsInt(),
                start,
                Map.of(row.path("checksum").asString(""), reads));
    }

    private static LegacyChunk merged(LegacyChunk one, LegacyChunk other) {
        Map<String, Long> all = new HashMap<>(one.readsByChecksum());
        all.putAll(other.readsByChecksum());
        return new LegacyChunk(one.path(), one.reference(), one.start(), all);
    }

    private static SamHeader header(String object, JsonNode json) {
        StringBuilder text = new StringBuilder();
        if (json.path("HD").isObject()) {
            line(text, "@HD", json.path("HD"), "VN");
        }
        List<Reference> references = new ArrayList<>();
        for (JsonNode sequence : json.path("SQ")) {
            String name = sequence.path("SN").asString("");
            long length = sequence.path("LN").asLong(-1);
            if (name.isEmpty()
                    || name.chars().anyMatch(c -> c <= ' ' || c > '~')
                    || length < 0
                    || length > Integer.MAX_VALUE) {
                throw ReadsException.corrupt(object, 0, "SQ", "'" + name + "' of length " + sequence.path("LN"));
            }
            references.add(new Reference(name, (int) length));
            line(text, "@SQ", sequence, "SN", "LN");
        }
        json.path("RG").forEach(group -> line(text, "@RG", group, "ID"));
        json.path("PG").forEach(program -> line(text, "@PG", program, "ID"));
        json.path("CO")
                .forEach(comment -> text.append("@CO\t")
                        .append(comment.asString("").replaceAll("[\r\n]", " "))
                        .append('\n'));
        ReferenceDictionary dictionary;
        try {
            dictionary = new ReferenceDictionary(references);
        } catch (ReadsException e) {
            throw ReadsException.corrupt(object, 0, "SQ", e.text(), e);
        }
        return new SamHeader(text.toString().getBytes(StandardCharsets.UTF_8), dictionary).sortedByCoordinate();
    }

    private static void line(StringBuilder text, String type, JsonNode fields, String... first) {
        text.append(type);
        for (String name : first) {
            field(text, name, fields.path(name));
        }
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            if (!List.of(first).contains(field.getKey())) {
                field(text, field.getKey(), field.getValue());
            }
        }
        text.append('\n');
    }

    private static void field(StringBuilder text, String name, JsonNode value) {
        if (value.isValueNode() && !value.isNull() && name.matches("[A-Za-z][A-Za-z0-9]")) {
            text.append('\t').append(name).append(':').append(value.asString("").replaceAll("[\t\r\n]", " "));
        }
    }
}
