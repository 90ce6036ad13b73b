package dev.bams3.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.CountingObjectStore;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.RawBam;
import dev.bams3.fixtures.Seed;
import dev.bams3.format.BlockSizing;
import dev.bams3.genome.Region;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.OpenRead.Slice;
import dev.bams3.sam.ReadSelection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one request costs, its parts and its edges. That the records are the right ones: {@link RegionDifferentialTest}. */
@Timeout(60)
@Tag("fast")
class ReadsQueryTest {
    private static final ReadSelection CHR1 = ReadSelection.region(Region.whole("chr1"));

    private final long seed = Seed.draw();
    private final RawBam bam = new RawBam(RandomRecords.header(), new RandomRecords(seed).sortedList(300));

    @Test
    void oneKilobaseAtThirtyfoldDepthIsOneSmallGet() throws IOException {
        Path file = Bams.real().stream()
                .filter(path -> path.endsWith("sim_nova_wgs30x_300kb.bam"))
                .findFirst()
                .orElse(Path.of(""));
        assumeTrue(file.getNameCount() > 1, "no simulated BAM here");
        RawBam source = RawBam.read(file);
        List<CountingObjectStore> stores = new ArrayList<>();
        try (QueryFixture fixture = counting(source, BlockSizing.DEFAULT, stores)) {
            CountingObjectStore store = stores.getFirst();
            String reference = source.header()
                    .references()
                    .get(RawBam.int32(source.records().getFirst(), 4))
                    .name();
            long first = RawBam.int32(source.records().getFirst(), 8);
            for (int i = 0; i < 50; i++) {
                long start = first + i * 5_000L;
                store.reset();
                try (OpenRead read = fixture.open(
                        ReadSelection.region(new Region(reference, start, OptionalLong.of(start + 1000))))) {
                    ReadTotals totals = read.writeTo(ReadFormat.BAM, Part.WHOLE, OutputStream.nullOutputStream());
                    assertThat(totals.gets()).isEqualTo(1);
                    assertThat(store.gets("/chunks/")).isEqualTo(1);
                    assertThat(totals.bytesFetched())
                            .isEqualTo(read.plan().fetchedBytes())
                            .isLessThan(110_000);
                }
            }
        }
    }

    @Test
    void planningTouchesNoChunkAndWarmMetadataCostsNothing() throws IOException {
        List<CountingObjectStore> stores = new ArrayList<>();
        try (QueryFixture fixture = counting(bam, QueryFixture.SMALL, stores)) {
            CountingObjectStore store = stores.getFirst();
            try (OpenRead read = fixture.open(CHR1)) {
                assertThat(read.slices(1 << 20)).isNotEmpty();
                assertThat(store.gets("/chunks/")).isZero();
                // The commit and one section of the index; the header was not needed yet.
                assertThat(store.gets()).isEqualTo(2);
                ReadTotals totals = read.writeTo(ReadFormat.BAM, Part.WHOLE, OutputStream.nullOutputStream());
                assertThat(store.gets("/chunks/"))
                        .isEqualTo(totals.gets())
                        .isEqualTo(read.plan().gets());
                assertThat(totals.bytesFetched()).isEqualTo(read.plan().fetchedBytes());
            }
            store.reset();
            try (OpenRead read = fixture.open(CHR1)) {
                assertThat(read.header().text()).isEqualTo(bam.header().text());
            }
            assertThat(store.gets()).isZero();
        }
    }

    @Test
    void slicesOneAfterTheOtherAreTheWholeAnswer() throws IOException {
        ReadSelection selection = new ReadSelection.Regions(
                List.of(new Region("chr1", 1000, OptionalLong.of(15_000)), Region.whole("chrM")), true);
        try (QueryFixture fixture = new QueryFixture(bam.header(), bam.records(), QueryFixture.SMALL);
                OpenRead read = fixture.open(selection)) {
            byte[] whole = fixture.bam(selection);
            for (long sliceBytes : new long[] {1, 10_000, 100_000, Long.MAX_VALUE}) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                read.writeTo(ReadFormat.BAM, new Part(true, 0, 0, false), out);
                List<Slice> slices = read.slices(sliceBytes);
                int next = 0;
                for (Slice slice : slices) {
                    assertThat(slice.firstBlock()).isEqualTo(next);
                    next += slice.blocks();
                    boolean last = slice.equals(slices.getLast());
                    // Another request, as a ticket's addresses are.
                    byte[] bytes = fixture.write(
                            selection, ReadFormat.BAM, new Part(false, slice.firstBlock(), slice.blocks(), last));
                    assertThat(bytes).as("seed %s", seed).isNotEmpty();
                    if (!last) {
                        assertThat(RawBam.records(bytes)).as("seed %s", seed).isNotEmpty();
                    }
                    out.writeBytes(bytes);
                }
                assertThat(next).isEqualTo(read.plan().blocks().size());
                assertThat(out.toByteArray()).as("seed %s", seed).isEqualTo(whole);
            }
        }
    }

    @Test
    void nothingWantedIsHeaderAndTerminatorAndNoSlice() throws IOException {
        List<CountingObjectStore> stores = new ArrayList<>();
        try (QueryFixture fixture = counting(bam, QueryFixture.SMALL, stores)) {
            ReadSelection behind = ReadSelection.region(new Region("chrM", 4_000_000_000L, OptionalLong.empty()));
            ReadSelection empty = ReadSelection.region(Region.whole("chrEmpty"));
            byte[] header = fixture.write(ReadSelection.everything(), ReadFormat.BAM, Part.HEADER);
            try (OpenRead read = fixture.open(behind)) {
                assertThat(read.slices(1)).isEmpty();
                assertThat(read.count().records()).isZero();
            }
            assertThat(fixture.bam(behind)).isEqualTo(header);
            assertThat(stores.getFirst().gets("/chunks/")).isZero();
            // What lies between two references of one block is known only when that is read.
            try (OpenRead read = fixture.open(empty)) {
                assertThat(read.slices(1)).hasSizeLessThan(2);
                assertThat(read.count().records()).isZero();
            }
            assertThat(fixture.bam(empty)).isEqualTo(header);
            assertThat(RawBam.read(header).records()).isEmpty();
        }
    }

    @Test
    void wholeBlocksAreCountedUnread() throws IOException {
        List<CountingObjectStore> stores = new ArrayList<>();
        try (QueryFixture fixture = counting(bam, QueryFixture.SMALL, stores);
                OpenRead read = fixture.open(ReadSelection.everything())) {
            assertThat(read.count()).isEqualTo(new ReadTotals(300, 0, 0, 0, 0));
            assertThat(stores.getFirst().gets("/chunks/")).isZero();
        }
    }

    @Test
    void anUnknownReferenceIsNotFound() {
        try (QueryFixture fixture = new QueryFixture(bam.header(), bam.records(), QueryFixture.SMALL)) {
            assertThatThrownBy(() -> fixture.open(ReadSelection.region(Region.whole("1"))))
                    .isInstanceOfSatisfying(ReadsException.class, failure -> {
                        assertThat(failure.kind()).isEqualTo(ErrorKind.NOT_FOUND);
                        assertThat(failure.field()).contains("referenceName");
                    });
        }
    }

    @Test
    void everyFormatCountsTheSameRecords() throws IOException {
        try (QueryFixture fixture = new QueryFixture(bam.header(), bam.records(), QueryFixture.SMALL);
                OpenRead read = fixture.open(CHR1)) {
            long records = read.count().records();
            for (ReadFormat format : ReadFormat.values()) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                ReadTotals totals = read.writeTo(format, Part.WHOLE, out);
                assertThat(totals.records()).as("%s", format).isEqualTo(records);
                assertThat(totals.bytesOut()).as("%s", format).isEqualTo(out.size());
            }
        }
    }

    private static QueryFixture counting(RawBam bam, BlockSizing sizing, List<CountingObjectStore> stores) {
        return new QueryFixture(bam.header(), bam.records(), sizing, QueryFixture.FETCH, QueryFixture.QUERY, memory -> {
            stores.add(new CountingObjectStore(memory));
            return stores.getFirst();
        });
    }
}
