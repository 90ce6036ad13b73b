package dev.bams3.legacy;

import com.github.luben.zstd.Zstd;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.PutCondition;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes datasets as the prototypes wrote them, by what is known of their bytes. */
public final class LegacySamples {
    static final int WINDOW = 1 << 18;
    static final String[] REFERENCES = {"chr1", "HLA-A*01:01", "chrM"};
    static final int[] LENGTHS = {3_000_000, 40_000, 16_569};

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private LegacySamples() {}

    /** The five writers. */
    public enum Kind {
        PYTHON,
        GO_JSON,
        GO_JSON_OF_TEXT,
        BINARY,
        BINARY_OF_TEXT;

        boolean isText() {
            return this == GO_JSON_OF_TEXT || this == BINARY_OF_TEXT;
        }

        boolean isBinary() {
            return this == BINARY || this == BINARY_OF_TEXT;
        }
    }

    /**
     * A read as SAM text has it.
     *
     * @param position 0-based, -1 without
     * @param tags by name, in order
     */
    public record Read(
            String name,
            int flag,
            int reference,
            int position,
            int quality,
            String cigar,
            String bases,
            String qualities,
            Map<String, String> tags) {}

    /** Reads of all kinds: over the border of a window, in several windows, without qualities, placed unmapped, unplaced. */
    public static List<Read> reads() {
        List<Read> reads = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            reads.add(read("r" + i, 99, 0, WINDOW - 300 + 20 * i, "20M", "ACGTTGCANNACGTTGCAAC", "I"));
        }
        reads.add(read("spliced", 0, 0, 5 * WINDOW - 5, "5M300000N5M", "ACGTTGCAAC", "5"));
        reads.add(read("noquality", 16, 0, 6 * WINDOW, "4M2I3D1M2S1H", "ACGTTGCAA", "*"));
        reads.add(read("nobases", 256, 0, 6 * WINDOW + 1, "4M", "*", "*"));
        reads.add(read("unmapped", 5, 0, 6 * WINDOW + 2, "*", "ACG", "#"));
        reads.add(read("hla", 0, 1, 0, "3M", "TTT", "?"));
        reads.add(read("last", 1024, 2, LENGTHS[2] - 1, "1M", "A", "!"));
        reads.add(read("unplaced", 4, -1, -1, "*", "GATTACA", "F"));
        return reads;
    }

    private static Read read(
            String name, int flag, int reference, int position, String cigar, String bases, String quality) {
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("NM", "2");
        tags.put("RG", "rg1");
        tags.put("XS", "+");
        tags.put("ZB", "s,-1,300");
        tags.put("ZT", "text: with, marks");
        return new Read(
                name,
                flag,
                reference,
                position,
                37,
                cigar,
                bases,
                quality.equals("*") ? "*" : quality.repeat(bases.length()),
                tags);
    }

    /** Writes all objects; the chunks as {@code pack} stores them. */
    public static void write(ObjectStore store, String prefix, Kind kind, List<Read> reads, boolean zstd) {
        Map<String, List<Read>> windows = new LinkedHashMap<>();
        for (Read read : reads) {
            windows.computeIfAbsent(path(kind, read), _ -> new ArrayList<>()).add(read);
        }
        ArrayNode rows = JSON.createArrayNode();
        windows.forEach((path, some) -> {
            byte[] image = kind.isBinary() ? binary(kind, some) : json(kind, some);
            byte[] stored = zstd && kind != Kind.PYTHON ? Zstd.compress(image) : image;
            put(store, prefix, path, stored);
            rows.add(row(path, some, kind, stored, zstd));
        });
        put(store, prefix, "_header.json", header(kind).toString());
        put(store, prefix, "_metadata.json", metadata(kind, reads, rows).toPrettyString());
    }

    static void put(ObjectStore store, String prefix, String name, String text) {
        put(store, prefix, name, text.getBytes(StandardCharsets.UTF_8));
    }

    static void put(ObjectStore store, String prefix, String name, byte[] bytes) {
        store.put(ObjectKey.of(prefix, name), bytes, PutCondition.always());
    }

    private static int stored(Kind kind, Read read) {
        return kind == Kind.PYTHON && (read.flag() & 4) != 0 ? -1 : read.position() + (kind.isText() ? 1 : 0);
    }

    static String path(Kind kind, Read read) {
        if (read.reference() < 0 || kind == Kind.PYTHON && (read.flag() & 4) != 0) {
            return "data/unmapped.chunk";
        }
        int start = stored(kind, read) / WINDOW * WINDOW;
        return "data/%s/%09d-%09d.chunk".formatted(REFERENCES[read.reference()], start, start + WINDOW);
    }

    private static ObjectNode row(String path, List<Read> reads, Kind kind, byte[] stored, boolean zstd) {
        ObjectNode row = JSON.createObjectNode();
        boolean unmapped = path.equals("data/unmapped.chunk");
        int start = unmapped ? 0 : stored(kind, reads.getFirst()) / WINDOW * WINDOW;
        row.put("path", path);
        row.put("reference", unmapped ? "unmapped" : REFERENCES[reads.getFirst().reference()]);
        row.put("start", start).put("end", unmapped ? 0 : start + WINDOW);
        row.put("reads", reads.size()).put("size_bytes", stored.length);
        // What the Python program says of compression is never true.
        row.put("compression", zstd ? "zstd" : "none");
        row.put("checksum", kind == Kind.PYTHON ? pythonChecksum(reads) : sha256(stored));
        return row.put("created", "2025-01-15T10:00:00.123456");
    }

    /** As {@code hashlib} and {@code json.dumps(read, sort_keys=True)} of Python make it. */
    static String pythonChecksum(List<Read> reads) {
        StringBuilder text = new StringBuilder();
        for (Read read : reads) {
            String cigar = read.cigar().equals("*") ? "null" : '"' + read.cigar() + '"';
            String qualities = read.qualities().replace("\\", "\\\\").replace("\"", "\\\"");
            text.append("{\"cigar\": %s, \"flag\": %d, \"mapq\": %d, \"name\": \"%s\", \"pos\": %d, \"qual\": \"%s\", "
                    .formatted(cigar, read.flag(), read.quality(), read.name(), stored(Kind.PYTHON, read), qualities));
            text.append("\"ref\": %d, \"seq\": \"%s\"}".formatted(read.reference(), read.bases()));
        }
        return sha256(text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectNode metadata(Kind kind, List<Read> reads, ArrayNode rows) {
        ObjectNode metadata = JSON.createObjectNode();
        metadata.put("format", "bams3");
        metadata.put("version", kind == Kind.PYTHON ? "0.1.0-poc" : kind.isBinary() ? "0.2.0" : "0.1.0");
        metadata.put("created", kind == Kind.PYTHON ? "2025-01-15T10:00:00.123456" : "2025-01-15T10:00:00.1+02:00");
        metadata.put("created_by", kind == Kind.PYTHON ? "bams3_converter.py POC" : "bams3-go");
        metadata.putObject("source")
                .put("file", kind.isText() ? "stdin" : "/home/someone/in.bam")
                .put("format", kind.isText() ? "SAM/BAM" : "BAM");
        metadata.putObject("statistics").put("total_reads", reads.size()).put("mean_coverage", 2.1e-05);
        metadata.set("chunks", rows);
        metadata.put("chunk_size", WINDOW);
        return metadata;
    }

    private static ObjectNode header(Kind kind) {
        ObjectNode header = JSON.createObjectNode();
        header.putObject("HD").put("VN", "1.6").put("SO", "coordinate");
        ArrayNode sequences = header.putArray("SQ");
        for (int i = 0; i < REFERENCES.length; i++) {
            ObjectNode sequence = sequences.addObject();
            if (kind == Kind.PYTHON) {
                sequence.put("LN", LENGTHS[i]);
            } else {
                sequence.put("LN", String.valueOf(LENGTHS[i]));
            }
            sequence.put("SN", REFERENCES[i]);
        }
        header.putArray("RG").addObject().put("ID", "rg1").put("SM", "sample");
        header.putArray("PG");
        if (kind != Kind.PYTHON) {
            header.putNull("CO");
        }
        return header;
    }

    private static byte[] json(Kind kind, List<Read> reads) {
        ArrayNode array = JSON.createArrayNode();
        for (Read read : reads) {
            ObjectNode node = array.addObject();
            node.put("name", read.name()).put("flag", read.flag());
            int position = stored(kind, read);
            if (kind == Kind.PYTHON) {
                node.put("ref", read.reference()).put("pos", position).put("mapq", read.quality());
                node.put("cigar", read.cigar().equals("*") ? null : read.cigar());
                node.put("seq", read.bases()).put("qual", read.qualities());
                continue;
            }
            both(node, "reference_id", "ref", read.reference());
            both(node, "position", "pos", position);
            both(node, "mapping_quality", "mapq", read.quality());
            node.put("cigar", read.cigar());
            if (kind.isText() || !read.bases().equals("*")) {
                node.put("sequence", read.bases()).put("seq", read.bases());
            }
            String qualities = read.qualities().equals("*") && !kind.isText()
                    ? " ".repeat(read.bases().equals("*") ? 0 : read.bases().length())
                    : read.qualities();
            node.put("quality", qualities).put("qual", qualities);
            ObjectNode tags = node.putObject("tags");
            read.tags().forEach((name, text) -> tags.put(name, tag(kind, text)));
        }
        return array.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Arrays look otherwise where they come from a BAM. */
    private static String tag(Kind kind, String text) {
        return !kind.isText() && text.startsWith("s,")
                ? "s:[" + text.substring(2).replace(',', ' ') + "]"
                : text;
    }

    private static void both(ObjectNode node, String name, String older, int value) {
        if (value != 0) {
            node.put(name, value).put(older, value);
        }
    }

    static byte[] binary(Kind kind, List<Read> reads) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x42414D33)
                .putShort((short) 0x0200)
                .putShort((short) 1)
                .putInt(reads.size())
                .putInt(0)
                .array());
        reads.forEach(read -> out.writeBytes(record(kind, read)));
        return out.toByteArray();
    }

    private static byte[] record(Kind kind, Read read) {
        int[] cigar = kind.isText() ? new int[0] : operations(read.cigar());
        String bases = read.bases().equals("*") && !kind.isText() ? "" : read.bases();
        String qualities =
                read.qualities().equals("*") ? kind.isText() ? "*" : " ".repeat(bases.length()) : read.qualities();
        ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        byte[] name = read.name().getBytes(StandardCharsets.US_ASCII);
        out.putInt(0).putShort((short) name.length).putShort((short) bases.length());
        out.putShort((short) cigar.length).putShort((short) read.tags().size()).put(name);
        out.putInt(read.reference()).putInt(stored(kind, read)).put((byte) read.quality());
        out.putShort((short) read.flag());
        for (int operation : cigar) {
            out.putInt(operation);
        }
        for (int i = 0; i < bases.length(); i += 2) {
            int low = i + 1 < bases.length() ? code(bases.charAt(i + 1)) : 0;
            out.put((byte) (code(bases.charAt(i)) << 4 | low));
        }
        out.put(qualities.getBytes(StandardCharsets.US_ASCII));
        read.tags()
                .forEach((tag, text) -> out.put(tag.getBytes(StandardCharsets.US_ASCII))
                        .put((byte) 'Z')
                        .put(tag(kind, text).getBytes(StandardCharsets.US_ASCII))
                        .put((byte) 0));
        byte[] record = new byte[out.position()];
        out.putInt(0, record.length).flip().get(record);
        return record;
    }

    private static int code(char base) {
        return switch (base) {
            case 'A' -> 1;
            case 'C' -> 2;
            case 'G' -> 4;
            case 'T' -> 8;
            case 'N' -> 15;
            default -> 0;
        };
    }

    private static int[] operations(String cigar) {
        if (cigar.equals("*")) {
            return new int[0];
        }
        List<Integer> operations = new ArrayList<>();
        int number = 0;
        for (char c : cigar.toCharArray()) {
            if (Character.isDigit(c)) {
                number = 10 * number + c - '0';
            } else {
                operations.add(number << 4 | "MIDNSHP=X".indexOf(c));
                number = 0;
            }
        }
        return operations.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Returns the line of SAM text that a read has to become; without mates, and what else the writer lost. */
    public static String expected(Kind kind, Read read) {
        boolean lostPlace = read.reference() < 0 || kind == Kind.PYTHON && (read.flag() & 4) != 0;
        String tags = kind == Kind.PYTHON
                ? ""
                : new LinkedHashMap<>(read.tags())
                        .entrySet().stream()
                                .map(tag -> switch (tag.getKey()) {
                                    case "NM" -> "\tNM:i:" + tag.getValue();
                                    case "XS" -> "\tXS:A:" + tag.getValue();
                                    case "ZB" -> "\tZB:B:" + tag.getValue();
                                    default -> "\t" + tag.getKey() + ":Z:" + tag.getValue();
                                })
                                .collect(Collectors.joining());
        return String.join(
                        "\t",
                        read.name(),
                        String.valueOf(read.flag()),
                        lostPlace ? "*" : REFERENCES[read.reference()],
                        String.valueOf(lostPlace ? 0 : read.position() + 1),
                        String.valueOf(read.quality()),
                        kind == Kind.BINARY_OF_TEXT ? "*" : read.cigar(),
                        "*",
                        "0",
                        "0",
                        read.bases(),
                        read.qualities())
                + tags;
    }
}
