package dev.bams3.cohort;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bams3.access.DatasetPattern;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.flow.LimitedThreads;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.HeaderMerge;
import dev.bams3.sam.HeaderMerge.NewIds;
import dev.bams3.sam.SamHeader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Finds and opens the members of cohorts. The ids of a pattern are listed once in a while, joined headers are kept. Safe for
 * use by many threads; one per process.
 */
public final class Cohorts {
    /** Members that are opened at the same time; each costs a GET or two when it is not cached. */
    private static final int TOGETHER = 32;

    /** Ids that a pattern may look at, for each member that a cohort may have. */
    private static final int LOOKED_AT = 10;

    private static final int PAGE = 1000;

    /** Characters of all members' headers: lines are held twice while they are joined, two bytes a character at most. */
    private static final long MAX_HEADER = Runtime.getRuntime().maxMemory() / 32;

    private static final int IDENTITY_BYTES = 18;

    private final Datasets datasets;
    private final CohortStore kept;
    private final int maxMembers;
    private final Cache<String, List<CohortMember>> listed;
    private final Cache<String, Joined> headers;

    /** The joined header of some members, and their ids in it. */
    private record Joined(SamHeader header, List<NewIds> ids) {
        int weight() {
            long weight = header.text().length * 2L;
            for (NewIds one : ids) {
                weight += 256 + 160L * (one.readGroups().size() + one.programs().size());
            }
            return (int) Math.min(Integer.MAX_VALUE, weight);
        }
    }

    /**
     * @param kept lists of the same store
     * @param maxMembers of one cohort
     * @param lifetime of a list of ids
     * @param cacheBytes heap for lists and for joined headers
     */
    public Cohorts(Datasets datasets, CohortStore kept, int maxMembers, Duration lifetime, long cacheBytes) {
        this.datasets = datasets;
        this.kept = kept;
        this.maxMembers = maxMembers;
        listed = Caffeine.newBuilder()
                .executor(Runnable::run)
                .expireAfterWrite(lifetime)
                .maximumWeight(cacheBytes / 4)
                .weigher((String _, List<CohortMember> members) -> 128 + 160 * members.size())
                .build();
        headers = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(cacheBytes)
                .weigher((String _, Joined joined) -> joined.weight())
                .build();
    }

    /** Returns the lists of the store. */
    public CohortStore kept() {
        return kept;
    }

    /**
     * Returns the members of a cohort in order: those of a list as it has them, those of a pattern in the order of their ids.
     *
     * @param shown which datasets a pattern may find
     * @throws ReadsException NOT_FOUND for a list that is not there and a pattern that finds nothing, TOO_LARGE for too many
     */
    public List<CohortMember> members(CohortName name, Predicate<DatasetId> shown) {
        return switch (name) {
            case CohortName.Kept list -> {
                List<CohortMember> members = kept.read(list).members();
                requireFew(name, members.size());
                yield members;
            }
            case CohortName.Matching pattern -> {
                List<CohortMember> members =
                        Optional.ofNullable(listed.getIfPresent(pattern.text())).orElseGet(() -> list(pattern)).stream()
                                .filter(member -> shown.test(member.id()))
                                .toList();
                requireFew(name, members.size());
                if (members.isEmpty()) {
                    throw ReadsException.about(
                            ErrorKind.NOT_FOUND, name.text(), "no dataset that you may see has an id of this pattern");
                }
                yield members;
            }
        };
    }

    /**
     * Checks a list that is to be kept.
     *
     * @throws ReadsException naming a member that is not there or has other references, TOO_LARGE for too many
     */
    public void check(CohortName.Kept name, CohortDocument document) {
        requireFew(name, document.members().size());
        open(name, document.members(), () -> {});
    }

    private void requireFew(CohortName name, int members) {
        if (members > maxMembers) {
            throw ReadsException.about(
                    ErrorKind.TOO_LARGE,
                    name.text(),
                    members + " members are more than the " + maxMembers
                            + " that one request may have (BAMS3_COHORT_MAX_MEMBERS); ask for fewer at a time");
        }
    }

    private List<CohortMember> list(CohortName.Matching wanted) {
        DatasetPattern pattern = new DatasetPattern(wanted.text());
        List<CohortMember> found = new ArrayList<>();
        String after = "";
        long looked = 0;
        List<DatasetId> page;
        do {
            page = datasets.list(wanted.beginning(), after, PAGE);
            page.stream().filter(id -> pattern.matches(id.value())).forEach(id -> found.add(new CohortMember(id)));
            after = page.isEmpty() ? after : page.getLast().value();
            looked += page.size();
            if (looked > (long) LOOKED_AT * maxMembers && page.size() == PAGE) {
                throw ReadsException.about(
                        ErrorKind.TOO_LARGE,
                        wanted.text(),
                        "more than " + looked + " datasets have ids that begin with '" + wanted.beginning()
                                + "'; begin the pattern with more letters, or use a named cohort");
            }
        } while (page.size() == PAGE);
        List<CohortMember> members = List.copyOf(found);
        listed.put(wanted.text(), members);
        return members;
    }

    /**
     * Opens members.
     *
     * @param members one or more
     * @param watch asks several times a second whether they are still wanted
     * @throws ReadsException naming the member that cannot be opened or has other references than the first
     */
    public OpenCohort open(CohortName name, List<CohortMember> members, Runnable watch) {
        if (members.isEmpty()) {
            throw ReadsException.about(ErrorKind.NOT_FOUND, name.text(), "the cohort has no member");
        }
        List<OpenDataset> open = LimitedThreads.map(members, TOGETHER, watch, member -> opened(name, member));
        ReferenceDictionary references = about(members.getFirst(), open.getFirst()::references);
        LimitedThreads.map(range(members.size()), TOGETHER, watch, i -> {
            requireReferences(members.getFirst(), references, members.get(i), open.get(i));
            return i;
        });
        String identity = identity(members, open);
        Joined joined = Optional.ofNullable(headers.getIfPresent(identity))
                .orElseGet(() -> join(identity, references, members, open, watch));
        List<OpenCohort.Member> all = new ArrayList<>();
        for (int i = 0; i < open.size(); i++) {
            CohortMember member = members.get(i);
            List<String> samples = open.get(i).metadata().samples();
            String sample =
                    member.label().orElse(samples.isEmpty() ? member.id().value() : samples.getFirst());
            all.add(new OpenCohort.Member(
                    member.id().value(),
                    open.get(i),
                    sample,
                    member.label().isPresent(),
                    joined.ids().get(i)));
        }
        return new OpenCohort(name, identity, references, all, joined.header());
    }

    /** Drops what is remembered of a cohort and its members, so that the next open asks the store. */
    public void forget(CohortName name, List<CohortMember> members) {
        listed.invalidate(name.text());
        members.forEach(member -> datasets.forget(member.id()));
    }

    private OpenDataset opened(CohortName name, CohortMember member) {
        try {
            return about(member, () -> datasets.open(member.id()));
        } catch (ReadsException e) {
            // A pattern must not name a removed dataset for longer than one request.
            listed.invalidate(name.text());
            throw e;
        }
    }

    private static void requireReferences(
            CohortMember first, ReferenceDictionary references, CohortMember member, OpenDataset dataset) {
        boolean same = dataset.metadata().references() == references.size()
                && about(member, dataset::references).equals(references);
        if (!same) {
            throw ReadsException.about(
                    ErrorKind.INVALID_INPUT,
                    member.id().value(),
                    "this member of the cohort has other references than '" + first.id()
                            + "'; the names and lengths of all must be the same, in the same order");
        }
    }

    private Joined join(
            String identity,
            ReferenceDictionary references,
            List<CohortMember> members,
            List<OpenDataset> open,
            Runnable watch) {
        HeaderMerge merge = new HeaderMerge(references);
        List<NewIds> ids = new ArrayList<>();
        // A few at a time: a header may have megabytes.
        for (int from = 0; from < open.size(); from += TOGETHER) {
            List<Integer> some = range(open.size()).subList(from, Math.min(open.size(), from + TOGETHER));
            List<SamHeader> read =
                    LimitedThreads.map(some, TOGETHER, watch, i -> about(members.get(i), open.get(i)::header));
            if (merge.length() > MAX_HEADER) {
                throw ReadsException.of(
                        ErrorKind.TOO_LARGE,
                        "the headers of the cohort's members have more than " + (MAX_HEADER >> 20)
                                + " MB together; ask for fewer members at a time, or give this process a larger heap");
            }
            for (int i = 0; i < read.size(); i++) {
                ids.add(merge.add(members.get(from + i).id().value(), read.get(i)));
            }
        }
        Joined joined = new Joined(merge.joined(), List.copyOf(ids));
        headers.put(identity, joined);
        return joined;
    }

    private static List<Integer> range(int size) {
        Integer[] numbers = new Integer[size];
        Arrays.setAll(numbers, i -> i);
        return List.of(numbers);
    }

    private static String identity(List<CohortMember> members, List<OpenDataset> open) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int i = 0; i < open.size(); i++) {
                for (String text : List.of(
                        members.get(i).id().value(),
                        open.get(i).metadata().generation(),
                        open.get(i).metadata().uuid().toString())) {
                    digest.update(text.getBytes(StandardCharsets.UTF_8));
                    digest.update((byte) 0);
                }
            }
            return Base64.getUrlEncoder().encodeToString(Arrays.copyOf(digest.digest(), IDENTITY_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Has a failure name the member. */
    public static <T> T about(CohortMember member, Supplier<T> action) {
        try {
            return action.get();
        } catch (ReadsException e) {
            throw MemberFailures.of(member.id().value(), e);
        }
    }
}
