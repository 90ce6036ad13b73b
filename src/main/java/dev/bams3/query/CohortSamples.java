package dev.bams3.query;

import dev.bams3.cohort.OpenCohort;
import dev.bams3.sam.SamHeader.ReadGroup;
import dev.bams3.sam.SamTags;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sample of each record of a cohort: the label that the cohort gives to its member; else the sample of its read group where
 * the member has several samples, and the member's only one, or its id, where it has not.
 */
final class CohortSamples {
    private static final int READ_GROUP = SamTags.name('R', 'G');

    private final List<String> names = new ArrayList<>();
    private final int[] ofMembers;
    /** By member: the samples of its read groups as the answer names these, where there are several. */
    private final Map<Integer, Map<String, Integer>> ofReadGroups = new HashMap<>();

    CohortSamples(List<OpenCohort.Member> members) {
        Map<String, Integer> numbers = new HashMap<>();
        ofMembers = new int[members.size()];
        for (int i = 0; i < members.size(); i++) {
            OpenCohort.Member member = members.get(i);
            ofMembers[i] = number(member.sample(), numbers);
            if (!member.labelled() && member.dataset().metadata().samples().size() > 1) {
                Map<String, Integer> groups = new HashMap<>();
                for (ReadGroup group : member.dataset().metadata().readGroups()) {
                    group.sample()
                            .ifPresent(sample -> groups.put(
                                    member.ids().readGroups().getOrDefault(group.id(), group.id()),
                                    number(sample, numbers)));
                }
                ofReadGroups.put(i, groups);
            }
        }
    }

    private int number(String name, Map<String, Integer> numbers) {
        return numbers.computeIfAbsent(name, _ -> {
            names.add(name);
            return names.size() - 1;
        });
    }

    /** Names of all samples. */
    List<String> names() {
        return List.copyOf(names);
    }

    /** Index in {@link #names} of the sample of a member's record. */
    int of(int member, byte[] records, int record) {
        Map<String, Integer> groups = ofReadGroups.get(member);
        if (groups == null) {
            return ofMembers[member];
        }
        int tag = SamTags.find(records, record, READ_GROUP);
        if (tag < 0 || SamTags.type(records, tag) != 'Z') {
            return ofMembers[member];
        }
        int from = tag + SamTags.VALUE;
        String id = new String(records, from, SamTags.textEnd(records, tag) - from, StandardCharsets.UTF_8);
        return groups.getOrDefault(id, ofMembers[member]);
    }
}
