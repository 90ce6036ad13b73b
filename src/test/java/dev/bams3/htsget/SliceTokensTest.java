package dev.bams3.htsget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordField;
import dev.bams3.sam.RecordView;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("fast")
class SliceTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Duration LIFETIME = Duration.ofMinutes(10);
    private static final SignedSlice SLICE = new SignedSlice(
            "a/b", "g1", ReadSelection.region(new Region("chr1", 100, OptionalLong.of(200))), 3, 7, true);

    @Test
    void aTokenGivesItsSliceBack() {
        for (ReadSelection selection : List.of(
                ReadSelection.everything(),
                ReadSelection.unplacedReads(),
                new ReadSelection.Regions(
                        List.of(
                                new Region("chr2", 4_294_967_295L, OptionalLong.empty()),
                                Region.whole("HLA-A*01:01"),
                                new Region("chr2", 5, OptionalLong.of(5)),
                                new Region("chr1", 0, OptionalLong.of(4_294_967_295L))),
                        true))) {
            SignedSlice slice = new SignedSlice("a/b", "g1", selection, 0, Integer.MAX_VALUE, false);
            assertThat(tokens(NOW, key(1)).verify("a/b", tokens(NOW, key(1)).sign(slice)))
                    .isEqualTo(slice);
        }
    }

    @Test
    void aTokenCarriesItsView() {
        RecordView view = new RecordView(
                new RecordCriteria(
                        3,
                        0xF00,
                        30,
                        List.of("rg1", "rg 2"),
                        List.of("sämple"),
                        List.of("read:1"),
                        List.of(
                                new RecordCriteria.TagCondition("NM", Optional.of("")),
                                new RecordCriteria.TagCondition("RG", Optional.of("a:b")),
                                new RecordCriteria.TagCondition("MD", Optional.empty())),
                        Optional.of(new RecordCriteria.Subsample(0.25, -7))),
                new RecordColumns(Set.of(RecordField.QNAME, RecordField.QUAL), Optional.of(List.of()), List.of("X1")),
                OptionalLong.of(1_000_000_000_000L));
        SignedSlice slice =
                new SignedSlice("a/b", "g1", ReadSelection.everything(), view, 0, 9, true, 1, "isal-0-5700b5c0");
        assertThat(tokens(NOW, key(1)).verify("a/b", tokens(NOW, key(1)).sign(slice)))
                .isEqualTo(slice);
        assertThat(slice.etag("v")).isNotEqualTo(slice.etag("w"));
        SignedSlice elsewhere = new SignedSlice("a/b", "g1", ReadSelection.everything(), view, 0, 9, true, 1, "other");
        assertThat(elsewhere.etag("v"))
                .as("a tag tells what is served, not what was promised")
                .isEqualTo(slice.etag("v"));
        SignedSlice all = new SignedSlice("a/b", "g1", ReadSelection.everything(), 0, 9, true);
        assertThat(slice.etag("v")).isNotEqualTo(all.etag("v"));
    }

    @Test
    void aTokenIsUrlSafe() {
        assertThat(tokens(NOW, key(1)).sign(SLICE)).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void aTokenIsRefusedForAnotherDatasetKeyOrAge() {
        String token = tokens(NOW, key(1)).sign(SLICE);
        assertDenied(tokens(NOW, key(1)), "a/c", token, "not an address");
        assertDenied(tokens(NOW, key(2)), "a/b", token, "not an address");
        assertThat(tokens(NOW.plus(LIFETIME), key(1)).verify("a/b", token)).isEqualTo(SLICE);
        assertDenied(tokens(NOW.plus(LIFETIME).plusSeconds(1), key(1)), "a/b", token, "expired");
    }

    @Test
    void everyChangedCharacterIsRefused() {
        String token = tokens(NOW, key(1)).sign(SLICE);
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'Z' : 'A';
            assertDenied(
                    tokens(NOW, key(1)),
                    "a/b",
                    token.substring(0, i) + other + token.substring(i + 1),
                    "not an address");
            assertDenied(tokens(NOW, key(1)), "a/b", token.substring(0, i), "not an address");
        }
        assertDenied(tokens(NOW, key(1)), "a/b", "../../etc", "not an address");
    }

    @Test
    void aNewKeySignsWhileTheOldOneIsStillAccepted() {
        String old = tokens(NOW, key(1)).sign(SLICE);
        SliceTokens rotated = tokens(NOW, key(2), key(1));
        assertThat(rotated.verify("a/b", old)).isEqualTo(SLICE);
        assertThat(tokens(NOW, key(2)).verify("a/b", rotated.sign(SLICE))).isEqualTo(SLICE);
    }

    @Test
    void aPanelOfAThousandRegionsFitsIntoAnAddress() {
        Random random = new Random(7);
        List<Region> regions = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < 1000; i++) {
            at += random.nextInt(100_000);
            regions.add(new Region("chr" + i / 100, at % 200_000_000, OptionalLong.of(at % 200_000_000 + 100)));
        }
        SignedSlice slice = new SignedSlice("a/b", "g1", new ReadSelection.Regions(regions, false), 0, 1, true);
        assertThat(tokens(NOW, key(1)).sign(slice).length()).isLessThan(8_000);
    }

    @Test
    void shortKeysAreRefused() {
        assertThatThrownBy(() -> tokens(NOW, new byte[31])).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertDenied(SliceTokens tokens, String dataset, String token, String message) {
        ReadsException failure = catchThrowableOfType(ReadsException.class, () -> tokens.verify(dataset, token));
        assertThat(failure).as(token).isNotNull();
        assertThat(failure.kind()).isEqualTo(ErrorKind.DENIED);
        assertThat(failure.getMessage()).contains(message);
    }

    private static SliceTokens tokens(Instant now, byte[]... keys) {
        return new SliceTokens(List.of(keys), LIFETIME, Clock.fixed(now, ZoneOffset.UTC));
    }

    private static byte[] key(int value) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) value);
        return key;
    }
}
