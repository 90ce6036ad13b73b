package dev.bams3.query;

import dev.bams3.error.ReadsException;
import dev.bams3.sam.BamRecord;
import dev.bams3.sam.ReadNameHash;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordCriteria.Subsample;
import dev.bams3.sam.RecordCriteria.TagCondition;
import dev.bams3.sam.SamHeader.ReadGroup;
import dev.bams3.sam.SamTags;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Criteria resolved for one dataset, applied to the bytes of BAM records. Immutable, for many threads. */
final class RecordMatcher {
    private static final int READ_GROUP = SamTags.name('R', 'G');

    private final int requiredFlags;
    private final int excludedFlags;
    private final int minMappingQuality;
    /** Ids; null for any or none. */
    private final byte @Nullable [][] readGroups;
    /** Names by hash; null for any. The hashes are sorted, equal ones stand together. */
    private final long @Nullable [] nameHashes;

    private final byte[][] names;
    private final List<TagTest> tags;
    private final @Nullable Subsample subsample;

    /** One of these values; null for any. */
    private record TagTest(int name, byte @Nullable [][] values) {}

    /**
     * @param groups of the dataset's header
     * @throws ReadsException NOT_FOUND naming a sample or read group that the header does not have
     */
    RecordMatcher(RecordCriteria criteria, List<ReadGroup> groups) {
        requiredFlags = criteria.requiredFlags();
        excludedFlags = criteria.excludedFlags();
        minMappingQuality = criteria.minMappingQuality();
        readGroups = readGroups(criteria, groups);
        nameHashes =
                criteria.names().isEmpty() ? null : new long[criteria.names().size()];
        names = new byte[criteria.names().size()][];
        if (nameHashes != null) {
            Map<Long, List<byte[]>> byHash = new TreeMap<>();
            for (String name : criteria.names()) {
                byte[] text = bytes(name);
                byHash.computeIfAbsent(ReadNameHash.of(text, 0, text.length), _ -> new ArrayList<>())
                        .add(text);
            }
            int at = 0;
            for (Map.Entry<Long, List<byte[]>> entry : byHash.entrySet()) {
                for (byte[] name : entry.getValue()) {
                    nameHashes[at] = entry.getKey();
                    names[at++] = name;
                }
            }
        }
        tags = tagTests(criteria.tags());
        subsample = criteria.subsample().orElse(null);
    }

    /** @param base criteria on anything else, whose tables this shares */
    private RecordMatcher(RecordMatcher base, byte[][] readGroups) {
        requiredFlags = base.requiredFlags;
        excludedFlags = base.excludedFlags;
        minMappingQuality = base.minMappingQuality;
        this.readGroups = readGroups;
        nameHashes = base.nameHashes;
        names = base.names;
        tags = base.tags;
        subsample = base.subsample;
    }

    /** Returns the same for records of some read groups alone. */
    RecordMatcher ofReadGroups(Collection<String> ids) {
        return new RecordMatcher(this, ids.stream().map(RecordMatcher::bytes).toArray(byte[][]::new));
    }

    private static byte @Nullable [][] readGroups(RecordCriteria criteria, List<ReadGroup> groups) {
        if (criteria.readGroups().isEmpty() && criteria.samples().isEmpty()) {
            return null;
        }
        for (String id : criteria.readGroups()) {
            requireOne(groups, group -> group.id().equals(id), "bams3.readGroup", "read group", id);
        }
        for (String sample : criteria.samples()) {
            requireOne(groups, group -> group.sample().equals(Optional.of(sample)), "bams3.sample", "sample", sample);
        }
        return groups.stream()
                .filter(group ->
                        criteria.readGroups().isEmpty() || criteria.readGroups().contains(group.id()))
                .filter(group -> criteria.samples().isEmpty()
                        || group.sample().filter(criteria.samples()::contains).isPresent())
                .map(group -> bytes(group.id()))
                .toArray(byte[][]::new);
    }

    private static void requireOne(
            List<ReadGroup> groups, Predicate<ReadGroup> wanted, String field, String what, String name) {
        if (groups.stream().noneMatch(wanted)) {
            throw ReadsException.notFound(
                    field, "the dataset has no " + what + " '" + name + "'; its header lists them");
        }
    }

    private static List<TagTest> tagTests(List<TagCondition> conditions) {
        Map<String, List<TagCondition>> byName = new HashMap<>();
        conditions.forEach(condition ->
                byName.computeIfAbsent(condition.name(), _ -> new ArrayList<>()).add(condition));
        List<TagTest> tests = new ArrayList<>();
        byName.forEach((name, same) -> {
            boolean any = same.stream().anyMatch(condition -> condition.value().isEmpty());
            byte[][] values = same.stream()
                    .flatMap(condition -> condition.value().stream())
                    .map(RecordMatcher::bytes)
                    .toArray(byte[][]::new);
            tests.add(new TagTest(SamTags.name(name.charAt(0), name.charAt(1)), any ? null : values));
        });
        return tests;
    }

    /** Whether the sound record at this offset meets all criteria. */
    boolean matches(byte[] buffer, int record) {
        int flags = BamRecord.flags(buffer, record);
        return (flags & requiredFlags) == requiredFlags
                && (flags & excludedFlags) == 0
                && BamRecord.mappingQuality(buffer, record) >= minMappingQuality
                && hasName(buffer, record)
                && hasReadGroup(buffer, record)
                && hasTags(buffer, record);
    }

    private boolean hasName(byte[] buffer, int record) {
        if (nameHashes == null && subsample == null) {
            return true;
        }
        int at = BamRecord.nameOffset(record);
        int length = BamRecord.nameTextLength(buffer, record);
        long hash = ReadNameHash.of(buffer, at, length);
        if (subsample != null && ReadNameHash.place(hash, subsample.seed()) >= subsample.fraction()) {
            return false;
        }
        if (nameHashes == null) {
            return true;
        }
        int found = Arrays.binarySearch(nameHashes, hash);
        if (found < 0) {
            return false;
        }
        while (found > 0 && nameHashes[found - 1] == hash) {
            found--;
        }
        for (; found < names.length && nameHashes[found] == hash; found++) {
            if (Arrays.equals(buffer, at, at + length, names[found], 0, names[found].length)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasReadGroup(byte[] buffer, int record) {
        if (readGroups == null) {
            return true;
        }
        int tag = SamTags.find(buffer, record, READ_GROUP);
        return tag >= 0
                && SamTags.type(buffer, tag) == 'Z'
                && isOneOf(buffer, tag + SamTags.VALUE, SamTags.textEnd(buffer, tag), readGroups);
    }

    private boolean hasTags(byte[] buffer, int record) {
        for (TagTest test : tags) {
            int tag = SamTags.find(buffer, record, test.name);
            if (tag < 0 || (test.values != null && !hasValue(buffer, tag, test.values))) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasValue(byte[] buffer, int tag, byte[][] values) {
        int at = tag + SamTags.VALUE;
        char type = SamTags.type(buffer, tag);
        return switch (type) {
            case 'A' -> isOneOf(buffer, at, at + 1, values);
            case 'Z', 'H' -> isOneOf(buffer, at, SamTags.textEnd(buffer, tag), values);
            case 'c', 'C', 's', 'S', 'i', 'I' -> {
                byte[] decimal = bytes(Long.toString(number(buffer, at, type)));
                yield isOneOf(decimal, 0, decimal.length, values);
            }
            default -> false;
        };
    }

    private static long number(byte[] buffer, int at, char type) {
        return switch (type) {
            case 'c' -> buffer[at];
            case 'C' -> buffer[at] & 0xFF;
            case 's' -> (short) BamRecord.uint16(buffer, at);
            case 'S' -> BamRecord.uint16(buffer, at);
            case 'i' -> BamRecord.int32(buffer, at);
            default -> Integer.toUnsignedLong(BamRecord.int32(buffer, at));
        };
    }

    private static boolean isOneOf(byte[] buffer, int from, int to, byte[][] values) {
        for (byte[] value : values) {
            if (Arrays.equals(buffer, from, to, value, 0, value.length)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
