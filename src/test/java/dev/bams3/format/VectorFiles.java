package dev.bams3.format;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.encode.EncodedBytes;
import dev.bams3.encode.ReadFormat;
import dev.bams3.encode.RecordEncoder;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.format.Vectors.Vector;
import dev.bams3.genome.Reference;
import dev.bams3.sam.BamRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The files of the test vectors. {@link #main} writes them. */
final class VectorFiles {
    static final Path FOLDER = Path.of("src/test/resources/vectors");
    static final String README = "README.md";

    static final JsonMapper JSON = JsonMapper.builder().build();

    private VectorFiles() {}

    /** Writes the files below {@link #FOLDER}; those that are there go, the README stays. */
    public static void main(String[] args) throws IOException {
        try (Stream<Path> old = Files.walk(FOLDER)) {
            for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(FOLDER) && !path.equals(FOLDER.resolve(README))) {
                    Files.delete(path);
                }
            }
        }
        for (Map.Entry<String, byte[]> file : all().entrySet()) {
            Path path = FOLDER.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
    }

    /** Returns the bytes of each file, by its path with slashes. */
    static Map<String, byte[]> all() {
        Map<String, byte[]> files = new TreeMap<>();
        for (Vector vector : Vectors.all()) {
            String folder = "read/" + vector.name() + "/";
            vector.written().objects().forEach((name, bytes) -> files.put(folder + "dataset.bams3/" + name, bytes));
            files.put(folder + "expected.json", lines(expected(vector)));
            if (vector.isSam()) {
                files.put(folder + "expected.sam", sam(vector));
            } else {
                files.put(folder + "expected.records", RandomRecords.concatenated(vector.records()));
            }
        }
        Vector base = Vectors.example();
        String cases = BrokenVectors.all(base.written()).stream()
                .map(broken -> broken.json().toString())
                .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
        files.put("refuse/cases.json", cases.getBytes(StandardCharsets.UTF_8));
        String summaries = BrokenDepth.all(Vectors.depth().written()).stream()
                .map(broken -> broken.json().toString())
                .collect(Collectors.joining(",\n", "[\n", "\n]\n"));
        files.put("refuse/depth.json", summaries.getBytes(StandardCharsets.UTF_8));
        return files;
    }

    /** One member a line, and one element of an array of objects. */
    private static byte[] lines(ObjectNode json) {
        String text = json.properties().stream()
                .map(member -> "\"" + member.getKey() + "\":"
                        + member.getValue().toString().replace("},{", "},\n  {"))
                .collect(Collectors.joining(",\n ", "{", "}\n"));
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] sam(Vector vector) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(vector.header().text());
        byte[] records = RandomRecords.concatenated(vector.records());
        try (BgzfDeflaters deflaters = new BgzfDeflaters(1, 1)) {
            EncodedBytes text =
                    RecordEncoder.of(ReadFormat.SAM, vector.header(), deflaters).block(records, 0, records.length);
            out.write(text.buffer(), 0, text.length());
        }
        return out.toByteArray();
    }

    /** What the metadata and the index have to say, counted here from the records. */
    private static ObjectNode expected(Vector vector) {
        DatasetMetadata metadata = vector.written().metadata();
        List<byte[]> records = vector.records();
        ObjectNode json = JSON.createObjectNode();
        json.put("about", vector.about());
        json.put("records", records.size());
        byte[] bytes = RandomRecords.concatenated(records);
        json.put("record_bytes", bytes.length);
        json.put("record_sha256", sha256(bytes));
        json.put("header_sha256", sha256(vector.header().text()));
        ArrayNode references = json.putArray("references");
        for (int i = 0; i < vector.header().references().size(); i++) {
            Reference reference = vector.header().references().get(i);
            ObjectNode each = references.addObject();
            each.put("name", reference.name()).put("length", reference.length());
            counts(each, records, i);
        }
        counts(json.putObject("unplaced"), records, Bams3Format.UNPLACED);
        ObjectNode flagstat = json.putObject("flagstat");
        for (Flagstat.Category category : Flagstat.Category.values()) {
            flagstat.putArray(category.key())
                    .add(metadata.flagstat().passed(category))
                    .add(metadata.flagstat().failed(category));
        }
        if (metadata.depth().isPresent()) {
            depth(json.putArray("depth"), vector, metadata.depth().get().widths());
        }
        ArrayNode regions = json.putArray("regions");
        for (int i = 0;
                i < vector.header().references().size();
                i += 1 + vector.header().references().size() / 6) {
            for (long[] interval : intervals(records, i)) {
                region(regions.addObject(), vector, i, interval);
            }
        }
        return json;
    }

    /** Position by position; no record of these vectors has its operations in a tag. */
    private static void depth(ArrayNode json, Vector vector, List<Integer> widths) {
        for (int i = 0; i < widths.size(); i++) {
            for (int r = 0; r < vector.header().references().size(); r++) {
                Reference reference = vector.header().references().get(r);
                if (i > 0 && reference.length() <= widths.get(i - 1)) {
                    continue;
                }
                long[] depth = new long[reference.length()];
                for (byte[] record : vector.records()) {
                    if (BamRecord.referenceIndex(record, 0) == r && (BamRecord.flags(record, 0) & 0x704) == 0) {
                        count(record, depth);
                    }
                }
                for (int start = 0; start < depth.length; start += widths.get(i)) {
                    bin(json, reference, widths.get(i), start, depth);
                }
            }
        }
    }

    private static void count(byte[] record, long[] depth) {
        int position = BamRecord.start(record, 0);
        for (int i = 0; i < BamRecord.cigarLength(record, 0); i++) {
            int operation = BamRecord.int32(record, BamRecord.cigarOffset(record, 0) + 4 * i);
            char letter = "MIDNSHP=X".charAt(operation & 15);
            int length = "MDN=X".indexOf(letter) < 0 ? 0 : operation >>> 4;
            for (int at = position; at < Math.min(depth.length, position + length); at++) {
                depth[at] += "M=X".indexOf(letter) < 0 ? 0 : 1;
            }
            position += length;
        }
    }

    private static void bin(ArrayNode json, Reference reference, int width, int start, long[] depth) {
        long[] bin = Arrays.copyOfRange(depth, start, Math.min(depth.length, start + width));
        long covered = Arrays.stream(bin).filter(deep -> deep > 0).count();
        if (covered > 0) {
            json.addObject()
                    .put("width", width)
                    .put("reference", reference.name())
                    .put("start", start)
                    .put("covered", covered)
                    .put("sum", Arrays.stream(bin).sum())
                    .put("min", Arrays.stream(bin).min().getAsLong())
                    .put("max", Arrays.stream(bin).max().getAsLong());
        }
    }

    private static void counts(ObjectNode json, List<byte[]> records, int reference) {
        long mapped = 0;
        long unmapped = 0;
        long bases = 0;
        for (byte[] record : records) {
            if (BamRecord.referenceIndex(record, 0) == reference) {
                boolean isMapped = reference >= 0 && (BamRecord.flags(record, 0) & 4) == 0;
                mapped += isMapped ? 1 : 0;
                unmapped += isMapped ? 0 : 1;
                bases += BamRecord.sequenceLength(record, 0);
            }
        }
        json.put("mapped", mapped).put("unmapped", unmapped).put("bases", bases);
    }

    /** The whole reference, one base at the beginning, and one where records lie. */
    private static List<long[]> intervals(List<byte[]> records, int reference) {
        List<long[]> intervals = new ArrayList<>(List.of(new long[] {0, Integer.MAX_VALUE}, new long[] {0, 1}));
        List<byte[]> own = records.stream()
                .filter(record -> BamRecord.referenceIndex(record, 0) == reference)
                .toList();
        if (!own.isEmpty()) {
            long end = BamRecord.alignmentEnd(own.get(own.size() / 2), 0);
            intervals.add(new long[] {end - 1, end});
            intervals.add(new long[] {end, end + 10});
        }
        return intervals;
    }

    private static void region(ObjectNode json, Vector vector, int reference, long[] interval) {
        json.put("reference", vector.header().references().get(reference).name());
        json.put("start", interval[0]).put("end", interval[1]);
        ArrayNode numbers = json.putArray("records");
        for (int i = 0; i < vector.records().size(); i++) {
            byte[] record = vector.records().get(i);
            if (BamRecord.referenceIndex(record, 0) == reference
                    && BamRecord.start(record, 0) < interval[1]
                    && BamRecord.alignmentEnd(record, 0) > interval[0]) {
                numbers.add(i);
            }
        }
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
