package dev.bams3.source.cram;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes bases, scores, CIGAR, and the MD and NM that are not stored, of a mapped read's differences from its reference
 * (CRAMv3 § 10.6), with the results of htslib.
 */
final class ReadBuilder {
    static final int SCORES_STORED = 1;
    static final int NO_SEQUENCE = 8;

    private static final byte NO_SCORE = (byte) 0xFF;

    /** What other bases have where a few have scores of their own. */
    private static final byte DEFAULT_SCORE = 30;

    /** Distance of MD that cannot be known. */
    private static final int UNKNOWN = -1;

    private static final int MD = 'M' << 16 | 'D' << 8 | 'Z';
    private static final int NM = 'N' << 16 | 'M' << 8;

    private final Place place;
    private final byte[] substitutions;
    private final CigarBuilder cigar;
    private final boolean clipsStored;
    private final Series.Ints featureCount;
    private final Series.Bytes featureCode;
    private final Series.Ints featurePosition;
    private final Series.Arrays softClips;
    private final Series.Arrays insertions;
    private final Series.Arrays runs;
    private final Series.Arrays scoreRuns;
    private final Series.Bytes substitutionCodes;
    private final Series.Bytes singleBases;
    private final Series.Bytes singleScores;
    private final Series.Ints deletions;
    private final Series.Ints skips;
    private final Series.Ints paddings;
    private final Series.Ints hardClips;

    private byte[] bases = new byte[512];
    private byte[] scores = new byte[512];

    // Of the current read.
    private int length;
    private int readAt;
    private long referenceAt;
    private @Nullable SliceBases reference;
    private boolean makeMd;
    private boolean makeNm;
    private int mismatches;
    private long distance;
    private TagBytes tags = new TagBytes();

    ReadBuilder(CompressionHeader header, SliceBlocks slice, Place place) {
        this.place = place;
        substitutions = header.substitutions();
        cigar = new CigarBuilder(place);
        clipsStored = header.hasArrays("SC");
        featureCount = header.ints("FN").in(slice);
        featureCode = header.bytes("FC").in(slice);
        featurePosition = header.ints("FP").in(slice);
        softClips = header.arrays("SC").in(slice);
        insertions = header.arrays("IN").in(slice);
        runs = header.arrays("BB").in(slice);
        scoreRuns = header.arrays("QQ").in(slice);
        substitutionCodes = header.bytes("BS").in(slice);
        singleBases = header.bytes("BA").in(slice);
        singleScores = header.bytes("QS").in(slice);
        deletions = header.ints("DL").in(slice);
        skips = header.ints("RS").in(slice);
        paddings = header.ints("PD").in(slice);
        hardClips = header.ints("HC").in(slice);
    }

    byte[] bases() {
        return bases;
    }

    byte[] scores() {
        return scores;
    }

    CigarBuilder cigar() {
        return cigar;
    }

    /** Makes room for a read whose bases lie where they are written by the caller. */
    void beginUnmapped(int readLength) {
        begin(readLength);
    }

    private void begin(int readLength) {
        length = readLength;
        cigar.clear();
        if (bases.length < readLength) {
            bases = new byte[Math.max(readLength, 2 * bases.length)];
            scores = new byte[bases.length];
        }
        Arrays.fill(scores, 0, readLength, NO_SCORE);
    }

    /**
     * Reads the differences of one mapped read.
     *
     * @param start 1-based position
     * @param sliceBases of its reference; null where the slice was made without, or the read has none
     * @param known whether it has a reference
     * @param storedMd whether MD is among the tags already, or is not wanted
     * @param readTags of the read; MD and NM are added
     * @return 1-based position of its last base
     */
    long build(
            int readLength,
            int flags,
            long start,
            @Nullable SliceBases sliceBases,
            boolean known,
            boolean storedMd,
            boolean storedNm,
            TagBytes readTags) {
        begin(readLength);
        tags = readTags;
        reference = known ? sliceBases : null;
        boolean make = reference != null && (flags & NO_SEQUENCE) == 0;
        makeMd = make && !storedMd;
        makeNm = make && !storedNm;
        mismatches = 0;
        distance = 0;
        readAt = 1;
        referenceAt = start - 1;
        if (reference == null) {
            Arrays.fill(bases, 0, readLength, (byte) '=');
        }
        if (makeMd) {
            tags.addName(MD);
        }
        int count = featureCount.next();
        long position = 0;
        for (int i = 0; i < count; i++) {
            byte code = featureCode.next();
            position += featurePosition.next();
            requirePosition(position, code);
            matchTo((int) position);
            feature(code, (int) position, flags);
        }
        matchRest(known);
        if (makeMd) {
            addDistance();
            tags.add(0);
        }
        cigar.end();
        if (makeNm) {
            addNm();
        }
        return Math.max(start, referenceAt);
    }

    private void requirePosition(long position, byte code) {
        if (position <= 0 || position > Integer.MAX_VALUE) {
            throw place.corrupt("a feature at position " + position + " of a read");
        }
        if (length != 0 && position > length) {
            boolean withoutBases = code == 'N' || code == 'P' || code == 'H' || code == 'D';
            if (!withoutBases || position > length + 1L) {
                throw place.corrupt("a feature at position " + position + " of a read of " + length + " bases");
            }
        }
    }

    /** Takes the bases before a feature from the reference. */
    private void matchTo(int position) {
        int count = position - readAt;
        if (count <= 0) {
            return;
        }
        if (reference != null) {
            match(reference, count);
        }
        cigar.add(CigarBuilder.MATCH, count);
        referenceAt += count;
        readAt = position;
    }

    private void matchRest(boolean known) {
        int count = length - readAt + 1;
        if (count <= 0) {
            return;
        }
        boolean inside = true;
        if (reference != null) {
            inside = referenceAt + count <= reference.length();
            match(reference, count);
        }
        if (known && inside) {
            referenceAt += count;
        }
        cigar.add(CigarBuilder.MATCH, count);
    }

    private void match(SliceBases from, int count) {
        long inside = from.length() - referenceAt;
        if (count > inside) {
            int there = (int) Math.max(0, inside);
            if (there > 0) {
                requireCovered(from, referenceAt + there);
            }
            if (length != 0) {
                from.copy(referenceAt, there, bases, readAt - 1);
                Arrays.fill(bases, readAt - 1 + there, readAt - 1 + count, (byte) 'N');
            }
            if (distance >= 0) {
                distance += count;
            }
            return;
        }
        requireCovered(from, referenceAt + count);
        if ((makeMd || makeNm) && from.hasN(referenceAt, count)) {
            countUnknownBases(from, count);
        } else {
            distance += count;
        }
        if (length != 0) {
            from.copy(referenceAt, count, bases, readAt - 1);
        }
    }

    /** N in read and reference is a mismatch for MD and NM. */
    private void countUnknownBases(SliceBases from, int count) {
        for (int i = 0; i < count; i++) {
            if (from.at(referenceAt + i) == 'N') {
                mismatch((byte) 'N');
                mismatches++;
            } else {
                distance++;
            }
        }
    }

    private void feature(byte code, int position, int flags) {
        // Of a read whose bases are not stored, nothing is kept.
        int rest = length == 0 ? TagBytes.MAX_LENGTH : length - (position - 1);
        switch (code) {
            case 'S' -> softClip(position, rest);
            case 'X' -> substitute(position);
            case 'D' -> delete(size(deletions));
            case 'I' -> {
                insertions.next(rest);
                keep(insertions, bases, position);
                cigar.add(CigarBuilder.INSERTION, insertions.length);
                readAt += insertions.length;
                mismatches += insertions.length;
            }
            case 'i' -> {
                keep(singleBases.next(), bases, position);
                cigar.add(CigarBuilder.INSERTION, 1);
                readAt++;
                mismatches++;
            }
            case 'b' -> {
                runs.next(rest);
                keep(runs, bases, position);
                differingRun(runs.length);
                cigar.add(CigarBuilder.MATCH, runs.length);
                readAt += runs.length;
                referenceAt += runs.length;
            }
            case 'B' -> {
                keep(singleBases.next(), bases, position);
                differing();
                beginScores(flags);
                keep(singleScores.next(), scores, position);
                cigar.add(CigarBuilder.MATCH, 1);
                readAt++;
                referenceAt++;
            }
            case 'q' -> {
                beginScores(flags);
                scoreRuns.next(rest);
                keep(scoreRuns, scores, position);
                cigar.add(CigarBuilder.MATCH, 0);
            }
            case 'Q' -> {
                beginScores(flags);
                keep(singleScores.next(), scores, position);
            }
            case 'H' -> cigar.add(CigarBuilder.HARD_CLIP, size(hardClips));
            case 'P' -> cigar.add(CigarBuilder.PADDING, size(paddings));
            case 'N' -> {
                int skipped = size(skips);
                cigar.add(CigarBuilder.SKIP, skipped);
                referenceAt += skipped;
            }
            default -> throw place.corrupt("the unknown feature " + (code & 0xFF) + " of a read");
        }
    }

    private void softClip(int position, int rest) {
        int clipped = 1;
        if (clipsStored) {
            softClips.next(rest);
            keep(softClips, bases, position);
            clipped = softClips.length;
        } else {
            keep((byte) 'N', bases, position);
        }
        cigar.addWhole(CigarBuilder.SOFT_CLIP, clipped);
        readAt += clipped;
    }

    private void substitute(int position) {
        int code = substitutionCodes.next() & 0xFF;
        if (code > 3) {
            throw place.corrupt("the unknown substitution " + code);
        }
        if (reference == null || referenceAt >= reference.length()) {
            keep(substitutions[4 * 4 + code], bases, position);
            if (makeMd || makeNm) {
                if (distance >= 0 && makeMd) {
                    tags.addDecimal((int) distance);
                }
                distance = UNKNOWN;
                mismatches--;
            }
        } else {
            byte base = referenceAt < reference.end() ? reference.at(referenceAt) : (byte) 'N';
            keep(substitutions[4 * baseIndex(base) + code], bases, position);
            mismatch(base);
        }
        mismatches++;
        cigar.add(CigarBuilder.MATCH, 1);
        readAt++;
        referenceAt++;
    }

    private static int baseIndex(byte base) {
        return switch (base) {
            case 'A', 'a' -> 0;
            case 'C', 'c' -> 1;
            case 'G', 'g' -> 2;
            case 'T', 't' -> 3;
            default -> 4;
        };
    }

    private void delete(int deleted) {
        if (reference != null && (makeMd || makeNm)) {
            requireCovered(reference, referenceAt + deleted);
            if (makeMd) {
                addDistance();
            }
            long there = Math.min(deleted, reference.length() - referenceAt);
            if (makeMd && there >= 0) {
                tags.add('^');
                addReference(reference, there);
            }
            if (there == deleted) {
                distance = makeMd ? 0 : distance;
                mismatches += deleted;
            } else {
                if (makeMd && there >= 0) {
                    tags.add('0');
                }
                mismatches += (int) Math.max(0, there);
                distance = UNKNOWN;
            }
        }
        cigar.add(CigarBuilder.DELETION, deleted);
        referenceAt += deleted;
    }

    private void addReference(SliceBases from, long count) {
        for (long i = 0; i < count; i++) {
            tags.add(from.at(referenceAt + i));
        }
    }

    /** A base that is stored as it is counts as a mismatch. */
    private void differing() {
        if (reference == null || !makeMd && !makeNm) {
            return;
        }
        if (makeMd) {
            addDistance();
        }
        if (referenceAt >= reference.length()) {
            distance = UNKNOWN;
            return;
        }
        if (makeMd) {
            requireCovered(reference, referenceAt + 1);
            tags.add(reference.at(referenceAt));
        }
        mismatches++;
        distance = 0;
    }

    private void differingRun(int count) {
        if (reference == null || !makeMd && !makeNm) {
            return;
        }
        if (makeMd) {
            addDistance();
        }
        int there = (int) Math.clamp(reference.length() - referenceAt, 0, count);
        for (int i = 0; i < Math.min(count, there + 1); i++) {
            if (makeMd && i > 0) {
                tags.add('0');
            }
            if (makeMd && i < there) {
                requireCovered(reference, referenceAt + i + 1);
                tags.add(reference.at(referenceAt + i));
            }
        }
        mismatches += there;
        distance = 0;
    }

    private void mismatch(byte base) {
        if (makeMd) {
            tags.addDecimal((int) distance);
            tags.add(base);
            distance = 0;
        }
    }

    private void addDistance() {
        if (distance >= 0) {
            tags.addDecimal((int) distance);
        }
    }

    private void addNm() {
        if (mismatches >= 0 && mismatches <= 0xFF) {
            tags.addName(NM | 'C');
            tags.add(mismatches);
        } else if (mismatches >= 0 && mismatches <= 0xFFFF) {
            tags.addName(NM | 'S');
            tags.add(mismatches);
            tags.add(mismatches >> 8);
        } else {
            tags.addName(NM | 'I');
            tags.addInt32(mismatches);
        }
    }

    private void beginScores(int flags) {
        if ((flags & SCORES_STORED) == 0 && length > 0 && scores[0] == NO_SCORE) {
            Arrays.fill(scores, 0, length, DEFAULT_SCORE);
        }
    }

    private void keep(Series.Arrays value, byte[] target, int position) {
        if (length != 0) {
            value.copyTo(target, position - 1);
        }
    }

    private void keep(byte value, byte[] target, int position) {
        if (length != 0) {
            target[position - 1] = value;
        }
    }

    private int size(Series.Ints series) {
        int size = series.next();
        if (size < 0) {
            throw place.corrupt("a CIGAR operation of " + size + " bases");
        }
        return size;
    }

    private void requireCovered(SliceBases from, long to) {
        if (to > from.end()) {
            throw place.corrupt("a read goes beyond the reference bases of its slice");
        }
    }
}
