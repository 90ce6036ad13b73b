package dev.bams3.query;

import dev.bams3.cohort.MemberFailures;
import dev.bams3.cohort.OpenCohort;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.LimitedThreads;
import dev.bams3.format.BlockEntry;
import dev.bams3.format.StretchList;
import dev.bams3.plan.ReadPlan;
import dev.bams3.plan.ReadPlanner;
import dev.bams3.plan.Targets;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordView;
import dev.bams3.sam.SamHeader.ReadGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Plans a request for reads of a cohort: one plan for each member that may have wanted records. */
final class CohortPlanner {
    private static final int TOGETHER = 32;

    /** Heap for plans of one request; a planned block takes about 160 bytes. */
    private static final long MOST_BLOCKS =
            Math.max(20_000, Runtime.getRuntime().maxMemory() / 8 / 160);

    private final OpenCohort cohort;
    private final RecordView view;
    private final RecordColumns columns;
    private final Targets targets;
    /** Criteria of all members but those on read groups and samples; null for none. */
    private final @Nullable RecordMatcher matcher;

    private final AtomicLong blocks = new AtomicLong();

    /** @throws ReadsException NOT_FOUND for a reference, read group or sample that no member has */
    CohortPlanner(OpenCohort cohort, ReadSelection selection, RecordView view) {
        this.cohort = cohort;
        this.view = view;
        columns = columns(cohort, view.columns());
        targets = Targets.of(cohort.references(), selection);
        RecordCriteria wanted = view.criteria();
        RecordCriteria shared = new RecordCriteria(
                wanted.requiredFlags(),
                wanted.excludedFlags(),
                wanted.minMappingQuality(),
                List.of(),
                List.of(),
                wanted.names(),
                wanted.tags(),
                wanted.subsample());
        matcher = wanted.equals(RecordCriteria.NONE) ? null : new RecordMatcher(shared, List.of());
        requireKnown();
    }

    /** The wanted columns, and RG where it tells the sample of a record. */
    private static RecordColumns columns(OpenCohort cohort, RecordColumns wanted) {
        boolean told = cohort.members().stream()
                .anyMatch(member -> !member.labelled()
                        && member.dataset().metadata().samples().size() > 1);
        if (!told || wanted.isAll()) {
            return wanted;
        }
        Optional<List<String>> tags = wanted.tags()
                .map(some ->
                        Stream.concat(some.stream(), Stream.of("RG")).distinct().toList());
        return new RecordColumns(
                wanted.fields(),
                tags,
                wanted.noTags().stream().filter(tag -> !tag.equals("RG")).toList());
    }

    private void requireKnown() {
        for (String id : view.criteria().readGroups()) {
            if (cohort.members().stream()
                    .noneMatch(member -> member.ids().readGroups().containsValue(id))) {
                throw ReadsException.notFound(
                        "bams3.readGroup", "the cohort has no read group '" + id + "'; its header lists them");
            }
        }
        for (String sample : view.criteria().samples()) {
            if (cohort.members().stream().noneMatch(member -> hasSample(member, sample))) {
                throw ReadsException.notFound(
                        "bams3.sample", "the cohort has no sample '" + sample + "'; its header lists them");
            }
        }
    }

    private static boolean hasSample(OpenCohort.Member member, String sample) {
        return member.labelled()
                ? member.sample().equals(sample)
                : member.dataset().metadata().samples().contains(sample);
    }

    /**
     * Returns the parts in order, without members that cannot have a wanted record.
     *
     * @throws ReadsException naming the member that cannot be planned, TOO_LARGE for plans of too many blocks
     */
    List<CohortPart> parts(ReadPlanner planner, Runnable watch) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < cohort.members().size(); i++) {
            numbers.add(i);
        }
        return LimitedThreads.map(numbers, TOGETHER, watch, number -> part(number, planner)).stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<CohortPart> part(int number, ReadPlanner planner) {
        OpenCohort.Member member = cohort.members().get(number);
        Optional<ViewedDataset> its = view(member);
        if (its.isEmpty()) {
            return Optional.empty();
        }
        ReadPlan plan;
        try {
            StretchList<BlockEntry> found = member.dataset()
                    .blocks(ReadPlanner.pages(targets, member.dataset().pages()));
            plan = planner.plan(
                    targets, found, member.dataset().metadata().blocks().count());
        } catch (ReadsException e) {
            throw MemberFailures.of(member.id(), e);
        }
        if (view.limit().isPresent() && !its.get().filters()) {
            plan = plan.first(view.limit().getAsLong());
        }
        if (blocks.addAndGet(plan.blocks().size()) > MOST_BLOCKS) {
            throw ReadsException.of(
                    ErrorKind.TOO_LARGE,
                    "the answer has more than " + MOST_BLOCKS
                            + " blocks of all members together; ask for smaller regions or fewer members, or give this"
                            + " process a larger heap");
        }
        return plan.blocks().isEmpty()
                ? Optional.empty()
                : Optional.of(new CohortPart(number, member, plan, its.get()));
    }

    /** The view of a member; empty where it has none of the wanted read groups and samples. */
    private Optional<ViewedDataset> view(OpenCohort.Member member) {
        int references = cohort.references().size();
        List<String> groups = view.criteria().readGroups();
        List<String> samples = view.criteria().samples();
        boolean wholeSample = samples.isEmpty() || (member.labelled() && samples.contains(member.sample()));
        if (matcher == null || (groups.isEmpty() && wholeSample)) {
            return Optional.of(new ViewedDataset(matcher, view.criteria(), columns, references));
        }
        List<String> wanted = member.dataset().metadata().readGroups().stream()
                .filter(group -> groups.isEmpty()
                        || groups.contains(member.ids().readGroups().getOrDefault(group.id(), group.id())))
                .filter(group -> wholeSample
                        || (!member.labelled()
                                && group.sample().filter(samples::contains).isPresent()))
                .map(ReadGroup::id)
                .toList();
        return wanted.isEmpty()
                ? Optional.empty()
                : Optional.of(new ViewedDataset(matcher.ofReadGroups(wanted), view.criteria(), columns, references));
    }
}
