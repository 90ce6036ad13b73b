package dev.bams3.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.genome.Region;
import dev.bams3.sam.ReadSelection;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rules, grants and links as values. */
@Tag("fast")
class AccessPolicyTest {
    private static final ReferenceDictionary REFERENCES =
            new ReferenceDictionary(List.of(new Reference("chr1", 1000), new Reference("HLA-A*01:01", 50)));

    private static final String RULES = """
            rules:
              - name: open data
                who: anyone
                datasets: [demo, open/**]
              - who: authenticated
                datasets: shared/*
              - claims: {groups: [lab-a, lab-b], realm_access.roles: reader}
                datasets: [cohort/**]
                regions: ["chr1:101-200", "{HLA-A*01:01}"]
              - claims: {groups: "*"}
                datasets: [cohort/x]
                regions: "chr1:201-300"
                unplaced: true
              - visa: {value: "https://ega/EGAD1", by: [dac]}
                datasets: [ega/EGAD1/**]
            """;

    private final AccessPolicy policy = new AccessPolicy(RulesFile.parse("rules.yaml", RULES));

    private static Caller with(Map<String, List<String>> claims) {
        return Caller.of("ann", claims, List.of());
    }

    @Test
    void whatNoRuleGrantsIsNotGranted() {
        Caller member = with(Map.of("groups", List.of("lab-b"), "realm_access.roles", List.of("x", "reader")));
        Grant exons = new Grant.Regions(
                List.of(new Region("chr1", 100, OptionalLong.of(200)), Region.whole("HLA-A*01:01")), false);
        assertThat(policy.grant(Caller.ANONYMOUS, "demo")).isEqualTo(Grant.everything());
        assertThat(policy.grant(Caller.ANONYMOUS, "open/a/b")).isEqualTo(Grant.everything());
        for (String id : List.of("demo2", "Demo", "a/demo", "open", "shared/a", "cohort/x", "ega/EGAD1/s")) {
            assertThat(policy.grant(Caller.ANONYMOUS, id)).as(id).isEqualTo(Grant.nothing());
        }
        assertThat(policy.grant(with(Map.of()), "shared/a")).isEqualTo(Grant.everything());
        assertThat(policy.grant(with(Map.of()), "shared/a/b")).isEqualTo(Grant.nothing());
        assertThat(policy.grant(member, "cohort/a/b")).isEqualTo(exons);
        assertThat(policy.grant(with(Map.of("groups", List.of("lab-a"))), "cohort/a"))
                .isEqualTo(Grant.nothing());
        assertThat(policy.grant(member, "cohort/x"))
                .isEqualTo(exons.plus(new Grant.Regions(List.of(new Region("chr1", 200, OptionalLong.of(300))), true)));
        assertThat(new AccessPolicy(List.of()).grant(member, "demo")).isEqualTo(Grant.nothing());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rules: [{who: anyone}]                                                | datasets",
                "rules: [{datasets: a}]                                                | exactly one",
                "rules: [{who: anyone, claims: {a: b}, datasets: a}]                    | exactly one",
                "rules: [{who: all, datasets: a}]                                       | who",
                "rules: [{who: anyone, dataset: a}]                                     | unknown key 'dataset'",
                "rules: [{who: anyone, datasets: a, regions: 'chr1:0-5'}]                | regions",
                "rules: [{who: anyone, datasets: a, regions: []}]                       | regions",
                "rules: [{who: anyone, datasets: a, unplaced: true}]                    | unplaced",
                "rules: [{who: anyone, datasets: a, regions: x, unplaced: 1}]           | unplaced",
                "rules: [{claims: {}, datasets: a}]                                     | who",
                "rules: [{claims: {a: []}, datasets: a}]                                | claims.a",
                "rules: [{visa: {value: a, from: b}, datasets: a}]                      | visa",
                "rules: {a: b}                                                         | rules",
                "rule: []                                                              | rules",
                "rules: [                                                              | YAML",
                "rules: [{who: anyone, who: authenticated, datasets: a}]                | duplicate",
                "rules: [!!javax.script.ScriptEngineManager [a]]                        | YAML",
            })
    void wrongRulesAreNamed(String yaml, String name) {
        assertThatThrownBy(() -> RulesFile.parse("rules.yaml", yaml))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("rules.yaml")
                .hasMessageContaining(name);
    }

    @Test
    void jsonIsYaml() {
        assertThat(RulesFile.parse("r.json", "{\"rules\": [{\"who\": \"anyone\", \"datasets\": [\"a\"]}]}"))
                .hasSize(1);
    }

    /** A selection passes exactly when each of its positions, one by one, is granted. */
    @Test
    void grantsAreExact() {
        long seed = 20_261_122;
        Random random = new Random(seed);
        int passed = 0;
        for (int i = 0; i < 20_000; i++) {
            List<Region> allowed = Stream.generate(() -> region(random))
                    .limit(1 + random.nextInt(4))
                    .toList();
            List<Region> asked = Stream.generate(() -> region(random))
                    .limit(1 + random.nextInt(2))
                    .toList();
            boolean unplacedAllowed = random.nextBoolean();
            boolean unplacedAsked = random.nextInt(4) == 0;
            boolean expected = (unplacedAllowed || !unplacedAsked)
                    && asked.stream()
                            .allMatch(region -> positions(region)
                                    .allMatch(position -> allowed.stream()
                                            .anyMatch(one -> positions(one).anyMatch(position::equals))));
            boolean empty = asked.stream()
                    .anyMatch(region -> positions(region).findAny().isEmpty());
            Grant grant = new Grant.Regions(allowed, unplacedAllowed);
            boolean passes = passes(grant, new ReadSelection.Regions(asked, unplacedAsked));
            if (passes) {
                passed++;
            }
            // A region without a position may be refused: it gives nothing either way.
            assertThat(passes).as("seed %d: %s in %s", seed, asked, allowed).isIn(expected, expected && !empty);
        }
        assertThat(passed).isGreaterThan(500);
    }

    private static Region region(Random random) {
        String name = random.nextInt(5) == 0 ? "HLA-A*01:01" : "chr1";
        long start = random.nextInt(12) * 5L;
        return new Region(
                name,
                start,
                random.nextInt(8) == 0 ? OptionalLong.empty() : OptionalLong.of(start + random.nextInt(6) * 5L));
    }

    private static Stream<String> positions(Region region) {
        int index = REFERENCES.indexOf(region.referenceName()).orElseThrow();
        // Far positions are alike.
        int length = Math.min(100, REFERENCES.get(index).length());
        List<String> all = new ArrayList<>();
        for (long i = region.clip(length).start(); i < region.clip(length).end(); i++) {
            all.add(region.referenceName() + " " + i);
        }
        return all.stream();
    }

    private static boolean passes(Grant grant, ReadSelection selection) {
        try {
            grant.check(selection, REFERENCES);
            return true;
        } catch (ReadsException e) {
            assertThat(e.kind()).isEqualTo(ErrorKind.DENIED);
            return false;
        }
    }

    @Test
    void partsAreNotTheWhole() {
        Grant parts = new Grant.Regions(List.of(Region.whole("chr1"), Region.whole("HLA-A*01:01")), true);
        assertThat(passes(parts, ReadSelection.everything())).isFalse();
        assertThat(passes(parts, ReadSelection.region(Region.whole("chr1")))).isTrue();
        assertThat(passes(parts, ReadSelection.region(Region.whole("chr2")))).isFalse();
        assertThat(passes(parts, ReadSelection.unplacedReads())).isTrue();
        assertThat(passes(Grant.everything(), ReadSelection.everything())).isTrue();
        assertThat(passes(Grant.nothing(), ReadSelection.region(Region.whole("chr1"))))
                .isFalse();
        assertThatThrownBy(() -> parts.checkWhole("its statistics")).hasMessageContaining("statistics");
        assertThatThrownBy(() -> new Grant.Regions(List.of(new Region("chr1", 5, OptionalLong.of(9))), false)
                        .check(ReadSelection.everything(), REFERENCES))
                .hasMessageContaining("referenceName=chr1&start=5&end=9");
    }

    @Test
    void linksAreWhatTheyWereSignedAs() {
        Instant now = Instant.parse("2026-11-22T12:00:00Z");
        byte[] old = "o".repeat(32).getBytes(StandardCharsets.UTF_8);
        byte[] next = "n".repeat(32).getBytes(StandardCharsets.UTF_8);
        LinkTokens tokens = new LinkTokens(List.of(old), Clock.fixed(now, ZoneOffset.UTC));
        CapabilityLink link = new CapabilityLink(
                "a/b",
                new Grant.Regions(
                        List.of(new Region("chr1", 5, OptionalLong.of(9)), Region.whole("HLA-A*01:01")), true),
                now.plus(Duration.ofHours(1)));
        String token = tokens.sign(link);
        assertThat(tokens.verify(token)).isEqualTo(link);
        assertThat(policy.grant(Caller.of(link, "id"), "a/b")).isEqualTo(link.grant());
        assertThat(policy.grant(Caller.of(link, "id"), "demo")).isEqualTo(Grant.nothing());

        assertThat(new LinkTokens(List.of(next, old), Clock.fixed(now, ZoneOffset.UTC)).verify(token))
                .isEqualTo(link);
        refused(new LinkTokens(List.of(next), Clock.fixed(now, ZoneOffset.UTC)), token, "revoked");
        refused(new LinkTokens(List.of(), Clock.fixed(now, ZoneOffset.UTC)), token, "revoked");
        refused(
                new LinkTokens(List.of(old), Clock.fixed(now.plus(Duration.ofHours(2)), ZoneOffset.UTC)),
                token,
                "expired");
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            String changed = token.substring(0, i) + other + token.substring(i + 1);
            // The last character may have bits that stand for nothing.
            if (i < token.length() - 1) {
                refused(tokens, changed, "link");
            }
        }
        assertThat(LinkTokens.id(token)).hasSize(12).isNotEqualTo(token.substring(0, 12));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "AAAA", "%%%", "eyJhbGciOiJub25lIn0.e30."})
    void otherTextsAreNoLinks(String text) {
        refused(new LinkTokens(List.of(new byte[32]), Clock.systemUTC()), text, "not a link");
    }

    private static void refused(LinkTokens tokens, String token, String why) {
        assertThatThrownBy(() -> tokens.verify(token))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining(why);
    }
}
