package dev.bams3.source.cram;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the tags of a slice's records, in the order and with the types that the tag dictionary has. */
final class SliceTags {
    private static final int MD = 'M' << 8 | 'D';
    private static final int NM = 'N' << 8 | 'M';

    /** A mark of htslib's: which of MD and NM a record had not, so that they are not made. */
    private static final int NOT_MADE = 'c' << 16 | 'F' << 8 | 'C';

    private static final Series.Arrays[] CLOSED = {};

    private static final int MD_NOT_MADE = 1;
    private static final int NM_NOT_MADE = 2;

    private final CompressionHeader header;
    private final SliceBlocks slice;
    private final Place place;
    private final Series.Ints lineSeries;
    private final List<int[]> lines;
    private final Series.Arrays[][] opened;
    private final Map<Integer, Series.Arrays> series = new HashMap<>();
    private boolean md;
    private boolean nm;

    SliceTags(CompressionHeader header, SliceBlocks slice, Place place) {
        this.header = header;
        this.slice = slice;
        this.place = place;
        lineSeries = header.ints("TL").in(slice);
        lines = header.tagLines();
        opened = new Series.Arrays[lines.size()][];
        Arrays.fill(opened, CLOSED);
    }

    /** Adds the tags of the next record. */
    void read(TagBytes tags) {
        md = false;
        nm = false;
        int number = lineSeries.next();
        if (number < 0 || number >= lines.size()) {
            throw place.corrupt("tag line " + number + " is not one of the " + lines.size());
        }
        int[] line = lines.get(number);
        Series.Arrays[] values = values(number);
        for (int i = 0; i < line.length; i++) {
            int tag = line[i];
            Series.Arrays value = values[i];
            value.next(tags.room());
            if (tag == NOT_MADE && value.length == 1) {
                byte mark = value.bytes[value.from];
                md |= (mark & MD_NOT_MADE) != 0;
                nm |= (mark & NM_NOT_MADE) != 0;
                continue;
            }
            md |= tag >> 8 == MD;
            nm |= tag >> 8 == NM;
            tags.addName(tag);
            tags.add(value.bytes, value.from, value.length);
        }
    }

    /** The series of a tag line, opened when a record has it. */
    private Series.Arrays[] values(int number) {
        if (opened[number] != CLOSED) {
            return opened[number];
        }
        int[] line = lines.get(number);
        Series.Arrays[] values = new Series.Arrays[line.length];
        for (int i = 0; i < line.length; i++) {
            values[i] = series.computeIfAbsent(line[i], tag -> header.tag(tag).in(slice));
        }
        opened[number] = values;
        return values;
    }

    /** Whether the last record has MD, or had none when it was stored. */
    boolean hasMd() {
        return md;
    }

    boolean hasNm() {
        return nm;
    }
}
