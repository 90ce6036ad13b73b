package dev.bams3.simulate;

import dev.bams3.sam.BamRecord;
import dev.bams3.sam.SamFlags;
import dev.bams3.simulate.Molecules.Molecule;
import dev.bams3.simulate.SimulatedBytes.Placement;
import java.util.Arrays;

/** Makes the BAM records of fragments. Holds scratch space: used by one thread at a time. */
final class ReadMaker {
    static final int MATCH = 0;
    static final int INSERTION = 1;
    static final int DELETION = 2;
    static final int SKIP = 3;
    static final int SOFT_CLIP = 4;

    private final SimulationOptions options;
    private final int reference;
    private final int referenceLength;
    private final Genome genome;
    private final Molecules molecules;
    private final QualityModel qualityModel;
    private final SimulatedBytes out;

    private byte[] referenceBases = new byte[1024];
    private byte[] haplotypeBases = new byte[1024];
    private byte[] bases = new byte[1024];
    private byte[] scores = new byte[1024];
    private int[] cigar = new int[16];
    private int cigarLength;

    ReadMaker(SimulationOptions options, int reference, Molecules molecules, SimulatedBytes out) {
        this.options = options;
        this.reference = reference;
        this.molecules = molecules;
        this.out = out;
        referenceLength = options.references().get(reference).length();
        genome = new Genome(options.seed(), reference);
        qualityModel = new QualityModel(options.qualities());
    }

    /** Writes the fragment's left read, or its only one. */
    void left(Molecule molecule) {
        switch (options.layout()) {
            case SINGLE -> single(molecule);
            case PAIRED -> placed(molecule, true);
            case LONG -> longRead(molecule);
        }
    }

    /** Writes the right read of a pair. */
    void right(Molecule molecule) {
        if (molecule.mateUnmapped()) {
            unmappedMate(molecule);
        } else {
            placed(molecule, false);
        }
    }

    private void single(Molecule molecule) {
        Draws draws = new Draws(molecules.readSeed(molecule.number(), true));
        int strand = molecule.firstIsLeft() ? 0 : SamFlags.REVERSE;
        int end = lay(molecule.start(), draws);
        int quality = genome.mappingQuality(molecule.start());
        Placement placement = new Placement(
                reference,
                molecule.start(),
                end,
                quality,
                strand | duplicateFlag(molecule),
                BamRecord.NO_REFERENCE,
                -1,
                0);
        aligned(molecule, placement, draws, strand != 0);
        out.end();
    }

    private void placed(Molecule molecule, boolean left) {
        int leftStart = molecule.start();
        int rightStart = molecule.mateStart(options.readLength());
        // The mate's alignment comes first, because both records tell of it.
        String mateCigar = null;
        int mateEnd = leftStart;
        if (!molecule.mateUnmapped()) {
            mateEnd = lay(left ? rightStart : leftStart, new Draws(molecules.readSeed(molecule.number(), !left)));
            mateCigar = cigarText();
        }
        Draws draws = new Draws(molecules.readSeed(molecule.number(), left));
        int start = left ? leftStart : rightStart;
        int end = lay(start, draws);
        int flags = SamFlags.PAIRED | duplicateFlag(molecule) | orderFlag(molecule, left);
        flags |= molecule.mateUnmapped() ? SamFlags.MATE_UNMAPPED : SamFlags.PROPER_PAIR;
        flags |= left ? 0 : SamFlags.REVERSE;
        flags |= left && !molecule.mateUnmapped() ? SamFlags.MATE_REVERSE : 0;
        int span = molecule.mateUnmapped() ? 0 : Math.max(end, mateEnd) - leftStart;
        Placement placement = new Placement(
                reference,
                start,
                end,
                genome.mappingQuality(start),
                flags,
                reference,
                left ? rightStart : leftStart,
                left ? span : -span);
        aligned(molecule, placement, draws, !left);
        if (mateCigar != null) {
            out.textTag('M', 'C', mateCigar);
        }
        out.end();
    }

    /** Writes all of a read whose CIGAR is laid, up to where more tags may follow. */
    private void aligned(Molecule molecule, Placement placement, Draws draws, boolean reverse) {
        int length = options.readLength();
        ensure(length);
        qualityModel.draw(draws, scores, length);
        if (reverse) {
            reverse(scores, length);
        }
        fillReference(placement.start(), molecule.haplotype());
        for (int i = 0; i < length; i += 4) {
            long bits = draws.next();
            for (int k = i; k < Math.min(length, i + 4); k++, bits >>>= 16) {
                int draw = (int) bits & 0xFFFF;
                bases[k] = QualityModel.isError(scores[k], draw)
                        ? Genome.other(haplotypeBases[k], draw)
                        : haplotypeBases[k];
            }
        }
        write(molecule, placement, length);
    }

    private void write(Molecule molecule, Placement placement, int length) {
        Mismatches mismatches = new Mismatches();
        mismatches.scan(cigar, cigarLength, bases, referenceBases);
        out.begin(placement, molecules.name(molecule.number()), cigarLength, length);
        out.cigar(cigar, cigarLength);
        out.bases(bases, length);
        out.scores(scores, length);
        out.integerTag('N', 'M', mismatches.distance());
        out.textTag('M', 'D', mismatches.text());
        out.integerTag('A', 'S', Math.max(0, length - 5 * mismatches.distance()));
        out.integerTag('X', 'S', placement.mappingQuality() == 60 ? 0 : length - 20);
        out.textTag('R', 'G', molecules.readGroup(molecule.number()));
    }

    /** The read of a pair that could not be placed lies where its mate does (SAMv1 § 2, recommended practice). */
    private void unmappedMate(Molecule molecule) {
        Draws draws = new Draws(molecules.readSeed(molecule.number(), false));
        int flags = SamFlags.PAIRED | SamFlags.UNMAPPED | duplicateFlag(molecule) | orderFlag(molecule, false);
        Placement placement = new Placement(
                reference, molecule.start(), molecule.start() + 1, 0, flags, reference, molecule.start(), 0);
        unmapped(placement, molecules.name(molecule.number()), molecules.readGroup(molecule.number()), draws);
    }

    /** Writes an unplaced read. */
    void unplaced(String name, int flags, String readGroup, Draws draws) {
        Placement placement = new Placement(BamRecord.NO_REFERENCE, -1, 0, 0, flags, BamRecord.NO_REFERENCE, -1, 0);
        unmapped(placement, name, readGroup, draws);
    }

    private void unmapped(Placement placement, String name, String readGroup, Draws draws) {
        int length = Math.min(options.readLength(), 20_000);
        ensure(length);
        qualityModel.draw(draws, scores, length);
        randomBases(draws, 0, length);
        out.begin(placement, name, 0, length);
        out.bases(bases, length);
        out.scores(scores, length);
        out.textTag('R', 'G', readGroup);
        out.end();
    }

    /** Lays the CIGAR of a short read that begins here: matches, an intron, a clipped end. Returns the alignment's end. */
    private int lay(int start, Draws draws) {
        int length = options.readLength();
        int clip = draws.chance(0.02) ? 5 + draws.below(length / 5) : 0;
        int matched = length - clip;
        cigarLength = 0;
        int end = start + matched;
        boolean spliced = options.splicedShare() > 0 && draws.chance(options.splicedShare());
        int donor = spliced ? genome.intronAfter(start + 8) : 0;
        if (spliced && donor <= start + matched - 8) {
            int intron = genome.intronLength(donor, options.longestIntron());
            if (end <= referenceLength - intron) {
                operation(donor - start, MATCH);
                operation(intron, SKIP);
                matched -= donor - start;
                end += intron;
            }
        }
        operation(matched, MATCH);
        if (clip > 0) {
            operation(clip, SOFT_CLIP);
        }
        return end;
    }

    /** Lines reference and haplotype up with the read's bases; inserted and clipped ones are random. */
    private void fillReference(int start, int haplotype) {
        int position = start;
        int at = 0;
        Draws clipped = new Draws(Draws.mix(start, haplotype));
        for (int i = 0; i < cigarLength; i++) {
            int length = cigar[i] >>> 4;
            switch (cigar[i] & 15) {
                case MATCH -> {
                    genome.bases(position, length, haplotype, referenceBases, haplotypeBases, at);
                    at += length;
                    position += length;
                }
                case SKIP, DELETION -> position += length;
                default -> {
                    for (int k = 0; k < length; k++) {
                        haplotypeBases[at++] = (byte) (1 << clipped.below(4));
                    }
                }
            }
        }
    }

    /** A molecule read once: an insertion or a deletion about every 60 bases, most of one base. */
    private void longRead(Molecule molecule) {
        Draws draws = new Draws(molecules.readSeed(molecule.number(), true));
        cigarLength = 0;
        int left = molecule.insert();
        int readLength = 0;
        int span = 0;
        int clip = 1 + draws.below(60);
        operation(clip, SOFT_CLIP);
        readLength += clip;
        while (left > 0) {
            int run = Math.min(left, 1 + draws.below(120));
            operation(run, MATCH);
            readLength += run;
            span += run;
            left -= run;
            int size = 1 + (draws.chance(0.2) ? draws.below(4) : 0);
            if (left > size) {
                if (draws.chance(0.5)) {
                    operation(size, INSERTION);
                    readLength += size;
                } else {
                    operation(size, DELETION);
                    span += size;
                    left -= size;
                }
            }
        }
        ensure(readLength);
        qualityModel.draw(draws, scores, readLength);
        fillReference(molecule.start(), molecule.haplotype());
        for (int i = 0; i < readLength; i++) {
            int draw = (int) (draws.next() >>> 48);
            bases[i] =
                    QualityModel.isError(scores[i], draw) ? Genome.other(haplotypeBases[i], draw) : haplotypeBases[i];
        }
        int flags = molecule.firstIsLeft() ? 0 : SamFlags.REVERSE;
        Placement placement = new Placement(
                reference,
                molecule.start(),
                molecule.start() + span,
                genome.mappingQuality(molecule.start()),
                flags,
                BamRecord.NO_REFERENCE,
                -1,
                0);
        writeLong(molecule, placement, readLength);
    }

    private void writeLong(Molecule molecule, Placement placement, int length) {
        // MD needs the deleted bases too; NM and de are what long-read aligners always write.
        Mismatches mismatches = new Mismatches();
        mismatches.count(cigar, cigarLength, bases, referenceBases);
        out.begin(placement, molecules.name(molecule.number()), cigarLength, length);
        out.cigar(cigar, cigarLength);
        out.bases(bases, length);
        out.scores(scores, length);
        out.integerTag('N', 'M', mismatches.distance());
        out.integerTag('A', 'S', 2 * length - 6 * mismatches.distance());
        out.textTag('R', 'G', molecules.readGroup(molecule.number()));
        out.end();
    }

    private void randomBases(Draws draws, int from, int length) {
        for (int i = from; i < from + length; ) {
            long bits = draws.next();
            for (int k = 0; k < 32 && i < from + length; k++, i++, bits >>>= 2) {
                bases[i] = (byte) (1 << (bits & 3));
            }
        }
    }

    private void operation(int length, int code) {
        if (cigarLength == cigar.length) {
            cigar = Arrays.copyOf(cigar, 2 * cigarLength);
        }
        cigar[cigarLength++] = length << 4 | code;
    }

    private String cigarText() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < cigarLength; i++) {
            text.append(cigar[i] >>> 4).append("MIDNS".charAt(cigar[i] & 15));
        }
        return text.toString();
    }

    private void ensure(int length) {
        if (bases.length < length) {
            int size = Math.max(length, 2 * bases.length);
            bases = new byte[size];
            scores = new byte[size];
            referenceBases = new byte[size];
            haplotypeBases = new byte[size];
        }
    }

    private static void reverse(byte[] values, int length) {
        for (int i = 0, k = length - 1; i < k; i++, k--) {
            byte value = values[i];
            values[i] = values[k];
            values[k] = value;
        }
    }

    private static int duplicateFlag(Molecule molecule) {
        return molecule.duplicate() ? SamFlags.DUPLICATE : 0;
    }

    private static int orderFlag(Molecule molecule, boolean left) {
        return molecule.firstIsLeft() == left ? SamFlags.FIRST_IN_PAIR : SamFlags.SECOND_IN_PAIR;
    }
}
