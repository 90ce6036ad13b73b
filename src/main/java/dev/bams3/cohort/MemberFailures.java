package dev.bams3.cohort;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;

/** Failures of members of a cohort. */
public final class MemberFailures {
    private MemberFailures() {}

    /** Returns the failure with the member that it concerns; one that concerns the whole request as it is. */
    public static ReadsException of(String member, ReadsException e) {
        return e.kind() == ErrorKind.CANCELLED || e.kind() == ErrorKind.OVERLOADED ? e : e.ofMember(member);
    }
}
