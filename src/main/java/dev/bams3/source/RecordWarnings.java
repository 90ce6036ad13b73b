package dev.bams3.source;

import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import dev.bams3.sam.BamRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Warnings that follow from records themselves, whatever file they come from. */
public final class RecordWarnings {
    private RecordWarnings() {}

    /**
     * Counts the warnings of some records.
     *
     * @param records sound records back to back, from index 0
     * @param length bytes of all of them
     */
    public static List<SourceWarnings.Warning> of(byte[] records, int length, ReferenceDictionary references) {
        SourceWarnings warnings = new SourceWarnings();
        for (int at = 0; at < length; at += BamRecord.length(records, at)) {
            place(records, at, references, warnings);
            mate(records, at, references, warnings);
            name(records, at, warnings);
        }
        return warnings.list();
    }

    private static void name(byte[] records, int at, SourceWarnings warnings) {
        if (BamRecord.nameTextLength(records, at) != BamRecord.nameLength(records, at) - 1) {
            warnings.count(WarningKind.NAME_PADDING, () -> read(records, at));
        }
    }

    private static void place(byte[] records, int at, ReferenceDictionary references, SourceWarnings warnings) {
        int index = BamRecord.referenceIndex(records, at);
        int start = BamRecord.start(records, at);
        if ((index < 0 || start < 0 || BamRecord.cigarLength(records, at) == 0) && !BamRecord.isUnmapped(records, at)) {
            warnings.count(WarningKind.MAPPED_WITHOUT_PLACE, () -> read(records, at));
        }
        if (index < 0 || start < 0) {
            if (index >= 0 || start != -1) {
                warnings.count(WarningKind.POSITION, () -> read(records, at) + place(index, start, references));
            }
            return;
        }
        Reference reference = references.get(index);
        if (start >= reference.length()) {
            warnings.count(WarningKind.PAST_REFERENCE_END, () -> read(records, at) + place(index, start, references));
        } else if (BamRecord.alignmentEnd(records, at) > reference.length()) {
            warnings.count(
                    WarningKind.OVER_REFERENCE_END,
                    () -> read(records, at)
                            + place(index, start, references)
                            + ", which ends at "
                            + BamRecord.alignmentEnd(records, at));
        }
    }

    private static void mate(byte[] records, int at, ReferenceDictionary references, SourceWarnings warnings) {
        int index = BamRecord.mateReferenceIndex(records, at);
        int start = BamRecord.mateStart(records, at);
        boolean right = index < 0
                ? start == -1
                : start >= 0 && start < references.get(index).length();
        if (!right) {
            warnings.count(
                    WarningKind.MATE_POSITION, () -> read(records, at) + ", mate" + place(index, start, references));
        }
    }

    private static String place(int index, int start, ReferenceDictionary references) {
        String position = ":" + (start + 1L);
        if (index < 0) {
            return " at *" + position;
        }
        Reference reference = references.get(index);
        return " at " + reference.name() + position + " of " + reference.length();
    }

    private static String read(byte[] records, int at) {
        return "read '"
                + new String(
                        records,
                        BamRecord.nameOffset(at),
                        BamRecord.nameTextLength(records, at),
                        StandardCharsets.UTF_8)
                + "'";
    }
}
