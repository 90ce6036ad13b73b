package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.RawBam;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.SamHeader;
import dev.bams3.sam.SamTags;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What answers of cohorts are compared with: the test's own merge of their members, for the order, and that of samtools, for
 * headers and tags.
 */
final class MergedMembers {
    private final Optional<RawBam> samtools;
    private final NaiveScan scanOfSamtools;
    private final Map<String, Integer> samtoolsIds;
    private final List<byte[]> merged = new ArrayList<>();
    private final NaiveScan scan;

    MergedMembers(List<RawBam> members, Optional<RawBam> samtools) {
        this.samtools = samtools;
        ReferenceDictionary references = members.getFirst().header().references();
        TreeMap<Long, List<byte[]>> places = new TreeMap<>();
        for (RawBam member : members) {
            for (byte[] record : member.records()) {
                places.computeIfAbsent(place(record), _ -> new ArrayList<>()).add(record);
            }
        }
        places.values().forEach(merged::addAll);
        scan = new NaiveScan(references, merged);
        scanOfSamtools = new NaiveScan(references, samtools.map(RawBam::records).orElse(List.of()));
        samtoolsIds = samtools.map(bam -> ids(bam.header())).orElse(Map.of());
    }

    static long place(byte[] record) {
        int reference = RawBam.int32(record, 4);
        return reference < 0 ? Long.MAX_VALUE : (long) reference << 32 | (RawBam.int32(record, 8) + 1L);
    }

    void assertAnswer(RawBam answer, ReadSelection selection, String what) {
        List<byte[]> own = chosen(scan, merged, selection);
        assertThat(answer.records().size()).as(what).isEqualTo(own.size());
        for (int i = 0; i < own.size(); i++) {
            byte[] record = answer.records().get(i);
            int fixed = Math.min(withoutTags(record), withoutTags(own.get(i)));
            assertThat(Arrays.mismatch(record, 4, fixed, own.get(i), 4, fixed))
                    .as("record %s of %s", i, what)
                    .isEqualTo(-1);
        }
        if (samtools.isEmpty()) {
            return;
        }
        assertHeader(answer.header(), samtools.get().header(), what);
        List<byte[]> theirs = chosen(scanOfSamtools, samtools.get().records(), selection);
        List<String> expected = canonical(theirs, samtoolsIds);
        List<String> found = canonical(answer.records(), ids(answer.header()));
        assertThat(found.size()).as(what).isEqualTo(expected.size());
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i)).as("record %s of %s", i, what).isEqualTo(expected.get(i));
        }
    }

    static int withoutTags(byte[] record) {
        int bases = RawBam.int32(record, 20);
        return 36 + (record[12] & 0xFF) + 4 * (RawBam.int32(record, 16) & 0xFFFF) + (bases + 1) / 2 + bases;
    }

    private static List<byte[]> chosen(NaiveScan scan, List<byte[]> records, ReadSelection selection) {
        return selection instanceof ReadSelection.Regions regions
                ? Arrays.stream(scan.select(regions)).mapToObj(records::get).toList()
                : records;
    }

    /** Records of one place in an order of their own, with the tags of each in one, and IDs by the number of their line. */
    private static List<String> canonical(List<byte[]> records, Map<String, Integer> ids) {
        List<String> canonical = new ArrayList<>();
        for (byte[] record : records) {
            int tags = withoutTags(record);
            List<String> texts = new ArrayList<>();
            for (int at = tags; at < record.length; ) {
                int next = SamTags.end(record, at);
                String text = new String(record, at, next - at, StandardCharsets.ISO_8859_1);
                String type = text.substring(0, 3);
                texts.add(
                        type.equals("RGZ") || type.equals("PGZ")
                                ? type + ids.get(text.substring(0, 2) + text.substring(3, text.length() - 1))
                                : text);
                at = next;
            }
            texts.sort(null);
            // samtools computes the bin.
            canonical.add("%016x ".formatted(place(record))
                    + new String(record, 4, 10, StandardCharsets.ISO_8859_1)
                    + new String(record, 16, tags - 16, StandardCharsets.ISO_8859_1)
                    + texts);
        }
        canonical.sort(null);
        return canonical;
    }

    /** Each ID, with its type, and the number of its line among those of the type. */
    private static Map<String, Integer> ids(SamHeader header) {
        Map<String, Integer> ids = new HashMap<>();
        int[] numbers = new int[2];
        for (String line : lines(header)) {
            boolean group = line.startsWith("@RG");
            if (group || line.startsWith("@PG")) {
                String id = line.replaceFirst("(?s).*?\tID:([^\t]*).*", "$1");
                ids.put(line.substring(1, 3) + id, numbers[group ? 0 : 1]++);
            }
        }
        return ids;
    }

    private static List<String> lines(SamHeader header) {
        return new String(header.printable(), StandardCharsets.ISO_8859_1)
                .lines()
                .toList();
    }

    /** The same lines, IDs apart, but for comments that list new IDs. */
    private static void assertHeader(SamHeader ours, SamHeader theirs, String what) {
        assertThat(numbered(ours)).as(what).isEqualTo(numbered(theirs));
    }

    private static List<String> numbered(SamHeader header) {
        Map<String, Integer> ids = ids(header);
        List<String> lines = new ArrayList<>();
        for (String line : lines(header)) {
            if (line.startsWith("@CO\tmember=")) {
                continue;
            }
            StringBuilder text = new StringBuilder();
            for (String field : line.split("\t", -1)) {
                String type = line.startsWith("@RG") && field.startsWith("ID:") ? "RG" : "PG";
                boolean named = (line.startsWith("@RG") && (field.startsWith("ID:") || field.startsWith("PG:")))
                        || (line.startsWith("@PG") && (field.startsWith("ID:") || field.startsWith("PP:")));
                text.append('\t')
                        .append(
                                named
                                        ? field.substring(0, 3) + ids.getOrDefault(type + field.substring(3), -1)
                                        : field);
            }
            lines.add(text.toString());
        }
        return lines;
    }
}
