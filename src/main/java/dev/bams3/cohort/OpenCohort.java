package dev.bams3.cohort;

import dev.bams3.dataset.OpenDataset;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.HeaderMerge.NewIds;
import dev.bams3.sam.SamHeader;
import java.util.List;

/**
 * The datasets of a cohort, each as one commit made it, with their joined header. Immutable, nothing to close.
 *
 * @param name what it was asked for by
 * @param identity a digest of the members and their generations, in order: cohorts of one identity have the same records
 * @param references that all members have
 * @param members in the order in which their records stand at one place
 * @param header of all members
 */
public record OpenCohort(
        CohortName name, String identity, ReferenceDictionary references, List<Member> members, SamHeader header) {
    public OpenCohort {
        members = List.copyOf(members);
    }

    /**
     * An opened dataset of a cohort.
     *
     * @param id of the dataset
     * @param dataset the dataset
     * @param sample name of its sample in tables
     * @param labelled whether the cohort says that name; else a read group of another sample decides for its records
     * @param ids its read groups and programs in the joined header
     */
    public record Member(String id, OpenDataset dataset, String sample, boolean labelled, NewIds ids) {}
}
