package dev.bams3.encode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Seed;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordField;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** TSV, compared with SAM text, which is compared with samtools elsewhere. */
@Tag("fast")
class TsvEncoderTest {
    private static final List<String> TAGS = List.of("NM", "MD", "AS", "RG", "XT", "XA", "MQ", "ZZ", "CG");

    private final long seed = Seed.draw();

    @Test
    void everyRowHasTheValuesOfTheSamLine() {
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            List<byte[]> records = new RandomRecords(seed + round).list(100);
            Set<RecordField> fields = EnumSet.of(RecordField.values()[random.nextInt(11)]);
            fields.addAll(Arrays.stream(RecordField.values())
                    .filter(_ -> random.nextBoolean())
                    .toList());
            List<String> tags = TAGS.stream().filter(_ -> random.nextBoolean()).toList();
            RecordColumns columns = new RecordColumns(fields, Optional.of(tags), List.of());
            TsvEncoder encoder = new TsvEncoder(RandomRecords.header(), columns, List.of());
            List<String> names = new ArrayList<>(
                    fields.stream().map(RecordField::name).sorted(bySam()).toList());
            names.addAll(tags);
            assertThat(text(encoder.header())).isEqualTo(String.join("\t", names) + "\n");
            for (byte[] record : records) {
                String[] sam = text(sam(record)).replaceAll("\n$", "").split("\t", -1);
                List<String> expected = new ArrayList<>();
                for (String name : names) {
                    expected.add(value(sam, name).replaceAll("[\\x00-\\x1f]", " "));
                }
                assertThat(text(encoder.block(record, 0, record.length)))
                        .as("%s, %s, seed %s", columns, BamRecord.length(record, 0), seed)
                        .isEqualTo(String.join("\t", expected) + "\n");
            }
        }
    }

    private static Comparator<String> bySam() {
        return Comparator.comparing(RecordField::valueOf);
    }

    /** The first of the name; an array without the letter of its type. */
    private static String value(String[] sam, String name) {
        if (name.length() > 2) {
            return sam[RecordField.valueOf(name).ordinal()];
        }
        return Arrays.stream(sam)
                .skip(11)
                .filter(tag -> tag.startsWith(name + ":"))
                .map(tag -> tag.substring(5))
                .findFirst()
                .orElse("");
    }

    private static EncodedBytes sam(byte[] record) {
        try (BgzfDeflaters deflaters = new BgzfDeflaters(0, 1)) {
            return RecordEncoder.of(ReadFormat.SAM, RandomRecords.header(), deflaters)
                    .block(record, 0, record.length);
        }
    }

    private static String text(EncodedBytes bytes) {
        return new String(bytes.buffer(), 0, bytes.length(), StandardCharsets.ISO_8859_1);
    }
}
