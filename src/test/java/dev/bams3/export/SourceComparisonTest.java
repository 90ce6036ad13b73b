package dev.bams3.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.convert.ConversionOptions;
import dev.bams3.convert.ConversionRig;
import dev.bams3.convert.Progress;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A dataset compared with its source: equal, or different by the first thing that is. */
class SourceComparisonTest {
    private final ConversionRig rig = new ConversionRig();
    private final SamHeader header = RandomRecords.header();
    private final List<byte[]> records = new RandomRecords(5).sortedList(3000);

    @AfterEach
    void close() {
        rig.close();
    }

    private SourceComparison.Result compare(byte[] source) {
        return new SourceComparison(rig.cpu, rig.waiting)
                .compare(rig.open(), rig.source(source), ConversionOptions.DEFAULT, Progress.Listener.NONE);
    }

    private void assertDiffers(byte[] source, String... words) {
        assertThat(compare(source).difference().orElseThrow()).contains(words);
    }

    @Test
    void aSortedSourceIsEqualToItsDataset() {
        byte[] bam = Bams.file(header, records);
        rig.convert(bam, ConversionOptions.DEFAULT);
        assertThat(compare(bam)).isEqualTo(new SourceComparison.Result(3000, java.util.Optional.empty()));
    }

    /** Ties stand in the order of the source, before and after. */
    @Test
    void anUnsortedSourceIsComparedInTheOrderOfTheDataset() {
        List<byte[]> shuffled = new ArrayList<>(records);
        Collections.shuffle(shuffled, new Random(6));
        byte[] bam = Bams.file(header, shuffled);
        assertThat(rig.convert(bam, ConversionOptions.DEFAULT).source().sortedOnConversion())
                .isTrue();
        assertThat(compare(bam).difference()).isEmpty();
        List<byte[]> fewer = new ArrayList<>(shuffled);
        fewer.remove(1234);
        assertThat(compare(Bams.file(header, fewer)).difference()).isPresent();
    }

    @Test
    void everyByteOfARecordCounts() {
        rig.convert(Bams.file(header, records), ConversionOptions.DEFAULT);
        int number = 1500;
        while (BamRecord.sequenceLength(records.get(number), 0) == 0 || BamRecord.start(records.get(number), 0) < 0) {
            number++;
        }
        int chosen = number;
        String place = "record " + (chosen + 1) + " ";
        assertDiffers(changed(chosen, bytes -> bytes[BamRecord.nameOffset(0)] ^= 1), place, "QNAME");
        assertDiffers(changed(chosen, bytes -> bytes[13] ^= 1), place, "MAPQ");
        assertDiffers(changed(chosen, bytes -> bytes[19] ^= 2), place, "FLAG");
        assertDiffers(changed(chosen, bytes -> bytes[32] ^= 1), place, "TLEN");
        assertDiffers(changed(chosen, bytes -> bytes[28] ^= 1), place, "PNEXT");
        assertDiffers(changed(chosen, bytes -> bytes[14] ^= 1), place, "bin");
        assertDiffers(changed(chosen, bytes -> bytes[BamRecord.sequenceOffset(bytes, 0)] ^= 0x30), place, "SEQ");
        assertDiffers(changed(chosen, bytes -> bytes[BamRecord.qualityOffset(bytes, 0)] ^= 1), place, "QUAL");
    }

    private byte[] changed(int number, Consumer<byte[]> change) {
        List<byte[]> copy = new ArrayList<>(records);
        byte[] record = copy.get(number).clone();
        change.accept(record);
        copy.set(number, record);
        return Bams.file(header, copy);
    }

    @Test
    void recordsThatAreMissingOrTooManyAreNamed() {
        rig.convert(Bams.file(header, records), ConversionOptions.DEFAULT);
        assertDiffers(Bams.file(header, records.subList(0, 2999)), "record 3000 ", "in the dataset alone");
        List<byte[]> more = new ArrayList<>(records);
        more.add(more.getLast());
        assertDiffers(Bams.file(header, more), "record 3001 ", "in the source alone");
        rig.convert(Bams.file(header, List.of()), ConversionOptions.DEFAULT.withReplace(true));
        assertThat(compare(Bams.file(header, List.of())).difference()).isEmpty();
    }

    @Test
    void theHeaderIsComparedToo() {
        rig.convert(Bams.file(header, records), ConversionOptions.DEFAULT);
        byte[] text =
                (new String(header.text(), StandardCharsets.UTF_8) + "@CO\tmore\n").getBytes(StandardCharsets.UTF_8);
        assertDiffers(
                Bams.file(new SamHeader(text, header.references()), records),
                "the header's text differs at byte " + header.text().length);
    }
}
