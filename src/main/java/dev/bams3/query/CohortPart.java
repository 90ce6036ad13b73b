package dev.bams3.query;

import dev.bams3.cohort.OpenCohort;
import dev.bams3.fetch.ChunkObjects;
import dev.bams3.plan.ReadPlan;

/**
 * What is read of one member of a cohort.
 *
 * @param number of the member, from 0: records of one place stand in this order
 * @param member the member
 * @param plan of its blocks, at most those that surely hold as many records as the answer may have
 * @param view what happens to its records
 */
record CohortPart(int number, OpenCohort.Member member, ReadPlan plan, ViewedDataset view) {
    ChunkObjects chunks() {
        return OpenRead.chunks(member.dataset());
    }

    MemberRecords records() {
        return new MemberRecords(member.ids());
    }
}
