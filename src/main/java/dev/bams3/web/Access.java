package dev.bams3.web;

import dev.bams3.access.AccessPolicy;
import dev.bams3.access.Caller;
import dev.bams3.access.Grant;
import dev.bams3.dataset.DatasetId;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;

/**
 * Decides what a caller may see. Every endpoint that reveals anything of a dataset asks here first, before it looks whether the
 * dataset exists: without access, a dataset that exists and one that does not are answered alike.
 */
public final class Access {
    private final AccessPolicy policy;
    private final boolean tokensAreKnown;
    private final boolean countsHidden;

    /**
     * @param tokensAreKnown whether tokens of an issuer are accepted: whether sending one can help
     * @param countsHidden whether callers may know how many datasets they may not see
     */
    public Access(AccessPolicy policy, boolean tokensAreKnown, boolean countsHidden) {
        this.policy = policy;
        this.tokensAreKnown = tokensAreKnown;
        this.countsHidden = countsHidden;
    }

    /**
     * Returns what the caller may see of a dataset: everything or some regions of it.
     *
     * @throws ReadsException UNAUTHENTICATED or DENIED where it is nothing, whether the dataset exists or not
     */
    Grant require(Caller caller, DatasetId id) {
        Grant grant = policy.grant(caller, id.value());
        if (!grant.isNothing()) {
            return grant;
        }
        throw refusal(caller);
    }

    /** Returns the error for a caller who may see nothing of what was asked for, whether it exists or not. */
    ReadsException refusal(Caller caller) {
        if (caller.link().isPresent()) {
            return ReadsException.of(ErrorKind.DENIED, "this link is for another dataset");
        }
        if (caller.authenticated()) {
            return ReadsException.of(
                    ErrorKind.DENIED, "your token does not allow you to read this dataset, should there be one");
        }
        if (tokensAreKnown) {
            return ReadsException.of(
                    ErrorKind.UNAUTHENTICATED,
                    "this dataset, should there be one, is not public; send a token as 'Authorization: Bearer ...'");
        }
        return ReadsException.of(
                ErrorKind.DENIED,
                "this dataset, should there be one, is not public; the operator can change that by"
                        + " BAMS3_ACCESS_PUBLIC_DATASETS, or name an issuer of tokens");
    }

    /** Returns what the caller may see of a dataset, which may be nothing. */
    Grant grant(Caller caller, DatasetId id) {
        return policy.grant(caller, id.value());
    }

    /** Returns whether the caller may know that there is such a dataset. */
    boolean shows(Caller caller, DatasetId id) {
        return !grant(caller, id).isNothing();
    }

    /** Returns whether the caller may see every dataset, whatever its id. */
    boolean showsAll(Caller caller) {
        return policy.showsAll(caller);
    }

    /** Returns whether callers may know how many datasets they may not see. */
    boolean countsHidden() {
        return countsHidden;
    }
}
