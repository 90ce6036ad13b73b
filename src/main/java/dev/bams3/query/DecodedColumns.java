package dev.bams3.query;

import dev.bams3.sam.RecordColumns;
import dev.bams3.sam.RecordCriteria;
import dev.bams3.sam.RecordField;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The columns that a block has to be decoded to, which are more than those of the answer: filters look at some that are not
 * shown.
 *
 * @param ofWhole of a block whose records all lie in the regions
 * @param ofFiltered of a block whose records have to be compared with the regions
 */
record DecodedColumns(RecordColumns ofWhole, RecordColumns ofFiltered) {
    static final DecodedColumns ALL = new DecodedColumns(RecordColumns.ALL, RecordColumns.ALL);

    /** @param shown columns that encoders look at */
    static DecodedColumns of(RecordColumns shown, RecordCriteria criteria) {
        if (shown.isAll()) {
            return ALL;
        }
        Set<RecordField> fields = EnumSet.noneOf(RecordField.class);
        fields.addAll(shown.fields());
        Set<String> tags = new LinkedHashSet<>();
        if (criteria.minMappingQuality() > 0) {
            fields.add(RecordField.MAPQ);
        }
        if (!criteria.names().isEmpty() || criteria.subsample().isPresent()) {
            fields.add(RecordField.QNAME);
        }
        if (!criteria.readGroups().isEmpty() || !criteria.samples().isEmpty()) {
            tags.add("RG");
        }
        criteria.tags().forEach(condition -> tags.add(condition.name()));
        List<String> dropped =
                shown.noTags().stream().filter(tag -> !tags.contains(tag)).toList();
        shown.tags().ifPresent(tags::addAll);
        Optional<List<String>> all = shown.tags().map(_ -> List.copyOf(tags));
        // An alignment end is that of the CIGAR.
        Set<RecordField> ofFiltered = EnumSet.of(RecordField.CIGAR);
        ofFiltered.addAll(fields);
        return new DecodedColumns(new RecordColumns(fields, all, dropped), new RecordColumns(ofFiltered, all, dropped));
    }

    /** Returns those of a block. */
    RecordColumns of(boolean isWhole) {
        return isWhole ? ofWhole : ofFiltered;
    }
}
