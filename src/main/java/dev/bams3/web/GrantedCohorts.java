package dev.bams3.web;

import dev.bams3.access.Caller;
import dev.bams3.access.Grant;
import dev.bams3.cohort.CohortMember;
import dev.bams3.cohort.CohortName;
import dev.bams3.cohort.Cohorts;
import dev.bams3.cohort.OpenCohort;
import dev.bams3.dataset.DatasetId;
import dev.bams3.discovery.CohortCount;
import dev.bams3.discovery.CohortPlan;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.query.CohortRead;
import dev.bams3.query.CohortRead.MemberTotals;
import dev.bams3.query.ReadTotals;
import dev.bams3.query.ReadsQuery;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordView;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * The one door to cohorts for callers, as {@link GrantedDatasets} is to datasets. A pattern finds only datasets of which the
 * caller may see something. A member of a list that the caller may not see, and a member of which the caller may not see what is
 * asked for, is an error, or left out where the request allows that.
 */
public final class GrantedCohorts {
    /** Header of answers that lack members. */
    static final String LEFT_OUT = "BAMS3-Left-Out";

    private static final int MOST_NAMED = 20;

    /** No id has it. */
    private static final String LABEL = "\t";

    private final Access access;
    private final Cohorts cohorts;
    private final ReadsQuery query;

    public GrantedCohorts(Access access, Cohorts cohorts, ReadsQuery query) {
        this.access = access;
        this.cohorts = cohorts;
        this.query = query;
    }

    /**
     * What a caller may see of a cohort.
     *
     * @param leftOut ids of members that are left out because the request allows that
     * @param showsBlocks whether figures of whole blocks of all members may be given
     */
    record Granted(OpenCohort cohort, List<String> leftOut, boolean showsBlocks) {
        Audit.Release release(ReadSelection selection, String form, Optional<String> ticket) {
            return new Audit.Release(cohort.name().text(), ids(), cohort.identity(), selection, form, ticket);
        }

        void audit(RequestContext context, ReadSelection selection, String form, OptionalLong records) {
            Audit.figures(context, release(selection, form, Optional.empty()), records);
        }

        List<String> ids() {
            return cohort.members().stream().map(OpenCohort.Member::id).toList();
        }

        /** Returns the members as a ticket names them. */
        List<String> named() {
            return cohort.members().stream()
                    .map(member -> member.id() + (member.labelled() ? LABEL + member.sample() : ""))
                    .toList();
        }

        /** Names in a header of the response who was left out. */
        void describe(HttpServletResponse response) {
            if (!leftOut.isEmpty()) {
                response.setHeader(LEFT_OUT, some(leftOut));
            }
        }
    }

    /** What the caller must be allowed to see of each member. */
    private sealed interface Demand {
        void check(Grant grant, OpenCohort.Member member);

        /** Nothing but the header. */
        record Header() implements Demand {
            @Override
            public void check(Grant grant, OpenCohort.Member member) {}
        }

        /** Some reads. */
        record Reads(ReadSelection selection) implements Demand {
            @Override
            public void check(Grant grant, OpenCohort.Member member) {
                if (!grant.isEverything()) {
                    grant.check(selection, member.dataset().references());
                }
            }
        }

        /** All of it. */
        record Whole(String what) implements Demand {
            @Override
            public void check(Grant grant, OpenCohort.Member member) {
                grant.checkWhole(what);
            }
        }
    }

    /** Opens a cohort for a caller who asks for these reads of it, or for its header alone. */
    Granted open(
            RequestContext context, CohortName name, ReadSelection selection, boolean headerOnly, boolean allowed) {
        context.asksFor(name.text(), selection);
        return open(context, name, headerOnly ? new Demand.Header() : new Demand.Reads(selection), allowed);
    }

    /**
     * Opens a cohort for a caller who may see all of its members.
     *
     * @param what needs that, for the message
     */
    Granted openWhole(RequestContext context, CohortName name, String what, boolean allowed) {
        context.asksFor(name.text(), ReadSelection.everything());
        return open(context, name, new Demand.Whole(what), allowed);
    }

    /** Returns whether the caller may know that there is such a list: whether they may see one of its members. */
    boolean shows(RequestContext context, CohortName.Kept name) {
        try {
            return cohorts.members(name, _ -> true).stream()
                    .anyMatch(member -> access.shows(context.caller(), member.id()));
        } catch (ReadsException e) {
            // Removed meanwhile, or of too many members to be used.
            if (e.kind() == ErrorKind.NOT_FOUND || e.kind() == ErrorKind.TOO_LARGE) {
                return false;
            }
            throw e;
        }
    }

    private Granted open(RequestContext context, CohortName name, Demand demand, boolean allowed) {
        Caller caller = context.caller();
        List<CohortMember> visible = new ArrayList<>();
        Set<String> hidden = new HashSet<>();
        List<CohortMember> members = members(caller, name);
        for (CohortMember member : members) {
            if (access.shows(caller, member.id())) {
                visible.add(member);
            } else {
                hidden.add(member.id().value());
            }
        }
        if (visible.isEmpty()) {
            throw access.showsAll(caller)
                    ? ReadsException.about(ErrorKind.NOT_FOUND, name.text(), "no dataset has an id of this pattern")
                    : access.refusal(caller);
        }
        requireNone(hidden, members, allowed);
        OpenCohort open = cohorts.open(name, visible, context.clientWatch());
        Set<String> refused = new HashSet<>();
        boolean showsBlocks = true;
        for (OpenCohort.Member member : open.members()) {
            Grant grant = access.grant(caller, new DatasetId(member.id()));
            try {
                demand.check(grant, member);
                showsBlocks &= grant.showsBlocks();
            } catch (ReadsException e) {
                if (!allowed) {
                    throw e.ofMember(member.id());
                }
                refused.add(member.id());
            }
        }
        if (refused.size() == visible.size()) {
            throw ReadsException.of(ErrorKind.DENIED, "you may not read this of any member of the cohort");
        }
        if (!refused.isEmpty()) {
            visible.removeIf(member -> refused.contains(member.id().value()));
            open = cohorts.open(name, visible, context.clientWatch());
        }
        hidden.addAll(refused);
        List<String> leftOut = members.stream()
                .map(member -> member.id().value())
                .filter(hidden::contains)
                .toList();
        return new Granted(open, leftOut, showsBlocks);
    }

    /** Without access to any member, a list that exists and one that does not are answered alike. */
    private List<CohortMember> members(Caller caller, CohortName name) {
        try {
            return cohorts.members(name, id -> access.shows(caller, id));
        } catch (ReadsException e) {
            throw e.kind() == ErrorKind.NOT_FOUND && !access.showsAll(caller) ? access.refusal(caller) : e;
        }
    }

    private static void requireNone(Set<String> hidden, List<CohortMember> members, boolean allowed) {
        if (!hidden.isEmpty() && !allowed) {
            List<String> names = members.stream()
                    .map(member -> member.id().value())
                    .filter(hidden::contains)
                    .toList();
            throw ReadsException.of(
                    ErrorKind.DENIED,
                    "you may not read " + names.size() + " of the " + members.size() + " members of the cohort: "
                            + some(names) + "; bams3.allowed=true leaves them out");
        }
    }

    private static String some(List<String> names) {
        int more = names.size() - MOST_NAMED;
        return String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())))
                + (more > 0 ? " and " + more + " more" : "");
    }

    /** Plans reads of an opened cohort. */
    CohortRead read(RequestContext context, Granted granted, ReadSelection selection, RecordView view) {
        CohortRead read = query.open(granted.cohort(), selection, view, context.clientWatch());
        read.leaveOut(granted.leftOut());
        return read;
    }

    /**
     * Opens the members that a ticket names.
     *
     * @param named as {@link Granted#named} has them
     * @throws ReadsException NOT_FOUND where one was replaced since
     */
    CohortRead ofTicket(
            RequestContext context,
            CohortName name,
            List<String> named,
            String identity,
            ReadSelection selection,
            RecordView view) {
        List<CohortMember> members = named.stream()
                .map(text -> text.split(LABEL, 2))
                .map(parts -> new CohortMember(
                        new DatasetId(parts[0]), parts.length > 1 ? Optional.of(parts[1]) : Optional.empty()))
                .toList();
        OpenCohort open = cohorts.open(name, members, context.clientWatch());
        if (!open.identity().equals(identity)) {
            // The ticket may come from a replica that has seen newer generations than this one believes in.
            cohorts.forget(name, members);
            open = cohorts.open(name, members, context.clientWatch());
        }
        if (!open.identity().equals(identity)) {
            throw ReadsException.of(
                    ErrorKind.NOT_FOUND,
                    "slice: a member of the cohort was replaced since this ticket; ask for a new one");
        }
        return query.open(open, selection, view, context.clientWatch());
    }

    /** Answers how many reads there are of each member. */
    ResponseEntity<byte[]> count(
            RequestContext context, CohortName name, ReadSelection selection, RecordView view, boolean allowed) {
        Granted granted = open(context, name, selection, false, allowed);
        boolean everything = selection instanceof ReadSelection.Everything && view.equals(RecordView.ALL);
        List<MemberTotals> counts;
        if (everything) {
            // The plans would read the indexes of all members for the same numbers.
            counts = granted.cohort().members().stream()
                    .map(member -> new MemberTotals(
                            member.id(),
                            member.dataset().metadata().generation(),
                            new ReadTotals(member.dataset().metadata().digest().records(), 0, 0, 0, 0)))
                    .toList();
        } else {
            try (CohortRead read = read(context, granted, selection, view)) {
                read.watch(context.clientWatch());
                counts = read.countEach();
            }
        }
        CohortCount document =
                new CohortCount(granted.cohort(), counts, view.limit(), granted.leftOut(), granted.showsBlocks());
        granted.audit(context, selection, "count", OptionalLong.of(document.records()));
        return GrantedDatasets.answer(document.toJson(), MediaType.APPLICATION_JSON);
    }

    /** Answers what a stream of these reads would fetch of each member. */
    ResponseEntity<byte[]> plan(
            RequestContext context, CohortName name, ReadSelection selection, RecordView view, boolean allowed) {
        context.is(RequestContext.Kind.PLAN).asksFor(name.text(), selection);
        Granted granted = open(context, name, new Demand.Whole("a plan"), allowed);
        try (CohortRead read = read(context, granted, selection, view)) {
            granted.audit(context, selection, "plan", OptionalLong.empty());
            return GrantedDatasets.answer(
                    new CohortPlan(granted.cohort(), read, granted.leftOut()).toJson(), MediaType.APPLICATION_JSON);
        }
    }
}
