package dev.bams3.cli;

import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordView;
import dev.bams3.view.ColumnsText;
import dev.bams3.view.CriteriaText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say which of the selected records, and which of their columns; the letters are those of samtools view. */
final class ViewOptions {
    private static final Map<String, String> OPTIONS = Map.of(
            CriteriaText.REQUIRED_FLAGS, "--required-flags",
            CriteriaText.EXCLUDED_FLAGS, "--excluded-flags",
            CriteriaText.MIN_MAPPING_QUALITY, "--min-mapq",
            CriteriaText.READ_GROUP, "--read-group",
            CriteriaText.SAMPLE, "--sample",
            CriteriaText.NAME, "--name",
            CriteriaText.TAG, "--tag",
            CriteriaText.SUBSAMPLE, "--subsample",
            CriteriaText.SEED, "--seed",
            CriteriaText.LIMIT, "--limit");

    @Option(
            names = {"-f", "--required-flags"},
            paramLabel = "<bits>",
            description = "Only reads with all of these FLAG bits: 3, 0x3 or PAIRED,PROPER_PAIR.")
    private @Nullable String requiredFlags;

    @Option(
            names = {"-F", "--excluded-flags"},
            paramLabel = "<bits>",
            description = "Only reads with none of these FLAG bits.")
    private @Nullable String excludedFlags;

    @Option(
            names = {"-q", "--min-mapq"},
            paramLabel = "<n>",
            description = "Only reads with a MAPQ of at least this.")
    private @Nullable String minMapq;

    @Option(
            names = {"-r", "--read-group"},
            paramLabel = "<id>",
            description = "Only reads of this read group; may be repeated.")
    private List<String> readGroups = List.of();

    @Option(names = "--sample", paramLabel = "<name>", description = "Only reads of this sample; may be repeated.")
    private List<String> samples = List.of();

    @Option(
            names = {"-n", "--name"},
            paramLabel = "<name>",
            description = "Only reads of this name; may be repeated.")
    private List<String> names = List.of();

    @Option(
            names = {"-d", "--tag"},
            paramLabel = "<tag>[:<value>]",
            description = "Only reads with this tag, or this value of it; may be repeated.")
    private List<String> tags = List.of();

    @Option(
            names = "--subsample",
            paramLabel = "<fraction>",
            description = "Only this share of the read names, always the same one.")
    private @Nullable String subsample;

    @Option(names = "--seed", paramLabel = "<n>", description = "Another number makes another share.")
    private @Nullable String seed;

    @Option(names = "--limit", paramLabel = "<n>", description = "Only the first reads, so many.")
    private @Nullable String limit;

    @Option(
            names = "--fields",
            paramLabel = "<columns>",
            split = ",",
            description = "Only these columns, as QNAME,SEQ.")
    private @Nullable List<String> fields;

    @Option(names = "--tags", paramLabel = "<tags>", description = "Only these tags, as NM,MD; '' for none.")
    private @Nullable String onlyTags;

    @Option(names = "--notags", paramLabel = "<tags>", description = "All tags but these.")
    private @Nullable String noTags;

    /** @throws dev.bams3.error.ReadsException INVALID_INPUT naming the option */
    RecordView view() {
        RecordColumns columns =
                ColumnsText.parse(Optional.ofNullable(fields), list(onlyTags), list(noTags), name -> "--" + name);
        Map<String, List<String>> values = new LinkedHashMap<>();
        put(values, CriteriaText.REQUIRED_FLAGS, requiredFlags);
        put(values, CriteriaText.EXCLUDED_FLAGS, excludedFlags);
        put(values, CriteriaText.MIN_MAPPING_QUALITY, minMapq);
        values.put(CriteriaText.READ_GROUP, readGroups);
        values.put(CriteriaText.SAMPLE, samples);
        values.put(CriteriaText.NAME, names);
        values.put(CriteriaText.TAG, tags);
        put(values, CriteriaText.SUBSAMPLE, subsample);
        put(values, CriteriaText.SEED, seed);
        put(values, CriteriaText.LIMIT, limit);
        return CriteriaText.parse(values, name -> OPTIONS.getOrDefault(name, name), columns);
    }

    private static void put(Map<String, List<String>> values, String name, @Nullable String value) {
        if (value != null) {
            values.put(name, List.of(value));
        }
    }

    private static Optional<List<String>> list(@Nullable String names) {
        return Optional.ofNullable(names).map(text -> text.isEmpty() ? List.of() : List.of(text.split(",", -1)));
    }
}
