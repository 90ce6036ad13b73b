package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.Seed;
import htsjdk.samtools.SAMRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** POST with random lists of regions, overlapping, unsorted and repeated, against a naive scan of the source. */
class RegionsPostTest {
    private static final ServedReads READS = ServedReads.shared();
    private static final String PATH = "reads/" + ServedReads.ID;
    private static final List<String> NAMES = List.of("chr1", "chr1", "chr1", "HLA-A*01:01", "HG002#1#chr2");
    private static final List<Integer> LENGTHS = List.of(300_000, 300_000, 300_000, 5_000, 50_000);

    private record Asked(String name, int start, int end, String json) {}

    @Test
    void everyListGivesEachRecordOnceInFileOrder() throws IOException {
        long seed = Seed.draw();
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            List<Asked> regions = new ArrayList<>();
            int count = 1 + random.nextInt(1 << random.nextInt(9));
            for (int i = 0; i < count; i++) {
                boolean again = !regions.isEmpty() && random.nextInt(6) == 0;
                regions.add(again ? regions.get(random.nextInt(regions.size())) : region(random));
            }
            String json = regions.stream().map(Asked::json).collect(Collectors.joining(",", "{\"regions\":[", "]}"));
            List<String> expected = READS.sam(record -> regions.stream().anyMatch(region -> wants(region, record)));
            String what = "seed " + seed + ", round " + round + ", " + json;
            String path = round % 2 == 0 ? "/" + PATH : "/stream/" + PATH;
            byte[] answer = round % 2 == 0
                    ? TicketClient.joined(TicketClient.resolve(
                            TicketClient.post(READS.server().url(path), json)))
                    : TicketClient.post(READS.server().url(path), json).body();
            List<String> found =
                    ServedReads.decode(answer).stream().map(ServedReads::text).toList();
            assertThat(found.equals(expected)).as(what).isTrue();
        }
    }

    private static Asked region(Random random) {
        if (random.nextInt(20) == 0) {
            return new Asked("*", 0, 0, "{\"referenceName\":\"*\"}");
        }
        int reference = random.nextInt(NAMES.size());
        int start = random.nextInt(LENGTHS.get(reference) + 100);
        int length = 1 + random.nextInt(1 << random.nextInt(16));
        String name = "{\"referenceName\":\"" + NAMES.get(reference) + "\"";
        return switch (random.nextInt(10)) {
            case 0 -> new Asked(NAMES.get(reference), start, Integer.MAX_VALUE, name + ",\"start\":" + start + "}");
            case 1 -> new Asked(NAMES.get(reference), 0, length, name + ",\"end\":" + length + "}");
            default ->
                new Asked(
                        NAMES.get(reference),
                        start,
                        start + length,
                        name + ",\"start\":" + start + ",\"end\":" + (start + length) + "}");
        };
    }

    private static boolean wants(Asked region, SAMRecord record) {
        if (region.name.equals("*")) {
            return record.getReferenceIndex() < 0;
        }
        int start = record.getAlignmentStart() - 1;
        return record.getReferenceName().equals(region.name)
                && region.start < record.getHeader().getSequence(region.name).getSequenceLength()
                && start < region.end
                && Math.max(record.getAlignmentEnd(), start + 1) > region.start;
    }
}
