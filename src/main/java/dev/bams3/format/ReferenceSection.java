package dev.bams3.format;

import dev.bams3.genome.Reference;
import dev.bams3.genome.ReferenceDictionary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names and lengths of the references, and in another section the counts of their reads. */
final class ReferenceSection {
    private static final String NAMES = "B3RF";
    private static final int MIN_NAME_BYTES = 3;
    private static final String TOTALS = "B3RT";
    private static final int MIN_TOTALS_BYTES = 4;

    private ReferenceSection() {}

    /** @param references one or more */
    static byte[] encodeNames(ReferenceDictionary references) {
        ByteSink body = new ByteSink(references.size() * 20);
        List<byte[]> names = new ArrayList<>(references.size());
        for (Reference reference : references.references()) {
            body.varint(reference.length());
            names.add(reference.name().getBytes(StandardCharsets.ISO_8859_1));
        }
        names.forEach(name -> body.varint(name.length));
        names.forEach(body::bytes);
        return IndexSection.encode(NAMES, references.size(), body);
    }

    static ReferenceDictionary decodeNames(String object, byte[] bytes, long position) {
        IndexSection.Body body = IndexSection.decode(object, bytes, position, NAMES, MIN_NAME_BYTES);
        ByteCursor columns = body.columns();
        int[] lengths = body.ints("reference length", 0, Integer.MAX_VALUE);
        int[] nameLengths = body.ints("reference name length", 1, Integer.MAX_VALUE - 16);
        List<Reference> references = new ArrayList<>(body.count());
        Set<String> names = HashSet.newHashSet(body.count());
        for (int i = 0; i < body.count(); i++) {
            String name = new String(columns.bytes("reference name", nameLengths[i]), StandardCharsets.ISO_8859_1);
            if (!names.add(name)) {
                throw columns.corrupt("reference name", "reference " + i + " has the name of another");
            }
            references.add(new Reference(name, lengths[i]));
        }
        columns.expectEnd("section");
        return new ReferenceDictionary(references);
    }

    /** @param totals one or more, in the order of the references */
    static byte[] encodeTotals(List<ReadsTotals> totals) {
        ByteSink body = new ByteSink(totals.size() * 6);
        totals.forEach(reads -> body.varint(reads.mapped()));
        totals.forEach(reads -> body.varint(reads.unmapped()));
        totals.forEach(reads -> body.varint(reads.bases()));
        totals.forEach(reads -> body.varint(reads.rawBytes()));
        return IndexSection.encode(TOTALS, totals.size(), body);
    }

    static List<ReadsTotals> decodeTotals(String object, byte[] bytes, long position) {
        IndexSection.Body body = IndexSection.decode(object, bytes, position, TOTALS, MIN_TOTALS_BYTES);
        long[] mapped = body.longs("mapped reads", Bams3Format.MAX_COUNT);
        long[] unmapped = body.longs("unmapped reads", Bams3Format.MAX_COUNT);
        long[] bases = body.longs("bases", Bams3Format.MAX_COUNT);
        long[] rawBytes = body.longs("raw bytes", Bams3Format.MAX_COUNT);
        List<ReadsTotals> totals = new ArrayList<>(body.count());
        for (int i = 0; i < body.count(); i++) {
            totals.add(new ReadsTotals(mapped[i], unmapped[i], bases[i], rawBytes[i]));
        }
        body.columns().expectEnd("section");
        return totals;
    }
}
