package dev.bams3.sam;

import java.util.List;
import java.util.Optional;

/**
 * Conditions that a record must meet, all of them.
 *
 * @param requiredFlags bits of FLAG that must all be set (`samtools view -f`)
 * @param excludedFlags bits of FLAG none of which may be set (`-F`)
 * @param minMappingQuality least MAPQ, 0 to 255 (`-q`)
 * @param readGroups ids of read groups, one of which must be the record's RG; empty: any or none. A record without RG belongs
 *     to no group
 * @param samples names of samples; the record's read group must belong to one of them; empty: any or none
 * @param names read names, one of which must be the record's; empty: any
 * @param tags conditions on tags: of those of one tag one must hold, for every tag
 * @param subsample which share of the templates
 */
public record RecordCriteria(
        int requiredFlags,
        int excludedFlags,
        int minMappingQuality,
        List<String> readGroups,
        List<String> samples,
        List<String> names,
        List<TagCondition> tags,
        Optional<Subsample> subsample) {
    public static final RecordCriteria NONE =
            new RecordCriteria(0, 0, 0, List.of(), List.of(), List.of(), List.of(), Optional.empty());

    public RecordCriteria {
        readGroups = List.copyOf(readGroups);
        samples = List.copyOf(samples);
        names = List.copyOf(names);
        tags = List.copyOf(tags);
    }

    /**
     * A tag that a record must have.
     *
     * @param name two characters
     * @param value text of a Z or H, letter of an A, decimal of a whole number; numbers with a fraction and arrays have none.
     *     Absent: any value
     */
    public record TagCondition(String name, Optional<String> value) {}

    /**
     * A share of the templates, chosen by a hash of the read name, so that records of one name stay together and the same
     * share comes at every request. A larger share of one seed contains the smaller ones.
     *
     * @param fraction 0 (nothing) to 1 (everything)
     * @param seed another one makes another choice
     */
    public record Subsample(double fraction, long seed) {}
}
